"""Folding: Turkish letters and their bare cousins are one."""

from hypothesis import given
from hypothesis import strategies as st

from chatserver.domain.folding import fold


def test_the_four_i_are_one() -> None:
    assert {fold(text) for text in ("İADE", "IADE", "ıade", "iade", "İade", "i\u0307ade")} == {
        "iade"
    }


def test_marks_and_apostrophes_fall_away() -> None:
    assert fold("  Şûle’nin ÇĞÖÜ  hâlâ ") == "sulenin cgou hala"


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet="abcçdefgğhıijklmnoöprsştuüvyz "))
def test_typing_without_turkish_letters_finds_the_same(text: str) -> None:
    bare = text.translate(str.maketrans("çğıöşü", "cgiosu"))
    assert fold(text) == fold(bare) == fold(bare.upper())
