"""`chatserver identity …`: the secret a site signs with, and a look at a word; no logic of its own."""

from typing import Any

import click
from sqlalchemy import Connection

from chatserver.clock import SystemClock
from chatserver.errors import Refusal
from chatserver.orders_commands import open_database, secret_key_of_server, site_of
from chatserver.services import identifying
from chatserver.services.work import Work

CLOCK = SystemClock()


@click.group()
def identity() -> None:
    """Whom a site vouches for, by words that its server signs: docs/identity.md."""


def _do(unit: Any, site: str, *arguments: Any, **options: Any) -> Any:
    _settings, database = open_database()
    try:
        found = site_of(database, site)

        def run(connection: Connection) -> Any:
            work = Work(connection, CLOCK.now_ms())
            return unit(work, found.id, *arguments, **options)

        return database.run(run)
    finally:
        database.shut()


@identity.command(name="secret")
@click.argument("site")
@click.option("--at-once", is_flag=True, help="End the one before now, not after a day.")
def identity_secret(site: str, at_once: bool) -> None:
    """Make the secret that a site signs with; prints it, once.

    The one before is believed for another day, so that the shop can change over without a gap.

    Example: chatserver identity secret shop
    """
    secret = _do(identifying.rotate_secret, site, secret_key_of_server(), at_once=at_once)
    click.echo("The shop's server signs with this secret, which is shown only now:")
    click.echo(secret)


@identity.command(name="off")
@click.argument("site")
def identity_off(site: str) -> None:
    """Believe no word of a site any more; its secrets end at once."""
    _do(identifying.end_secrets, site)
    click.echo("Nobody is vouched for from now on.")


@identity.command(name="check")
@click.argument("site")
@click.argument("word")
def identity_check(site: str, word: str) -> None:
    """Say whether a word would be believed, and as whom; it is not used up by that.

    Example: chatserver identity check shop eyJhbGciOiJIUzI1NiIs…
    """
    from chatserver.services.identity_words import explain_word

    secret_key = secret_key_of_server()

    def unit(work: Work, site_id: Any) -> list[str]:
        return identifying.secrets_of(work.connection, site_id, secret_key, now_ms=work.now_ms)

    believed = _do(unit, site)
    try:
        read = explain_word(word, believed, site=site, now_ms=CLOCK.now_ms())
    except Refusal as refusal:
        raise click.ClickException(refusal.message) from None
    who = read.identity
    click.echo("\t".join(text for text in (who.customer, who.name, who.email) if text))
