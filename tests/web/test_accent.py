"""A shop's colour stays legible, whichever it is."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatserver.web.accent import (
    DARK_SURFACE,
    DARK_WORST,
    LIGHT_SURFACE,
    LIGHT_WORST,
    adapt,
    contrast,
    is_colour,
)

colours = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@settings(max_examples=300, deadline=None)
@given(colours)
def test_every_colour_becomes_one_that_can_be_read(colour: str) -> None:
    accent = adapt(colour)
    for shades, surface, worst in (
        (accent.light, LIGHT_SURFACE, LIGHT_WORST),
        (accent.dark, DARK_SURFACE, DARK_WORST),
    ):
        assert contrast(shades.on, shades.accent) >= 4.5
        for ground in (surface, worst, shades.soft):
            assert contrast(shades.ink, ground) >= 4.5
        edge = shades.edge or shades.accent
        assert contrast(edge, surface) >= 3
        for value in (shades.accent, shades.on, shades.ink, shades.soft, edge):
            assert is_colour(value)


def test_a_blue_keeps_white_text_and_yellow_stays_yellow() -> None:
    assert adapt("#1f5f4d").light.accent == "#1f5f4d"
    assert adapt("#1f5f4d").light.on == "#ffffff"
    yellow = adapt("#ffd400").light
    assert (yellow.accent, yellow.on) == ("#ffd400", "#1c1a17")
    assert yellow.edge is not None


def test_capital_letters_make_no_difference() -> None:
    assert adapt("#FFD400") == adapt("#ffd400")


@pytest.mark.parametrize(
    "text", ["", "red", "#fff", "#12345g", "#1234567", "#123456;x", "#123456\n"]
)
def test_only_six_digits_are_a_colour(text: str) -> None:
    assert not is_colour(text)


def test_contrast_is_that_of_the_guidelines() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)
