"""The bot's rules and flows of a site: read for a turn, checked, published, drafted."""

from collections.abc import Mapping
from functools import lru_cache

import msgspec
import structlog
from sqlalchemy import Connection

from chatserver.bot.files import STARTER, load_script
from chatserver.bot.problems import problems
from chatserver.bot.script import Script
from chatserver.domain.ids import SiteId
from chatserver.errors import Code, Refusal
from chatserver.services.script_checks import Effects
from chatserver.services.work import Work
from chatserver.storage import scripts
from chatserver.storage.scripts import Decision

log = structlog.get_logger(__name__)

MAX_DOCUMENT_CHARS = 512 * 1024
MAX_REASON_CHARS = 500


class ScriptRefused(Refusal):
    """The script does not add up.

    Args:
        problems: one sentence each, with where it stands.
    """

    def __init__(self, problems: list[str]) -> None:
        super().__init__(Code.BAD_REQUEST, problems[0])
        self.problems = problems


def script_of(connection: Connection, site: SiteId) -> Script:
    """Return what the site's bot goes by: the newest published script, else the starter."""
    kept = scripts.published(connection, site)
    return _starter() if kept is None else _decoded(kept.document, kept.version)


def draft_of(connection: Connection, site: SiteId) -> Script:
    """Return what is being written, else what is in use."""
    kept = scripts.draft(connection, site)
    return script_of(connection, site) if kept is None else _decoded(kept.document, 0)


def save_draft(work: Work, site: SiteId, script: Script, *, author: str) -> list[str]:
    """Keep a script that is being written, even one that does not add up yet.

    Returns:
        What is wrong with it.
    """
    scripts.save_draft(work.connection, site, _encoded(script), author=author, now_ms=work.now_ms)
    return problems(script)


def publish(
    work: Work,
    site: SiteId,
    script: Script,
    *,
    author: str,
    found: Effects | None = None,
    reasons: Mapping[str, str] | None = None,
) -> int:
    """Put a script in use from the next turn on; return its version.

    Args:
        found: the effects as they were shown; each drop needs its reason, which is kept.
        reasons: by the drop's id.

    Raises:
        ScriptRefused: with everything that is wrong; nothing was changed.
        Refusal: `bad_request` where a drop lacks its reason.
    """
    wrong = problems(script)
    if wrong:
        raise ScriptRefused(wrong)
    held, given = found or Effects(), reasons or {}
    if held.undecided(given):
        raise Refusal(Code.BAD_REQUEST)
    decisions = [
        Decision(shift.id, given[shift.id].strip()[:MAX_REASON_CHARS]) for shift in held.drops
    ]
    return scripts.publish(
        work.connection,
        site,
        _encoded(script),
        author=author,
        now_ms=work.now_ms,
        decisions=decisions,
    )


def _encoded(script: Script) -> str:
    document = msgspec.json.encode(msgspec.structs.replace(script, version=0)).decode()
    if len(document) > MAX_DOCUMENT_CHARS:
        raise Refusal(Code.TOO_LARGE)
    return document


@lru_cache(maxsize=1)
def _starter() -> Script:
    return load_script(STARTER)


@lru_cache(maxsize=64)
def _decoded(document: str, version: int) -> Script:
    try:
        script = msgspec.json.decode(document, type=Script)
    except msgspec.DecodeError:
        # Changed by hand, or of a newer version: the starter still answers and hands over.
        log.error("script unreadable", version=version)
        return _starter()
    return msgspec.structs.replace(script, version=version)
