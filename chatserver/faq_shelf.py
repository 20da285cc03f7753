"""The FAQ as the process holds it: what shoppers get, with the index built from it."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Connection

from chatserver.clock import Clock, to_datetime
from chatserver.domain.knowledge import covers
from chatserver.services import engine_entries, publishing, starter, thresholds
from chatserver.services.engine_entries import Live
from chatserver.storage import faq_entries, faq_publications, question_log, site_words
from chatserver.storage.database import Database
from chatserver.words import LANGUAGES
from faq import Entry, KnowledgeBase, load_starter
from faq.model import Thresholds

POPULAR = ("track-order", "delivery-time", "return-how", "instalments")
"""What is offered before anybody asked, until what shoppers ask is counted."""

ASKED_MS = 30 * 24 * 3600 * 1000
COUNT_EVERY_MS = 60_000
ZONE = ZoneInfo("Europe/Istanbul")
"""Whose calendar says which day it is for what is valid from and until a day."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class FaqShelf:
    """Entries in both languages with the index built from them; replaced as a whole.

    Args:
        revision: of what is live, 0 for entries that come from files.
        numbers: by key, how often the entry was published.
        scopes: by key, where it holds, for those that do not hold everywhere.
        asked: by language, keys of what is asked most, the most first.
    """

    all_entries: tuple[Entry, ...]
    base: KnowledgeBase
    revision: int = 0
    numbers: Mapping[str, int] = field(default_factory=dict)
    scopes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    asked: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, entries: Sequence[Entry]) -> "FaqShelf":
        """Return a shelf with these entries."""
        return cls(tuple(entries), KnowledgeBase(entries))

    @classmethod
    def starter(cls) -> "FaqShelf":
        """Return the shelf a new shop starts with."""
        return cls.of(load_starter())

    def entries(self, language: str) -> Sequence[Entry]:
        """Return every entry of a language, in the order of the files."""
        return [entry for entry in self.all_entries if entry.language == language]

    def popular(self, language: str, limit: int) -> Sequence[Entry]:
        """Return what is asked most, or is likely to be; the first entries where that is gone."""
        keys = dict.fromkeys((*self.asked.get(language, ()), *POPULAR))
        wanted = [entry for key in keys if (entry := self.base.entry(key, language)) is not None]
        return (wanted or list(self.base.entries(language)))[:limit]

    def outside(self, *, site: str, path: str) -> frozenset[str]:
        """Return the keys of the entries that do not hold on a page."""
        return frozenset(
            key for key, scope in self.scopes.items() if not covers(scope, site=site, path=path)
        )


class LiveShelf:
    """The shelf that follows the database: each process asks every second what was published.

    The next index is built beside the one that answers and takes its place in one step, so nobody
    waits for it.

    Args:
        first: what answers until the database was read.
        day: the day that `first` was made for, where it is what the database has.
        on_new: told each new shelf, on the event loop.
    """

    def __init__(
        self,
        first: FaqShelf,
        *,
        day: date | None = None,
        on_new: Callable[[FaqShelf], None] = lambda _: None,
    ) -> None:
        self.now = first
        self.on_new = on_new
        self._day = day
        self._counted_ms = 0
        self._following = asyncio.Lock()
        self._drafts: tuple[int, date, KnowledgeBase] | None = None

    @property
    def base(self) -> KnowledgeBase:
        """The index that answers now."""
        return self.now.base

    def entries(self, language: str) -> Sequence[Entry]:
        """Return every live entry of a language."""
        return self.now.entries(language)

    def popular(self, language: str, limit: int) -> Sequence[Entry]:
        """Return what is offered before anybody asked."""
        return self.now.popular(language, limit)

    async def begin(self, database: Database, clock: Clock) -> None:
        """Give a new installation its starter, then follow."""
        await database.write(starter.begin_with_starter, now_ms=clock.now_ms())
        await self.follow(database, clock)

    async def follow(self, database: Database, clock: Clock) -> bool:
        """Publish what is due and take up what was published; say whether anything was new."""
        async with self._following:
            now_ms = clock.now_ms()
            if await database.read(faq_publications.is_due, now_ms=now_ms):
                await database.write(publishing.publish_due, now_ms=now_ms)
            state = await database.read(faq_entries.state)
            day = today(now_ms)
            count = now_ms - self._counted_ms >= COUNT_EVERY_MS
            if state is None or (state[0] == self.now.revision and day == self._day and not count):
                return False
            asked = await database.read(_asked, self.now, now_ms=now_ms)
            self._counted_ms = now_ms
            if state[0] == self.now.revision and day == self._day:
                self._put(replace(self.now, asked=asked))
                return False
            live = await database.read(engine_entries.live)
            words = await database.read(site_words.every)
            sure = await database.read(thresholds.in_use)
            shelf = await asyncio.to_thread(_build, live, words, sure, day, asked)
            self._day = day
            self._put(shelf)
            log.info("faq taken up", revision=shelf.revision, entries=len(shelf.all_entries))
            return True

    def _put(self, shelf: FaqShelf) -> None:
        self.now = shelf
        self.on_new(shelf)

    async def drafts(self, database: Database, clock: Clock) -> KnowledgeBase:
        """Return an index over everything as it is being written."""
        day = today(clock.now_ms())
        revision, entries = await database.read(engine_entries.drafted)
        kept = self._drafts
        if kept is None or kept[:2] != (revision, day):
            words = await database.read(site_words.every)
            sure = await database.read(thresholds.in_use)
            base = await asyncio.to_thread(build_base, publishing.on_day(entries, day), words, sure)
            kept = self._drafts = (revision, day, base)
        return kept[2]


def today(now_ms: int) -> date:
    """Return the day it is on the shops' calendar."""
    moment: datetime = to_datetime(now_ms)
    return moment.astimezone(ZONE).date()


def build_base(
    entries: Sequence[Entry],
    words: Sequence[site_words.WordRow] = (),
    sure: Mapping[str, Thresholds] | None = None,
) -> KnowledgeBase:
    """Return an index with a site's own words in it.

    Args:
        sure: the site's own thresholds, by language.
    """
    from chatserver.services.words_of_site import languages_with

    return KnowledgeBase(entries, languages=languages_with(words), thresholds=dict(sure or {}))


def load_shelf(connection: Connection, *, now_ms: int) -> FaqShelf:
    """Return what shoppers get now; the starter where there never was an FAQ."""
    if faq_entries.state(connection) is None:
        return FaqShelf.starter()
    words, sure = site_words.every(connection), thresholds.in_use(connection)
    return _build(engine_entries.live(connection), words, sure, today(now_ms), {})


def _build(
    live: Live,
    words: Sequence[site_words.WordRow],
    sure: Mapping[str, Thresholds],
    day: date,
    asked: Mapping[str, Sequence[str]],
) -> FaqShelf:
    entries = publishing.on_day(live.entries, day)
    base = build_base(entries, words, sure)
    return FaqShelf(entries, base, live.revision, live.numbers, live.scopes, asked)


def _asked(connection: Connection, shelf: FaqShelf, *, now_ms: int) -> dict[str, list[str]]:
    return {
        language: question_log.most_asked(
            connection,
            since_ms=now_ms - ASKED_MS,
            language=language,
            keys={entry.key for entry in shelf.entries(language)},
            limit=6,
        )
        for language in LANGUAGES
    }
