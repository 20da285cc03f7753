"""Files over a real server: leave by socket, bytes by HTTP, and who may have them again."""

import io
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
from PIL import Image

from chatserver.services.files import clean_name
from tests.clients import AgentClient, VisitorClient, fresh_client_id
from tests.server import ServerProcess
from tests.shop import furnish

PNG_HEAD = b"\x89PNG\r\n\x1a\n"


@dataclass
class Scene:
    server: ServerProcess
    http: aiohttp.ClientSession
    ada: VisitorClient
    alan: VisitorClient
    grace: AgentClient

    async def offer(self, who: VisitorClient, name: str, size: int) -> dict[str, object]:
        return await who.ask(
            "file_offer",
            client_id=fresh_client_id(),
            conversation=who.conversation,
            name=name,
            size=size,
        )

    async def post(self, path: str, body: bytes, **headers: str) -> tuple[int, dict[str, object]]:
        sent = {"Origin": self.server.origin, "Accept": "application/json", **headers}
        async with self.http.post(
            self.server.origin + path, data=io.BytesIO(body), headers=sent
        ) as answer:
            text = await answer.text()
            said = json.loads(text) if text.startswith("{") else {}
            return answer.status, said.get("error", said)

    async def send(
        self, who: VisitorClient, name: str, body: bytes
    ) -> tuple[int, dict[str, object]]:
        offered = await self.offer(who, name, len(body))
        assert offered["ok"], offered
        return await self.post(str(offered["upload"]), body)

    async def files(self, who: VisitorClient) -> list[dict[str, object]]:
        return [m["body"] for m in await who.sync() if m["kind"] == "file"]

    async def link(self, who: VisitorClient, file: str) -> str | None:
        answer = await who.ask("file_links", conversation=who.conversation, files=[file])
        assert answer["ok"], answer
        found = answer["links"].get(file)
        return None if found is None else str(found)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> object:
    place = tmp_path_factory.mktemp("files")
    url = f"sqlite:///{place / 'chat.sqlite3'}"
    accounts = furnish(url, agents=2)
    server = ServerProcess(place, url, env={"CHATSERVER_SENDS_PER_MINUTE": "500"})
    server.start()
    yield server, accounts
    server.stop()


@pytest.fixture
async def scene(house: tuple[ServerProcess, list[object]]) -> AsyncIterator[Scene]:
    server, accounts = house
    ada, alan = VisitorClient(server.origin), VisitorClient(server.origin)
    grace = AgentClient(server.origin, accounts[0])  # type: ignore[arg-type]
    for visitor in (ada, alan):
        await visitor.start()
        assert (await visitor.say("merhaba"))["ok"]
    await grace.connect()
    async with aiohttp.ClientSession() as http:
        yield Scene(server, http, ada, alan, grace)
    for client in (ada, alan, grace):
        await client.close()


def photo(format: str = "JPEG", size: tuple[int, int] = (60, 40)) -> bytes:
    """A picture that says where it was taken, and hides more behind its end."""
    image = Image.new("RGB", size, "teal")
    exif = Image.Exif()
    exif[0x0110] = "canary-camera"
    exif.get_ifd(0x8825)[2] = (41.0, 0.0, 30.0)
    exif[0x0112] = 6
    out = io.BytesIO()
    image.save(out, format, **({"exif": exif} if format != "GIF" else {}))
    return out.getvalue() + b"<script>canary-tail</script>"


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF"])
async def test_a_picture_is_made_anew_turned_and_without_its_place(
    scene: Scene, format: str
) -> None:
    """F-U4, and the tail of a polyglot."""
    status, answer = await scene.send(scene.ada, "IMG_1.jpeg", photo(format))
    assert (status, answer["ok"]) == (200, True)
    body = (await scene.files(scene.ada))[-1]
    turned = (60, 40) if format == "GIF" else (40, 60)
    assert (body["width"], body["height"]) == turned
    path = await scene.link(scene.ada, str(body["file"]))
    async with scene.http.get(f"{scene.server.origin}{path}") as got:
        content, headers = await got.read(), got.headers
    assert b"canary" not in content
    with Image.open(io.BytesIO(content)) as kept:
        assert dict(kept.getexif()) == {} and kept.size == turned
    assert headers["Content-Type"] == body["media_type"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in headers["Content-Security-Policy"]
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Content-Disposition"].startswith("inline")


async def test_a_document_is_saved_and_never_shown(scene: Scene) -> None:
    await scene.send(scene.ada, "fatura‮fdp.exe", b"%PDF-1.7\n%canary\n")
    body = (await scene.files(scene.ada))[-1]
    assert (body["name"], body["media_type"]) == ("faturafdp.pdf", "application/pdf")
    path = await scene.link(scene.ada, str(body["file"]))
    async with scene.http.get(f"{scene.server.origin}{path}") as got:
        assert got.headers["Content-Disposition"].startswith("attachment")


BOMB = io.BytesIO()
Image.new("1", (50_000, 50_000)).save(BOMB, "PNG")


@pytest.mark.parametrize(
    "body",
    [
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>',
        b"<!doctype html><script>1</script>",
        b"MZ\x90\x00" + b"\0" * 100,
        b"PK\x03\x04" + b"\0" * 100,
        PNG_HEAD + b"not a picture",
        b"GIF89a<script>",
        b"\0" * 50,
        BOMB.getvalue(),
    ],
    ids=["svg", "html", "exe", "zip", "broken", "polyglot", "nothing", "bomb"],
)
async def test_what_a_name_says_is_not_believed(scene: Scene, body: bytes) -> None:
    """F-U1 and F-U3: type by content, pixels counted before they are decoded."""
    before = len(await scene.files(scene.ada))
    status, answer = await scene.send(scene.ada, "photo.png", body)
    assert (status, answer["code"]) == (400, "bad_request")
    assert len(await scene.files(scene.ada)) == before


async def test_too_much_is_refused_before_and_while_it_is_read(scene: Scene) -> None:
    """F-U2: by what is offered, by the declared length, and by the true one."""
    assert (await scene.offer(scene.ada, "a.png", 11 << 20))["code"] == "too_large"
    offered = await scene.offer(scene.ada, "a.png", 10)
    status, _ = await scene.post(str(offered["upload"]), b"x" * (11 << 20))
    assert status == 413

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(30):
            yield b"x" * (1 << 20)

    try:
        async with scene.http.post(
            f"{scene.server.origin}{offered['upload']}",
            data=endless(),
            headers={"Origin": scene.server.origin},
        ) as answer:
            assert answer.status == 413
    except aiohttp.ClientError:
        pass  # hung up on while still sending
    assert scene.server.is_ready()


async def test_leave_is_for_one_message_of_one_conversation(scene: Scene) -> None:
    """F-U5: forged, foreign and repeated."""
    stolen = await scene.alan.ask(
        "file_offer",
        client_id=fresh_client_id(),
        conversation=scene.ada.conversation,
        name="a.png",
        size=9,
    )
    assert stolen["code"] == "not_found"
    offered = await scene.offer(scene.ada, "a.png", 9)
    path = str(offered["upload"])
    forged = path[:-3] + ("aaa" if path[-3:] != "aaa" else "bbb")
    assert (await scene.post(forged, photo()))[0] == 404
    first = await scene.post(path, photo())
    second = await scene.post(path, photo())
    assert (first[1]["seq"], second[1]["duplicate"]) == (second[1]["seq"], True)
    foreign = await scene.post(path, photo(), Origin="https://evil.example")
    assert foreign[0] == 403


async def test_nobody_else_has_a_file_and_erased_it_is_gone(scene: Scene) -> None:
    """F-U5: two actors, then erasure."""
    await scene.send(scene.ada, "a.png", photo("PNG"))
    file = str((await scene.files(scene.ada))[-1]["file"])
    assert await scene.link(scene.alan, file) is None
    answer = await scene.grace.ask("file_links", conversation=scene.ada.conversation, files=[file])
    assert file in answer["links"]
    path = await scene.link(scene.ada, file)
    exported = (await scene.ada.ask("data_export"))["url"]
    async with scene.http.get(f"{scene.server.origin}{exported}") as got:
        kept = await got.json()
    assert got.headers["Content-Disposition"].startswith("attachment")
    assert kept["conversations"][0]["files"][0]["name"] == "a.png"
    assert (await scene.ada.ask("data_erase"))["ok"]
    for gone in (path, exported):
        async with scene.http.get(f"{scene.server.origin}{gone}") as got:
            assert got.status == 404
    token = scene.ada.token
    await scene.ada.close()
    scene.ada.token = token
    again = await scene.ada.connect()
    assert again["authenticated"] is False


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("../../etc/passwd", "passwd.png"),
        ("C:\\Users\\x\\foto.PNG", "foto.png"),
        ("a\x00b\r\n.png", "ab.png"),
        ("con.png", "file.png"),
        ("x" * 300, "x" * 100 + ".png"),
        ("ad‮gnp.exe", "adgnp.png"),
        (" . ", "file.png"),
        ("foto.php.jpg", "foto.php.png"),
        ('<img src=x onerror="1">.png', "img src=x onerror=1.png"),
    ],
)
def test_a_name_is_a_name_and_nothing_else(name: str, clean: str) -> None:
    assert clean_name(name, "image/png") == clean


def test_the_cleaner_needs_no_network_and_no_disk(tmp_path: Path) -> None:
    from chatserver import pictures

    said, body = pictures.clean(photo("PNG", (3000, 600)), "image/png", 40_000_000)
    assert (said["type"], said["height"]) == ("image/png", pictures.MAX_SIDE)
    assert body.startswith(PNG_HEAD)
