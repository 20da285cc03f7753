"""A full disk: nothing is acknowledged that is not kept, and room heals it without a restart."""

import resource
from collections.abc import Callable
from pathlib import Path

import psutil

from tests.clients import VisitorClient
from tests.journeys.conftest import Furnished
from tests.server import ROOT


async def test_a_full_disk_refuses_keeps_what_was_acked_and_heals(
    new_server: Callable[..., Furnished],
) -> None:
    """The kernel's limit on file sizes stands for the disk: a write beyond it fails."""
    server, _accounts = new_server()
    visitor = VisitorClient(server.origin)
    await visitor.start()
    assert (await visitor.say("merhaba"))["ok"]
    process = psutil.Process(server.process.pid)  # type: ignore[union-attr]
    log = Path(server.database_url.removeprefix("sqlite:///") + "-wal")
    room = log.stat().st_size + 64 * 1024
    process.rlimit(psutil.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
    answers = []
    for number in range(60):
        answers.append(await visitor.say(f"dolu disk {number} " + "x" * 2000))
        if not answers[-1]["ok"]:
            break
    assert answers[-1]["code"] == "unavailable" and answers[-1]["retry"], answers[-1]
    assert server.process is not None and server.process.poll() is None
    process.rlimit(psutil.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    after = await visitor.say("yer açıldı")
    assert after["ok"], after
    stored = {message["seq"] for message in await visitor.sync()}
    assert {answer["seq"] for answer in [*answers, after] if answer["ok"]} <= stored
    await visitor.close()


async def test_a_second_process_on_the_same_file_is_turned_away(
    new_server: Callable[..., Furnished],
) -> None:
    import os
    import subprocess
    import sys

    server, _accounts = new_server()
    second = subprocess.run(
        [sys.executable, "-m", "chatserver", "serve", "--port", "0"],
        env={**os.environ, "DATABASE_URL": server.database_url},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert second.returncode == 1
    assert "Another process" in second.stderr
