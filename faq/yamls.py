"""YAML with places: a mapping's own lines, so that a fault can say where it is; knows no entry."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

# The same grammar in C, ten times as fast, where PyYAML was built with it.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_TEXT_TAGS = {"tag:yaml.org,2002:str", "tag:yaml.org,2002:int", "tag:yaml.org,2002:float"}


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """Something wrong in a content file.

    Args:
        file: as given by the caller.
        line: 1-based.
        text: what is wrong and what would be right.
    """

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        """Return `file:line: text`."""
        return f"{self.file}:{self.line}: {self.text}"


class ContentError(Exception):
    """Content files that do not add up; every fault in one list.

    Args:
        faults: in the order of files and lines.
    """

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = tuple(sorted(faults))
        super().__init__("\n".join(str(fault) for fault in self.faults))


class Reader:
    """Reads one file's nodes and notes every fault instead of stopping at the first."""

    def __init__(self, path: Path, faults: list[Fault]) -> None:
        self._path = path
        self._faults = faults

    def fault(self, node: Node | int, text: str) -> None:
        """Note a fault at a node, or at a 1-based line."""
        line = node if isinstance(node, int) else node.start_mark.line + 1
        self._faults.append(Fault(str(self._path), line, text))

    def root(self) -> MappingNode | None:
        """Return the file's one mapping, or None after noting why there is none."""
        try:
            node = yaml.compose(self._path.read_text(encoding="utf-8"), Loader=_LOADER)
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            mark = getattr(error, "problem_mark", None)
            said = " ".join(str(getattr(error, "problem", None) or "not UTF-8").split())
            self.fault(mark.line + 1 if mark else 1, f"not YAML: {said}")
            return None
        if isinstance(node, MappingNode):
            return node
        self.fault(node or 1, "the file must be a mapping")
        return None

    def fields(
        self, node: Node, *, required: frozenset[str], optional: frozenset[str] = frozenset()
    ) -> dict[str, Node] | None:
        """Return a mapping's fields of a closed schema, or None after noting the faults."""
        if not isinstance(node, MappingNode):
            self.fault(node, "expected a mapping")
            return None
        found: dict[str, Node] = {}
        sound = True
        for key, value in node.value:
            name = key.value if isinstance(key, ScalarNode) else ""
            if name not in required | optional:
                self.fault(key, f"unknown field {name!r}")
                sound = False
            elif name in found:
                self.fault(key, f"field {name!r} stands twice")
                sound = False
            found[name] = value
        for name in sorted(required - found.keys()):
            self.fault(node, f"field {name!r} is missing")
            sound = False
        return found if sound else None

    def text(self, node: Node) -> str | None:
        """Return a scalar as text that is not blank, or None after noting the fault."""
        if isinstance(node, ScalarNode) and node.tag in _TEXT_TAGS and node.value.strip():
            return str(node.value).strip()
        self.fault(
            node, "expected text; put it in quotes if it looks like a number, date or yes/no"
        )
        return None

    def items(self, node: Node) -> Iterator[Node]:
        """Yield a list's items; nothing after noting that it is no list."""
        if isinstance(node, SequenceNode):
            yield from node.value
        else:
            self.fault(node, "expected a list")

    def texts(self, node: Node) -> list[tuple[str, Node]]:
        """Return a list's texts with their nodes, without the faulty ones."""
        return [(said, item) for item in self.items(node) if (said := self.text(item)) is not None]

    def pairs(self, node: Node) -> Iterator[tuple[str, Node]]:
        """Yield an open mapping's names and values; a name that stands twice is a fault."""
        if not isinstance(node, MappingNode):
            self.fault(node, "expected a mapping")
            return
        seen: set[str] = set()
        for key, value in node.value:
            name = self.text(key)
            if name is None:
                continue
            if name in seen:
                self.fault(key, f"{name!r} stands twice")
            seen.add(name)
            yield name, value
