"""A relay for the whole module."""

from collections.abc import Iterator

import pytest

from tests.realtime.relay import Relay


@pytest.fixture(scope="module")
def relay() -> Iterator[Relay]:
    """A running relay."""
    server = Relay()
    yield server
    server.stop()
