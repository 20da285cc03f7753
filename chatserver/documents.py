"""Renders what the documents repeat of the code; writes no sentence of prose itself.

A generated part stands between `<!-- generated: name -->` and `<!-- end of generated -->`, and
`.env.example` is generated whole. A test holds every part against the code;
`python -m chatserver.documents` in the repository's root brings all of it up to date.
"""

import inspect
import re
import types
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec

from chatserver.domain.messages import ActivityType, MessageKind
from chatserver.errors import Code, Refusal, SettingsError
from chatserver.protocol import bodies, fields
from chatserver.protocol.client_events import Refused
from chatserver.protocol.registry import (
    AGENT,
    CLIENT_EVENTS,
    CONNECTS,
    SERVER_EVENTS,
    VISITOR,
    ClientEvent,
    ServerEvent,
)
from chatserver.settings import DESCRIPTIONS, Settings, load_settings
from chatserver.words import words

PROTOCOL = Path("docs/protocol.md")
CONFIGURATION = Path("docs/configuration.md")
ENVIRONMENT = Path(".env.example")

_PART = "<!-- generated: {name} -->\n"
_END = "<!-- end of generated -->"

_NAMED: tuple[tuple[object, str], ...] = (
    (fields.PublicIdField, "public id"),
    (fields.ClientIdField, "client id"),
    (fields.SiteKey, "site key"),
    (fields.Seq, "integer from 0"),
    (bodies.BodyView, "the body of its kind"),
)

_PLAIN: dict[object, str] = {
    Any: "any value",
    str: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
    type(None): "null",
}

_BODIES: dict[MessageKind, type[fields.Fact]] = {
    MessageKind.TEXT: bodies.TextView,
    MessageKind.NOTE: bodies.TextView,
    MessageKind.FILE: bodies.FileView,
    MessageKind.RATING: bodies.RatingView,
    MessageKind.ACTIVITY: bodies.ActivityView,
    MessageKind.CHOICES: bodies.ChoicesView,
    MessageKind.CARD: bodies.CardView,
    MessageKind.ORDER: bodies.OrderView,
    MessageKind.PRODUCT: bodies.ProductView,
    MessageKind.LINK: bodies.LinkView,
    MessageKind.FORM: bodies.FormView,
}


def write(root: Path) -> None:
    """Bring every generated part of the repository's documents up to date."""
    for path, text in _fresh(root):
        (root / path).write_text(text, encoding="utf-8")


def stale(root: Path) -> list[str]:
    """Return the paths of documents that no longer say what the code says.

    Raises:
        ValueError: when a document lacks the marks of a part.
    """
    return [
        path.as_posix()
        for path, text in _fresh(root)
        if not (root / path).is_file() or (root / path).read_text(encoding="utf-8") != text
    ]


def _fresh(root: Path) -> Iterator[tuple[Path, str]]:
    for path, parts in _PARTS.items():
        text = (root / path).read_text(encoding="utf-8")
        for name, render in parts.items():
            text = _put(text, name, render(), where=path)
        yield path, text
    yield ENVIRONMENT, environment()


def _put(text: str, name: str, part: str, *, where: Path) -> str:
    begin, end = _PART.format(name=name), _END
    before, found, rest = text.partition(begin)
    _old, closed, after = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"{where} has no part {name!r}")
    return f"{before}{begin}\n{part.strip()}\n\n{end}{after}"


# Tables


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    lines += [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows]
    return "\n".join(lines)


def _sentence(type_: type) -> str:
    return " ".join((inspect.getdoc(type_) or "").split())


def _fields(struct: type[msgspec.Struct]) -> str:
    hints = get_type_hints(struct, include_extras=True)
    return "<br>".join(
        f"`{field.name}`{'' if field.required else '?'} {_type(hints[field.name])}"
        for field in msgspec.structs.fields(struct)
    )


# Types in words


def _type(hint: Any) -> str:
    for known, name in _NAMED:
        if hint == known:
            return name
    if hint in _PLAIN:
        return _PLAIN[hint]
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _bounded(arguments[0], arguments[1])
    if origin is Literal:
        return " or ".join(f"`{msgspec.json.encode(value).decode()}`" for value in arguments)
    if origin in {Union, types.UnionType}:
        return " or ".join(_type(argument) for argument in arguments)
    if origin is tuple:
        return f"list of {_type(arguments[0])}"
    if origin is dict:
        return f"map of {_type(arguments[0])} to {_type(arguments[1])}"
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return f"`{hint.__name__}`"
    raise TypeError(f"no words for {hint!r}")


def _bounded(base: Any, meta: msgspec.Meta) -> str:
    unit = "characters" if base is str else "entries"
    least, most = meta.min_length, meta.max_length
    if least is not None and most is not None:
        return f"{_type(base)}, {least}–{most} {unit}"
    if most is not None:
        return f"{_type(base)}, at most {most} {unit}"
    return _type(base)


def _structs_in(hint: Any) -> Iterator[type[msgspec.Struct]]:
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        yield hint
    for argument in get_args(hint):
        yield from _structs_in(argument)


def shapes() -> list[type[msgspec.Struct]]:
    """Return every struct that an event or an acknowledgement is made of, by name."""
    todo: list[type[msgspec.Struct]] = [
        *(event.answers for event in CLIENT_EVENTS),
        *(struct for event in CLIENT_EVENTS for struct in _inner(event.takes)),
        *(struct for event in SERVER_EVENTS for struct in _inner(event.carries)),
        *(struct for connect in CONNECTS.values() for struct in _inner(connect)),
        Refused,
    ]
    found: dict[str, type[msgspec.Struct]] = {}
    while todo:
        struct = todo.pop()
        if struct.__name__ not in found:
            found[struct.__name__] = struct
            todo.extend(_inner(struct))
    return [found[name] for name in sorted(found)]


def _inner(struct: type[msgspec.Struct]) -> list[type[msgspec.Struct]]:
    hints = get_type_hints(struct, include_extras=True)
    return [inner for hint in hints.values() for inner in _structs_in(hint)]


# The wire


def _client_events(namespace: str) -> str:
    def row(event: ClientEvent) -> tuple[str, ...]:
        return (
            f"`{event.name}`",
            _fields(event.takes) or "nothing",
            f"`{event.answers.__name__}`",
            _sentence(event.takes),
        )

    rows = [row(event) for event in CLIENT_EVENTS if event.namespace == namespace]
    connect = CONNECTS[namespace]
    rows.insert(0, ("connect", _fields(connect), "`ready` follows", _sentence(connect)))
    return _table(("event", "carries", "ack", "meaning"), rows)


def _server_events(namespace: str) -> str:
    def row(event: ServerEvent) -> tuple[str, ...]:
        return (
            f"`{event.name}`",
            _fields(event.carries) or "nothing",
            "yes" if event.wants_ack else "",
            _sentence(event.carries),
        )

    rows = [row(event) for event in SERVER_EVENTS if event.namespace == namespace]
    return _table(("event", "carries", "wants ack", "meaning"), rows)


def _shapes() -> str:
    rows = [(f"`{shape.__name__}`", _fields(shape), _sentence(shape)) for shape in shapes()]
    return _table(("shape", "fields", "meaning"), rows)


def _refusals() -> str:
    rows = [
        (_code(code), "retry" if Refusal(code).retry else "final", str(Refusal(code)))
        for code in Code
    ]
    return _table(("code", "kind", "message"), rows)


def _code(member: Enum) -> str:
    return f"`{member.value}`"


def _kinds() -> str:
    rows = [(_code(kind), f"`{_BODIES[kind].__name__}`") for kind in MessageKind]
    return _table(("kind", "body"), rows)


def _activities() -> str:
    table = words("en", "console")
    rows = [(_code(type_), table[f"console.activity.{type_.value}"]) for type_ in ActivityType]
    return _table(("type", "as the console words it"), rows)


# Settings


def _bounds() -> dict[str, tuple[int, int]]:
    """Return the bounds of every number, as the refusal of an impossible one words them."""
    numbers = [field.name for field in msgspec.structs.fields(Settings) if field.type is int]
    found: dict[str, tuple[int, int]] = {}
    try:
        load_settings({DESCRIPTIONS[name][0]: "-1" for name in numbers})
    except SettingsError as error:
        for problem in error.problems:
            match = re.fullmatch(r"(\w+) must lie between (\d+) and (\d+)", problem)
            if match is not None:
                found[match[1]] = (int(match[2]), int(match[3]))
    return found


def _settings() -> Iterator[tuple[str, object, str, str]]:
    """Yield each setting: variable, default, description, bounds in words."""
    bounds = _bounds()
    for field in msgspec.structs.fields(Settings):
        variable, description = DESCRIPTIONS[field.name]
        low_high = bounds.get(variable)
        between = "" if low_high is None else f"{low_high[0]}–{low_high[1]}"
        yield variable, field.default, description, between


def _settings_table() -> str:
    rows = [
        (f"`{variable}`", "" if default == "" else f"`{default}`", between, description)
        for variable, default, description, between in _settings()
    ]
    return _table(("variable", "default", "bounds", "meaning"), rows)


def environment() -> str:
    """Return `.env.example`: every setting with its default, commented out."""
    parts = ["# Every setting with its default. Generated; described in docs/configuration.md."]
    for variable, default, description, between in _settings():
        bounds = f" ({between})" if between and between not in description else ""
        parts.append(f"# {description.replace('`', '')}{bounds}\n#{variable}={default}")
    return "\n\n".join(parts) + "\n"


_PARTS: dict[Path, dict[str, Callable[[], str]]] = {
    PROTOCOL: {
        "message kinds": _kinds,
        "activity types": _activities,
        "visitor events": lambda: _client_events(VISITOR),
        "agent events": lambda: _client_events(AGENT),
        "server events to visitors": lambda: _server_events(VISITOR),
        "server events to agents": lambda: _server_events(AGENT),
        "refusals": _refusals,
        "shapes": _shapes,
    },
    CONFIGURATION: {"settings": _settings_table},
}


if __name__ == "__main__":
    write(Path.cwd())
