"""What a screen reader is given: focus, and what live regions say, read from Chromium's accessibility tree."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import CDPSession, Page

_CLOCK = re.compile(r"\b\d{1,2}:\d{2}\b")
_ISOLATES = re.compile("[\u2066-\u2069\u200e\u200f]")
STATES = ("expanded", "checked", "pressed", "disabled", "invalid", "required", "modal")
LOUD = {"assertive": 0, "polite": 1}
REGIONS = {"log", "status", "alert"}
CONTROLS = {"button", "link", "image", "radio", "textbox"}

Node = dict[str, Any]


def plain(text: str) -> str:
    """Return what is heard of a text: no direction signs, one clock for all times."""
    return " ".join(_CLOCK.sub("00:00", _ISOLATES.sub("", text)).split())


def _value(node: Node, name: str) -> Any:
    return node.get(name, {}).get("value")


def _properties(node: Node) -> dict[str, Any]:
    return {one["name"]: one["value"].get("value") for one in node.get("properties", [])}


@dataclass
class Tree:
    """One document's accessibility tree at one moment."""

    nodes: dict[str, Node]

    @classmethod
    async def of(cls, session: CDPSession, frame: str) -> "Tree":
        """Read a frame's tree."""
        read = await session.send("Accessibility.getFullAXTree", {"frameId": frame})
        return cls({node["nodeId"]: node for node in read["nodes"]})

    def focused(self) -> Node | None:
        """Return the innermost node that has the focus."""
        found = [
            n
            for n in self.nodes.values()
            if _properties(n).get("focused") and _value(n, "role") not in {"RootWebArea", "Iframe"}
        ]
        return found[-1] if found else None

    def live(self) -> Iterator[tuple[int, str, dict[str, str]]]:
        """Yield every live region: how loud, its node, and its parts by what they are.

        A log says what is added to it and no more, so a part of it is a node; elsewhere all of it
        is said when any of it changes, so the part is the text.
        """
        for key, node in self.nodes.items():
            loud = _properties(node).get("live")
            if loud not in LOUD or _value(node, "role") not in REGIONS or node.get("ignored"):
                continue
            if _value(node, "role") == "log":
                yield LOUD[loud], key, dict(self._leaves(node))
            else:
                said = plain(" ".join(text for _key, text in self._leaves(node)))
                yield LOUD[loud], key, {said: said} if said else {}

    def _leaves(self, node: Node) -> Iterator[tuple[str, str]]:
        """Yield the words of a region; regions in it speak alone, and what is off is silent."""
        for child in self._children(node):
            role, name = _value(child, "role"), _value(child, "name") or ""
            if role in REGIONS or _properties(child).get("live") == "off":
                continue
            key = str(child.get("backendDOMNodeId", child["nodeId"]))
            if role == "StaticText":
                yield key, name
            elif role in CONTROLS and name:
                yield key, f"[{role}: {name}]"
            else:
                yield from self._leaves(child)

    def _children(self, node: Node) -> Iterator[Node]:
        for key in node.get("childIds", []):
            child = self.nodes.get(key)
            if child is None:
                continue
            if child.get("ignored"):
                yield from self._children(child)
            else:
                yield child


def spoken(node: Node) -> str:
    """Return what is said of a node that gets the focus: role, name, description, states."""
    properties = _properties(node)
    said = [str(_value(node, "role")), f"“{plain(str(_value(node, 'name') or ''))}”"]
    description = plain(str(_value(node, "description") or ""))
    if description:
        said.append(f"({description})")
    for state in STATES:
        value = properties.get(state)
        if value not in (None, False, "false"):
            said.append(state if value is True or value == "true" else f"{state} {value}")
        elif state == "expanded" and value is not None:
            said.append("collapsed")
    if properties.get("hasPopup") not in (None, "false"):
        said.append(f"opens {properties['hasPopup']}")
    return " ".join(said)


@dataclass
class Reader:
    """Listens to one page and all its frames, and writes down what is heard."""

    page: Page
    session: CDPSession
    script: list[str] = field(default_factory=list)
    _known: dict[str, dict[str, str]] = field(default_factory=dict)
    _focus: str = ""

    @classmethod
    async def at(cls, page: Page) -> "Reader":
        """Begin to listen; what is there already is not read."""
        session = await page.context.new_cdp_session(page)
        await session.send("Accessibility.enable")
        reader = cls(page, session)
        await reader._hear()
        return reader

    async def _trees(self) -> list[Tree]:
        frames = (await self.session.send("Page.getFrameTree"))["frameTree"]
        ids = [
            frames["frame"]["id"],
            *(child["frame"]["id"] for child in frames.get("childFrames", [])),
        ]
        return [await Tree.of(self.session, one) for one in ids]

    async def _hear(self) -> list[str]:
        """Return what is new since the last time: the focus, then what live regions say, loudest first."""
        said: list[tuple[int, str]] = []
        known: dict[str, dict[str, str]] = {}
        focus = self._focus
        for number, tree in enumerate(await self._trees()):
            found = tree.focused()
            if found is not None:
                focus = spoken(found)
            for loud, key, parts in tree.live():
                place = f"{number}.{key}"
                before = self._known.get(place, {})
                known[place] = parts
                line = plain(" ".join(text for part, text in parts.items() if part not in before))
                if line:
                    said.append((loud, line))
        heard = [] if focus == self._focus else [f"  focus: {focus}"]
        self._focus, self._known = focus, known
        ways = ("  at once: ", "  says: ")
        return heard + [ways[loud] + line for loud, line in sorted(said, key=lambda one: one[0])]

    async def step(self, what: str) -> None:
        """Write down what was done and what is heard of it."""
        self.script += [what, *(await self._hear())]
