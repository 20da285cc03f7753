"""Built files, the launcher, and nothing else of the disk."""

import base64
import gzip
import hashlib
from pathlib import Path

import pytest

from chatserver.web.assets import load_assets
from tests.web.conftest import ORIGIN, Shop


async def test_the_launcher_may_be_loaded_from_any_shop_and_is_fresh_within_minutes(
    shop: Shop,
) -> None:
    async with shop.client(Origin=ORIGIN) as client:
        response = await client.get("/widget.js")
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/javascript; charset=utf-8"
    assert response.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "max-age=300" in response.headers["cache-control"]
    assert "stale-while-revalidate" in response.headers["cache-control"]
    assert "set-cookie" not in response.headers


async def test_a_browser_that_has_a_file_is_told_so(shop: Shop) -> None:
    async with shop.client() as client:
        tag = (await client.get("/widget.js")).headers["etag"]
        for sent in (tag, f"W/{tag}", f'"x", {tag}'):
            again = await client.get("/widget.js", headers={"If-None-Match": sent})
            assert (again.status_code, again.content) == (304, b"")
            assert again.headers["cross-origin-resource-policy"] == "cross-origin"
        assert (await client.get("/widget.js", headers={"If-None-Match": '"x"'})).status_code == 200


async def test_a_pinned_launcher_is_kept_for_ever_and_only_this_version_is_had(shop: Shop) -> None:
    async with shop.client() as client:
        response = await client.get("/widget/0.1.0/loader.js")
        assert "immutable" in response.headers["cache-control"]
        assert response.headers["access-control-allow-origin"] == "*"
        assert (await client.get("/widget/0.0.9/loader.js")).status_code == 404


async def test_the_dock_is_kept_for_ever_under_the_name_of_its_content_alone(shop: Shop) -> None:
    async with shop.client() as client:
        body = (await client.get("/widget/dock.js")).content
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
        meant = await client.get(f"/widget/dock.js?{digest[:10]}")
        older = await client.get("/widget/dock.js?AAAAAAAAAA")
    assert "immutable" in meant.headers["cache-control"]
    assert (older.content, older.headers["cache-control"]) == (body, "no-cache")
    assert meant.headers["access-control-allow-origin"] == "*"
    assert meant.headers["cross-origin-resource-policy"] == "cross-origin"


async def test_files_with_their_hash_in_their_name_are_kept_for_ever(shop: Shop) -> None:
    async with shop.client() as client:
        response = await client.get("/static/console-5e6f7a8b.css")
    assert "immutable" in response.headers["cache-control"]
    assert response.headers["cross-origin-resource-policy"] == "same-origin"


async def test_files_go_out_squeezed_to_browsers_that_say_so(shop: Shop) -> None:
    async with shop.client() as client:
        plain = await client.get("/widget.js", headers={"Accept-Encoding": "identity"})
        squeezed = await client.get("/widget.js", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert squeezed.headers["content-encoding"] == "gzip"
    assert squeezed.content == plain.content
    assert int(squeezed.headers["content-length"]) < len(plain.content)
    assert squeezed.headers["vary"] == "Accept-Encoding"
    assert gzip.compress(b"") != b""


@pytest.mark.parametrize(
    "path",
    [
        "/static/", "/static/manifest.json", "/static/../secret.txt",
        "/static/..%2fsecret.txt", "/static/%2e%2e/secret.txt", "/static/....//secret.txt",
        "/static//etc/passwd", "/static/%2fetc%2fpasswd", "/static/..\\secret.txt",
        "/static/console-5e6f7a8b.css%00.js", "/static/.env", "/widget/../loader.js",
        "/widget/..%2f..%2fsecret.txt/loader.js",
    ],
)  # fmt: skip
async def test_no_path_leaves_the_folder_and_no_folder_is_listed(shop: Shop, path: str) -> None:
    async with shop.client() as client:
        response = await client.get(path)
    assert response.status_code == 404
    assert "canary" not in response.text
    assert "1a2b3c4d" not in response.text


def test_both_ways_to_write_the_manifest_are_read_and_what_is_missing_is_left_out(
    tmp_path: Path,
) -> None:
    (tmp_path / "a-1.js").write_text("1")
    (tmp_path / "widget.js").write_text("2")
    (tmp_path / ".hidden").write_text("3")
    (tmp_path / "manifest.json").write_text(
        '{"a.js": "a-1.js", "b.js": {"file": "b-1.js"}, "widget.js": {"file": "widget.js"}}'
    )
    assets = load_assets(tmp_path)
    assert assets.names == {"a.js": "a-1.js", "widget.js": "widget.js"}
    assert set(assets.files) == {"a-1.js", "widget.js"}
    assert assets.url("a.js") == "/static/a-1.js"
    assert assets.url("b.js") == ""
    assert load_assets(tmp_path / "absent").loader() is None


async def test_before_anything_was_built_the_launcher_is_not_found(shop: Shop) -> None:
    shop.web.assets.names.clear()
    async with shop.client() as client:
        assert (await client.get("/widget.js")).status_code == 404
        assert (await client.get("/widget/0.1.0/loader.js")).status_code == 404


@pytest.mark.parametrize("text", ["'</script>'", "'<!--'", "a { content: '</STYLE' }"])
def test_what_would_end_its_tag_never_stands_within_a_page(tmp_path: Path, text: str) -> None:
    (tmp_path / "panel-1.js").write_text(text, encoding="utf-8")
    (tmp_path / "manifest.json").write_text('{"panel.js": "panel-1.js"}', encoding="utf-8")
    assert load_assets(tmp_path).inline("panel.js") is None
    assert load_assets(tmp_path).inline("panel.css") is None
