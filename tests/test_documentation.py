"""Documents that can fail: what they repeat is generated, what they name exists, what they promise
to hold is held."""

import ast
import gzip
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import msgspec
import pytest

from chatserver import __version__, documents
from chatserver.cli import main
from chatserver.domain.messages import ActivityType, MessageKind
from chatserver.errors import Code
from chatserver.protocol.registry import CLIENT_EVENTS, SERVER_EVENTS
from chatserver.settings import DESCRIPTIONS, Settings
from chatserver.web.access import ROUTES
from chatserver.web.assets import load_assets

ROOT = Path(__file__).parent.parent
MAX_LINES = 400
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
IDS = [page.relative_to(ROOT).as_posix() for page in PAGES]
MODULES = sorted([*(ROOT / "chatserver").rglob("*.py"), *(ROOT / "faq").rglob("*.py")])
EXEMPT = ("migrations", "templates", "data")

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^(#+) (.+)$", re.MULTILINE)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def prose(text: str) -> str:
    """Return a page without its blocks of code."""
    return FENCE.sub("", text)


def anchors(text: str) -> set[str]:
    """Return the anchors of a page's headings, as code hosts make them."""
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")
        for _level, heading in HEADING.findall(prose(text))
    }


# What is generated


def test_generated_parts_say_what_the_code_says() -> None:
    assert documents.stale(ROOT) == [], "run: python -m chatserver.documents"


def test_a_part_that_says_something_else_is_found(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    for path in (documents.PROTOCOL, documents.CONFIGURATION, documents.ENVIRONMENT):
        (tmp_path / path).write_text(read(str(path)), encoding="utf-8")
    changed = tmp_path / documents.PROTOCOL
    changed.write_text(changed.read_text("utf-8").replace("`typing_set`", "`typing`"), "utf-8")
    assert documents.stale(tmp_path) == ["docs/protocol.md"]
    documents.write(tmp_path)
    assert documents.stale(tmp_path) == []
    assert changed.read_text("utf-8") == read("docs/protocol.md")


def test_a_page_without_its_marks_is_said(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / documents.PROTOCOL).write_text("# Protocol\n", "utf-8")
    with pytest.raises(ValueError, match=r"docs/protocol\.md has no part 'message kinds'"):
        documents.stale(tmp_path)


def test_every_setting_is_documented() -> None:
    names = [field.name for field in msgspec.structs.fields(Settings)]
    assert set(names) == set(DESCRIPTIONS)
    for page in ("docs/configuration.md", ".env.example"):
        text = read(page)
        assert [DESCRIPTIONS[name][0] for name in names if DESCRIPTIONS[name][0] not in text] == []


def test_every_event_refusal_kind_and_activity_stands_in_the_protocol() -> None:
    text = read("docs/protocol.md")
    names = {event.name for event in CLIENT_EVENTS} | {event.name for event in SERVER_EVENTS}
    names |= {member.value for kind in (Code, MessageKind, ActivityType) for member in kind}
    names |= {shape.__name__ for shape in documents.shapes()}
    assert sorted(name for name in names if f"`{name}`" not in text) == []


# What is kept in step


def test_both_readmes_have_the_same_headings_and_the_same_code() -> None:
    english, turkish = read("README.md"), read("README.tr.md")
    levels = [[len(level) for level, _ in HEADING.findall(prose(t))] for t in (english, turkish)]
    assert levels[0] == levels[1]
    assert FENCE.findall(english) == FENCE.findall(turkish)
    code = [re.findall(r"`([^`\n]+)`", prose(text)) for text in (english, turkish)]
    assert sorted(set(code[0])) == sorted(set(code[1]))


def test_the_changelog_tells_of_this_version() -> None:
    newest = re.search(r"^## \[?([^\s\]]+)", read("CHANGELOG.md"), re.MULTILINE)
    assert newest is not None and newest[1] in {"Unreleased", __version__}
    project = tomllib.loads(read("pyproject.toml"))["project"]
    assert project["version"] == __version__


# What is named exists


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_every_link_leads_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    dead = []
    for target in LINK.findall(prose(text)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        if not file.exists() or (anchor and anchor not in anchors(file.read_text("utf-8"))):
            dead.append(target)
    assert dead == []


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_every_test_that_is_named_exists(page: Path) -> None:
    missing = []
    for path, names in re.findall(r"`(tests/[\w/.]+)((?:::\w+)*)`", page.read_text("utf-8")):
        file = ROOT / path
        there = file.is_dir() or (file.is_file() and _defines(file, names.split("::")[1:]))
        if not there:
            missing.append(path + names)
    assert missing == []


def _defines(file: Path, names: list[str]) -> bool:
    body: list[ast.stmt] = ast.parse(file.read_text("utf-8")).body
    for name in names:
        found = [
            node
            for node in body
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            and node.name == name
        ]
        if not found:
            return False
        body = found[0].body
    return True


def commands(text: str) -> Iterator[list[str]]:
    """Yield the words after `chatserver` wherever a page shows the command."""
    shown = [body for language, body in FENCE.findall(text) if language == "sh"]
    shown += re.findall(r"`(chatserver [^`]+)`", text)
    for line in "\n".join(shown).splitlines():
        for call in re.findall(r"(?:^|[;/ ])chatserver ([a-z][^;|>#]*)", line):
            yield call.split()


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_every_command_that_is_shown_exists(page: Path) -> None:
    for words in commands(page.read_text("utf-8")):
        command: click.Command = main
        rest = list(words)
        while isinstance(command, click.Group):
            inner = command.commands.get(rest[0]) if rest else None
            if inner is None and command is not main and not rest:
                break  # the group itself is meant
            assert inner is not None, words
            command, rest = inner, rest[1:]
        options = {option for parameter in command.params for option in parameter.opts}
        assert [word for word in rest if word.startswith("--") and word not in options] == []


def test_every_address_that_is_named_is_a_route() -> None:
    known = {re.sub(r"\{[^}]*\}", "<>", rule.path) for rule in ROUTES} | {"/socket.io/"}
    for page in ("README.md", "README.tr.md", "docs/widget.md", "docs/console.md"):
        for address in re.findall(r"`(/[a-z][\w/.<>-]*)`", read(page)):
            assert re.sub(r"<[^>]*>", "<>", address) in known, (page, address)


def test_make_knows_every_target_that_is_named() -> None:
    targets = set(re.findall(r"^([a-z]+):", read("Makefile"), re.MULTILINE))
    named = {
        target for page in PAGES for target in re.findall(r"\bmake ([a-z]+)[`\n]", page.read_text())
    }
    assert named <= targets and {"demo", "test", "check"} <= named


def test_pages_that_the_code_refers_to_exist() -> None:
    files = [*MODULES, *(ROOT / "widget" / "src").rglob("*.js")]
    named = {
        name
        for file in files
        for name in re.findall(r"\bdocs/[\w/-]+\.md", file.read_text("utf-8"))
    }
    assert sorted(name for name in named if not (ROOT / name).is_file()) == []


# What is promised to hold


def test_packages_and_contracts_are_drawn() -> None:
    text = read("docs/architecture.md")
    lint: Any = tomllib.loads(read("pyproject.toml"))["tool"]["importlinter"]
    for contract in lint["contracts"]:
        assert f"| {contract['name']} |" in text
        ours = [*contract.get("source_modules", []), *contract.get("modules", [])]
        for module in ours:
            assert (ROOT / module.replace(".", "/")).exists() or _is_module(module), module
    for package in sorted((ROOT / "chatserver").iterdir()):
        if (package / "__init__.py").is_file():
            assert f"| `chatserver/{package.name}` |" in text, package.name
    for named in re.findall(r"`(chatserver[./]\w+)`", text):
        assert _is_module(named.replace("/", ".")), named


def _is_module(name: str) -> bool:
    path = ROOT / name.replace(".", "/")
    return path.is_dir() or path.with_suffix(".py").is_file()


def test_every_single_module_is_said_what_it_is_for() -> None:
    text = read("docs/architecture.md")
    single = [path.name for path in (ROOT / "chatserver").glob("*.py")]
    unsaid = [name for name in single if not name.startswith("__") and f"`{name}`" not in text]
    assert unsaid == []


@pytest.mark.parametrize("module", MODULES, ids=[str(path.relative_to(ROOT)) for path in MODULES])
def test_a_module_says_what_it_owns_and_is_short(module: Path) -> None:
    source = module.read_text("utf-8")
    if not set(EXEMPT) & set(module.relative_to(ROOT).parts):
        assert source.count("\n") <= MAX_LINES
        assert ast.get_docstring(ast.parse(source)), "a module without a docstring"


def test_every_library_is_accounted_for() -> None:
    page = read("docs/decisions/libraries.md").lower()
    project = tomllib.loads(read("pyproject.toml"))["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    wanted = {re.split(r"[\[<>=;\s]", line)[0].lower() for group in groups for line in group}
    unsaid = [name for name in wanted if not re.search(rf"(?<![\w-]){name}(?![\w-])", page)]
    assert sorted(unsaid) == []


def test_the_browser_files_are_as_small_as_the_page_says() -> None:
    text = " ".join(read("docs/widget.md").split())
    said = re.search(r"loader at most (\d+) KB, the panel .* at most (\d+) KB", text)
    assert said is not None
    loader, panel = int(said[1]), int(said[2])
    assets = load_assets(ROOT / "static")

    def size(*names: str) -> float:
        files = [assets.files[assets.names[name]] for name in names]
        return sum(len(gzip.compress(file.body, 9)) for file in files) / 1024

    assert size("widget.js") <= loader
    assert size("panel.js", "panel.css") <= panel


# What stands nowhere

HIDDEN = ("pypi", "npmjs", "/work/", "/tmp/", "/home/")


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_no_page_speaks_of_machines_or_registries(page: Path) -> None:
    text = page.read_text("utf-8").lower()
    assert [word for word in HIDDEN if re.search(rf"(?<!\w){re.escape(word)}", text)] == []
