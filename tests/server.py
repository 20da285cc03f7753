"""A real server process on a free port."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from tests.forking import Forked
from tests.staff import Account

ROOT = Path(__file__).parent.parent
START_TIMEOUT_S = 30.0
SECRET = "a-test-secret-0123456789-abcdefghijklm"
GENEROUS = {
    "CHATSERVER_SENDS_PER_MINUTE": "100000",
    "CHATSERVER_EVENTS_PER_SECOND": "10000",
    "CHATSERVER_STARTS_PER_HOUR": "100000",
    "CHATSERVER_SOCKETS_PER_ADDRESS": "10000",
}


def free_port() -> int:
    """Return a port nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class ServerProcess:
    """`chatserver serve` in a process of its own, over one database that outlives it."""

    folder: Path
    database_url: str
    env: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    process: "subprocess.Popen[bytes] | Forked | None" = None
    accounts: list[Account] = field(default_factory=list)
    module: str = "chatserver"

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        return (self.folder / "server.log").read_text(encoding="utf-8", errors="replace")

    def start(self) -> None:
        """Start and wait until it is ready."""
        environ = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith("CHATSERVER_") and key not in {"PORT", "DATABASE_URL"}
        }
        environ |= {
            "DATABASE_URL": self.database_url,
            "SECRET_KEY": SECRET,
            "CHATSERVER_DATA_DIR": str(self.folder),
            "PYTHONUNBUFFERED": "1",
            **GENEROUS,
            **self.env,
        }
        log, arguments = self.folder / "server.log", ["serve", "--port", str(self.port)]
        if self.module == "chatserver":
            self.process = Forked(arguments, environ=environ, output=log, cwd=ROOT)
        else:
            with log.open("ab") as output:
                self.process = subprocess.Popen(
                    [sys.executable, "-m", self.module, *arguments],
                    env=environ,
                    stdout=output,
                    stderr=output,
                    cwd=ROOT,
                )
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise AssertionError(f"the server ended:\n{self.log[-3000:]}")
            if self.is_ready():
                return
            time.sleep(0.05)
        raise AssertionError(f"the server did not get ready:\n{self.log[-3000:]}")

    def is_ready(self) -> bool:
        """Whether /readyz says so."""
        try:
            with urllib.request.urlopen(f"{self.origin}/readyz", timeout=1) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def kill(self) -> None:
        """End it without a word, as a power cut or the kernel would."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def terminate(self, timeout_s: float = 15) -> int:
        """Ask it to stop and return its exit status."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout_s)

    def stop(self) -> None:
        """End it if it still runs."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait(10)
