"""`chatserver bot …`: talk to the bot, check its scripts, take them out and in; no logic of its own."""

import dataclasses
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

import click

from chatserver.clock import SystemClock, to_datetime
from chatserver.words import LANGUAGES

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from chatserver.bot.script import Script
    from chatserver.domain.messages import Body
    from chatserver.domain.sites import Site
    from chatserver.domain.why import Why

T = TypeVar("T")
FILE = click.Path(exists=True, path_type=Path)


@click.group()
def bot() -> None:
    """The bot on the command line."""


def _script(path: Path | None) -> "Script":
    from chatserver.bot.files import STARTER, FileFault, load_script

    try:
        return load_script(path or STARTER)
    except FileFault as fault:
        raise click.ClickException(str(fault)) from None


@bot.command(name="talk")
@click.option("--script", type=FILE, help="A YAML file or folder; the starter when left out.")
@click.option("--language", type=click.Choice(LANGUAGES), default="tr", show_default=True)
@click.option("--at", help="Local time to pretend, e.g. 2026-11-22T23:10.")
@click.option("--people", type=click.Choice(["free", "busy", "away"]), help="By the hours if not.")
@click.option("--page", default="", help="Path of the page, e.g. /sepet.")
@click.option("--campaign", default="", help="utm_campaign that brought the visitor.")
@click.option("--cart", type=float, help="Value of the cart.")
@click.option("--address", type=click.Choice(["siz", "sen"]), default="siz", show_default=True)
@click.option(
    "--order-pattern", default="SP######", show_default=True, help="# a digit, @ a letter."
)
@click.option("--mail/--no-mail", default=False, help="Whether e-mail is set up.")
@click.option("--why", is_flag=True, help="Say why, after each message.")
def bot_talk(
    script: Path | None,
    language: str,
    at: str | None,
    people: str | None,
    page: str,
    campaign: str,
    cart: float | None,
    address: str,
    order_pattern: str,
    mail: bool,
    why: bool,
) -> None:
    """Talk to the bot; nothing is stored. A line is a message, [label] presses a button.

    Reads lines until the input ends, so a file can be talked through.

    Example: chatserver bot talk --at 2026-11-22T23:10 --why
    """
    from chatserver.bot.knowledge import FaqKnowledge
    from chatserver.domain.sites import SiteSettings
    from chatserver.faq_shelf import FaqShelf
    from chatserver.services import previews
    from chatserver.services.setup import parse_hours

    zone = ZoneInfo("Europe/Istanbul")
    try:
        now = (
            to_datetime(SystemClock().now_ms()).astimezone(zone)
            if at is None
            else datetime.fromisoformat(at).replace(tzinfo=zone)
        )
    except ValueError:
        raise click.ClickException("--at looks like 2026-11-22T23:10.") from None
    settings = SiteSettings(
        "Pera Ev",
        (),
        parse_hours(["mon-fri 09:00-18:00", "sat 10:00-16:00"], "Europe/Istanbul"),
        order_example=order_pattern.replace("#", "1").replace("@", "A").replace("*", "7"),
        order_pattern=order_pattern,
        address=address,
    )
    world = previews.World(
        now,
        language=language,
        people=people,
        page=page,
        campaign=campaign,
        cart=cart,
        has_mail=mail,
    )
    knowledge = FaqKnowledge(FaqShelf.starter().base)
    talk = previews.begin(settings, _script(script), knowledge, world)
    for line in sys.stdin:
        if not line.strip():
            continue
        started = time.perf_counter()
        bodies = previews.say(talk, line.strip())
        took_ms = (time.perf_counter() - started) * 1000
        for place, body in enumerate(bodies):
            reason = talk.last.whys[place] if why and place < len(talk.last.whys) else None
            click.echo(_shown(body, reason))
        if talk.last.handoff is not None:
            click.echo(f"  → people ({talk.last.handoff.value})")
        if why:
            click.echo(f"  {took_ms:.1f} ms")


def _shown(body: "Body", why: "Why | None") -> str:
    from chatserver.domain.messages import ChoicesBody, FormBody, plain_text

    text = f"bot: {plain_text(body)}"
    if isinstance(body, ChoicesBody):
        text += "  " + " ".join(f"[{option.label}]" for option in body.options)
    if isinstance(body, FormBody):
        text += f"  ({body.slot} {body.step}/{body.steps})"
    if why is None:
        return text
    sure = "" if why.confidence is None else f" {why.confidence:.2f}"
    second = f", then {why.runner_up} {why.runner_up_confidence:.2f}" if why.runner_up else ""
    return f"{text}\n  because: {why.kind} {why.key}@{why.version or '-'}{sure}{second}"


@bot.command(name="check")
@click.option("--script", type=FILE, help="A YAML file or folder; the starter when left out.")
@click.option(
    "--dialogues", type=FILE, multiple=True, help="YAML files; the script's own when left out."
)
def bot_check(script: Path | None, dialogues: tuple[Path, ...]) -> None:
    """Say what is wrong with rules and flows, and talk every dialogue through.

    Anything wrong ends with exit code 1.
    """
    from chatserver.bot.checks import rounds, worded
    from chatserver.bot.files import FileFault, dialogues_of, load_dialogues
    from chatserver.bot.knowledge import FaqKnowledge
    from chatserver.bot.problems import problems
    from chatserver.faq_shelf import FaqShelf

    shelf = FaqShelf.starter()
    keys = frozenset(entry.key for entry in shelf.all_entries)
    loaded = _script(script)
    wrong = problems(loaded, keys)
    try:
        found = (
            tuple(one for path in dialogues for one in load_dialogues(path))
            if dialogues
            else dialogues_of(loaded)
        )
    except FileFault as fault:
        raise click.ClickException(str(fault)) from None
    now = to_datetime(SystemClock().now_ms()).astimezone(ZoneInfo("Europe/Istanbul"))
    knowledge = FaqKnowledge(shelf.base)
    for dialogue in found:
        for one in rounds(dialogue, loaded, knowledge, now=now):
            wrong += [
                f"{dialogue.name}, turn {fault.turn}: {worded(fault, 'en')} Said: {one.text}"
                for fault in one.faults
            ]
    for line in wrong:
        click.echo(line)
    click.echo(
        f"{len(loaded.rules)} rules, {len(loaded.flows)} flows, {len(found)} dialogues, "
        f"{len(wrong)} faults"
    )
    if wrong:
        raise SystemExit(1)


@bot.command(name="speed")
@click.option("--entries", default=1000, show_default=True, help="FAQ entries in each language.")
@click.option("--turns", default=2000, show_default=True)
def bot_speed(entries: int, turns: int) -> None:
    """Measure whole turns with the starter's rules, beside the FAQ engine alone in the same run.

    The lines are those of the starter's dialogues; the entries are the starter's and made ones.
    """
    from chatserver.bot.checks import talk_of
    from chatserver.bot.files import STARTER, load_script, starter_dialogues
    from chatserver.bot.knowledge import FaqKnowledge
    from faq import KnowledgeBase, load_starter
    from faq.bench import entries as made
    from faq.bench import utterances

    own = load_starter()
    more = made(utterances(max(0, entries * 10 - 520), seed=1))
    english = [dataclasses.replace(one, language="en") for one in more]
    knowledge = FaqKnowledge(KnowledgeBase([*own, *more, *english]))
    script = load_script(STARTER)
    now = to_datetime(SystemClock().now_ms()).astimezone(ZoneInfo("Europe/Istanbul"))
    dialogues = [one for language in LANGUAGES for one in starter_dialogues(language)]
    took: list[float] = []
    alone: list[float] = []
    while len(took) < turns:
        for dialogue in dialogues:
            talk = talk_of(dialogue, script, knowledge, now=now, shop="Pera")
            for turn in dialogue.turns:
                lines = (turn.says,) if isinstance(turn.says, str) else turn.says
                started = time.perf_counter()
                talk.says(lines)
                took.append((time.perf_counter() - started) * 1000)
                started = time.perf_counter()
                knowledge.find(" ".join(lines), talk.situation.language)
                alone.append((time.perf_counter() - started) * 1000)
    for name, times in (("a turn", took[:turns]), ("the FAQ alone", alone[:turns])):
        ranked = sorted(times)
        parts = [f"p{share} {ranked[len(ranked) * share // 100]:.1f}" for share in (50, 95, 99)]
        click.echo(f"{name:14} {', '.join(parts)}, longest {ranked[-1]:.1f} ms")
    click.echo(
        f"ratio of medians {sorted(took)[len(took) // 2] / sorted(alone)[len(alone) // 2]:.1f}"
    )


def _on_site(site: str, do: "Callable[[Connection, Site, int], T]") -> T:
    """Do something with a site in one transaction of the database that the environment names."""
    from chatserver.settings import load_settings
    from chatserver.storage import sites
    from chatserver.storage.database import Database

    clock = SystemClock()
    database = Database(load_settings(host="127.0.0.1").database)

    def unit(connection: "Connection") -> T:
        found = sites.find(connection, site)
        if found is None:
            raise click.ClickException(f"There is no site {site!r}.")
        return do(connection, found, clock.now_ms())

    try:
        return database.run(unit)
    finally:
        database.shut()


@bot.command(name="export")
@click.argument("site")
@click.option("--draft", is_flag=True, help="What is being written instead of what is in use.")
def bot_export(site: str, draft: bool) -> None:
    """Print a site's rules and flows as YAML; the starter's where it has none of its own."""
    from chatserver.bot.files import dump_script
    from chatserver.services import scripts

    read = scripts.draft_of if draft else scripts.script_of
    found = _on_site(site, lambda connection, one, _now_ms: read(connection, one.id))
    click.echo(dump_script(found), nl=False)


@bot.command(name="import")
@click.argument("site")
@click.argument("script", type=FILE)
@click.option(
    "--draft", is_flag=True, help="Keep it as what is being written; nothing changes yet."
)
@click.option("--because", default="", help="Why it is used though dialogue checks would break.")
def bot_import(site: str, script: Path, draft: bool, because: str) -> None:
    """Give a site rules and flows; they are in use from the next message on.

    A dialogue check that holds now and would not any more keeps them from use, unless --because says
    why; that is kept with the version.

    Example: chatserver bot import avlu rules-and-flows.yaml
    """
    from chatserver.bot.knowledge import FaqKnowledge
    from chatserver.bot.problems import problems
    from chatserver.faq_shelf import load_shelf
    from chatserver.services import script_checks, scripts
    from chatserver.services.work import Work

    loaded = _script(script)

    def unit(connection: "Connection", found: "Site", now_ms: int) -> str:
        work = Work(connection, now_ms)
        if draft:
            wrong = scripts.save_draft(work, found.id, loaded, author="command line")
            return "".join(f"{one}\n" for one in wrong) + "Kept as a draft."
        if wrong := problems(loaded):
            raise scripts.ScriptRefused(wrong)
        effects = script_checks.effects(
            scripts.script_of(connection, found.id),
            loaded,
            FaqKnowledge(load_shelf(connection, now_ms=now_ms).base),
            now=to_datetime(now_ms).astimezone(ZoneInfo(found.settings.hours.zone)),
            shop=found.settings.name,
        )
        reasons = {shift.id: because for shift in effects.drops}
        if effects.undecided(reasons):
            names = "\n".join(f"  {shift.id}" for shift in effects.drops)
            raise click.ClickException(
                f"Dialogue checks that hold now and would not:\n{names}\n"
                "Mend the rules, or say why with --because."
            )
        version = scripts.publish(
            work, found.id, loaded, author="command line", found=effects, reasons=reasons
        )
        return f"In use as version {version}."

    try:
        click.echo(_on_site(site, unit))
    except scripts.ScriptRefused as refused:
        raise click.ClickException("\n".join(refused.problems)) from None
