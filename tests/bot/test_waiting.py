from dataclasses import replace

import pytest

from chatserver.bot.turn import Heard
from chatserver.domain.conversations import Priority
from chatserver.domain.messages import CardBody, FormBody

from .cast import AWAY, BUSY, CLOSED, FREE, Talk, asked, cards, form, lines, values, waiting


def test_when_nobody_accepted_it_says_so_and_helps_meanwhile() -> None:
    talk = Talk(waiting(FREE))
    said = talk.happens("nobody_accepted", "kargom nerde")
    assert cards(said) == ["track-order"]
    assert "Henüz kimse görüşmeyi alamadı. Beklerken yardımcı olmaya çalışayım." in lines(said)
    assert asked(said) == "name"
    assert "bağlıyorum" not in " ".join(lines(said))


@pytest.mark.parametrize(
    ("situation", "sentence"),
    [
        (waiting(BUSY), "Şu an bütün temsilcilerimiz meşgul. Sıradaki yeriniz: 3"),
        (waiting(AWAY), "Ekibimiz şu an çevrimdışı. Mesajınızı onlara bırakabilirim."),
        (
            waiting(CLOSED),
            "Ekibimiz şu an çevrimdışı. Açılış: yarın 09:00. Mesajınızı onlara bırakabilirim.",
        ),
    ],
)
def test_when_nobody_is_free_it_says_why(situation: object, sentence: str) -> None:
    assert isinstance(situation, type(FREE))
    said = Talk(situation).happens("nobody_free")
    assert lines(said)[0] == sentence
    assert asked(said) == "name"


def test_news_that_was_told_is_not_told_again() -> None:
    talk = Talk(BUSY)
    talk.says("temsilciye bağla")
    assert talk.happens("nobody_free") == ()
    assert talk.happens("nobody_accepted") == ()
    assert "meşgul" in lines(talk.happens("handoff_requested"))[0]


def test_details_that_are_there_are_not_asked_again() -> None:
    known = {"name": "Ada", "email": "ada@example.com", "question": "Kargom gelmedi"}
    talk = Talk(replace(waiting(BUSY), details=known))
    said = talk.happens("nobody_free")
    assert asked(said) == "order"
    talk = Talk(replace(waiting(BUSY), details={**known, "order": "SP123456"}))
    said = talk.happens("nobody_free")
    assert asked(said) is None
    assert talk.last.details is None
    assert talk.state.done


def test_a_lost_agent_is_told_and_the_place_is_kept() -> None:
    talk = Talk(waiting(AWAY))
    said = talk.happens("agent_lost")
    assert lines(said)[0] == "Temsilcimizin bağlantısı koptu. Sıradaki yeriniz korunuyor."
    assert "çevrimdışı" in lines(said)[1]
    assert asked(said) == "name"
    said = Talk(waiting(FREE)).happens("agent_lost")
    assert len(said) == 2


def test_a_question_instead_of_the_asked_detail_is_answered_and_the_detail_asked_again() -> None:
    talk = Talk(waiting(BUSY))
    talk.happens("nobody_free")
    said = talk.says("kapıda ödeme var mı")
    assert isinstance(said[0], CardBody)
    assert form(said).slot == "name"
    assert form(said).error is None
    talk.says("Ada")
    assert cards(talk.says("iade kaç gün")) == ["return-conditions"]
    assert talk.state.gathering == "contact"
    assert talk.state.tries == 0


def test_a_name_that_sounds_like_a_question_is_a_name() -> None:
    talk = Talk(waiting(BUSY))
    talk.happens("nobody_free")
    talk.says("Selim")
    assert talk.state.slots["name"] == "Selim"


def test_a_greeting_instead_of_the_asked_detail_costs_no_try() -> None:
    talk = Talk(waiting(BUSY))
    talk.happens("nobody_free")
    assert form(talk.says("merhaba")).error is None


def test_several_details_in_one_turn_are_all_taken() -> None:
    talk = Talk(waiting(BUSY))
    talk.happens("nobody_free")
    said = talk.says("Ada Yılmaz", "ada@example.com", "SP123456")
    assert talk.state.slots == {
        "name": "Ada Yılmaz",
        "contact": "ada@example.com",
        "order": "SP123456",
    }
    assert asked(said) == "question"


def test_a_wrong_and_a_right_answer_in_one_turn_leave_one_question() -> None:
    talk = Talk(waiting(BUSY))
    talk.happens("nobody_free")
    said = talk.says("12345", "Ada")
    assert [type(body) for body in said] == [FormBody]
    assert asked(said) == "contact"


def test_asking_for_a_person_while_waiting_gets_the_truth() -> None:
    talk = Talk(waiting(CLOSED))
    talk.happens("nobody_free")
    said = talk.says("temsilciye bağla")
    assert "Açılış: yarın 09:00" in lines(said)[0]
    assert talk.last.handoff is None
    assert "çevrimdışı" in lines(talk.presses("handoff"))[0]


def test_while_waiting_it_admits_to_be_a_bot() -> None:
    talk = Talk(waiting(BUSY))
    assert lines(talk.says("robot musun"))[0].startswith("Evet, ben bir botum.")


def test_a_threat_or_a_complaint_while_waiting_raises_the_priority() -> None:
    talk = Talk(waiting(BUSY))
    assert "112" in lines(talk.says("intihar edeceğim"))[0]
    assert talk.last.priority == Priority.URGENT
    talk = Talk(waiting(BUSY))
    talk.says("rezalet bir firma")
    assert talk.last.priority == Priority.HIGH


def test_after_the_details_only_what_is_new_is_noted() -> None:
    talk = Talk(waiting(BUSY))
    talk.state = type(talk.state)(done=True, told_waiting=True)
    assert lines(talk.says("kapı kodum 1234 diye eklerseniz")) == ["Bunu da görüşmeye ekledim."]
    assert cards(talk.says("taksit varmı")) == ["instalments"]
    assert lines(talk.says("tşk")) == ["Rica ederim. Başka bir sorunuz var mı?"]
    assert lines(talk.says("görüşürüz")) == ["İyi akşamlar dilerim."]
    assert talk.says("tamam") == ()
    assert talk.happens("nobody_free") == ()


def test_a_stale_button_does_no_harm() -> None:
    talk = Talk(waiting(BUSY))
    talk.state = type(talk.state)(done=True, told_waiting=True)
    assert talk.presses("skip") == ()
    assert talk.presses("confirm:yes") == ()
    assert cards(talk.presses("entry:warranty")) == ["warranty"]
    assert cards(talk.presses("entry:gone", "taksit var mı")) == ["instalments"]
    assert lines(talk.presses("helped:yes")) == ["Sevindim. Başka bir sorunuz olursa buradayım."]
    assert cards(talk.presses("what", "garantisi var mı")) == ["warranty"]
    assert talk.presses("back") != ()


def test_what_is_written_before_the_details_are_asked_is_kept_for_people() -> None:
    talk = Talk(waiting(BUSY))
    said = talk.hears(
        Heard(1, "text", "siparişim bir haftadır"),
        Heard(2, "text", "hâlâ hazırlanıyor yazıyor"),
        Heard(3, "nobody_free"),
    )
    assert asked(said) == "name"
    assert talk.state.slots["question"] == "siparişim bir haftadır hâlâ hazırlanıyor yazıyor"


def test_a_typed_no_to_the_summary_asks_what_to_correct() -> None:
    talk = Talk(waiting(BUSY))
    talk.state = type(talk.state)(
        confirming=True, slots={"name": "Ada"}, skipped=("contact", "order", "question")
    )
    assert values(talk.says("hayır")[-1])[0] == "fix:name"
    assert cards(talk.says("taksit varmı")) == ["instalments"]
    assert talk.state.confirming
    talk.says("evet")
    assert talk.last.details == {"name": "Ada"}
