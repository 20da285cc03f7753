"""JSON on the wire: what no browser or database may meet never gets in or out."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatserver.realtime.codec import MALFORMED, dumps, loads

plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(plain)
def test_honest_values_come_back_as_they_went(value: object) -> None:
    assert loads(json.dumps(value)) == value
    assert loads(dumps(value)) == value


@given(st.text() | st.binary())
def test_nothing_raises(text: str | bytes) -> None:
    loads(text)


@pytest.mark.parametrize(
    "text",
    [
        "NaN", "[Infinity]", "-Infinity", "1e999", "9" * 101, '{"a":1,"a":2}', "[" * 100_000,
        '"\\ud800"', '{"\\udfff":1}', '["a\\u0000b"]', "", "{", "\ufeff1", b"\xff",
    ],
)  # fmt: skip
def test_what_is_malformed_is_named_so(text: str | bytes) -> None:
    assert loads(text) is MALFORMED


def test_nan_never_leaves() -> None:
    assert dumps([float("nan"), float("inf")]) == "[null,null]"
