import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatserver.bot.details import (
    checked_contact,
    checked_email,
    checked_name,
    checked_phone,
    checked_question,
    shown_contact,
)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("  Ada   Yılmaz ", "Ada Yılmaz"),
        ("adım Ayşe", "Ayşe"),
        ("ben Umut.", "Umut"),
        ("my name is Grace O’Hara", "Grace O’Hara"),
        ("Jean-Luc", "Jean-Luc"),
        ("İ̇rem", "İ̇rem"),
    ],
)
def test_a_name_is_taken_from_what_is_said(text: str, name: str) -> None:
    assert checked_name(text) == name


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A",
        "ada@example.com",
        "0532 123 45 67",
        "Ada3",
        "a" * 61,
        "Ada\u202eYılmaz",
        "Ada\u0000",
        "bu bir ad değil cümle",
        "http://example.com",
    ],
)
def test_what_is_no_name_is_refused(text: str) -> None:
    assert checked_name(text) is None


@pytest.mark.parametrize(
    ("text", "email"),
    [
        ("mailim ada@example.com teşekkürler", "ada@example.com"),
        ("İrem@example.com", "irem@example.com"),
        ("ada@example.com.", "ada@example.com"),
        ("ada@", None),
        ("ada at example", None),
        ("@ornek a@b ada@example.com", "ada@example.com"),
    ],
)
def test_an_address_is_found_and_checked(text: str, email: str | None) -> None:
    assert checked_email(text) == email


@pytest.mark.parametrize(
    "text",
    ["05321234567", "5321234567", "0 (532) 123 45 67", "+90 532 123 45 67", "00905321234567"],
)
def test_a_turkish_mobile_is_found_however_it_is_written(text: str) -> None:
    assert checked_phone(f"tel {text}") == "+905321234567"


@pytest.mark.parametrize("text", ["0532 123", "0212 555 44 33", "123", "yok"])
def test_what_is_no_mobile_is_refused(text: str) -> None:
    assert checked_phone(text) is None


def test_a_number_from_abroad_is_taken() -> None:
    assert checked_phone("+49 1512 3456789") == "+4915123456789"


def test_a_contact_is_either() -> None:
    assert checked_contact("ada@example.com ya da 05321234567") == "ada@example.com"
    assert checked_contact("05321234567") == "+905321234567"
    assert checked_contact("yok") is None


def test_a_question_has_words() -> None:
    assert checked_question("  Kargom   gelmedi ") == "Kargom gelmedi"
    assert checked_question("hm") is None
    assert checked_question("?" * 50) is None


def test_a_contact_is_shown_as_people_write_it() -> None:
    assert shown_contact("+905321234567") == "0532 123 45 67"
    assert shown_contact("+4915123456789") == "+49 1512 3456789"
    assert shown_contact("ada@example.com") == "ada@example.com"


@settings(deadline=None)
@given(st.text(max_size=200))
def test_no_text_breaks_a_check(text: str) -> None:
    for check in (checked_name, checked_email, checked_phone, checked_question):
        check(text)
