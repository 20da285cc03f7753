"""What a card may show: prices as people read them, lines that are lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatserver.domain.cards import MAX_LINE_CHARS, clean_line, money


@pytest.mark.parametrize(
    ("kurus", "turkish", "english"),
    [
        (149990, "1.499,90\u00a0TL", "TRY\u00a01,499.90"),
        (150000, "1.500\u00a0TL", "TRY\u00a01,500"),
        (5, "0,05\u00a0TL", "TRY\u00a00.05"),
        (0, "0\u00a0TL", "TRY\u00a00"),
        (123456789000, "1.234.567.890\u00a0TL", "TRY\u00a01,234,567,890"),
    ],
)
def test_an_amount_reads_as_in_a_shop(kurus: int, turkish: str, english: str) -> None:
    assert (money(kurus, "tr"), money(kurus, "en")) == (turkish, english)


@given(st.text(max_size=400))
def test_a_line_is_one_line_and_stays_as_it_is_the_second_time(text: str) -> None:
    line = clean_line(text)
    assert clean_line(line) == line
    assert len(line) <= MAX_LINE_CHARS
    assert not set(line) & set("\n\r\t\x00\u202e\u2066\u2028")
