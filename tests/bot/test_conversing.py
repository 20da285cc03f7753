import pytest

from chatserver.domain.conversations import HandoffReason, Priority
from chatserver.domain.messages import CardBody, ChoicesBody

from .cast import AWAY, BUSY, CLOSED, FREE, Talk, asked, cards, lines, values


def test_a_question_is_answered_with_its_entry_after_one_short_greeting() -> None:
    talk = Talk(FREE)
    said = talk.says("kargom nerde")
    assert lines(said)[0] == "Merhaba, ben Defne mağazasının botuyum."
    assert isinstance(said[1], CardBody)
    assert (said[1].entry, said[1].title) == ("track-order", "Siparişim nerede?")
    assert values(said[2]) == ["helped:yes", "helped:no"]
    assert cards(talk.says("taksit varmı"))[0] == "instalments"
    assert "botuyum" not in " ".join(lines(talk.says("garantisi varmi")))


def test_three_messages_of_one_thought_get_one_answer() -> None:
    said = Talk(FREE).says("mrb", "bi sorum vardı", "kargom gelmedi")
    assert cards(said) == ["track-order"]
    assert len(said) == 3


def test_a_thought_cut_in_two_is_read_together() -> None:
    said = Talk(FREE).says("kapıda", "ödeme var mı")
    assert cards(said) == ["cash-on-delivery"] or values(said[-1])


def test_two_questions_in_one_turn_get_two_answers() -> None:
    assert cards(Talk(FREE).says("taksit varmı", "garantisi varmi")) == ["instalments", "warranty"]


def test_swearing_in_a_question_is_noise() -> None:
    assert cards(Talk(FREE).says("kargom nerde amk")) == ["track-order"]


@pytest.mark.parametrize(
    ("situation", "sentence"),
    [
        (FREE, "dilerseniz sizi bir temsilciye bağlarım"),
        (BUSY, "Temsilcilerimiz şu an meşgul"),
        (AWAY, "Ekibimiz şu an çevrimdışı"),
    ],
)
def test_a_greeting_says_it_is_the_bot_and_whether_people_are_there(
    situation: object, sentence: str
) -> None:
    assert isinstance(situation, type(FREE))
    talk = Talk(situation)
    [line] = lines(talk.says("slm"))
    assert "botuyum" in line and sentence in line
    assert lines(talk.says("merhaba")) == ["Size nasıl yardımcı olabilirim?"]


def test_one_word_is_asked_back_with_the_nearest_questions() -> None:
    talk = Talk(FREE)
    ask = talk.says("iade")[-1]
    assert isinstance(ask, ChoicesBody) and ask.purpose == "clarify"
    assert values(ask)[0] == "entry:return-how"
    assert values(ask)[-1] == "none"
    assert 3 <= len(values(ask)) <= 4


@pytest.mark.parametrize("reply", ["2", "ikincisi", "2.", "İkinci"])
def test_an_offered_question_can_be_chosen_by_its_place(reply: str) -> None:
    talk = Talk(FREE)
    second = values(talk.says("iade")[-1])[1].removeprefix("entry:")
    assert cards(talk.says(reply)) == [second]


def test_an_offered_question_can_be_chosen_by_its_label_or_its_button() -> None:
    talk = Talk(FREE)
    talk.says("iade")
    assert cards(talk.says("nasil iade ederim")) == ["return-how"]
    assert cards(talk.presses("entry:refund-time")) == ["refund-time"]


@pytest.mark.parametrize("reply", ["hiçbiri", "hiçbiri değil", "hayır"])
def test_none_of_these_leads_to_people(reply: str) -> None:
    talk = Talk(FREE)
    talk.says("iade")
    said = talk.says(reply)
    assert values(said[-1]) == ["handoff"]
    talk = Talk(FREE)
    talk.says("iade")
    assert values(talk.presses("none")[-1]) == ["handoff"]


def test_something_else_after_a_clarification_is_a_new_question() -> None:
    talk = Talk(FREE)
    talk.says("iade")
    assert cards(talk.says("taksit varmı")) == ["instalments"]


def test_yes_to_a_clarification_of_one_takes_it() -> None:
    talk = Talk(FREE)
    talk.state = type(talk.state)(offered=("warranty",), greeted=True)
    assert cards(talk.says("evet")) == ["warranty"]


def test_an_entry_that_is_gone_is_not_shown() -> None:
    talk = Talk(FREE)
    assert cards(talk.presses("entry:gone", "taksit var mı")) == ["instalments"]


def test_what_it_does_not_know_it_says_and_offers_a_person() -> None:
    said = Talk(FREE).says("kırmızı fil neden uçar ki")
    assert "yanıtını bilmiyorum" in lines(said)[-1]
    assert isinstance(said[-1], ChoicesBody)
    assert [o.label for o in said[-1].options] == ["Temsilciye bağlan"]


def test_with_nobody_there_it_offers_to_leave_a_message() -> None:
    said = Talk(AWAY).says("kırmızı fil neden uçar ki")
    assert isinstance(said[-1], ChoicesBody)
    assert [o.label for o in said[-1].options] == ["Mesaj bırak"]
    assert "bağlayayım" not in " ".join(lines(said))


def test_a_slip_is_asked_again_once_and_then_a_person_is_offered() -> None:
    talk = Talk(FREE)
    assert "Başka bir şekilde" in lines(talk.says("asdfgh"))[-1]
    said = talk.says("qwerty")
    assert "ilerleyemiyorum" in lines(said)[-1]
    assert values(said[-1]) == ["handoff"]


def test_the_same_question_again_means_the_answer_did_not_help() -> None:
    talk = Talk(FREE)
    talk.says("kargom nerde")
    said = talk.says("kargom nerede")
    assert "bildiğim bu kadar" in lines(said)[-1]
    talk.presses("handoff")
    assert talk.last.handoff is HandoffReason.NOT_HELPED


def test_did_it_help_can_be_answered_by_word_or_button() -> None:
    talk = Talk(FREE)
    talk.says("taksit varmı")
    assert "Sevindim" in lines(talk.says("evet"))[-1]
    talk.says("garantisi varmi")
    assert "üzgünüm" in lines(talk.presses("helped:no"))[-1]
    talk.says("olur")
    assert talk.last.handoff is HandoffReason.NOT_HELPED
    assert "Sevindim" in lines(Talk(FREE).presses("helped:yes"))[-1]


def test_an_offered_person_can_be_declined_or_asked_past() -> None:
    talk = Talk(FREE)
    talk.says("kırmızı fil neden uçar ki")
    assert lines(talk.says("gerek yok")) == ["Peki. Başka bir sorunuz olursa buradayım."]
    talk.says("mor zürafa neden yüzer ki")
    assert cards(talk.says("taksit varmı")) == ["instalments"]


def test_an_offered_person_can_be_taken_by_the_label_typed() -> None:
    talk = Talk(AWAY)
    talk.says("kırmızı fil neden uçar ki")
    talk.says("mesaj bırak")
    assert talk.last.handoff is HandoffReason.NO_ANSWER
    talk = Talk(FREE)
    talk.says("asdfgh")
    talk.says("qwerty")
    talk.presses("handoff")
    assert talk.last.handoff is HandoffReason.STUCK


@pytest.mark.parametrize(
    "text",
    [
        "müşteri temsilcisine bağla",
        "insanla görüşmek istiyorum",
        "GERÇEK BİRİYLE GÖRÜŞMEK İSTİYORUM",
        "yetkili biri yok mu",
        "canlı destek",
        "kimse cevap vermiyo",
    ],
)
def test_asking_for_a_person_is_honoured_at_once(text: str) -> None:
    talk = Talk(FREE)
    talk.says(text)
    assert talk.last.handoff is HandoffReason.ASKED
    assert lines(talk.last.says_if_offered) == ["Sizi bir temsilciye bağlıyorum."]
    assert talk.last.state_if_offered is not None
    assert talk.last.state_if_offered.gathering is None
    assert "bağlıyorum" not in " ".join(lines(talk.last.says))


def test_the_button_outside_the_conversation_is_honoured_at_once() -> None:
    talk = Talk(FREE)
    talk.happens("handoff_requested", "kargom bir haftadır gelmedi")
    assert talk.last.handoff is HandoffReason.ASKED
    assert talk.state.original == "kargom bir haftadır gelmedi"


@pytest.mark.parametrize(
    ("situation", "sentence"),
    [
        (FREE, "Görüşmenizi ekibimizin sırasına ekledim."),
        (BUSY, "Şu an bütün temsilcilerimiz meşgul. Görüşmenizi sıraya ekledim."),
        (AWAY, "Ekibimiz şu an çevrimdışı. Mesajınızı onlara bırakabilirim."),
        (
            CLOSED,
            "Ekibimiz şu an çevrimdışı. Açılış: yarın 09:00. Mesajınızı onlara bırakabilirim.",
        ),
    ],
)
def test_without_an_offer_it_says_what_is_true_and_begins_to_gather(
    situation: object, sentence: str
) -> None:
    assert isinstance(situation, type(FREE))
    talk = Talk(situation)
    said = talk.says("temsilciye bağla")
    assert lines(said)[0] == sentence
    assert asked(said) == "name"


def test_a_question_beside_the_wish_for_a_person_is_kept_for_people() -> None:
    talk = Talk(BUSY)
    talk.says("kargom on gündür gelmedi beni temsilciye bağlayın")
    assert talk.state.original.startswith("kargom on gündür")
    talk = Talk(BUSY)
    talk.says("merhaba", "kargom on gündür gelmedi", "temsilci")
    assert talk.state.original == "kargom on gündür gelmedi"


def test_a_complaint_goes_to_people_with_high_priority_and_no_law() -> None:
    talk = Talk(BUSY)
    said = talk.says("rezalet, avukatım sizi arayacak")
    assert talk.last.handoff is HandoffReason.COMPLAINT
    assert talk.last.priority is Priority.HIGH
    assert lines(said)[0].startswith("Yaşadığınız sorun için özür dileriz.")
    assert cards(said) == []


def test_a_threat_is_urgent_and_names_112_and_answers_nothing_else() -> None:
    talk = Talk(FREE)
    said = talk.says("kargom nerde yoksa kendimi öldüreceğim")
    assert talk.last.handoff is HandoffReason.URGENT
    assert talk.last.priority is Priority.URGENT
    assert len(said) == 1 and "112" in lines(said)[0]


def test_an_insult_is_heard_out_once_and_then_a_person_is_offered() -> None:
    talk = Talk(FREE)
    assert "üzgünüm" in lines(talk.says("aptal bot"))[-1]
    said = talk.says("salaksın")
    assert values(said[-1]) == ["handoff"]
    assert talk.last.priority is Priority.HIGH
    talk = Talk(AWAY)
    talk.says("salak")
    assert "mesajınızı ekibimize bırakabilirim" in lines(talk.says("gerizekalı"))[-1]
    assert "üzgünüm" in lines(Talk(FREE).says("salak mısınız"))[-1]


def test_the_matter_under_an_insult_is_answered() -> None:
    assert cards(Talk(FREE).says("kargom nerde salak")) == ["track-order"]


def test_asked_whether_it_is_a_robot_it_says_so() -> None:
    talk = Talk(FREE)
    assert lines(talk.says("robot musun"))[0].startswith("Evet, ben bir botum.")
    assert "çevrimdışı" in lines(Talk(AWAY).says("bot musun"))[0]


def test_thanks_and_goodbye_are_returned_by_the_hour() -> None:
    talk = Talk(FREE)
    talk.says("mrb")
    assert lines(talk.says("tşk ederim")) == ["Rica ederim. Başka bir sorunuz var mı?"]
    assert lines(talk.says("görüşürüz")) == ["İyi akşamlar dilerim."]


def test_an_empty_message_is_no_reason_to_speak() -> None:
    assert Talk(FREE).says("  ") == ()
    assert Talk(FREE).happens("nobody_free") == ()


def test_back_from_people_the_flow_begins_anew() -> None:
    talk = Talk(FREE)
    talk.state = type(talk.state)(done=True, greeted=True, slots={"name": "Ada"})
    talk.says("temsilciye bağla")
    assert talk.state.gathering == "name"
    assert not talk.state.done


def test_the_same_in_english() -> None:
    talk = Talk(
        FREE.__class__(**{**{f: getattr(FREE, f) for f in FREE.__slots__}, "language": "en"})
    )
    said = talk.says("hi", "wheres my parcel")
    assert lines(said)[0] == "Hello, I’m the bot of Defne."
    assert cards(said) == ["track-order"]
    assert values(talk.says("return")[-1])[-1] == "none"
    assert len(cards(talk.says("the second one"))) == 1
    talk.says("i want to talk to a human")
    assert talk.last.handoff is HandoffReason.ASKED
    assert lines(talk.last.says_if_offered) == ["I’m connecting you to an agent."]


def test_two_words_in_two_messages_are_asked_back_together() -> None:
    said = Talk(FREE).says("hediye", "iade")
    assert len(said) == 2
    assert values(said[-1])[-1] == "none"
