"""`chatserver bot …` as a person uses it."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from chatserver.bot.files import STARTER, parse_script
from chatserver.cli import main
from chatserver.clock import SystemClock
from chatserver.services import setup
from chatserver.storage.database import Database
from chatserver.storage.migrate import migrate


def run(*arguments: str, said: str = "") -> Result:
    return CliRunner().invoke(main, ["bot", *arguments], input=said)


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    url = f"sqlite:///{tmp_path / 'chat.sqlite3'}"
    monkeypatch.setenv("DATABASE_URL", url)
    migrate(url, now_ms=1)
    database = Database(url)
    database.run(
        setup.add_site,
        key="pera",
        name="Pera Ev",
        origins=["https://pera.example"],
        language="tr",
        zone="Europe/Istanbul",
        hours=["mon-fri 09:00-18:00"],
        team="destek",
        now_ms=SystemClock().now_ms(),
    )
    database.shut()
    return url


def test_check_passes_on_the_starter() -> None:
    done = run("check")
    assert done.exit_code == 0, done.output
    assert "96 dialogues, 0 faults" in done.output


def test_check_says_what_is_wrong_and_fails(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("rules: [{key: a, title: {tr: a}, do: [{answer: gone}]}]", "utf-8")
    dialogues = tmp_path / "dialogues.yaml"
    dialogues.write_text("- {name: x, turns: [{says: merhaba, entry: warranty}]}", "utf-8")
    done = run("check", "--script", str(wrong), "--dialogues", str(dialogues))
    assert done.exit_code == 1
    assert "there is no entry “gone”" in done.output
    assert "x, turn 1: “warranty” should answer" in done.output


def test_talk_at_night_on_a_holiday_stores_nothing_and_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = "kargom nerde\nhayır\n[Mesaj bırak]\nAyşe\n4111 1111 1111 1111\n"
    done = run("talk", "--at", "2026-10-29T11:00", "--why", said=said)
    assert done.exit_code == 0, done.output
    assert "because: entry track-order@" in done.output
    assert "Cumhuriyet Bayramı nedeniyle kapalıyız. Açılış: yarın 09:00." in done.output
    assert "→ people (not_helped)" in done.output
    assert "gizledim" in done.output and "4111 1111" not in done.output
    assert list(tmp_path.iterdir()) == []


def test_talk_takes_page_cart_language_and_address() -> None:
    done = run("talk", "--people", "away", "--address", "sen", "--cart", "20000", said="mrb\n")
    assert "mesajını da ekibe" in done.output
    done = run("talk", "--language", "en", "--people", "busy", said="hello\n")
    assert "Our agents are busy right now" in done.output
    assert run("talk", "--at", "soon").exit_code == 1


def test_export_and_import_are_the_same_script(shop: str, tmp_path: Path) -> None:
    first = run("export", "pera")
    assert first.exit_code == 0, first.output
    script = parse_script(first.output)
    assert script.flows
    path = tmp_path / "own.yaml"
    path.write_text(first.output.replace("toptan*", "toptancı*"), "utf-8")
    assert "Kept as a draft." in run("import", "pera", str(path), "--draft").output
    assert "toptancı" not in run("export", "pera").output
    assert "toptancı" in run("export", "pera", "--draft").output
    caught = run("import", "pera", str(path))
    assert caught.exit_code == 1 and "toptan" in caught.output
    assert "toptancı" not in run("export", "pera").output
    why = run("import", "pera", str(path), "--because", "Yalnız toptancılara")
    assert "In use as version 1." in why.output
    assert "toptancı" in run("export", "pera").output
    assert "In use as version 2." in run("import", "pera", str(STARTER)).output


def test_import_refuses_what_does_not_add_up(shop: str, tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text("rules: [{key: a, title: {tr: a}, do: [{flow: gone}]}]", "utf-8")
    done = run("import", "pera", str(path))
    assert done.exit_code == 1
    assert "there is no flow “gone”" in done.output
    assert run("import", "nobody", str(STARTER)).exit_code == 1
    path.write_text("rules: [", "utf-8")
    assert "no YAML" in run("import", "pera", str(path)).output


def test_speed_says_figures_and_a_ratio() -> None:
    done = run("speed", "--entries", "60", "--turns", "50")
    assert done.exit_code == 0, done.output
    assert "a turn" in done.output and "ratio of medians" in done.output
