"""How sure the bot must be: learned from what shoppers said, followed everywhere, taken back."""

import pytest
from sqlalchemy import Connection

from chatserver.domain.hours import WeeklyHours
from chatserver.domain.ids import SiteId
from chatserver.domain.sites import SiteSettings
from chatserver.learning import learn_when_due
from chatserver.services import knowledge, publishing, thresholds
from chatserver.services.publishing import Effects, Wanted
from chatserver.storage import faq_checks, faq_entries, question_log, sites
from chatserver.storage.question_log import JudgedRow
from faq.feedback import Feedback, Judgement
from tests.editors.conftest import DAY_MS, Room, content

SURE = 0.9


@pytest.mark.parametrize(
    ("verdict", "chosen", "feedback", "judgement"),
    [
        ("answer", None, "helped", Judgement.HELPED),
        ("answer", None, "did_not_help", Judgement.DID_NOT_HELP),
        ("answer", None, None, None),
        ("clarify", "a", None, Judgement.RIGHT),
        ("clarify", "a", "helped", Judgement.RIGHT),
        ("clarify", "a", "did_not_help", Judgement.DID_NOT_HELP),
        ("clarify", "b", None, Judgement.WRONG),
        ("clarify", "b", "helped", Judgement.WRONG),
        ("clarify", None, "did_not_help", Judgement.WRONG),
        ("clarify", None, None, None),
        ("none", None, "did_not_help", None),
        ("none", "a", None, None),
    ],
)
def test_what_a_shopper_did_is_a_judgement_or_none(
    verdict: str, chosen: str | None, feedback: str | None, judgement: Judgement | None
) -> None:
    found = thresholds.feedback_of([JudgedRow(verdict, SURE, "a", chosen, feedback)])
    assert found == ([Feedback(SURE, judgement)] if judgement else [])


def judge(
    connection: Connection, feedback: str, times: int, *, at_ms: int, sure: float = SURE
) -> None:
    found = sites.find(connection, "avlu")
    site = found or sites.create(
        connection,
        "avlu",
        SiteSettings("Avlu", (), WeeklyHours("Europe/Istanbul", ((),) * 7)),
        now_ms=at_ms,
    )
    for _ in range(times):
        question_log.add(
            connection, site=SiteId(site.id), language="tr", message="kargom nerede",
            verdict="answer", confidence=sure, entry="track-order", entry_number=1,
            at_ms=at_ms, feedback=feedback,
        )  # fmt: skip


async def held(room: Room) -> float:
    await room.follow()
    return room.shelf.base.thresholds("tr").answer


async def test_what_helped_lowers_the_threshold_everywhere_and_can_be_taken_back(
    room: Room,
) -> None:
    first = await held(room)
    assert first == thresholds.shipped("tr").answer
    await room.write(judge, "helped", 400, at_ms=room.now)
    assert await room.write(thresholds.learn, now_ms=room.now)
    lower = await held(room)
    assert lower < first
    assert not await room.write(thresholds.learn, now_ms=room.now + 1)
    seen = await room.database.read(thresholds.standing, "tr")
    assert (seen.is_learned, seen.learned_from, seen.held.answer) == (True, 400, lower)
    english = await room.database.read(thresholds.standing, "en")
    assert (english.learned, english.held) == (None, thresholds.shipped("en"))
    drafts = await room.shelf.drafts(room.database, room.clock)
    assert drafts.thresholds("tr").answer == lower
    await room.write(thresholds.decide, "tr", use=False, by=room.gizem)
    assert await held(room) == first
    await room.write(judge, "helped", 400, at_ms=room.now)
    assert not await room.write(thresholds.learn, now_ms=room.now + 2)
    assert await held(room) == first
    seen = await room.database.read(thresholds.standing, "tr")
    assert seen.learned is not None and seen.learned.answer < first and not seen.is_learned
    await room.write(thresholds.decide, "tr", use=True, by=room.gizem)
    assert await held(room) == seen.learned.answer


@pytest.mark.usefixtures("on_postgresql")
async def test_it_is_the_same_on_postgresql(room: Room) -> None:
    first = await held(room)
    await room.write(judge, "helped", 200, at_ms=room.now)
    assert await room.write(thresholds.learn, now_ms=room.now)
    assert await held(room) < first


async def test_a_publication_learns_and_its_page_counts_with_it(room: Room) -> None:
    await room.write(judge, "helped", 300, at_ms=room.now)
    to_be = await room.database.read(thresholds.to_be, now_ms=room.now)
    first = await held(room)
    assert to_be["tr"].answer < first
    key, _ = await room.write(
        knowledge.create, content("Kedi maması satıyor musunuz?"), by=room.gizem, now_ms=room.now
    )
    row = await room.database.read(faq_entries.find, key)
    assert row is not None
    await room.write(
        publishing.publish, Wanted({key: row.version}), Effects(), by=room.gizem, now_ms=room.now
    )
    assert await held(room) == to_be["tr"].answer


async def test_it_is_learned_a_few_times_a_day_and_never_against_a_check(room: Room) -> None:
    first = await held(room)
    await room.write(judge, "did_not_help", 400, at_ms=room.now, sure=0.95)
    assert await learn_when_due(room.database, room.clock, room.shelf)
    assert await held(room) == first
    assert not await learn_when_due(room.database, room.clock, room.shelf)
    seen = await room.database.read(thresholds.standing, "tr")
    assert seen.learned_from == 400
    for check in await room.database.read(faq_checks.every):
        await room.write(faq_checks.remove, check.id)
    room.clock.advance(ms=DAY_MS)
    assert await learn_when_due(room.database, room.clock, room.shelf)
    assert await held(room) > first


async def test_what_is_old_or_of_another_model_counts_no_more(room: Room) -> None:
    await room.write(judge, "helped", 400, at_ms=room.now)
    await room.write(thresholds.learn, now_ms=room.now)
    assert "tr" in await room.database.read(thresholds.in_use)
    later = room.now + thresholds.BACK_MS + DAY_MS
    assert await room.write(thresholds.learn, now_ms=later)
    assert (await room.database.read(thresholds.standing, "tr")).learned is None
    assert await held(room) == thresholds.shipped("tr").answer
