"""The built files that browsers get, read once at start; nothing outside the folder is reachable."""

import base64
import gzip
import hashlib
import json
import mimetypes
import re
from dataclasses import dataclass, field
from pathlib import Path

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from chatserver import __version__
from chatserver.errors import Code, Refusal

LOADER = "widget.js"
"""Logical name of the launcher that shops embed."""

FOREVER = "public, max-age=31536000, immutable"
DAY = "public, max-age=86400"
SHORT = "public, max-age=300, stale-while-revalidate=86400"

_HERE = Path(__file__).parent.parent
_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".map": "application/json",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
    ".mp3": "audio/mpeg",
    ".wav": "audio/wav",
}
_ENDS = re.compile(rb"</(script|style)|<!--|\r", re.IGNORECASE)
_SQUEEZED = {".js", ".mjs", ".css", ".json", ".svg", ".map", ".webmanifest"}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file in memory. squeezed: the same in gzip, or None where that gains nothing."""

    body: bytes
    content_type: str
    etag: str
    squeezed: bytes | None


@dataclass(frozen=True, slots=True)
class Inline:
    """A script or style as it stands within a page, and what a policy calls it."""

    text: Markup
    source: str


@dataclass(frozen=True, slots=True)
class Assets:
    """Every file by its path under the folder, and what the manifest calls them.

    A request is a look-up in `files`: no path of a request ever meets the file system.
    """

    files: dict[str, Asset] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    def url(self, logical: str) -> str:
        """Return the address of a file by its logical name; "" when it was never built."""
        file = self.names.get(logical)
        return f"/static/{file}" if file else ""

    def inline(self, logical: str) -> Inline | None:
        """Return a file as a page may hold it; None when it was never built or would end its tag."""
        asset = self.files.get(self.names.get(logical, ""))
        if asset is None or _ENDS.search(asset.body):
            return None
        digest = base64.b64encode(hashlib.sha256(asset.body).digest()).decode()
        return Inline(Markup(asset.body.decode()), f"'sha256-{digest}'")

    def loader(self) -> Asset | None:
        """Return the launcher."""
        for logical in (LOADER, "loader.js"):
            found = self.files.get(self.names.get(logical, logical))
            if found:
                return found
        return None


def folder() -> Path:
    """Return where the files are: inside the installed package, else in the repository."""
    installed = _HERE / "_static"
    return installed if installed.is_dir() else _HERE.parent / "static"


def load_assets(root: Path | None = None) -> Assets:
    """Read a folder of built files with its `manifest.json`; an absent folder is an empty one.

    The manifest maps logical names to `{"file": …}` or to the file itself.
    """
    root = root or folder()
    files: dict[str, Asset] = {}
    names: dict[str, str] = {}
    if not root.is_dir():
        return Assets()
    for path in sorted(root.rglob("*")):
        if path.is_file() and not any(
            part.startswith(".") for part in path.parts[len(root.parts) :]
        ):
            files[path.relative_to(root).as_posix()] = _asset(path)
    manifest = root / "manifest.json"
    if manifest.is_file():
        files.pop("manifest.json")
        for logical, entry in json.loads(manifest.read_text(encoding="utf-8")).items():
            file = entry.get("file") if isinstance(entry, dict) else entry
            if isinstance(file, str) and file in files:
                names[logical] = file
    return Assets(files, names)


def _asset(path: Path) -> Asset:
    body = path.read_bytes()
    suffix = path.suffix.lower()
    guessed = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    squeezed = gzip.compress(body, 9, mtime=0) if suffix in _SQUEEZED else None
    return Asset(
        body,
        _TYPES.get(suffix, guessed),
        f'"{hashlib.sha256(body).hexdigest()[:24]}"',
        squeezed if squeezed and len(squeezed) < len(body) else None,
    )


def is_known(request: Request, etag: str) -> bool:
    """Whether the browser says that it has just this."""
    known = request.headers.get("if-none-match", "").split(",")
    return etag in (tag.strip().removeprefix("W/") for tag in known)


def serve(request: Request, asset: Asset, *, cache: str, everywhere: bool = False) -> Response:
    """Return a file, or 304 when the browser has it.

    Args:
        cache: the `Cache-Control` it gets.
        everywhere: whether pages of other origins may load it (the launcher alone).
    """
    headers = {
        "Cache-Control": cache,
        "ETag": asset.etag,
        "Vary": "Accept-Encoding",
        "Cross-Origin-Resource-Policy": "cross-origin" if everywhere else "same-origin",
    }
    if everywhere:
        headers["Access-Control-Allow-Origin"] = "*"  # with integrity="…" browsers fetch by CORS
    if is_known(request, asset.etag):
        return Response(status_code=304, headers=headers)
    body = asset.body
    if asset.squeezed is not None and "gzip" in request.headers.get("accept-encoding", ""):
        body = asset.squeezed
        headers["Content-Encoding"] = "gzip"
    return Response(body, headers=headers, media_type=asset.content_type)


async def show_file(assets: Assets, request: Request) -> Response:
    """Serve `/static/…`: for ever when its name carries its hash, else to be asked for again.

    Raises:
        Refusal: `not_found`.
    """
    name = request.path_params["file"]
    asset = assets.files.get(name)
    if asset is None:
        raise Refusal(Code.NOT_FOUND)
    hashed = any(file == name != logical for logical, file in assets.names.items())
    return serve(request, asset, cache=FOREVER if hashed else "no-cache")


async def show_icon(assets: Assets, request: Request) -> Response:
    """Serve `/favicon.ico`, the product's mark."""
    return serve(request, _asset(Path(__file__).parent / "icon.svg"), cache=DAY)


async def show_loader(assets: Assets, request: Request) -> Response:
    """Serve `/widget.js`, what shops embed: fresh within minutes.

    Raises:
        Refusal: `not_found` when it was never built.
    """
    asset = assets.loader()
    if asset is None:
        raise Refusal(Code.NOT_FOUND)
    return serve(request, asset, cache=SHORT, everywhere=True)


async def show_pinned_loader(assets: Assets, request: Request) -> Response:
    """Serve `/widget/<version>/loader.js`, for shops that pin it with `integrity`.

    Raises:
        Refusal: `not_found` for a version that this server is not.
    """
    asset = assets.loader()
    if asset is None or request.path_params["version"] != __version__:
        raise Refusal(Code.NOT_FOUND)
    return serve(request, asset, cache=FOREVER, everywhere=True)


async def show_dock(assets: Assets, request: Request) -> Response:
    """Serve `/widget/dock.js`, which the launcher fetches once somebody wants to talk.

    The query names the content the launcher was built with. A launcher that an older server gave out
    gets today's dock all the same, as what they say to each other only grows.

    Raises:
        Refusal: `not_found` when it was never built.
    """
    asset = assets.files.get("dock.js")
    if asset is None:
        raise Refusal(Code.NOT_FOUND)
    digest = base64.b64encode(hashlib.sha256(asset.body).digest()).decode()
    is_meant = request.url.query == digest[: len(request.url.query)] != ""
    return serve(request, asset, cache=FOREVER if is_meant else "no-cache", everywhere=True)


async def show_shims(assets: Assets, request: Request) -> Response:
    """Serve `/widget/shims.js`, the calls of other chats said to ours."""
    return _by_name(assets, request, "shims.js")


async def show_declarations(assets: Assets, request: Request) -> Response:
    """Serve `/widget/supportchat.d.ts`, the types of the shop page's API."""
    return _by_name(assets, request, "supportchat.d.ts")


def _by_name(assets: Assets, request: Request, name: str) -> Response:
    asset = assets.files.get(name)
    if asset is None:
        raise Refusal(Code.NOT_FOUND)
    return serve(request, asset, cache=SHORT, everywhere=True)
