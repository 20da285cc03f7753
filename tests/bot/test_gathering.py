from dataclasses import replace

import pytest

from chatserver.bot.script import Choice, Flow, Script, Step, Text
from chatserver.bot.turn import Heard
from chatserver.domain.messages import ChoicesBody

from .cast import AWAY, BUSY, CLOSED, FREE, Talk, asked, form, lines, values, waiting


def begun(situation: object = BUSY) -> Talk:
    assert isinstance(situation, type(FREE))
    talk = Talk(waiting(situation))
    assert asked(talk.happens("nobody_free")) == "name"
    return talk


def test_one_detail_after_the_other_and_a_summary_before_anything_is_handed_on() -> None:
    talk = begun(CLOSED)
    assert (form(talk.says("Ada Yılmaz")).slot, form(talk.last.says).step) == ("contact", 2)
    assert asked(talk.says("0532 123 45 67")) == "order"
    assert asked(talk.says("sp123456")) == "question"
    said = talk.says("Siparişim bir haftadır hazırlanıyor görünüyor")
    assert lines(said)[-1] == (
        "Şunları not aldım: Ad: Ada Yılmaz, İletişim: 0532 123 45 67, Sipariş: SP123456, "
        "Mesaj: Siparişim bir haftadır hazırlanıyor görünüyor. Doğru mu?"
    )
    assert values(said[-1])[0] == "confirm:yes"
    assert not talk.last.details
    said = talk.presses("confirm:yes")
    assert talk.last.details == {
        "name": "Ada Yılmaz",
        "phone": "+905321234567",
        "order": "SP123456",
        "question": "Siparişim bir haftadır hazırlanıyor görünüyor",
    }
    assert lines(said) == [
        "Mesajınızı aldım. Yarın 09:00’da buradayız. Yanıtı bu pencerede göreceksiniz."
    ]


@pytest.mark.parametrize("situation", [BUSY, AWAY])
def test_with_hours_unknown_no_time_is_named(situation: object) -> None:
    talk = begun(situation)
    talk.says("Ada", "ada@example.com", "yok", "Siparişim hâlâ gelmedi")
    [line] = lines(talk.presses("confirm:yes"))
    assert line == "Mesajınızı aldım, ekibin sırasına ekledim. Yanıtı bu pencerede göreceksiniz."


def test_the_original_question_is_not_asked_again() -> None:
    talk = Talk(BUSY)
    talk.says("siparişim on gündür gelmedi temsilciye bağlayın")
    assert form(talk.last.says).steps == 3
    said = talk.says("Ada", "ada@example.com", "bilmiyorum")
    assert "Mesaj: siparişim on gündür gelmedi" in lines(said)[-1]


def test_an_order_number_already_said_is_not_asked_again() -> None:
    talk = Talk(BUSY)
    talk.says("SP123456 numaralı siparişim gelmedi temsilciye bağlayın")
    assert asked(talk.last.says) == "name"
    said = talk.says("Ada", "ada@example.com")
    assert "Sipariş: SP123456" in lines(said)[-1]
    assert "fix:order" in values(said[-1])


def test_a_shop_without_order_numbers_is_not_asking_for_them() -> None:
    talk = Talk(waiting(replace(BUSY, order_pattern="", order_example="")))
    assert form(talk.happens("nobody_free")).steps == 3
    assert asked(talk.says("Ada", "ada@example.com")) == "question"


@pytest.mark.parametrize(
    ("answers", "bad", "error"),
    [
        ((), "12345", "Bunu ad olarak okuyamadım"),
        (("Ada",), "ada@", "Bu adres eksik görünüyor"),
        (("Ada",), "0532 123", "Bu numara eksik görünüyor"),
        (("Ada",), "bakarız", "Bunu okuyamadım"),
        (("Ada", "ada@example.com"), "12", "Bu numarayı tanıyamadım. Örnek: SP123456"),
        (("Ada", "ada@example.com", "atla"), "hm", "Biraz daha ayrıntı"),
    ],
)
def test_a_bad_answer_is_asked_again_once_with_an_example_and_then_let_go(
    answers: tuple[str, ...], bad: str, error: str
) -> None:
    talk = begun()
    if answers:
        talk.says(*answers)
    slot = talk.state.gathering
    again = form(talk.says(bad))
    assert again.slot == slot
    assert again.error is not None and again.error.startswith(error)
    said = talk.says(bad)
    assert lines(said)[0] == "Sorun değil, bu bilgi olmadan devam edelim."
    assert slot in talk.state.skipped
    assert talk.state.gathering != slot


def test_without_an_example_the_order_number_is_still_explained() -> None:
    talk = Talk(waiting(replace(BUSY, order_example="")))
    talk.happens("nobody_free")
    talk.says("Ada", "ada@example.com")
    assert form(talk.says("12")).error == "Bu numarayı tanıyamadım. Sipariş onayınızda yazar."


def test_a_step_can_be_skipped_by_button_or_word() -> None:
    talk = begun()
    assert asked(talk.presses("skip")) == "contact"
    assert asked(talk.says("atla")) == "order"
    assert talk.state.skipped == ("name", "contact")


def test_back_returns_to_the_step_before() -> None:
    talk = begun()
    assert asked(talk.presses("back")) == "name"
    talk.says("Ada")
    assert asked(talk.says("geri")) == "name"
    assert asked(talk.says("Grace")) == "contact"
    assert talk.state.slots == {"name": "Grace"}


def test_back_with_nothing_to_go_back_to_is_harmless() -> None:
    known = {"name": "Ada", "phone": "+905321234567", "order": "SP123456", "question": "Kargom"}
    talk = Talk(replace(waiting(BUSY), details=known))
    talk.presses("back")
    assert talk.state.gathering is None


def test_back_from_the_summary_returns_to_the_last_step() -> None:
    talk = begun()
    talk.says("Ada", "ada@example.com", "yok", "Siparişim hâlâ gelmedi")
    assert asked(talk.presses("back")) == "question"


def test_a_detail_can_be_corrected_from_the_summary() -> None:
    talk = begun()
    talk.says("Ada", "ada@example.com", "yok", "Siparişim hâlâ gelmedi")
    assert asked(talk.presses("fix:contact")) == "contact"
    said = talk.says("+90 532 123 45 67")
    assert lines(said)[0] == "Düzelttim: 0532 123 45 67"
    assert isinstance(said[-1], ChoicesBody)
    assert "0532 123 45 67" in lines(said)[-1]
    assert asked(talk.presses("fix:order")) == "order"
    assert "Sipariş: SP654321" in lines(talk.says("SP654321"))[-1]
    talk.says("evet doğru")
    assert talk.last.details is not None
    assert talk.last.details["phone"] == "+905321234567"


def test_a_confirmed_detail_can_still_be_corrected() -> None:
    talk = begun()
    talk.says("Ada", "ada@example.com", "yok", "Siparişim hâlâ gelmedi")
    talk.presses("confirm:yes")
    assert talk.state.done
    assert asked(talk.presses("fix:name", "Adı düzelt")) == "name"
    talk.says("Grace")
    talk.presses("confirm:yes")
    assert talk.details["name"] == "Grace"


def test_everything_skipped_still_ends_with_what_happens_next() -> None:
    talk = begun()
    said = talk.says("atla", "atla", "atla", "atla")
    assert talk.last.details is None
    assert lines(said) == [
        "Mesajınızı aldım, ekibin sırasına ekledim. Yanıtı bu pencerede göreceksiniz."
    ]
    assert talk.state.done


def test_what_is_told_instead_of_a_detail_reaches_people() -> None:
    talk = begun()
    talk.says("Ada")
    talk.says("dükkândaki kediyi çok sevmiştik onu soracaktım")
    said = talk.says("ada@example.com", "atla")
    assert "Mesaj: dükkândaki kediyi çok sevmiştik onu soracaktım" in lines(said)[-1]


def test_a_long_message_is_shortened_in_the_summary_only() -> None:
    talk = begun()
    long = "Siparişim gelmedi " * 20
    said = talk.says("Ada", "ada@example.com", "atla", long)
    assert "…" in lines(said)[-1]
    talk.presses("confirm:yes")
    assert talk.last.details is not None
    assert talk.last.details["question"] == long.strip()


ASKS = Flow(
    "gift",
    Text("Hediye", "Gift"),
    (
        Step("day", "date", label=Text("Teslim günü", "Day")),
        Step("budget", "amount", label=Text("Bütçe", "Budget")),
        Step("wrap", "yes_no", label=Text("Paket", "Wrapping")),
        Step(
            "size",
            "choice",
            label=Text("Beden", "Size"),
            choices=(
                Choice("s", Text("Küçük", "Small")),
                Choice("l", Text("Büyük", "Large"), ("geniş",)),
            ),
        ),
        Step("photo", "file", label=Text("Fotoğraf", "Photo")),
        Step("email", "email"),
        Step("phone", "phone"),
        Step("note", "text", label=Text("Not", "Note")),
    ),
)


def gift(**world: object) -> Talk:
    script = Script((), (ASKS,))
    talk = Talk(replace(BUSY, script=script, **world))  # type: ignore[arg-type]
    talk.presses("flow:gift")
    return talk


def test_every_kind_of_detail_is_read_and_kept_in_peoples_words() -> None:
    talk = gift(takes_files=True)
    assert asked(talk.last.says) == "day"
    assert form(talk.last.says).label == "Teslim günü"
    talk.says("yarın olsun")
    talk.says("1.499,90 TL")
    assert values(talk.says("bilmem")[-1]) == ["slot:yes", "slot:no"], "asked once more"
    talk.presses("slot:yes", "Evet")
    talk.says("geniş olan")
    assert asked(talk.last.says) == "photo"
    talk.hears(Heard(1, "file", "vazo.jpg"))
    talk.says("ada@example.com")
    talk.says("0532 123 45 67")
    said = talk.says("kırmızı kurdele olsun")
    assert "Bütçe: 1499,90" in lines(said)[-1] and "Teslim günü: 23.11.2026" in lines(said)[-1]
    talk.says("evet")
    assert talk.last.details == {
        "Teslim günü": "23.11.2026",
        "Bütçe": "1499,90",
        "Paket": "Evet",
        "Beden": "Büyük",
        "Fotoğraf": "vazo.jpg",
        "email": "ada@example.com",
        "phone": "+905321234567",
        "Not": "kırmızı kurdele olsun",
    }
    assert talk.last.handoff is not None


def test_a_file_is_not_asked_for_where_none_can_be_sent() -> None:
    talk = gift()
    for said in ("yarın", "100 TL", "hayır", "küçük"):
        talk.says(said)
    assert asked(talk.last.says) == "email"


def test_what_is_kept_is_not_asked_by_another_flow_again() -> None:
    talk = gift(details={"Teslim günü": "23.11.2026", "email": "ada@example.com"})
    assert asked(talk.last.says) == "budget"


@pytest.mark.parametrize("wrong", ["asla", "31.02.2026"])
def test_a_date_that_is_none_is_asked_again_and_then_let_go(wrong: str) -> None:
    talk = gift()
    assert "Bu tarihi okuyamadım" in (form(talk.says(wrong)).error or "")
    assert lines(talk.says(wrong))[0] == "Sorun değil, bu bilgi olmadan devam edelim."
