"""JSON on the wire: what no browser or database may meet never gets in or out."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatserver.realtime import codec
from chatserver.realtime.codec import MALFORMED, MAX_DEPTH, dumps, loads

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
        "1" * 18, '{"a":{"b":1,"b":1}}', '{"a":1,"a" :":"}', "[" * 33 + "]" * 33, '"\\\\u0000\\u0000"',
        '"\\ud800"', '{"\\udfff":1}', '["a\\u0000b"]', "", "{", "\ufeff1", b"\xff",
    ],
)  # fmt: skip
def test_what_is_malformed_is_named_so(text: str | bytes) -> None:
    assert loads(text) is MALFORMED


def test_nan_never_leaves() -> None:
    assert dumps([float("nan"), float("inf")]) == "[null,null]"


keys = st.sampled_from(["a", "b", "a:b", "\\u0061"])
almost = st.recursive(
    st.sampled_from(
        ["1", "-0", "1e16", "1e308", "1e999", "9" * 16, "9" * 17, "9" * 18, "-" + "9" * 17, "NaN",
         "1.5", "null", "true", '"a:b"', '"\\u0000"', '"\\\\u0000"', '"\\ud800"', '"\\ud83d\\ude00"']
    ),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: f"[{','.join(items)}]")
        | st.lists(st.tuples(keys, inner), max_size=3).map(
            lambda pairs: "{" + ", ".join(f'"{key}" : {value}' for key, value in pairs) + "}"
        )
    ),
    max_leaves=8,
)  # fmt: skip


@given(almost)
def test_the_fast_way_decides_as_the_strict_one(text: str) -> None:
    try:
        strictly = codec._load_strictly(text)
    except (ValueError, RecursionError):
        strictly = MALFORMED
    assert loads(text) == strictly


def test_as_deep_as_events_go_and_no_deeper() -> None:
    assert loads("[" * MAX_DEPTH + "]" * MAX_DEPTH) is not MALFORMED
    assert loads("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1)) is MALFORMED
