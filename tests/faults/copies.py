"""Runs tests in copies of the source, several at a time, each in a fork of this process.

What is heavy and not ours is imported once, before the forks; nothing of the product is.
"""

import os
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
COPIED = ("chatserver", "faq", "tests", "static", "pyproject.toml")
LEFT_OUT = ("node_modules", "browser", "demo", "vendor")
HEAVY = ("aiohttp", "alembic.context", "hypothesis", "numpy", "psycopg", "psutil", "socketio",
         "sqlalchemy.dialects.postgresql", "sqlalchemy.dialects.sqlite", "starlette", "structlog",
         "uvicorn", "websockets.asyncio.client", "yaml", "rapidfuzz")  # fmt: skip
TIMEOUT_S = 60.0


def copy_source(folder: Path) -> None:
    """Put the product and its tests into a folder."""

    def copy(source: str, target: str) -> None:
        try:
            os.link(source, target)
        except OSError:  # another file system
            shutil.copy2(source, target)

    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(
                ROOT / name,
                folder / name,
                copy_function=copy,
                ignore=shutil.ignore_patterns(*LEFT_OUT) if name == "tests" else None,
            )
        else:
            copy(str(ROOT / name), str(folder / name))


@dataclass(frozen=True)
class Run:
    """What became of a run: pytest's exit status, and what it said."""

    status: int
    said: str
    took_s: float

    @property
    def verdict(self) -> str:
        """`red` only where the test itself failed: a copy that lacks something is no proof."""
        if self.status == 0:
            return "green"
        return "red" if self.status == 1 and "\nFAILED " in self.said else "broken"


def _run_here(folder: Path, tests: Iterable[str], output: Path) -> int:
    """Run tests of a copy in this process, which has nothing of the product loaded yet."""
    with output.open("wb") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    for name in [name for name in sys.modules if name.partition(".")[0] in COPIED]:
        del sys.modules[name]
    os.chdir(folder)
    sys.path[:] = [str(folder), *(p for p in sys.path if p not in ("", str(ROOT), os.getcwd()))]
    import pytest

    quiet = ["-q", "-x", "-rf", "-p", "no:cacheprovider", "-p", "no:playwright", "-p", "no:cov"]
    quiet += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]
    base = f"--basetemp={folder / 'tmp'}"
    return int(pytest.main([*quiet, base, f"--rootdir={folder}", *tests]))


class Runner:
    """Runs several copies at a time."""

    def __init__(self, folder: Path) -> None:
        for name in HEAVY:
            import_module(name)
        self._folder = folder
        self._running: dict[int, tuple[str, Path, float]] = {}
        self.runs: dict[str, Run] = {}

    def start(
        self, name: str, tests: Iterable[str], change: Callable[[Path], None] | None = None
    ) -> None:
        """Run tests in a copy that was changed; waits for a free place."""
        while len(self._running) >= (os.cpu_count() or 1):
            self._wait()
        copy = self._folder / name
        copy.mkdir()
        copy_source(copy)
        if change is not None:
            change(copy)
        output = self._folder / f"{name}.txt"
        pid = os.fork()
        if pid == 0:
            status = 70
            try:
                signal.alarm(round(TIMEOUT_S))  # a test that hangs says nothing
                status = _run_here(copy, tests, output)
            except BaseException:
                traceback.print_exc()
            finally:
                sys.stdout.flush()
                os._exit(status)
        self._running[pid] = (name, output, time.monotonic())

    def _wait(self) -> None:
        pid, status = os.wait()
        name, output, began = self._running.pop(pid)
        said = output.read_text(encoding="utf-8", errors="replace")
        code = 70 if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
        self.runs[name] = Run(code, said, time.monotonic() - began)
        shutil.rmtree(self._folder / name, ignore_errors=True)

    def finish(self) -> dict[str, Run]:
        """Wait for all, and return what became of each."""
        while self._running:
            self._wait()
        return self.runs
