"""What a form makes of a script: read, compared with what others made of it, judged; keeps nothing."""

import hashlib
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec
import yaml

from chatserver.bot.expected import MAX_CHECKS, Dialogue
from chatserver.bot.files import FileFault, dialogues_of, parse_script
from chatserver.bot.problems import problems
from chatserver.bot.script import Flow, Rule, Script, Text
from chatserver.web.editors import check_sheet, flow_sheet, rule_sheet
from chatserver.web.editors.rule_sheet import parsed
from chatserver.web.editors.sheets import Sheet
from chatserver.words import say

Faults = dict[str, tuple[str, str]]
Part = Rule | Flow | Dialogue


@dataclass(frozen=True, slots=True)
class Change:
    """A script after what a form asks for.

    Args:
        faults: by field, why nothing may be kept.
        clashed: whether somebody else changed the part meanwhile.
        theirs: what that is; None where it was removed.
    """

    script: Script
    faults: Faults
    clashed: bool = False
    theirs: Part | Script | None = None

    @property
    def ok(self) -> bool:
        """Whether it may be kept."""
        return not self.faults and not self.clashed


@dataclass(frozen=True, slots=True)
class Faulty:
    """A rule or a flow that keeps the script from being used. key: "" for the script itself."""

    kind: str
    key: str
    title: str
    said: str


class _Open(Protocol):
    @property
    def kind(self) -> str: ...

    @property
    def old(self) -> str: ...

    @property
    def faults(self) -> dict[str, str]: ...


def named(script: Script, kind: str, key: str) -> Part | None:
    """Return a rule or a flow by its key, a check by its name."""
    return next((part for part in parts_of(script, kind) if part.key == key), None)


def parts_of(script: Script, kind: str) -> tuple[Part, ...]:
    """Return the rules, the flows or the checks."""
    if kind == "check":
        return dialogues_of(script)
    return script.flows if kind == "flow" else script.rules


def sheet_of(kind: str, part: Part | None) -> Sheet:
    """Return a rule, a flow or a check as a form, an empty one for None."""
    if kind == "check":
        check = part if isinstance(part, Dialogue) else Dialogue("", ())
        sheet = check_sheet.sheet_of(check)
        return sheet if part else Sheet((*sheet.pairs, *check_sheet.FIRST))
    if kind == "flow":
        flow = part if isinstance(part, Flow) else Flow("", Text(), ())
        sheet = flow_sheet.sheet_of(flow)
        return sheet if part else Sheet((*sheet.pairs, *flow_sheet.FIRST))
    rule = part if isinstance(part, Rule) else Rule("", Text(), ())
    sheet = rule_sheet.sheet_of(rule)
    return sheet if part else Sheet((*sheet.pairs, *rule_sheet.FIRST))


def fingerprint(part: Part | Script | None) -> str:
    """Return a short word for what a part is now; "" for one that is not there."""
    if part is None:
        return ""
    plain = msgspec.to_builtins(part)
    plain.pop("version", None)
    return hashlib.blake2b(msgspec.json.encode(plain), digest_size=8).hexdigest()


def written(part: Part | Script | None) -> str:
    """Return a part as YAML, "" for none."""
    if part is None:
        return ""
    plain: dict[str, Any] = msgspec.to_builtins(part)
    plain.pop("version", None)
    return yaml.safe_dump(plain, allow_unicode=True, sort_keys=False, width=100)


def read_whole(kind: str, text: str) -> Part:
    """Return the rule, the flow or the check that a text of YAML says.

    Raises:
        ValueError, YAMLError, RecursionError: for what says none.
    """
    plain = parsed(text)
    if kind == "check":
        return msgspec.convert(plain, Dialogue)
    return msgspec.convert(plain, Flow) if kind == "flow" else msgspec.convert(plain, Rule)


def changed(
    script: Script, form: Sheet, entries: frozenset[str], *, saving: bool = False
) -> Change:
    """Return the script after a form.

    Args:
        saving: whether it is to be read as a save, whatever button was pressed.
    """
    what = "save" if saving else form.text("what")
    kind, old = form.text("kind"), form.text("old")
    if what in {"up", "down", "remove"}:
        return Change(_moved(script, kind, old, what), {})
    if what != "save" or kind not in {"rule", "flow", "check", "script"}:
        return Change(script, {})
    if kind == "script":
        return _replaced(script, form)
    before = named(script, kind, old) if old else None
    part, faults = _read(script, form, entries, kind, before)
    if part is None or faults:
        return Change(script, faults)
    if form.text("seen") != fingerprint(before) and part != before:
        return Change(script, {}, clashed=True, theirs=before)
    return Change(_put(script, kind, before, part), {})


def _replaced(script: Script, form: Sheet) -> Change:
    try:
        fresh = parse_script(form.text("text"))
    except (FileFault, ValueError) as error:
        return Change(script, {"text": ("text", str(error)[:300])})
    if form.text("seen") != fingerprint(script):
        return Change(script, {}, clashed=True, theirs=script)
    return Change(msgspec.structs.replace(fresh, version=script.version), {})


def _moved(script: Script, kind: str, key: str, what: str) -> Script:
    parts: list[Any] = list(parts_of(script, kind))
    at = next((i for i, part in enumerate(parts) if part.key == key), None)
    if at is None:
        return script
    part = parts.pop(at)
    if what != "remove":
        parts.insert(max(0, at + (1 if what == "down" else -1)), part)
    return _with(script, kind, parts)


def _put(script: Script, kind: str, before: Part | None, part: Part) -> Script:
    parts: list[Any] = list(parts_of(script, kind))
    if before is None:
        parts.append(part)
    else:
        parts[parts.index(before)] = part
    return _with(script, kind, parts)


def _with(script: Script, kind: str, parts: list[Any]) -> Script:
    if kind == "check":
        return msgspec.structs.replace(script, checks=tuple(parts))
    if kind == "flow":
        return msgspec.structs.replace(script, flows=tuple(parts))
    return msgspec.structs.replace(script, rules=tuple(parts))


def _read(
    script: Script, form: Sheet, entries: frozenset[str], kind: str, before: Part | None
) -> tuple[Part | None, Faults]:
    """Return what the form says and what is wrong with it; of a text the form's own faults too."""
    sheet = form
    if form.has("text"):
        try:
            part = read_whole(kind, form.text("text"))
        except (ValueError, yaml.YAMLError, RecursionError) as error:
            return None, {"text": ("text", str(error).partition("\n")[0][:300])}
        _, faults = _judged(script, sheet_of(kind, part), entries, kind, before)
        first = next(iter(faults.values()), None)
        return part, {"text": first} if first else {}
    return _judged(script, sheet, entries, kind, before)


def _judged(
    script: Script, sheet: Sheet, entries: frozenset[str], kind: str, before: Part | None
) -> tuple[Part, Faults]:
    if kind == "check":
        names = frozenset(one.name for one in dialogues_of(script) if one is not before)
        check, faults = check_sheet.read(sheet, check_sheet.Around(entries, names))
        if before is None and len(names) >= MAX_CHECKS:
            faults.setdefault("name", ("many", str(MAX_CHECKS)))
        return check, faults
    if kind == "flow":
        others = [flow for flow in script.flows if flow is not before]
        return flow_sheet.read(
            sheet,
            flow_sheet.Around(
                frozenset(flow.key for flow in others),
                frozenset(step.slot for flow in others for step in flow.steps),
            ),
        )
    return rule_sheet.read(
        sheet,
        rule_sheet.Around(
            tuple(flow.key for flow in script.flows),
            entries,
            frozenset(rule.key for rule in script.rules if rule is not before),
            frozenset(step.slot for flow in script.flows for step in flow.steps),
        ),
    )


def standing(
    script: Script, entries: frozenset[str], language: str, *, but: _Open | None = None
) -> list[Faulty]:
    """Return what keeps a script from being used, the first fault of each rule and flow.

    Args:
        but: what is open with its faults at its fields; not said twice.
    """
    found: list[Faulty] = []
    for kind, parts in (("rule", script.rules), ("flow", script.flows)):
        for part in parts:
            _, faults = _judged(script, sheet_of(kind, part), entries, kind, part)
            if faults and not (but and but.faults and (but.kind, but.old) == (kind, part.key)):
                code, value = next(iter(faults.values()))
                said = say(language, f"editor.bot.wrong.{code}", value=value)
                title = part.title.of(language) or part.key
                found.append(Faulty(kind, part.key, title, said))
    if not found:
        found += [Faulty("script", "", "", said) for said in problems(script, entries)]
    return found
