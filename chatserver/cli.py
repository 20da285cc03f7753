"""The `chatserver` command: one thin function a command, no logic of its own."""

import asyncio
import gc
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import click
import msgspec

from chatserver import __version__
from chatserver.bot_commands import bot
from chatserver.clock import SystemClock, to_ms
from chatserver.domain.people import Role
from chatserver.errors import ChatError, SettingsError
from chatserver.faq_commands import faq
from chatserver.identity_commands import identity
from chatserver.logs import configure_logs
from chatserver.orders_commands import mail, orders
from chatserver.services import setup
from chatserver.settings import Settings, load_settings
from chatserver.storage.database import Database
from chatserver.storage.migrate import head, migrate, revision
from chatserver.storage.single import hold
from chatserver.storage.staff import StaffAccount
from chatserver.words import LANGUAGES

CLOCK = SystemClock()


class Commands(click.Group):
    """Turns the product's own errors into a sentence and exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except SettingsError as error:
            click.echo("These settings do not add up:", err=True)
            for problem in error.problems:
                click.echo(f"  - {problem}", err=True)
            ctx.exit(1)
        except ChatError as error:
            click.echo(str(error), err=True)
            ctx.exit(1)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="chatserver")
def main() -> None:
    """Live chat for online shops. Begin with `chatserver demo`."""
    configure_logs(Settings(log_level="warning", log_format="console"), stream=sys.stderr)


def _database(settings: Settings) -> Database:
    migrate(settings.database, now_ms=CLOCK.now_ms())
    return Database(settings.database)


def _run(unit: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Run one unit on the configured database and return its result."""
    database = _database(load_settings(host="127.0.0.1"))
    try:
        return database.run(unit, *args, **kwargs)
    finally:
        database.shut()


@main.command()
@click.option("--host", help="Address to listen on; HOST, else 127.0.0.1.")
@click.option("--port", type=int, help="Port to listen on; PORT, else 8000.")
@click.option("--worker", hidden=True, help="Handed from the parent of several workers.")
def serve(host: str | None, port: int | None, worker: str | None) -> None:
    """Serve the product. Settings come from the environment: docs/configuration.md.

    Example: SECRET_KEY=… chatserver serve --host 0.0.0.0
    """
    # What a start makes stays: looking for garbage in it takes a tenth of the time (measured,
    # docs/performance.md). Whoever serves switches it on again.
    gc.disable()
    from chatserver import serving, workers
    from chatserver.app import build_app

    given: dict[str, Any] = {}
    if host is not None:
        given["host"] = host
    if port is not None:
        given["port"] = port
    settings = load_settings(None, **given)
    configure_logs(settings)
    if worker is not None:
        handed = workers.Handed.parse(worker)
        app = build_app(settings, workers=handed.folder)
        _loop(serving.serve(app, handed.listener, ready=handed.say_ready, parent=handed.line))
        return
    claim = None
    if settings.database.startswith("sqlite"):
        migrate(settings.database, now_ms=CLOCK.now_ms())
        claim = hold(settings.database)
    else:
        _check_migrated(settings)
    try:
        listener = serving.bind(settings.host, settings.port)
    except OSError as error:
        raise click.ClickException(f"Can't listen on port {settings.port}: {error}") from error
    if settings.web_concurrency > 1:
        workers.check_platform()
        link = _run(setup.first_link, now_ms=CLOCK.now_ms())
    else:
        app = build_app(settings)
        link = app.database.run(setup.first_link, now_ms=CLOCK.now_ms())

    def ready() -> None:
        origin = settings.public_url or f"http://{settings.host}:{listener.getsockname()[1]}"
        click.echo(f"Listening on {origin}")
        if link is not None:
            click.echo(f"No account yet. Make the first one here, once: {origin}/setup/{link}")

    if settings.web_concurrency > 1:
        gc.enable()
        sys.exit(asyncio.run(workers.Workers(listener, settings.web_concurrency).run(ready)))
    _loop(serving.serve(app, listener, ready=ready))
    if claim is not None:
        claim.close()


def _loop(main_: Any) -> None:
    try:
        import uvloop
    except ImportError:  # not on Windows
        asyncio.run(main_)
    else:
        uvloop.run(main_)


def _check_migrated(settings: Settings) -> None:
    database = Database(settings.database)
    try:
        current = database.run(revision)
    finally:
        database.shut()
    if current != head():
        raise click.ClickException("The database is not up to date: run `chatserver migrate`.")


@main.command(name="migrate")
def migrate_command() -> None:
    """Bring the database to the newest schema; harmless when it is."""
    settings = load_settings(host="127.0.0.1")
    migrate(settings.database, now_ms=CLOCK.now_ms())
    click.echo(f"The schema is at revision {head()}.")


@main.command()
@click.option("--port", type=int, envvar="PORT", help="First of two ports; a free pair from 8000.")
@click.option("--reset", is_flag=True, help="Begin with fresh data.")
@click.option(
    "--data-dir", default="var/demo", show_default=True, help="Where the demo's data lies."
)
def demo(port: int | None, reset: bool, data_dir: str) -> None:
    """Run a small shop with its chat on this machine, filled with believable data."""
    from chatserver.demo.run import run_demo

    _loop(run_demo(port=port, reset=reset, data_dir=Path(data_dir)))


# Accounts


@main.group()
def user() -> None:
    """Accounts of agents and admins."""


@user.command(name="add")
@click.argument("email")
@click.option("--name", required=True, help="As shoppers read it.")
@click.option("--role", type=click.Choice([role.value for role in Role]), default="agent")
@click.option("--language", type=click.Choice(LANGUAGES), default="tr")
@click.option("--capacity", type=click.IntRange(1, 50), default=4, help="Conversations at once.")
@click.option("--json", "as_json", is_flag=True)
def user_add(email: str, name: str, role: str, language: str, capacity: int, as_json: bool) -> None:
    """Add an account in every team and print the link that sets its password, once.

    Example: chatserver user add ayse@shop.example --name "Ayşe Yılmaz"
    """
    token = _run(
        setup.invite,
        email=email,
        name=name,
        role=Role(role),
        language=language,
        capacity=capacity,
        now_ms=CLOCK.now_ms(),
    )
    origin = load_settings(host="127.0.0.1").public_url or "http://127.0.0.1:8000"
    link = f"{origin}/setup/{token}"
    if as_json:
        click.echo(msgspec.json.encode({"email": email, "link": link}))
    else:
        click.echo(f"{name} sets a password here within 24 hours: {link}")


@user.command(name="link")
@click.argument("email")
def user_link(email: str) -> None:
    """Print a new link that sets an account's password; older links stop working."""
    token = _run(setup.new_link, email=email, now_ms=CLOCK.now_ms())
    origin = load_settings(host="127.0.0.1").public_url or "http://127.0.0.1:8000"
    click.echo(f"{origin}/setup/{token}")


@user.command(name="list")
@click.option("--json", "as_json", is_flag=True)
def user_list(as_json: bool) -> None:
    """List the accounts."""
    accounts: list[StaffAccount] = _run(setup.accounts)
    if as_json:
        rows = [{"email": a.email, "name": a.name, "role": a.role} for a in accounts]
        click.echo(msgspec.json.encode(rows))
        return
    for account in accounts:
        click.echo(f"{account.email}\t{account.name}\t{account.role}")


# Sites


@main.group()
def site() -> None:
    """Websites that embed the widget."""


@site.command(name="add")
@click.argument("key")
@click.option("--name", required=True, help="The shop's name as shoppers read it.")
@click.option("--origin", "origins", multiple=True, required=True, help="https://shop.example")
@click.option("--language", type=click.Choice(LANGUAGES), default="tr")
@click.option("--zone", default="Europe/Istanbul", show_default=True)
@click.option("--hours", multiple=True, help='"mon-fri 09:00-18:00"; several may be given.')
@click.option("--team", default="Destek", show_default=True, help="Its first team.")
@click.option("--privacy-url", default="", help="The shop's privacy notice, linked in the panel.")
def site_add(
    key: str,
    name: str,
    origins: tuple[str, ...],
    language: str,
    zone: str,
    hours: tuple[str, ...],
    team: str,
    privacy_url: str,
) -> None:
    """Add a website with its first team, everybody in it.

    Example: chatserver site add shop --name "Avlu" --origin https://avlu.example
    """
    _run(
        setup.add_site,
        key,
        name=name,
        origins=origins,
        language=language,
        zone=zone,
        hours=hours,
        team=team,
        privacy_url=privacy_url,
        now_ms=CLOCK.now_ms(),
    )
    origin = load_settings(host="127.0.0.1").public_url or "http://127.0.0.1:8000"
    click.echo("Put this on every page of the shop:")
    click.echo(f'<script async src="{origin}/widget.js" data-site="{key}"></script>')


@site.command(name="list")
def site_list() -> None:
    """List the websites."""
    for item in _run(setup.sites_of):
        click.echo(f"{item.key}\t{item.settings.name}\t{' '.join(item.settings.origins)}")


# Transcripts


@main.group()
def transcripts() -> None:
    """Kept conversations."""


@transcripts.command(name="export")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), required=True, help="2026-11-01")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="The day after the last.")
@click.option("--format", "format_", type=click.Choice(["jsonl", "csv", "txt"]), default="jsonl")
@click.option("--language", type=click.Choice(LANGUAGES), default="tr")
def transcripts_export(
    since: datetime, until: datetime | None, format_: Any, language: str
) -> None:
    """Write every conversation opened since a day to standard output, the oldest first.

    Example: chatserver transcripts export --since 2026-11-01 --format csv > november.csv
    """
    from chatserver.services.transcript_exports import write_export

    sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]
    database = _database(load_settings(host="127.0.0.1"))
    try:
        write_export(
            database,
            sys.stdout,
            since_ms=to_ms(since.astimezone()),
            until_ms=to_ms(until.astimezone()) if until else CLOCK.now_ms(),
            format=format_,
            language=language,
        )
    finally:
        database.shut()


main.add_command(faq)
main.add_command(bot)
main.add_command(orders)
main.add_command(identity)
main.add_command(mail)


@main.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--rounds", default=3, show_default=True, help="Turns of each with its baseline.")
@click.option("--quick", is_flag=True, help="Within a minute: to see that it runs.")
@click.option("--json", "as_json", is_flag=True, help="Print one object.")
def bench(names: tuple[str, ...], rounds: int, quick: bool, as_json: bool) -> None:
    """Measure speed against baselines of the same run; Linux only.

    NAME is one of relay, durable, product, latency, idle, connect, cold, growth, scale; all of
    them when none is given. What it needs beside the product: pip install 'chatserver[dev]'.

    Example: chatserver bench relay product --rounds 5
    """
    from chatserver.bench.run import NAMES, run_bench

    for name in names:
        if name not in NAMES:
            raise click.BadParameter(f"{name} is not one of {', '.join(NAMES)}")
    run_bench(names, rounds=rounds, quick=quick, as_json=as_json)


@main.command()
@click.option("--check", is_flag=True, help="Write nothing; fail when something is stale.")
def docs(check: bool) -> None:
    """Write the parts of the documentation that are generated from the code."""
    from chatserver import documents

    root = Path(__file__).parent.parent
    if not check:
        documents.write(root)
    stale = documents.stale(root)
    for page in stale:
        click.echo(f"stale: {page}", err=True)
    if stale:
        raise click.ClickException("Run `chatserver docs` and commit what it writes.")
