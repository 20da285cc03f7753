"""Real server processes for journeys."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.server import ServerProcess
from tests.shop import furnish
from tests.staff import Account

Furnished = tuple[ServerProcess, list[Account]]


@pytest.fixture
def new_server(tmp_path: Path) -> Iterator[Callable[..., Furnished]]:
    """Return a function that starts a furnished server; all are ended afterwards."""
    started: list[ServerProcess] = []

    def start(
        *,
        agents: int = 2,
        capacity: int = 3,
        env: dict[str, str] | None = None,
        url: str | None = None,
        grace_s: int = 45,
    ) -> Furnished:
        folder = tmp_path / f"server-{len(started)}"
        folder.mkdir()
        url = url or f"sqlite:///{folder / 'chat.sqlite3'}"
        accounts = furnish(url, agents=agents, capacity=capacity, grace_s=grace_s)
        server = ServerProcess(folder, url, env=env or {})
        started.append(server)
        server.start()
        return server, accounts

    yield start
    for server in started:
        server.stop()
