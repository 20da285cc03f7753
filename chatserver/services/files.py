"""Files that people send: who may, what is let in, and how it is kept.

A socket asks first (`file_offer`) and gets an address that works once for its message and for ten
minutes; the bytes come by HTTP. What a file is, its content says; its name and declared type say
nothing. Pictures are made anew, so nothing of place, device or polyglot survives.
"""

import asyncio
import json
import re
import sys
import unicodedata
from dataclasses import dataclass

import puremagic
import structlog

from chatserver.domain.conversations import check_agent_may_write
from chatserver.domain.ids import ClientId, ConversationId, StaffId, VisitorId
from chatserver.domain.messages import Audience, FileBody, MessageKind
from chatserver.errors import Code, Refusal
from chatserver.pictures import FORMATS, MAX_SIDE, REFUSED
from chatserver.services.answers_by_mail import QUIET_MS
from chatserver.services.file_links import Grant
from chatserver.services.opening import (
    as_visitor_author,
    author_key,
    current_conversation,
    new_public_id,
)
from chatserver.services.posting import Posted, posted
from chatserver.services.routing import as_author, find_for_agent
from chatserver.services.work import Work
from chatserver.storage import answers, conversations, files, messages, sites, visitors

MAX_FILE_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 40_000_000
DAY_BYTES = 60 * 1024 * 1024
"""What one person may send in a day."""

DAY_MS = 24 * 3600 * 1000
PICTURE_S = 20.0
AT_ONCE = 2
"""Pictures made anew at the same time; each may take a gigabyte."""

MAX_NAME_CHARS = 100
ENDINGS = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "application/pdf": ".pdf",
}
"""What is kept, and the ending its name gets."""

log = structlog.get_logger(__name__)

_UNSEEN = re.compile("[\x00-\x1f\x7f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_RESERVED = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)$", re.IGNORECASE)


def clean_name(name: str, media_type: str) -> str:
    """Return a name that is no path, hides nothing and ends as its content says."""
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    name = _UNSEEN.sub("", name).strip(" .")
    stem = re.sub(r'[<>:"|?*]', "", name.rsplit(".", 1)[0] if "." in name else name)
    stem = stem.strip(" .")[:MAX_NAME_CHARS]
    if not stem or _RESERVED.match(stem.split(".")[0]):
        stem = "file"
    return stem + ENDINGS[media_type]


@dataclass(frozen=True, slots=True)
class Inspected:
    """A file that may be kept. width, height: pixels, 0 for what is no picture."""

    media_type: str
    content: bytes
    width: int = 0
    height: int = 0


_pictures = asyncio.Semaphore(AT_ONCE)


async def inspect(content: bytes, *, max_side: int = MAX_SIDE) -> Inspected:
    """Return what a file is, by its content; a picture is made anew, no side longer than so many pixels.

    Raises:
        Refusal: `bad_request` for what is not let in, `too_large`, `timeout`.
    """
    if len(content) > MAX_FILE_BYTES:
        raise Refusal(Code.TOO_LARGE)
    try:
        found = puremagic.from_string(content[:4096], mime=True)
    except (puremagic.PureError, ValueError):
        found = ""
    if found == "application/pdf" and content.startswith(b"%PDF-"):
        return Inspected(found, content)
    if found not in FORMATS:
        raise Refusal(Code.BAD_REQUEST, "Files of this type are not taken.")
    async with _pictures:
        return await _picture(content, found, max_side)


async def _picture(content: bytes, media_type: str, max_side: int) -> Inspected:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "chatserver.pictures",
        media_type,
        str(MAX_PIXELS),
        str(max_side),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(PICTURE_S):
            out, _ = await process.communicate(content)
    except TimeoutError:
        raise Refusal(Code.TIMEOUT) from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        if process.returncode != REFUSED:
            log.warning("picture failed", status=process.returncode, bytes=len(content))
        raise Refusal(Code.BAD_REQUEST, "This picture can't be read, or is too large.")
    said, _, body = out.partition(b"\n")
    facts = json.loads(said)
    return Inspected(facts["type"], body, facts["width"], facts["height"])


def check_offer(name: str, size: int) -> None:
    """Refuse before a byte was sent what would be refused after.

    Raises:
        Refusal: `bad_request`, `too_large`.
    """
    if size > MAX_FILE_BYTES:
        raise Refusal(Code.TOO_LARGE)
    if size <= 0 or not name.strip():
        raise Refusal(Code.BAD_REQUEST)


def _sent_before(work: Work, key: str, client_id: ClientId) -> Posted | None:
    sent = messages.find_sent(work.connection, key, client_id)
    if sent is None:
        return None
    if sent[0].kind is not MessageKind.FILE:
        raise Refusal(Code.CLIENT_ID_CONFLICT)
    return posted(sent[0], duplicate=True)


def _keep(
    work: Work, conversation: ConversationId, key: str, grant: Grant, found: Inspected
) -> FileBody:
    if (
        files.bytes_since(work.connection, key, work.now_ms - DAY_MS) + len(found.content)
        > DAY_BYTES
    ):
        raise Refusal(Code.RATE_LIMITED, "Too many files today.", after_ms=3_600_000)
    public_id = new_public_id()
    name = clean_name(grant.name, found.media_type)
    files.create(
        work.connection,
        public_id=public_id,
        conversation=conversation,
        author_key=key,
        name=name,
        media_type=found.media_type,
        content=found.content,
        now_ms=work.now_ms,
    )
    return FileBody(
        public_id, name, found.media_type, len(found.content), found.width, found.height
    )


def post_visitor_file(work: Work, grant: Grant, found: Inspected) -> Posted:
    """Keep a visitor's file and say it in the conversation.

    Raises:
        Refusal: `unauthenticated`, `forbidden` (the site takes no files), `not_found`,
            `rate_limited`, `client_id_conflict`.
    """
    visitor = visitors.get(work.connection, VisitorId(grant.id))
    if visitor.revoked:
        raise Refusal(Code.UNAUTHENTICATED)
    if not sites.get(work.connection, visitor.site).settings.widget.files:
        raise Refusal(Code.FORBIDDEN)
    key, client_id = author_key(visitor), ClientId(grant.client_id)
    again = _sent_before(work, key, client_id)
    if again is not None:
        return again
    current = current_conversation(work, visitor, grant.conversation)
    message = work.say(
        current,
        author=as_visitor_author(visitor),
        body=_keep(work, current.id, key, grant, found),
        author_key=key,
        client_id=client_id,
        also={
            "visitor_seen_seq": messages.NEXT_SEQ,
            "answer_due_since_ms": current.answer_due_since_ms or work.now_ms,
        },
    )
    return posted(message, duplicate=False)


def post_agent_file(work: Work, grant: Grant, found: Inspected) -> Posted:
    """Keep an agent's file and say it in the conversation they hold.

    Raises:
        Refusal: `not_found`, `not_assigned`, `resolved`, `rate_limited`, `client_id_conflict`.
    """
    agent_id = StaffId(grant.id)
    key, client_id = f"a{agent_id}", ClientId(grant.client_id)
    again = _sent_before(work, key, client_id)
    if again is not None:
        return again
    agent, seen = find_for_agent(work, agent_id, grant.conversation or "")
    check_agent_may_write(seen, agent_id, grant.fence)
    locked = conversations.lock(work.connection, seen.id)
    check_agent_may_write(locked, agent_id, grant.fence)
    message = work.say(
        locked,
        author=as_author(agent),
        body=_keep(work, locked.id, key, grant, found),
        audience=Audience.EVERYONE,
        author_key=key,
        client_id=client_id,
        also={"agent_seen_seq": messages.NEXT_SEQ, "answer_due_since_ms": None},
    )
    if locked.answers_to:
        answers.wake(work.connection, locked.id, due_ms=work.now_ms + QUIET_MS)
    return posted(message, duplicate=False)
