"""The demo as people start it: a real process, real ports, real sign-ins."""

import os
import random
import re
import select
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from chatserver.demo.errors import DemoError
from chatserver.demo.ports import listen
from chatserver.demo.seed import ADMIN, AGENTS, PASSWORD

pytestmark = pytest.mark.slow
READY_S = 60
LAST_LINE = "chatserver demo --reset"


@dataclass
class Demo:
    """A running demo."""

    port: int
    said: str
    process: "subprocess.Popen[bytes]"

    @property
    def own(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def shop(self) -> str:
        return f"http://127.0.0.1:{self.port + 1}"

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)


def free_pair() -> int:
    """Return the first of two free neighbours, far from those that the demo looks at by itself."""
    for port in random.sample(range(20_000, 30_000), 50):
        with suppress(DemoError):
            for listener in listen(port):
                listener.close()
            return port
    raise AssertionError("no two free neighbours")


def command(data_dir: Path, *options: str) -> list[str]:
    return [sys.executable, "-m", "chatserver", "demo", "--data-dir", str(data_dir), *options]


def environment(language: str) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("LC_")}
    return {**kept, "LANG": language, "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}


@contextmanager
def running(data_dir: Path, *options: str, language: str = "C.UTF-8") -> Iterator[Demo]:
    port = free_pair()
    process = subprocess.Popen(
        command(data_dir, "--port", str(port), *options),
        stdout=subprocess.PIPE,
        env=environment(language),
    )
    try:
        yield Demo(port, wait_until_ready(process), process)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(20)
        assert process.stdout is not None
        process.stdout.close()


def wait_until_ready(process: "subprocess.Popen[bytes]") -> str:
    assert process.stdout is not None
    said, until = b"", time.monotonic() + READY_S
    while LAST_LINE.encode() not in said:
        if not select.select([process.stdout], [], [], max(0, until - time.monotonic()))[0]:
            raise AssertionError(f"not ready after {READY_S} s: {said.decode()}")
        chunk = os.read(process.stdout.fileno(), 65536)
        assert chunk, f"ended with {process.wait(5)}: {said.decode()}"
        said += chunk
    return said.decode()


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "data"


@pytest.fixture(scope="module")
def demo(kept: Path) -> Iterator[Demo]:
    with running(kept) as started:
        yield started


def sign_in(demo: Demo, email: str, password: str = PASSWORD) -> str:
    """Sign in as a browser does and return the cookie, which is Secure and so passed by hand."""
    answer = httpx2.post(
        f"{demo.own}/sign-in",
        data={"email": email, "password": password},
        headers={"Origin": demo.own, "Sec-Fetch-Site": "same-origin"},
    )
    found = re.search(r"__Host-staff=([^;]+)", answer.headers.get("set-cookie", ""))
    return "" if found is None else found[0]


def test_it_says_where_everything_is_and_who_can_sign_in(demo: Demo) -> None:
    for part in (f"{demo.shop}/", f"{demo.own}/console", f"{demo.own}/editor", "Ctrl+C", PASSWORD):
        assert part in demo.said
    for person in (*AGENTS, ADMIN):
        assert person.email in demo.said


def test_every_link_it_prints_answers(demo: Demo) -> None:
    links = re.findall(r"http://\S+", demo.said)
    assert len(links) >= 5
    for link in links:
        assert httpx2.get(link).status_code in {200, 303}, link


def test_the_shop_embeds_the_widget_under_a_strict_policy(demo: Demo) -> None:
    page = httpx2.get(demo.shop)
    assert f'<script async src="{demo.own}/widget.js" data-site="demo"' in page.text
    policy = page.headers["content-security-policy"]
    assert f"script-src 'self' {demo.own};" in policy
    assert "unsafe" not in policy
    assert httpx2.get(f"{demo.own}/widget.js").status_code == 200


def test_only_the_shop_may_frame_the_panel(demo: Demo) -> None:
    policy = httpx2.get(f"{demo.own}/frame/demo").headers["content-security-policy"]
    assert demo.shop in policy
    assert demo.shop.replace("127.0.0.1", "localhost") in policy


@pytest.mark.parametrize("person", [*AGENTS, ADMIN], ids=lambda person: person.email)
def test_everybody_named_can_sign_in(demo: Demo, person: object) -> None:
    cookie = sign_in(demo, getattr(person, "email", ""))
    page = httpx2.get(f"{demo.own}/console", headers={"Cookie": cookie})
    assert page.status_code == 200
    assert sign_in(demo, getattr(person, "email", ""), "wrong password") == ""


def test_two_weeks_of_conversations_are_in_the_transcripts(demo: Demo) -> None:
    cookie = sign_in(demo, ADMIN.email)
    found: set[str] = set()
    path: str | None = "/transcripts"
    for _ in range(10):
        page = httpx2.get(f"{demo.own}{path}", headers={"Cookie": cookie})
        assert page.status_code == 200
        found |= set(re.findall(r'href="(/transcripts/[\w-]{20,})"', page.text))
        more = re.search(r'href="(/transcripts\?[^"]*(?:before|page|after)[^"]*)"', page.text)
        if more is None:
            break
        path = more[1].replace("&amp;", "&")
    assert len(found) >= 25


def test_somebody_waits_with_their_details(demo: Demo) -> None:
    cookie = sign_in(demo, ADMIN.email)
    page = httpx2.get(f"{demo.own}/transcripts?status=waiting", headers={"Cookie": cookie})
    assert "Hülya Sezer" in page.text


def test_a_taken_port_is_said_and_ends_with_1(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        for first in (port, port - 1):
            ended = subprocess.run(
                command(tmp_path / "data", "--port", str(first)),
                capture_output=True,
                text=True,
                timeout=30,
                env=environment("tr_TR.UTF-8"),
            )
            assert ended.returncode == 1
            assert "dolu" in ended.stderr
            assert "Traceback" not in ended.stderr


def test_a_second_demo_on_the_same_data_is_refused(demo: Demo, kept: Path) -> None:
    ended = subprocess.run(
        command(kept), capture_output=True, text=True, timeout=30, env=environment("C.UTF-8")
    )
    assert ended.returncode == 1
    assert f"{demo.shop}/" in ended.stderr


def test_run_again_it_keeps_its_data_and_follows_the_port(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with running(data, language="tr_TR.UTF-8") as first:
        assert "Avlu hazır." in first.said
        assert first.stop() == 0
    key = data / "secret.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    secret, made = key.read_text(), conversations(data)
    with closing(socket.socket()) as busy:
        busy.bind(("127.0.0.1", first.port))
        busy.listen()
        with running(data) as second:
            assert second.port != first.port
            policy = httpx2.get(f"{second.own}/frame/demo").headers["content-security-policy"]
            assert second.shop in policy
            assert first.shop not in policy
    assert key.read_text() == secret
    assert conversations(data) == made
    with running(data, "--reset"):
        pass
    assert key.read_text() != secret
    assert len(conversations(data)) == len(made)
    assert not conversations(data) & made


def conversations(data: Path) -> set[str]:
    """Return the public ids of all conversations in a stopped demo's database."""
    import sqlite3

    with closing(sqlite3.connect(data / "chat.sqlite3")) as database:
        return {row[0] for row in database.execute("SELECT public_id FROM conversation")}
