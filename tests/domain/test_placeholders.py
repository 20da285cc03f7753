"""What editors read of a shopper's message holds nothing that names the shopper."""

from time import process_time

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


@pytest.mark.parametrize("unit", ["字", "a", "1 ", "1", "a.", "A1", "+1", "www.", "a@", "TR11 "])
def test_the_cost_grows_with_the_length_alone(unit: str) -> None:
    def cost(size: int) -> float:
        text = (unit * size)[:size]
        began = process_time()
        for _ in range(5):
            with_placeholders(text)
        return process_time() - began

    cost(1_000)
    # Sixteen times the length; what grew with its square would take 256 times as long.
    assert min(cost(64_000) for _ in range(2)) < 80 * max(cost(4_000), 1e-4)
