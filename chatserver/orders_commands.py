"""`chatserver orders …` and `chatserver mail …`: connect, upload, try out; no logic of its own."""

import asyncio
from pathlib import Path
from typing import Any

import click

from chatserver.clock import SystemClock
from chatserver.domain.sites import Site
from chatserver.errors import OutboundError
from chatserver.settings import Settings, load_settings
from chatserver.storage.database import Database
from chatserver.storage.migrate import migrate
from chatserver.words import LANGUAGES

CLOCK = SystemClock()


def open_database() -> tuple[Settings, Database]:
    """Return the settings and the database, at the newest schema."""
    settings = load_settings(host="127.0.0.1")
    migrate(settings.database, now_ms=CLOCK.now_ms())
    return settings, Database(settings.database)


def site_of(database: Database, key: str) -> Site:
    """Return the site of a key, or end with a sentence."""
    from chatserver.storage import sites

    site = database.run(sites.find, key)
    if site is None:
        raise click.ClickException(f"There is no site {key!r}: see `chatserver site list`.")
    return site


@click.group()
def orders() -> None:
    """Orders that the bot can tell of, once their shopper is verified: docs/orders.md."""


@orders.command(name="connect")
@click.argument("site")
@click.argument("url")
def orders_connect(site: str, url: str) -> None:
    """Ask the shop's endpoint for a site's orders; prints its secret, once.

    Connecting again makes a new secret; the old one ends.

    Example: chatserver orders connect shop https://avlu.example/chat/orders
    """
    from chatserver.outbound import check_url
    from chatserver.services import orders_source
    from chatserver.storage import orders as table

    settings, database = open_database()
    try:
        check_url(url, allow_local=settings.allow_local_orders)
        found = site_of(database, site)
        key = orders_source.new_key()
        secret = orders_source.endpoint_secret(secret_key_of_server(), key)
        database.run(table.connect, found.id, url=url, key=key, now_ms=CLOCK.now_ms())
    except OutboundError:
        raise click.ClickException("The endpoint's address must begin with https://") from None
    finally:
        database.shut()
    click.echo("Questions are signed with this secret, which is shown only now:")
    click.echo(orders_source.spoken(secret))


def secret_key_of_server() -> str:
    """Return the key that is set, never one made up for this command: the server must have it too."""
    import os

    settings = load_settings(host="127.0.0.1")
    if not (os.environ.get("SECRET_KEY") or os.environ.get("SECRET_KEY_FILE")):
        raise click.ClickException("SECRET_KEY must be set, the same as the server has.")
    return settings.secret_key


@orders.command(name="disconnect")
@click.argument("site")
@click.option("--forget", is_flag=True, help="Forget the uploaded orders too.")
def orders_disconnect(site: str, forget: bool) -> None:
    """Ask the endpoint no more; what was uploaded is told again, unless it is forgotten."""
    from chatserver.storage import orders as table

    _settings, database = open_database()
    try:
        found = site_of(database, site)
        database.run(table.connect, found.id, url="", key="", now_ms=CLOCK.now_ms())
        dropped = database.run(table.forget, found.id) if forget else 0
    finally:
        database.shut()
    click.echo(f"Disconnected; {dropped} uploaded orders forgotten.")


@orders.command(name="import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--site", required=True, help="The site's key.")
@click.option("--skip-faulty", is_flag=True, help="Take the rows that can be read.")
def orders_import(file: Path, site: str, skip_faulty: bool) -> None:
    """Replace a site's uploaded orders by those of a CSV or XLSX file.

    A file with rows that can't be read changes nothing and ends with exit code 1.

    Example: chatserver orders import siparisler.xlsx --site shop
    """
    from chatserver.services.orders_upload import upload

    _settings, database = open_database()
    try:
        report = upload(
            database.run,
            site_of(database, site).id,
            file,
            skip_faulty=skip_faulty,
            now_ms=CLOCK.now_ms(),
        )
    finally:
        database.shut()
    for fault in report.faults:
        click.echo(f"line {fault.line}: {fault.field}: {fault.problem}", err=True)
    if report.faulty > len(report.faults):
        click.echo(f"… and {report.faulty - len(report.faults)} more", err=True)
    if report.taken is None:
        raise click.ClickException(
            f"{report.faulty} of {report.rows} rows can't be read; nothing was changed."
        )
    click.echo(f"{report.taken} orders of {report.rows} rows.")


@orders.command(name="ask")
@click.argument("site")
@click.argument("number")
def orders_ask(site: str, number: str) -> None:
    """Ask for one order as the bot would, and say what came back or went wrong.

    Example: chatserver orders ask shop AV-20418
    """
    from chatserver.outbound import Outbound
    from chatserver.services import orders_source
    from chatserver.storage import orders as table

    settings, database = open_database()
    try:
        found = site_of(database, site)
        where = database.run(table.source, found.id)
        if where is None:
            raise click.ClickException("This site has no orders: connect an endpoint or import.")
        if not where.url:
            order = database.run(table.find, found.id, number)
        else:
            endpoint = orders_source.EndpointOrders(
                where.url,
                orders_source.endpoint_secret(secret_key_of_server(), where.key),
                outbound=Outbound(allow_local=settings.allow_local_orders),
                clock=CLOCK,
                breaker=orders_source.Breaker(CLOCK),
            )
            order = asyncio.run(endpoint.find(number))
    except OutboundError as error:
        raise click.ClickException(f"The endpoint can't be used: {error}") from None
    finally:
        database.shut()
    if order is None:
        raise click.ClickException("There is no such order.")
    status = order.status
    told = [status.number, status.step, status.carrier, status.tracking_url]
    click.echo("\t".join(text for text in told if text))
    if not order.email:
        click.echo("It has no e-mail address, so nobody can prove it by a code.", err=True)


@click.group()
def mail() -> None:
    """Mail that the server sends: MAIL_URL and MAIL_FROM."""


@mail.command(name="try")
@click.argument("address")
@click.option("--language", type=click.Choice(LANGUAGES), default="tr")
def mail_try(address: str, language: str) -> None:
    """Send one mail to see that it arrives.

    Example: chatserver mail try ayse@avlu.example
    """
    from chatserver.services.mail import trial_mail
    from chatserver.smtp import mailer_of

    settings = load_settings(host="127.0.0.1")
    mailer = mailer_of(settings, CLOCK)
    if mailer is None:
        raise click.ClickException("No mail server is set up: MAIL_URL, MAIL_FROM.")
    run: Any = mailer.send(trial_mail(to=address, shop="chatserver", language=language))
    asyncio.run(run)
    click.echo("Handed over.")
