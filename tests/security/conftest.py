"""One real server for the whole module: attacks come one after the other, as in life."""

from collections.abc import Iterator

import pytest

from tests.server import ServerProcess
from tests.shop import furnish
from tests.staff import Account


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A running server with two agents; `server.accounts` has their sessions."""
    folder = tmp_path_factory.mktemp("security")
    url = f"sqlite:///{folder / 'chat.sqlite3'}"
    accounts = furnish(url)
    process = ServerProcess(folder, url)
    process.accounts = accounts
    process.start()
    yield process
    process.stop()


@pytest.fixture
def grace(server: ServerProcess) -> Account:
    """The first agent's account."""
    return server.accounts[0]
