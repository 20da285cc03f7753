"""Markdown answers: a closed list of nodes and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatserver.protocol.bodies import Node
from chatserver.protocol.markdown import is_safe_link, parse

TYPES = {
    "text", "strong", "em", "link", "paragraph", "list", "ordered_list", "item", "break",
}  # fmt: skip


def walk(nodes: tuple[Node, ...]) -> list[Node]:
    return [inner for node in nodes for inner in (node, *walk(node.children))]


def text_of(nodes: tuple[Node, ...]) -> str:
    return "".join(node.text for node in walk(nodes))


def test_bold_lists_and_links_are_understood() -> None:
    nodes = parse("**Hesabım** › Siparişlerim\n\n1. Bir\n2. İki\n\n[Takip](https://a.example/x)")
    kinds = [node.type for node in walk(nodes)]
    assert {"strong", "ordered_list", "item", "link"} <= set(kinds)
    assert [node.href for node in walk(nodes) if node.type == "link"] == ["https://a.example/x"]


HOSTILE = [
    "<script>alert(1)</script>",
    "[x](javascript:alert(1))",
    "[x](data:text/html,x)",
    "[x](vbscript:x)",
    "[x](//evil.example)",
    "[x](https://shop.example@evil.example)",
    "[x](\x01javascript:alert(1))",
    "[x](java&#x0A;script:alert(1))",
    "<https://user@evil.example>",
    "![x](https://a.example/p.png)",
    '<img src=x onerror="alert(1)">',
    f"[x](https://a.example/{'a' * 5000})",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_markdown_becomes_plain_text(text: str) -> None:
    for node in walk(parse(text)):
        assert node.type in TYPES
        if node.type == "link":
            assert is_safe_link(node.href)
            assert "evil" not in node.href
    assert "script" not in text or text_of(parse(text))


@given(st.text(max_size=200))
def test_any_text_gives_only_known_nodes_and_safe_links(text: str) -> None:
    for node in walk(parse(text)):
        assert node.type in TYPES
        assert (node.href == "") == (node.type != "link")
        assert node.type != "link" or is_safe_link(node.href)
