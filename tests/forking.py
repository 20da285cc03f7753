"""Processes that are born with the product's modules loaded.

Importing costs a server a second of CPU, and the tests start hundreds: a parent imports once and
forks. Each child is a process of its own all the same, with its own command line, environment and
log, and dies like any other.
"""

import multiprocessing
import os
import subprocess
import sys
from pathlib import Path

_forking = multiprocessing.get_context("forkserver")
_forking.set_forkserver_preload(
    [
        "chatserver.app",
        "chatserver.cli",
        "chatserver.serving",
        "chatserver.workers",
        "uvicorn.lifespan.on",
        "uvicorn.protocols.http.httptools_impl",
        "uvicorn.protocols.websockets.websockets_sansio_impl",
        "uvloop",
    ]
)


class Forked:
    """`python -m chatserver ARGUMENTS` with the manners of `subprocess.Popen`.

    Args:
        arguments: of the `chatserver` command.
        environ: the whole environment, as for `Popen`.
        output: a file that stdout and stderr are appended to.
        cwd: the working directory.
    """

    def __init__(
        self, arguments: list[str], *, environ: dict[str, str], output: Path, cwd: Path
    ) -> None:
        self._process = _forking.Process(
            target=_become, args=(arguments, environ, str(output), str(cwd))
        )
        self._process.start()
        assert self._process.pid is not None
        self.pid: int = self._process.pid

    def poll(self) -> int | None:
        """Return the exit status, None while it runs; negative where a signal ended it."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end and return the exit status."""
        self._process.join(timeout)
        status = self._process.exitcode
        if status is None:
            raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0)
        return status

    def send_signal(self, number: int) -> None:
        """Signal it, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it without a word."""
        self._process.kill()


def _become(arguments: list[str], environ: dict[str, str], output: str, cwd: str) -> None:
    """Turn this child into what the command line would have made."""
    log = os.open(output, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    os.environ.clear()
    os.environ.update(environ)
    os.chdir(cwd)
    sys.argv = ["chatserver", *arguments]
    from chatserver.cli import main

    main()
