"""The server of the protocols' suites, in a process of its own."""

import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from tests.server import ROOT, free_port

CALM = "--calm"
PATIENT = "--patient"


class Conformance:
    """`python -m tests.conformance.server` on a free port; starts at once.

    Args:
        options: `CALM` for rare pings, `PATIENT` for many; a busy machine answers either in time.
    """

    def __init__(self, *options: str) -> None:
        self.port = free_port()
        self._options = options
        self.start()

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def start(self) -> None:
        """Start, also again, and wait until it answers."""
        command = [sys.executable, "-m", "tests.conformance.server", str(self.port)]
        self._process = subprocess.Popen([*command, *self._options], cwd=ROOT)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                urllib.request.urlopen(f"{self.url}/", timeout=2).close()
                return
            except urllib.error.HTTPError:
                return
            except OSError:
                time.sleep(0.02)
        raise AssertionError("the server did not start")

    def kill(self) -> None:
        """End it without a word."""
        self._process.kill()
        self._process.wait(10)


@pytest.fixture(scope="module")
def hasty() -> Iterator[Conformance]:
    """A server with the suites' own pings, for what is about pings."""
    running = Conformance()
    yield running
    running.kill()


@pytest.fixture(scope="module")
def pinging() -> Iterator[Conformance]:
    """A server with the suites' own pings that waits longer for answers."""
    running = Conformance(PATIENT)
    yield running
    running.kill()


@pytest.fixture(scope="module")
def server() -> Iterator[Conformance]:
    """A server for everything else."""
    running = Conformance(CALM)
    yield running
    running.kill()
