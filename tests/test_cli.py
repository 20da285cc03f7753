"""The command, as an operator types it."""

import csv
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from chatserver.cli import main
from tests.server import ROOT


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """A runner over a database of its own."""
    for name in list(os.environ):
        if name.startswith("CHATSERVER_") or name in {"PORT", "HOST", "SECRET_KEY"}:
            monkeypatch.delenv(name)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'chat.sqlite3'}")
    return CliRunner()


def test_a_new_shop_is_set_up_by_three_commands(run: CliRunner) -> None:
    assert run.invoke(main, ["migrate"]).exit_code == 0
    added = run.invoke(
        main,
        [
            "site",
            "add",
            "avlu",
            "--name",
            "Avlu",
            "--origin",
            "https://avlu.example",
            "--hours",
            "mon-fri 09:00-18:00",
            "--hours",
            "sat 10:00-14:00",
        ],
    )
    assert added.exit_code == 0, added.output
    assert 'data-site="avlu"' in added.output
    invited = run.invoke(main, ["user", "add", "ayse@avlu.example", "--name", "Ayşe Yılmaz"])
    assert re.search(r"/setup/[\w-]{40,}", invited.output), invited.output
    assert "ayse@avlu.example\tAyşe Yılmaz\tagent" in run.invoke(main, ["user", "list"]).output
    assert "avlu\tAvlu\thttps://avlu.example" in run.invoke(main, ["site", "list"]).output
    rows = json.loads(run.invoke(main, ["user", "list", "--json"]).output)
    assert rows == [{"email": "ayse@avlu.example", "name": "Ayşe Yılmaz", "role": "agent"}]


def test_json_output_is_json_and_nothing_else(run: CliRunner) -> None:
    answer = run.invoke(main, ["user", "add", "a@avlu.example", "--name", "A", "--json"])
    assert json.loads(answer.stdout)["email"] == "a@avlu.example"
    link = run.invoke(main, ["user", "link", "a@avlu.example"])
    assert re.fullmatch(r"http://127\.0\.0\.1:8000/setup/[\w-]+\n", link.stdout)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["site", "add", "Bad Key", "--name", "A", "--origin", "https://a.example"], "site key"),
        (["site", "add", "a", "--name", "A", "--origin", "a.example"], "not an origin"),
        (["site", "add", "a", "--name", "A", "--origin", "https://*.example"], "not an origin"),
        (
            [
                "site",
                "add",
                "a",
                "--name",
                "A",
                "--origin",
                "https://a.example",
                "--hours",
                "pazartesi 9-18",
            ],
            "Hours look like",
        ),
        (
            [
                "site",
                "add",
                "a",
                "--name",
                "A",
                "--origin",
                "https://a.example",
                "--zone",
                "Mars/Olympus",
            ],
            "no time zone",
        ),
        (
            [
                "site",
                "add",
                "a",
                "--name",
                "A",
                "--origin",
                "https://a.example",
                "--privacy-url",
                "javascript:alert(1)",
            ],
            "not a web address",
        ),
        (["user", "add", "no-address", "--name", "A"], "e-mail"),
        (["user", "link", "nobody@a.example"], "no account"),
    ],
)
def test_bad_input_gets_a_clear_sentence_and_exit_1(
    run: CliRunner, arguments: list[str], says: str
) -> None:
    answer = run.invoke(main, arguments)
    assert answer.exit_code == 1
    assert says in answer.output
    assert "Traceback" not in answer.output


def test_serve_refuses_a_public_address_without_a_secret(run: CliRunner) -> None:
    answer = run.invoke(main, ["serve", "--host", "0.0.0.0"])
    assert answer.exit_code == 1
    assert "SECRET_KEY is required on a public address" in answer.output


def test_transcripts_are_exported_in_three_formats(tmp_path: Path) -> None:
    environ = {
        **{k: v for k, v in os.environ.items() if not k.startswith("CHATSERVER_")},
        "DATABASE_URL": f"sqlite:///{tmp_path / 'chat.sqlite3'}",
    }
    seed = (
        "import asyncio\n"
        "from tests.cast import build_stage\n"
        "from chatserver.storage.migrate import migrate\n"
        "import os\n"
        "async def main():\n"
        "    migrate(os.environ['DATABASE_URL'], now_ms=1)\n"
        "    stage = await build_stage(os.environ['DATABASE_URL'])\n"
        "    await stage.says(stage.ada, '=HYPERLINK(\"http://evil.example\") kargom nerede')\n"
        "    await stage.close()\n"
        "asyncio.run(main())\n"
    )
    subprocess.run([sys.executable, "-c", seed], env=environ, cwd=ROOT, check=True)

    def export(format_: str) -> str:
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "chatserver",
                "transcripts",
                "export",
                "--since",
                "2026-01-01",
                "--until",
                "2027-12-31",
                "--format",
                format_,
            ],
            env=environ,
            cwd=ROOT,
            check=True,
            capture_output=True,
        )
        assert done.stderr == b""
        return done.stdout.decode("utf-8")

    lines = [json.loads(line) for line in export("jsonl").splitlines()]
    assert "kargom nerede" in json.dumps(lines[0], ensure_ascii=False)
    assert len({line["conversation"] for line in lines}) == 1 and len(lines) > 1
    table = list(csv.reader(io.StringIO(export("csv"))))
    assert len(table) > 1
    assert not any(cell[:1] in set("=+-@\t\r") for row in table for cell in row)
    assert "kargom nerede" in export("txt")


def test_the_bot_can_be_asked_on_the_command_line(run: CliRunner) -> None:
    answer = run.invoke(main, ["faq", "ask", "kargom nerde"])
    assert answer.exit_code == 0
    assert answer.output.startswith("answer")
    assert "track-order" in answer.output
    why = run.invoke(main, ["faq", "ask", "kargm nerde", "--explain"]).output
    assert "most like the utterance" in why
    assert "score " in why
    both = run.invoke(main, ["faq", "ask", "Kargom nerede? Taksit var mı?"]).output
    assert "also asked: instalments" in both
    told = json.loads(run.invoke(main, ["faq", "ask", "kargom nerde", "--json"]).output)
    assert told["verdict"] == "answer"
    assert told["matches"][0]["key"] == "track-order"
    assert told["explanation"]["thresholds"]["answer"] > 0.5


def test_the_starter_is_checked_on_the_command_line(run: CliRunner) -> None:
    done = run.invoke(main, ["faq", "check"])
    assert done.exit_code == 0
    assert re.search(r"^tr: 52 entries, (\d{3}) of \1 checks pass$", done.output, re.MULTILINE)
    assert re.search(r"^en: 52 entries, (\d\d) of \1 checks pass$", done.output, re.MULTILINE)
    assert "nearly the same: return-conditions and return-how" in done.output


def test_a_shop_s_own_content_is_checked_and_every_fault_told(
    run: CliRunner, tmp_path: Path
) -> None:
    (tmp_path / "tr").mkdir()
    (tmp_path / "checks").mkdir()
    entry = (
        "category: a\nentries:\n  - key: {key}\n    status: published\n    question: {question}\n"
        "    utterances: []\n    answer: Evet.\n"
    )
    first = tmp_path / "tr" / "a.yaml"
    first.write_text(entry.format(key="track", question="Kargom nerede?"), encoding="utf-8")
    second = tmp_path / "tr" / "b.yaml"
    second.write_text(entry.format(key="Wrong Key", question="Taksit?"), encoding="utf-8")
    checks = tmp_path / "checks" / "tr.yaml"
    checks.write_text("track: [kargom nerde]\nmissing: [taksit]\n", encoding="utf-8")
    command = ["faq", "check", "--language", "tr", "--content", str(tmp_path)]
    faulty = run.invoke(main, command)
    assert faulty.exit_code == 1
    assert f"{second}:3: key 'Wrong Key'" in faulty.output
    second.write_text(entry.format(key="instalments", question="Taksit?"), encoding="utf-8")
    unknown = run.invoke(main, command)
    assert unknown.exit_code == 1
    assert "names no entry: 'missing'" in unknown.output
    checks.write_text("track: [taksit]\n", encoding="utf-8")
    failing = run.invoke(main, command)
    assert failing.exit_code == 1
    assert "fails: 'taksit' must be track, is answer instalments" in failing.output
    checks.write_text("track: [kargom nerde]\n", encoding="utf-8")
    assert run.invoke(main, command).exit_code == 0


def test_sets_are_scored_and_words_weighed_on_the_command_line(
    run: CliRunner, tmp_path: Path
) -> None:
    small = tmp_path / "shop"
    small.mkdir()
    rows = [
        {"id": "a", "lang": "tr", "question": "Kargom nerede?", "variants": [], "answer": "Yolda"},
        {"id": "b", "lang": "tr", "question": "Taksit var mı?", "variants": [], "answer": "Var"},
    ]
    asked = [
        {"qid": "1", "text": "kargom nerde", "lang": "tr", "expected": "a", "style": "x"},
        {"qid": "2", "text": "hava nasıl", "lang": "tr", "expected": None, "style": "x"},
    ]
    (small / "kb.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    (small / "queries.jsonl").write_text("\n".join(map(json.dumps, asked)), encoding="utf-8")
    table = run.invoke(main, ["faq", "evaluate", str(tmp_path)]).output.splitlines()
    assert table[1].split()[:4] == ["shop:0", "1", "1", "100.0"]
    weighed = run.invoke(main, ["faq", "words", "store-branch", "--language", "tr"])
    assert weighed.exit_code == 0


def test_generated_documentation_is_fresh(run: CliRunner) -> None:
    assert run.invoke(main, ["docs", "--check"]).exit_code == 0
