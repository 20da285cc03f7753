"""`chatserver faq …`: check the content, ask a question, measure, weigh words; no logic of its own."""

import dataclasses
import time
from pathlib import Path
from typing import Any

import click
import msgspec

from chatserver.words import LANGUAGES

LANGUAGE = click.Choice(LANGUAGES)


@click.group()
def faq() -> None:
    """The FAQ engine on the command line."""


@faq.command(name="check")
@click.option(
    "--content",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder with `<language>/*.yaml`, and perhaps `values.<language>.yaml` and "
    "`checks/<language>.yaml`; the starter when left out.",
)
@click.option("--language", "languages", type=LANGUAGE, multiple=True, default=LANGUAGES)
def faq_check(content: Path | None, languages: tuple[str, ...]) -> None:
    """Say what is wrong with the entries: faults, failing checks, conflicts, twins.

    Faults and failing checks end with exit code 1; conflicts and twins are for an editor to judge.
    """
    from faq.report import check_content

    failed = False
    for language in languages:
        report = check_content(content, language)
        for text in report.lines():
            click.echo(text)
        failed = failed or report.failed
    if failed:
        raise SystemExit(1)


@faq.command(name="ask")
@click.argument("text")
@click.option("--language", type=LANGUAGE, default="tr", show_default=True)
@click.option("--explain", is_flag=True, help="Say why.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for programs.")
def faq_ask(text: str, language: str, explain: bool, as_json: bool) -> None:
    """Say what the bot would answer, and how sure it is.

    Example: chatserver faq ask "kargom nerde" --explain
    """
    from chatserver.faq_shelf import FaqShelf
    from faq.report import explained

    base = FaqShelf.starter().base
    started = time.perf_counter()
    result = base.match(text, language, explained=explain or as_json)
    took_ms = (time.perf_counter() - started) * 1000
    if as_json:
        found: dict[str, Any] = {
            "verdict": result.verdict,
            "matches": [
                {"key": m.entry.key, "confidence": round(m.confidence, 4), "score": m.score}
                for m in result.matches
            ],
            "questions": [q.matches[0].entry.key for q in result.questions],
            "explanation": dataclasses.asdict(result.explanation) if result.explanation else None,
        }
        click.echo(msgspec.json.encode(found).decode())
        return
    click.echo(f"{result.verdict} ({took_ms:.1f} ms)")
    for match in result.matches:
        click.echo(f"  {match.confidence:.2f}  {match.entry.key}  {match.entry.question}")
    for question in result.questions:
        click.echo(f"  also asked: {question.matches[0].entry.key}")
    if explain and result.explanation is not None:
        for line in explained(result.explanation):
            click.echo(line)


@faq.command(name="evaluate")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def faq_evaluate(folder: Path) -> None:
    """Ask every question of the sets in a folder and print how the engine did.

    Example: chatserver faq evaluate tests/faq/shops
    """
    from faq.evaluate import HEADER, line, score_sets

    click.echo(HEADER)
    for score in score_sets(folder):
        click.echo(line(score))


@faq.command(name="words")
@click.argument("rows", nargs=-1)
@click.option("--language", type=LANGUAGE, default="tr", show_default=True)
@click.option(
    "--thesaurus",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A shop's own thesaurus, on top of the shipped one.",
)
@click.option(
    "--lexicon",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A shop's own lexicon, on top of the shipped one.",
)
def faq_words(
    rows: tuple[str, ...], language: str, thesaurus: Path | None, lexicon: Path | None
) -> None:
    """Say what rows of the lexicon and the thesaurus change on the starter's checks.

    ROWS are names of concepts or what a shorthand stands for; without any, every row that shares a
    word with a check is tried, which takes minutes.

    Example: chatserver faq words parcel "sipariş" --language tr
    """
    from faq.report import word_effects

    for text in word_effects(rows, language, thesaurus=thesaurus, lexicon_file=lexicon):
        click.echo(text)
