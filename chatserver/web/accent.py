"""One site colour in, five checked colours out, for light and for dark; pure arithmetic.

Lightness moves in OKLCH by small steps, hue stays; chroma gives way only when the colour leaves
sRGB. Source: B. Ottosson, "A perceptual color space for image processing" (2020); contrast by
WCAG 2.2.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

TEXT = 4.6
PART = 3.05
"""WCAG's 4.5 and 3, with room for rounding."""

DARK_TEXT = 6.0
"""Thin light text on dark wants more than the minimum."""

STEP = 0.005
NUDGE = 0.08
"""The most lightness that is taken away to keep white text."""

WHITE, INK = "#ffffff", "#1c1a17"
LIGHT_SURFACE, LIGHT_WORST = "#ffffff", "#f3f1ed"
DARK_SURFACE, DARK_WORST = "#1a1917", "#2c2a27"
"""Surface, and the tint on which accent text reads hardest."""

Lch = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Shades:
    """The colours of one theme.

    Args:
        accent: fills. on: text on it. ink: accent text. soft: tint. edge: of a fill too pale to be
            seen, or None.
    """

    accent: str
    on: str
    ink: str
    soft: str
    edge: str | None


@dataclass(frozen=True, slots=True)
class Accent:
    """A shop's colour made legible in both themes."""

    light: Shades
    dark: Shades


def is_colour(text: str) -> bool:
    """Whether this is `#rrggbb`."""
    return re.fullmatch(r"#[0-9a-fA-F]{6}", text) is not None


def adapt(colour: str) -> Accent:
    """Return the colours of both themes for a shop's `#rrggbb`."""
    return Accent(_on_light(colour.lower()), _on_dark(colour.lower()))


def _on_light(colour: str) -> Shades:
    accent = _keep_white_if_near(colour, lambda _: True)
    soft = _mix(accent, LIGHT_SURFACE, 0.08)
    ink = _shift(colour, -STEP, lambda c: _reads(c, TEXT, LIGHT_WORST, soft))
    edge = None
    if contrast(accent, LIGHT_SURFACE) < PART:
        edge = _shift(accent, -STEP, lambda c: contrast(c, LIGHT_SURFACE) >= PART)
    return Shades(accent, _text_on(accent), ink, soft, edge)


def _on_dark(colour: str) -> Shades:
    def is_seen(candidate: str) -> bool:
        return contrast(candidate, DARK_SURFACE) >= PART

    calm = _cap(colour, max_lightness=0.84, max_chroma=0.18)
    accent = _keep_white_if_near(_shift(calm, STEP, is_seen), is_seen)
    soft = _mix(accent, DARK_SURFACE, 0.16)
    ink = _shift(calm, STEP, lambda c: _reads(c, DARK_TEXT, DARK_WORST, soft))
    return Shades(accent, _text_on(accent), ink, soft, None)


def _keep_white_if_near(colour: str, is_allowed: Callable[[str], bool]) -> str:
    if contrast(colour, WHITE) >= TEXT:
        return colour
    darker = _shift(colour, -STEP, lambda c: contrast(c, WHITE) >= TEXT)
    cost = _to_lch(colour)[0] - _to_lch(darker)[0]
    return darker if cost <= NUDGE and is_allowed(darker) else colour


def _text_on(fill: str) -> str:
    return WHITE if contrast(fill, WHITE) >= 4.5 else INK


def _reads(colour: str, least: float, *grounds: str) -> bool:
    return all(contrast(colour, ground) >= least for ground in grounds)


def _shift(colour: str, step: float, done: Callable[[str], bool]) -> str:
    lightness, chroma, hue = _to_lch(colour)
    for _ in range(round(1 / STEP)):
        if done(colour):
            break
        lightness = min(1.0, max(0.0, lightness + step))
        colour = _to_hex((lightness, chroma, hue))
    return colour


def _cap(colour: str, *, max_lightness: float, max_chroma: float) -> str:
    lightness, chroma, hue = _to_lch(colour)
    if lightness <= max_lightness and chroma <= max_chroma:
        return colour
    return _to_hex((min(lightness, max_lightness), min(chroma, max_chroma), hue))


# Colour arithmetic


def contrast(one: str, other: str) -> float:
    """Return the WCAG contrast of two colours, 1 to 21."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = _linear_channels(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear_channels(colour: str) -> tuple[float, float, float]:
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return red, green, blue


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)


def _gamma(value: float) -> float:
    return value * 12.92 if value <= 0.0031308 else float(1.055 * value ** (1 / 2.4) - 0.055)


def _to_lab(colour: str) -> Lch:
    red, green, blue = _linear_channels(colour)
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    return (
        0.2104542553 * long + 0.793617785 * medium - 0.0040720468 * short,
        1.9779984951 * long - 2.428592205 * medium + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * medium - 0.808675766 * short,
    )


def _lab_to_rgb(lab: Lch) -> tuple[float, float, float]:
    lightness, a, b = lab
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short,
    )


def _lab_to_hex(lab: Lch) -> str:
    values = (min(1.0, max(0.0, _gamma(max(0.0, value)))) for value in _lab_to_rgb(lab))
    return "#" + "".join(f"{math.floor(value * 255 + 0.5):02x}" for value in values)


def _mix(one: str, other: str, share: float) -> str:
    first, second = _to_lab(one), _to_lab(other)
    mixed = [x * share + y * (1 - share) for x, y in zip(first, second, strict=True)]
    return _lab_to_hex((mixed[0], mixed[1], mixed[2]))


def _to_lch(colour: str) -> Lch:
    lightness, a, b = _to_lab(colour)
    return lightness, math.hypot(a, b), math.atan2(b, a)


def _to_hex(lch: Lch) -> str:
    """Out of sRGB: give up chroma, keep lightness and hue."""
    lightness, chroma, hue = lch
    while True:
        lab = (lightness, chroma * math.cos(hue), chroma * math.sin(hue))
        if chroma == 0 or all(-0.0005 < value < 1.0005 for value in _lab_to_rgb(lab)):
            return _lab_to_hex(lab)
        chroma = max(0.0, chroma - 0.004)
