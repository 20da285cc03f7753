"""Questions that ask the same come together, and one click makes an answer of them."""

from collections.abc import Sequence

from chatserver.domain.ids import SiteId
from chatserver.services import knowledge, unanswered
from chatserver.storage import question_log
from chatserver.storage.question_log import QuestionRow
from faq.clusters import MAX_MESSAGES, clusters, grouped, pairwise
from tests.editors.conftest import DAY_MS, Room

ASKED = (
    "mağazada deneyebiliyor muyuz", "magazada deneme kabini var mı", "MAĞAZADA DENEYEBİLİYOR MUYUZ",
    "toptan satış fiyatı alabilir miyim", "toptan fiyat listesi var mı",
)  # fmt: skip


def question(number: int, text: str, *, at_ms: int, **more: object) -> QuestionRow:
    values = {
        "site": SiteId(1), "conversation": "", "seq": 1, "source": "chat", "language": "tr",
        "verdict": "none", "confidence": 0.0, "entry": None, "entry_number": 0, "chosen": None,
        "feedback": None, "handed_off": False, "settled": None, **more,
    }  # fmt: skip
    return QuestionRow(id=number, message=text, at_ms=at_ms, **values)  # type: ignore[arg-type]


def test_messages_that_ask_the_same_meet() -> None:
    found = [sorted(group) for group in clusters(ASKED, "tr")]
    assert [0, 1, 2] in found and [3, 4] in found


def test_what_is_the_same_once_folded_is_one_group_whatever_else() -> None:
    assert clusters(["Kargo Nerede", "KARGO NEREDE", "kargo nerede"], "tr") == [[0, 1, 2]]
    assert clusters([], "tr") == [] and clusters(["bir"], "en") == [[0]]


def test_more_messages_than_are_compared_stay_alone_and_none_is_lost() -> None:
    many = [f"soru {number} hakkında" for number in range(MAX_MESSAGES + 5)]
    found = clusters(many[:3] + many[-3:], "tr")
    assert sorted(place for group in found for place in group) == list(range(6))


def test_pairs_are_counted_as_they_are() -> None:
    assert pairwise([1, 1, 2, 2], ["a", "a", "a", "b"]) == (1, 2, 3)
    import numpy as np

    assert len(set(grouped(np.array([[1, 0.9, 0], [0.9, 1, 0], [0, 0, 1.0]]), 0.5))) == 2


def of(groups: Sequence[unanswered.Group], text: str) -> unanswered.Group:
    return next(group for group in groups if text in (group.message, *group.examples))


async def test_a_group_tells_how_often_since_when_and_what_is_nearest(room: Room) -> None:
    now = room.now
    rows = [
        question(1, "mağazada deneyebiliyor muyuz", at_ms=now - 10 * DAY_MS),
        question(2, "magazada deneyebiliyor muyuz", at_ms=now - DAY_MS, handed_off=True),
        question(3, "mağazada deneyebiliyor muyuz", at_ms=now - 5),
        question(4, "siparişim nerde kaldı", at_ms=now, verdict="clarify", settled="ignored"),
    ]
    groups = unanswered.groups(rows, room.shelf.base, clusters, now_ms=now)
    first = of(groups, "mağazada deneyebiliyor muyuz")
    assert (first.times, first.why, first.state, first.trend) == (3, "none", "open", "rising")
    assert (sum(first.days), first.last_ms, len(first.ids)) == (3, now - 5, 3)
    other = of(groups, "siparişim nerde kaldı")
    assert (other.state, other.trend, other.why) == ("ignored", "new", "clarify")
    assert other.nearest is not None and other.nearest[0] == "track-order"


async def test_what_is_asked_again_after_it_was_ignored_stays_ignored(room: Room) -> None:
    rows = [
        question(1, "fal bakıyor musunuz", at_ms=room.now - DAY_MS, settled="ignored"),
        question(2, "fal bakıyor musunuz siz", at_ms=room.now),
    ]
    groups = unanswered.groups(rows, room.shelf.base, clusters, now_ms=room.now)
    assert [group.state for group in groups] == ["ignored"]


async def test_one_click_makes_an_utterance_or_an_entry_and_the_effect_is_told(room: Room) -> None:
    from tests.cast import furnish

    site = (await room.write(furnish))["site"]

    def asked(connection: object, text: str, entry: str | None, verdict: str = "none") -> None:
        question_log.add(
            connection, site=site.id, language="tr", message=text, verdict=verdict,  # type: ignore[arg-type]
            confidence=0.9, entry=entry, entry_number=1, at_ms=room.clock.now_ms(),
        )  # fmt: skip

    await room.write(asked, "paketi kapıya bırakır mısınız", None)
    rows = await room.write(question_log.unanswered, since_ms=0)
    key = await room.write(
        unanswered.settle, [rows[0].id], "utterance", language="tr", message=rows[0].message,
        entry="track-order", by=room.gizem, now_ms=room.now,
    )  # fmt: skip
    assert key == "track-order"
    draft = await room.write(knowledge.get, "track-order")
    assert "paketi kapıya bırakır mısınız" in draft.content.wording("tr").utterances
    new = await room.write(
        unanswered.settle, [rows[0].id], "entry", language="tr", message="Kapıya bırakılır mı?",
        entry=None, by=room.gizem, now_ms=room.now,
    )  # fmt: skip
    assert new == "kapiya-birakilir-mi"
    ignored = await room.write(
        unanswered.settle, [rows[0].id], "ignored", language="tr", message="x", entry=None,
        by=None, now_ms=room.now,
    )  # fmt: skip
    assert ignored is None
    room.clock.advance(s=60)
    await room.write(asked, "kapıya bırakın", "track-order", "answer")
    told = {e.done.entry: e.answered for e in await room.write(unanswered.effects)}
    assert told["kapiya-birakilir-mi"] == 0 and told["track-order"] == 0, (
        "no conversation, no count"
    )
