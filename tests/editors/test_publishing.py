"""A publication is all or nothing, now or later, and every process follows it."""

import asyncio
import time
from dataclasses import replace
from typing import Any

import pytest

from chatserver.domain.knowledge import Phase
from chatserver.errors import Code, Refusal
from chatserver.faq_shelf import FaqShelf, LiveShelf, build_base
from chatserver.services import knowledge, publishing
from chatserver.services.publishing import Effects, Wanted
from chatserver.storage import faq_checks, faq_entries, faq_publications, question_log
from tests.editors.conftest import DAY_MS, Room, content

NOTHING = Effects()


async def new(room: Room, question: str, *utterances: str, **more: Any) -> str:
    key, _ = await room.write(
        knowledge.create, content(question, *utterances, **more), by=room.gizem, now_ms=room.now
    )
    return key


async def publish(room: Room, *keys: str, found: Effects = NOTHING, **more: object) -> int:
    versions = {key: (await room.write(knowledge.get, key)).version for key in keys}
    wanted = Wanted(versions, **more)  # type: ignore[arg-type]
    return await room.write(publishing.publish, wanted, found, by=room.gizem, now_ms=room.now)


async def test_what_is_published_answers_and_what_is_not_does_not(room: Room) -> None:
    key = await new(room, "Mağazada prova yapılıyor mu?", "magazada deneyebilir miyim")
    assert not await room.follow()
    assert room.shelf.base.entry(key, "tr") is None
    drafts = await room.shelf.drafts(room.database, room.clock)
    assert drafts.match("mağazada prova var mı", "tr").matches[0].entry.key == key
    assert await publish(room, key) == 1
    assert await room.follow()
    assert room.shelf.base.match("magazada deneyebilir miyim", "tr").candidates[0].entry.key == key
    assert room.shelf.now.numbers[key] == 1
    row = await room.write(knowledge.get, key)
    assert (row.phase, row.live_number) == (Phase.LIVE, 1)


async def test_on_postgresql_it_is_the_same(on_postgresql: None, room: Room) -> None:
    seen = await room.write(knowledge.get, "return-how")
    for number in (1, 2):
        saved = await room.write(
            knowledge.save, "return-how",
            seen.content.with_utterance("tr", f"{number}. söyleyiş geri vermek için"),
            version=seen.version, by=room.gizem, now_ms=room.now,
        )  # fmt: skip
        assert saved.clashed == (number == 2)
    await publish(room, "return-how")
    assert await room.follow()
    assert len(await room.write(faq_checks.every)) > 150
    assert await room.write(faq_entries.every, text="IADE ne zaman")
    key = await new(room, "Planlanan soru hangisi?")
    await publish(room, key, due_ms=room.now + 1)
    room.clock.advance(s=1)
    assert await room.follow() and room.shelf.base.entry(key, "tr") is not None
    assert await room.write(question_log.usage, since_ms=0) == {}
    assert await room.write(question_log.unanswered, since_ms=0) == []
    assert await room.write(question_log.recent, since_ms=0, limit=3) == []


async def test_a_set_is_published_whole_or_not_at_all(room: Room) -> None:
    first = await new(room, "Hediye paketi yapıyor musunuz diye soruyorum?")
    second = await new(room, "Boş kalan yanıt?", answer="{bos} gün")
    with pytest.raises(Refusal) as refused:
        await publish(room, first, second)
    assert refused.value.code is Code.BAD_REQUEST
    assert not await room.follow()
    assert (await room.write(knowledge.get, first)).phase is Phase.DRAFT


async def test_an_entry_that_was_changed_meanwhile_is_not_published_unseen(room: Room) -> None:
    key = await new(room, "Perde ölçüsünü kim alıyor acaba?")
    await room.write(
        knowledge.add_utterance, key, "tr", "ölçü almaya geliyor musunuz", by=room.onur,
        now_ms=room.now,
    )  # fmt: skip
    with pytest.raises(Refusal) as refused:
        await room.write(
            publishing.publish, Wanted({key: 1}), NOTHING, by=room.gizem, now_ms=room.now
        )
    assert refused.value.code is Code.TAKEN


async def test_an_archived_entry_leaves_with_the_next_publication(room: Room) -> None:
    await room.write(
        knowledge.archive, ["gift-wrap", "refund-time"], away=True, by=room.gizem, now_ms=room.now
    )
    assert room.shelf.base.entry("refund-time", "tr") is not None
    await publish(room, "refund-time")
    await room.follow()
    assert room.shelf.base.entry("refund-time", "tr") is None
    row = await room.write(knowledge.get, "refund-time")
    assert row.phase is Phase.ARCHIVED and not row.is_pending


async def test_a_scheduled_publication_happens_once_when_it_is_due(room: Room) -> None:
    key = await new(room, "Yılbaşı kampanyası ne zaman başlıyor?")
    await publish(room, key, due_ms=room.now + 3_600_000)
    assert not await room.follow()
    # What is written meanwhile belongs to the next publication.
    await room.write(
        knowledge.add_utterance, key, "tr", "yeni yıl indirimi", by=room.onur, now_ms=room.now
    )
    other = LiveShelf(FaqShelf.of(()))
    room.clock.advance(s=3601)
    both = await asyncio.gather(
        other.follow(room.database, room.clock), room.shelf.follow(room.database, room.clock)
    )
    assert all(both) and room.shelf.base.entry(key, "tr") is not None
    row = await room.write(knowledge.get, key)
    assert (row.live_number, row.phase) == (1, Phase.CHANGED)
    assert not await room.write(faq_publications.scheduled)
    with pytest.raises(Refusal):
        await room.write(publishing.cancel, 1, now_ms=room.now)


async def test_a_scheduled_publication_can_be_taken_back(room: Room) -> None:
    key = await new(room, "Geri alınacak soru hangisi?")
    await publish(room, key, due_ms=room.now + 1000)
    planned = await room.write(faq_publications.scheduled)
    assert [change.key for change in planned[0].changes] == [key]
    await room.write(publishing.cancel, planned[0].id, now_ms=room.now)
    room.clock.advance(s=5)
    assert not await room.follow()


async def test_days_of_validity_begin_and_end_by_themselves(room: Room) -> None:
    today = (await room.write(knowledge.get, "return-how")).content
    from chatserver.faq_shelf import today as day_of

    day = day_of(room.now)
    entry = await room.write(knowledge.get, "return-how")
    limited = replace(today, valid_until=day)
    await room.write(
        knowledge.save, "return-how", limited, version=entry.version, by=room.gizem, now_ms=room.now
    )
    await publish(room, "return-how")
    await room.follow()
    assert room.shelf.base.entry("return-how", "tr") is not None
    room.clock.advance(s=DAY_MS / 1000)
    assert await room.follow()
    assert room.shelf.base.entry("return-how", "tr") is None


async def test_drops_are_shown_and_need_a_recorded_decision(room: Room) -> None:
    def asked(connection: object, message: str) -> None:
        question_log.add(
            connection, site=1, language="tr", message=message, verdict="answer",  # type: ignore[arg-type]
            confidence=0.9, entry="refund-time", entry_number=1, at_ms=room.now,
        )  # fmt: skip

    def shop(connection: object) -> None:
        from tests.cast import furnish

        furnish(connection)  # type: ignore[arg-type]

    await room.write(shop)
    await room.write(asked, "iade param ne zaman yatacak benim")
    await room.write(knowledge.archive, ["refund-time"], away=True, by=room.gizem, now_ms=room.now)
    plan = await room.write(publishing.plan, now_ms=room.now)
    assert [row.key for row in plan.pending] == ["refund-time"]
    found = publishing.effects(
        build_base(plan.live), build_base(plan.entries), plan.checks, plan.recent
    )
    assert found.drops and found.checks == len(plan.checks) and found.questions == 1
    assert {shift.check.entry for shift in found.drops if shift.check} == {"refund-time"}
    assert any(shift.check is None and shift.times == 1 for shift in found.drops)
    with pytest.raises(Refusal):
        await publish(room, "refund-time", found=found)
    reasons = {shift.id: "Bu konu artık temsilcide" for shift in found.drops}
    reasons[found.drops[-1].id] = "   "
    with pytest.raises(Refusal):
        await publish(room, "refund-time", found=found, reasons=reasons)
    reasons[found.drops[-1].id] = "Az soruluyor"
    await publish(room, "refund-time", found=found, reasons=reasons)
    kept = (await room.write(faq_publications.latest))[0].decisions
    assert {one.reason for one in kept} == {"Bu konu artık temsilcide", "Az soruluyor"}
    assert len(kept) == len(found.drops)


async def test_a_gain_is_told_from_a_drop(room: Room) -> None:
    await room.write(
        faq_checks.put, [("tr", "mağazada prova yapılır mı acaba", "prova", False)],
        origin="test", now_ms=room.now, by=None,
    )  # fmt: skip
    key, _ = await room.write(
        knowledge.create, content("Mağazada prova yapılıyor mu?"), by=None, now_ms=room.now,
        key="prova",
    )  # fmt: skip
    plan = await room.write(publishing.plan, now_ms=room.now)
    found = publishing.effects(
        build_base(plan.live), build_base(plan.entries), plan.checks, plan.recent
    )
    assert [(s.kind, s.message) for s in found.shifts if s.check and s.check.entry == key] == [
        ("gain", "mağazada prova yapılır mı acaba")
    ]
    none = await room.write(publishing.plan, now_ms=room.now, chosen=())
    assert none.chosen == frozenset() and none.entries == none.live


async def test_answers_go_on_while_the_next_index_is_built(room: Room) -> None:
    key = await new(room, "Tadilat hizmetiniz bulunuyor mu?")
    await publish(room, key)
    following = asyncio.create_task(room.follow())
    longest, last = 0.0, time.perf_counter()
    answered = 0
    while not following.done():
        await asyncio.sleep(0)
        await asyncio.to_thread(room.shelf.base.match, "kargom nerede", "tr")
        answered += 1
        longest, last = max(longest, time.perf_counter() - last), time.perf_counter()
    assert await following
    assert answered >= 3, "questions were answered by the old index meanwhile"
    assert longest < 0.5, f"an answer took {longest:.3f} s while the index was built"


async def test_a_clashing_publication_counts_the_state_once(room: Room) -> None:
    before = await room.write(faq_entries.state)
    assert before is not None
    key = await new(room, "Bir kez sayılan soru mu?")
    await publish(room, key)
    after = await room.write(faq_entries.state)
    assert after is not None and after[0] == before[0] + 1
