"""Conversations to read again: who may, found by a search, read whole; words nothing."""

import re
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from chatserver.clock import to_datetime
from chatserver.domain.ids import ConversationId, PublicId, StaffId
from chatserver.domain.messages import Audience, Message
from chatserver.domain.people import Role
from chatserver.domain.sites import Site
from chatserver.errors import Code, Refusal
from chatserver.storage import conversations, messages, sites, transcripts
from chatserver.storage.staff import StaffAccount
from chatserver.storage.transcripts import Summary, Wanted

PAGE = 50
LOG_PAGE = 200


@dataclass(frozen=True, slots=True)
class Transcript:
    """One conversation with every line its reader may see."""

    summary: Summary
    site: Site
    messages: tuple[Message, ...]

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the site, in which all times are shown."""
        return ZoneInfo(self.site.settings.hours.zone)

    def at(self, at_ms: int) -> datetime:
        """Return a moment as the clock on the site's wall shows it."""
        return to_datetime(at_ms).astimezone(self.zone)


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a search. next: cursor of the following page, or None at the end."""

    rows: tuple[Summary, ...]
    sites: dict[int, Site]
    next: str | None


def reader_of(account: StaffAccount) -> StaffId | None:
    """Return by whose teams reading is bounded: admins read all, agents their own teams."""
    return None if account.role is Role.ADMIN else account.id


def search_transcripts(connection: Connection, wanted: Wanted, *, cursor: str = "") -> Found:
    """Return one page of what matches, the conversation spoken in last first.

    Raises:
        Refusal: `bad_request` for a cursor that is none.
    """
    rows = transcripts.search(connection, wanted, limit=PAGE + 1, before=_cursor(cursor))
    shown = rows[:PAGE]
    following = None
    if len(rows) > PAGE:
        following = f"{shown[-1].last_message_ms}.{shown[-1].public_id}"
    return Found(tuple(shown), {site.id: site for site in sites.every(connection)}, following)


def _cursor(text: str) -> tuple[int, PublicId] | None:
    if not text:
        return None
    found = re.fullmatch(r"(\d{1,15})\.([\w-]{1,64})", text, re.ASCII)
    if found is None:
        raise Refusal(Code.BAD_REQUEST)
    return int(found[1]), PublicId(found[2])


def read_transcript(connection: Connection, account: StaffAccount, public_id: str) -> Transcript:
    """Return a conversation of the reader's teams with its whole log, notes included.

    Raises:
        Refusal: `not_found`, the same for what is not there and what is not theirs.
    """
    summary = transcripts.find(connection, public_id, reader=reader_of(account))
    if summary is None:
        raise Refusal(Code.NOT_FOUND)
    return _read(connection, summary, Audience.AGENTS)


def read_public_transcript(connection: Connection, public_id: str) -> Transcript:
    """Return what the visitor of a conversation may see of it; the caller has proof that it is
    theirs.

    Raises:
        Refusal: `not_found`.
    """
    summary = transcripts.find(connection, public_id, reader=None)
    if summary is None:
        raise Refusal(Code.NOT_FOUND)
    return _read(connection, summary, Audience.EVERYONE)


def _read(connection: Connection, summary: Summary, audience: Audience) -> Transcript:
    conversation = conversations.get(connection, summary.id)
    log: list[Message] = []
    while True:
        page = messages.after(
            connection,
            conversation,
            log[-1].seq if log else 0,
            limit=LOG_PAGE,
            audience=audience,
        )
        log.extend(page)
        if len(page) < LOG_PAGE:
            return Transcript(summary, sites.get(connection, summary.site), tuple(log))


def opened_between(
    connection: Connection,
    *,
    since_ms: int,
    until_ms: int,
    limit: int,
    after: ConversationId | None = None,
) -> list[Transcript]:
    """Return conversations opened in a stretch of time, notes included, in the order of opening.

    Args:
        after: where the ones before ended.
    """
    page = transcripts.opened_between(
        connection, since_ms=since_ms, until_ms=until_ms, limit=limit, after=after
    )
    return [_read(connection, summary, Audience.AGENTS) for summary in page]
