"""Pictures of cards: asked for once, by us alone, made anew, and nothing inside is ever reached."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from PIL import Image

from chatserver.clock import ManualClock
from chatserver.errors import Code, Refusal
from chatserver.outbound import Outbound
from chatserver.services.card_pictures import (
    FAILED_S,
    KEPT,
    KEPT_S,
    MAX_PICTURE_BYTES,
    MAX_SIDE,
    CardPictures,
)
from tests.endpoints import Authority, Endpoint, Serve, endless, endpoint, resolving, says


def photo(width: int = 1600, height: int = 1000, kind: str = "JPEG") -> bytes:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x9C9B] = "canary".encode("utf-16le")
    Image.new("RGB", (width, height), "#4d7a6a").save(out, kind, exif=exif)
    return out.getvalue()


@asynccontextmanager
async def shop(answer: Serve) -> AsyncIterator[tuple[CardPictures, Endpoint, ManualClock, str]]:
    """A shop's server with a certificate of its own, and who asks it."""
    authority, clock = Authority(), ManualClock()
    outbound = Outbound(
        allow_local=True,
        resolve=resolving(avlu_example=["127.0.0.1"]),
        tls=authority.trusting(),
        max_bytes=MAX_PICTURE_BYTES,
    )
    async with endpoint(answer, tls=authority.server("avlu.example")) as there:
        yield CardPictures(outbound, clock), there, clock, f"https://avlu.example:{there.port}/"


async def refused(pictures: CardPictures, address: str) -> None:
    with pytest.raises(Refusal) as caught:
        await pictures.get(address)
    assert caught.value.code is Code.NOT_FOUND


async def test_it_is_asked_for_once_and_made_anew() -> None:
    async with shop(says(photo())) as (pictures, there, clock, address):
        many = await asyncio.gather(*(pictures.get(address + "a.jpg") for _ in range(20)))
        assert there.hits == 1
        head = there.asked[0].decode()
        assert head.startswith("GET /a.jpg HTTP/1.1\r\n")
        assert "cookie" not in head.lower() and "referer" not in head.lower()
        picture = many[0]
        assert (picture.media_type, picture.width, picture.height) == ("image/jpeg", MAX_SIDE, 400)
        assert b"c\x00a\x00n\x00a\x00r\x00y" not in picture.content
        clock.advance(s=KEPT_S + 1)
        await pictures.get(address + "a.jpg")
        assert there.hits == 2


@pytest.mark.parametrize(
    "answer",
    [
        says(b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        says(b"<html><script>alert(1)</script>"),
        says(b"%PDF-1.7 " + b"x" * 100),
        says(b"\x89PNG\r\n\x1a\n" + b"x" * 100),
        says(photo(), "404 Not Found"),
        says(b"", "302 Found", "Location: http://169.254.169.254/"),
        endless,
    ],
    ids=["svg", "html", "pdf", "broken", "missing", "redirect", "endless"],
)
async def test_f_u1_o01_what_is_no_picture_is_not_shown_and_not_asked_again(answer: Serve) -> None:
    async with shop(answer) as (pictures, there, clock, address):
        for _ in range(3):
            await refused(pictures, address)
        assert there.hits == 1
        clock.advance(s=FAILED_S + 1)
        await refused(pictures, address)
        assert there.hits == 2


async def test_o01_no_picture_is_fetched_from_inside() -> None:
    async with endpoint(says(photo())) as canary:
        pictures = CardPictures(Outbound(), ManualClock())
        for host in ("127.0.0.1", "localhost", "[::1]", "2130706433", "169.254.169.254"):
            await refused(pictures, f"https://{host}:{canary.port}/")
            await refused(pictures, f"http://{host}:{canary.port}/")
    assert canary.hits == 0


async def test_only_so_many_are_kept() -> None:
    async with shop(says(b"no picture")) as (pictures, there, _clock, address):
        for number in range(KEPT + 1):
            await refused(pictures, f"{address}{number}")
        await refused(pictures, f"{address}{KEPT}")
        assert there.hits == KEPT + 1
        await refused(pictures, f"{address}0")
        assert there.hits == KEPT + 2
