"""Answers' Markdown becomes a few elements, and no address that harms."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatserver.web.answers import render, safe_href

HARMFUL = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "\x01javascript:alert(1)",
    "java\tscript:alert(1)",
    "java\nscript:alert(1)",
    "java&#x0A;script:alert(1)",
    "&#106;avascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "file:///etc/passwd",
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https://shop.tr@evil.example",
    "https://shop.tr%40@evil.example",
    "http://",
    "https:///evil.example",
    "https://[::1",
    "https://xn--\u0131.example",
    "https://аррӏе.com",
    "https://evil.example/" + "a" * 5000,
    "mailto:a@b.example?bcc=c@d.example",
    "mailto:",
    "tel:*#06#",
    "tel:" + "1" * 40,
    "ftp://a.example",
    "intent://a#Intent;end",
    "",
]


@pytest.mark.parametrize("href", HARMFUL)
def test_x02_a_harmful_address_is_no_link(href: str) -> None:
    assert safe_href(href) is None
    if href.isascii():  # in other scripts the parser writes the host in ASCII first: see below
        assert "<a" not in render(f"[tıklayın]({href})")
        assert "<a" not in render(f"[tıklayın](<{href}>)")


@pytest.mark.parametrize(
    "href",
    ["https://shop.example/a?b=c#d", "http://shop.example", "mailto:info@shop.example",
     "tel:+908501234567", "tel:0850-123-45-67"],
)  # fmt: skip
def test_x02_a_good_address_is_a_link_that_tells_nobody_where_it_was(href: str) -> None:
    assert render(f"[tıklayın]({href})") == (
        f'<p><a href="{href}" rel="noopener noreferrer nofollow" target="_blank">tıklayın</a></p>'
    )


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("[https://shop.tr](https://evil.example/a)", "https://shop.tr</a> (evil.example)"),
        ("[shop.tr/iade](https://evil.example)", "shop.tr/iade</a> (evil.example)"),
        ("[**shop.tr**](https://evil.example)", "<strong>shop.tr</strong></a> (evil.example)"),
        ("[аррӏе.com](https://аррӏе.com)", "аррӏе.com</a> (xn--80ak6aa92e.com)"),
        ("[shop.tr](https://shop.tr/iade)", "shop.tr</a></p>"),
        ("[iade sayfası](https://shop.tr/iade)", "iade sayfası</a></p>"),
    ],
)
def test_x02_a_link_that_names_another_host_shows_the_real_one(markdown: str, shown: str) -> None:
    assert shown in render(markdown)


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("Bir\n\niki", "<p>Bir</p><p>iki</p>"),
        ("a\nb", "<p>a<br>b</p>"),
        ("**a** *b*", "<p><strong>a</strong> <em>b</em></p>"),
        ("- a\n- b", "<ul><li>a</li><li>b</li></ul>"),
        ("1. a\n2. b", "<ol><li>a</li><li>b</li></ol>"),
        ("# a", "<p># a</p>"),
        ("![x](https://a.example/b.png)", None),
        ("<b>a</b>", "<p>&lt;b&gt;a&lt;/b&gt;</p>"),
    ],
)
def test_answers_have_paragraphs_lists_bold_emphasis_and_links(
    markdown: str, html: str | None
) -> None:
    rendered = str(render(markdown))
    assert "<img" not in rendered
    if html is not None:
        assert rendered == html


@given(st.text(alphabet=st.sampled_from("<>&\"'`[]()!*_-1. \n\\/:javscript=@#{}x"), max_size=120))
def test_x01_no_markdown_makes_any_other_element(markdown: str) -> None:
    rest = str(render(markdown))
    for tag in ("p", "ul", "ol", "li", "strong", "em"):
        rest = rest.replace(f"<{tag}>", "").replace(f"</{tag}>", "")
    rest = rest.replace("<br>", "").replace("</a>", "")
    for part in rest.split("<")[1:]:
        assert part.startswith(('a href="http', 'a href="mailto:', 'a href="tel:'))
