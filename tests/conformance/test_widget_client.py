"""The widget's own Socket.IO client against a server that says everything back."""

import json
import subprocess
from collections.abc import Iterator

import pytest

from tests.assets import node
from tests.conformance.conftest import CALM, Conformance
from tests.server import ROOT

SCRIPT = ROOT / "tests/conformance/clients/widget.mjs"
WAYS = ["websocket", "polling", "fallback", "refused"]


@pytest.fixture(scope="module")
def said() -> Iterator[dict[str, str | None]]:
    """What came out of each way."""
    server = Conformance(CALM)
    try:
        out = subprocess.run(
            [node(), "--experimental-websocket", "--no-warnings", str(SCRIPT), server.url],
            capture_output=True,
            text=True,
            timeout=90,
            check=True,
        ).stdout
    finally:
        server.kill()
    yield {fact["way"]: fact["error"] for fact in map(json.loads, out.splitlines())}


@pytest.mark.parametrize("way", WAYS)
def test_the_widgets_own_client(said: dict[str, str | None], way: str) -> None:
    """Connect, server event, acknowledgement, order, pings, refusal."""
    assert said[way] is None
