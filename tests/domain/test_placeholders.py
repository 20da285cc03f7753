"""What editors read of a shopper's message holds nothing that names the shopper."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatserver.domain.placeholders import with_placeholders


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("mailim ada.lovelace+x@ornek.com.tr oldu", "mailim [email] oldu"),
        ("kartım 4242 4242 4242 4242 geçmiyor", "kartım [card] geçmiyor"),
        ("iban TR33 0006 1005 1978 6457 8413 26 doğru mu", "iban [iban] doğru mu"),
        ("0532 123 45 67 den arayın", "[phone] den arayın"),
        ("+90 (532) 123-45-67", "[phone]"),
        ("tc 10000000146", "tc [id]"),
        ("AV-20418 nerede", "[number] nerede"),
        ("siparişim 20418 kargoda mı", "siparişim [number] kargoda mı"),
        ("https://shop.example/o?id=7 açılmıyor", "[link] açılmıyor"),
        ("1.500 TL üstü 14 gün 2026", "1.500 TL üstü 14 gün 2026"),
        ("38 numara yerine 39", "38 numara yerine 39"),
    ],
)
def test_personal_data_is_taken_out_and_the_question_stays(said: str, kept: str) -> None:
    assert with_placeholders(said) == kept


@given(st.text(alphabet="ab 0123456789.-+@/:TR()", max_size=60))
def test_masking_twice_is_masking_once(text: str) -> None:
    assert with_placeholders(with_placeholders(text)) == with_placeholders(text)


@given(st.integers(0, 10**16 - 1))
def test_no_long_number_is_left(number: int) -> None:
    text = f"no {number:016d} var"
    assert not any(run.isdigit() and len(run) > 4 for run in with_placeholders(text).split())
