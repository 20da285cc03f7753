"""`chatserver demo`: the product and a small shop that embeds it, in one process.

Everything lies in one folder: the SQLite database and the key that signs links. Nothing of the
surrounding environment's settings is used, so the demo can't touch a real installation.
"""

import asyncio
import contextlib
import fcntl
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import click

from chatserver import serving
from chatserver.app import build_app
from chatserver.clock import SystemClock
from chatserver.demo.announce import already_runs, announcement
from chatserver.demo.errors import DemoError
from chatserver.demo.mailbox import Mailbox
from chatserver.demo.ports import HOST, listen
from chatserver.demo.seed import IDENTITY_KEY, ORDERS_KEY, furnish
from chatserver.demo.shop import build_shop
from chatserver.demo.tongue import terminal_language
from chatserver.faq_shelf import FaqShelf
from chatserver.logs import configure_logs
from chatserver.services.identity_words import site_secret
from chatserver.services.orders_source import endpoint_secret
from chatserver.settings import Settings, load_settings
from chatserver.storage.database import Database
from chatserver.storage.migrate import migrate

DATABASE = "chat.sqlite3"
KEY = "secret.key"
LOCK = "demo.lock"


async def run_demo(*, port: int | None, reset: bool, data_dir: Path) -> None:
    """Serve the product on one port and the shop on the next, until told to stop.

    Args:
        port: of the product; a free pair from 8000 when None.
        reset: begin with fresh data.

    Raises:
        DemoError: when a port is taken or another demo uses the folder.
    """
    with _alone(data_dir) as lock:
        listener, shop_listener = listen(port)
        own, shop = listener.getsockname()[1], shop_listener.getsockname()[1]
        lock.write_text(f"http://{HOST}:{shop}/", encoding="utf-8")
        settings = _settings(data_dir, own, reset=reset)
        configure_logs(settings)
        faq = FaqShelf.starter()
        await _prepare(settings, faq, shop_port=shop)
        mailbox = Mailbox(SystemClock())
        app = build_app(settings, faq=faq, mailer=mailbox)
        secret = endpoint_secret(settings.secret_key, ORDERS_KEY)
        signs_with = site_secret(settings.secret_key, IDENTITY_KEY)
        shop_app = build_shop(own, mailbox=mailbox, secret=secret, signs_with=signs_with)
        beside: list[tuple[object, object]] = [(shop_app, shop_listener)]

        def ready() -> None:
            click.echo(announcement(terminal_language(), own, shop))

        await serving.serve(app, listener, beside=beside, ready=ready)  # type: ignore[arg-type]


async def _prepare(settings: Settings, faq: FaqShelf, *, shop_port: int) -> None:
    clock = SystemClock()
    await asyncio.to_thread(migrate, settings.database, now_ms=clock.now_ms())
    database = Database(settings.database)
    try:
        await asyncio.to_thread(
            database.run, furnish, faq=faq, shop_port=shop_port, now_ms=clock.now_ms()
        )
    finally:
        await database.close()


def _settings(data_dir: Path, port: int, *, reset: bool) -> Settings:
    if reset:
        for name in (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", KEY):
            (data_dir / name).unlink(missing_ok=True)
    return load_settings(
        {},
        host=HOST,
        port=port,
        data_dir=str(data_dir),
        secret_key=_secret_key(data_dir / KEY),
        log_level="warning",
        log_format="console",
        starts_per_hour=100_000,
        allow_local_orders=True,
    )


def _secret_key(path: Path) -> str:
    """Return the key of earlier runs, so that links given out keep working; make one if none."""
    with contextlib.suppress(FileNotFoundError):
        return path.read_text(encoding="ascii").strip()
    key = secrets.token_urlsafe(32)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(key)
    return key


@contextlib.contextmanager
def _alone(data_dir: Path) -> Iterator[Path]:
    """Keep a second demo away from the same data: each would tell only its own browsers."""
    data_dir.mkdir(parents=True, exist_ok=True)
    path = data_dir / LOCK
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            where = path.read_text(encoding="utf-8")
            raise DemoError(already_runs(terminal_language(), where)) from None
        yield path
