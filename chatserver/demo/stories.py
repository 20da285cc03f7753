"""What happened at the shop lately, as the files in `data/` tell it; plays nothing itself.

A step has one word: `says` (the visitor), `press` (a button, by number), `person` (asks for one),
`gives` (answers the bot's questions), `leaves`, `idle`, `wait` (seconds), `next morning`; or it
begins with an agent: `selin` (replies), `selin note`, `selin here`, `selin to team`,
`selin to burak`, `selin done`.
"""

import random
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import yaml

from chatserver.clock import to_datetime, to_ms
from chatserver.domain.hours import Calendar, WeeklyHours
from chatserver.words import LANGUAGES

DATA = Path(__file__).parent / "data"
DAYS = 14
SEED = 20_418
OPEN_FROM, OPEN_UNTIL = time(9, 15), time(17, 0)
CLOSED_FROM, CLOSED_UNTIL = time(18, 30), time(23, 30)

Step = dict[str, Any]


class Story(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One conversation to be.

    Args:
        visitor: their name; "" for somebody who never gives one.
        when: inside or outside the opening hours of its day.
        ago: minutes before now; then `when` counts for nothing.
        here: agents who are available from its beginning.
        pages: keys of the shop's pages that the visitor saw first.
    """

    steps: list[Step]
    visitor: str = ""
    device: str = ""
    pages: list[str] = []
    when: str = "open"
    ago: int | None = None
    here: list[str] = []
    language: str = "tr"


def load_stories() -> list[Story]:
    """Return every story of both languages, those of each language in order."""
    stories: list[Story] = []
    for language in LANGUAGES:
        raw = yaml.safe_load((DATA / f"stories_{language}.yaml").read_text(encoding="utf-8"))
        stories += [msgspec.convert({"language": language, **item}, Story) for item in raw]
    return stories


def schedule(stories: list[Story], hours: WeeklyHours, now_ms: int) -> list[tuple[int, Story]]:
    """Return the stories with the moment each begins, spread over the last two weeks.

    The same stories at the same moment always give the same plan.
    """
    chance = random.Random(SEED)
    fixed = [(now_ms - s.ago * 60_000, s) for s in stories if s.ago is not None]
    rest = [story for story in stories if story.ago is None]
    local = to_datetime(now_ms).astimezone(ZoneInfo(hours.zone))
    planned = []
    for number, story in enumerate(_mixed(rest, chance)):
        back = DAYS - 1 - number * (DAYS - 1) // len(rest)
        planned.append((_moment(local - timedelta(days=back), story, hours, chance), story))
    return sorted([*planned, *fixed], key=lambda item: item[0])


def _mixed(stories: list[Story], chance: random.Random) -> Iterator[Story]:
    """Yield the stories with the languages mixed, each language in its own order."""
    left = {lang: [s for s in stories if s.language == lang] for lang in LANGUAGES}
    while any(left.values()):
        languages = [lang for lang, kept in left.items() for _ in kept]
        yield left[chance.choice(languages)].pop(0)


def _moment(day: datetime, story: Story, hours: WeeklyHours, chance: random.Random) -> int:
    is_open = story.when == "open"
    while is_open and not hours.days[day.weekday()]:
        day -= timedelta(days=1)
    first, last = (OPEN_FROM, OPEN_UNTIL) if is_open else (CLOSED_FROM, CLOSED_UNTIL)
    start = datetime.combine(day.date(), first, tzinfo=day.tzinfo)
    end = datetime.combine(day.date(), last, tzinfo=day.tzinfo)
    return to_ms(start + timedelta(seconds=chance.randrange(int((end - start).total_seconds()))))


def next_morning(at_ms: int, hours: WeeklyHours, now_ms: int) -> int:
    """Return a few minutes after the shop next opens, at the latest half an hour ago."""
    opening = Calendar(hours).next_opening(to_datetime(at_ms))
    morning_ms = at_ms if opening is None else to_ms(opening) + 4 * 60_000
    return min(morning_ms, now_ms - 30 * 60_000)
