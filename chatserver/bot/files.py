"""Scripts and their dialogues as YAML: read, written, and the starter; the bot's one reader of files."""

from functools import lru_cache
from pathlib import Path
from typing import Literal, TypeVar

import msgspec
import yaml

from chatserver.bot.expected import Dialogue
from chatserver.bot.script import Flow, Rule, Script

T = TypeVar("T")

STARTER = Path(__file__).parent / "starter"
MAX_FILE_BYTES = 1024 * 1024
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class FileFault(Exception):
    """A file that can't be read as what it should be; one sentence with where."""


class _Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    rules: tuple[Rule, ...] = ()
    match: Literal["first", "all"] = "first"


class _Flows(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    flows: tuple[Flow, ...] = ()


def load_script(path: Path) -> Script:
    """Return the script of a file, or of a folder with `rules.yaml` and `flows.yaml`.

    Raises:
        FileFault: for what is no such file.
    """
    if path.is_dir():
        rules = _read(path / "rules.yaml", _Rules)
        flows = _read(path / "flows.yaml", _Flows)
        return Script(rules.rules, flows.flows, rules.match)
    return _read(path, Script)


def parse_script(text: str) -> Script:
    """Return the script that a text says.

    Raises:
        FileFault: for what is no script.
    """
    return _parsed(text, Script, "script")


def dump_script(script: Script) -> str:
    """Return a script as YAML that reads back the same."""
    plain = msgspec.to_builtins(msgspec.structs.replace(script, version=0))
    text: str = yaml.safe_dump(plain, allow_unicode=True, sort_keys=False, width=100)
    return text


def load_dialogues(path: Path) -> tuple[Dialogue, ...]:
    """Return the dialogues of a file.

    Raises:
        FileFault: for what is no such file.
    """
    return _read(path, tuple[Dialogue, ...])


@lru_cache(maxsize=2)
def starter_dialogues(language: str) -> tuple[Dialogue, ...]:
    """Return the dialogues that the starter must pass in one language."""
    return load_dialogues(STARTER / f"dialogues.{language}.yaml")


def dialogues_of(script: Script) -> tuple[Dialogue, ...]:
    """Return the dialogues that a script must pass: its own, or the starter's."""
    if script.checks is not None:
        return script.checks
    return (*starter_dialogues("tr"), *starter_dialogues("en"))


def _read(path: Path, type_: type[T]) -> T:
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise FileFault(f"{path.name}: longer than {MAX_FILE_BYTES} bytes.")
        return _parsed(path.read_text(encoding="utf-8"), type_, path.name)
    except (OSError, UnicodeDecodeError) as error:
        raise FileFault(f"{path.name}: {error.__class__.__name__}.") from None


def _parsed(text: str, type_: type[T], name: str) -> T:
    try:
        if any(isinstance(token, yaml.AliasToken) for token in yaml.scan(text, Loader=_LOADER)):
            # A few lines of them can stand for more than any memory holds.
            raise FileFault(f"{name}: aliases (*name) are not read; write it out.")
        return msgspec.convert(yaml.load(text, Loader=_LOADER) or {}, type_)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        raise FileFault(f"{name}{line}: this is no YAML.") from None
    except (msgspec.ValidationError, RecursionError) as error:
        raise FileFault(f"{name}: {error}") from None
