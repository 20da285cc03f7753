"""What shoppers ask the bot is noted, masked, with what came of it."""

import pytest

from chatserver.bot.knowledge import FaqKnowledge
from chatserver.domain.ids import ClientId
from chatserver.services import opening, questions, thresholds
from chatserver.services.bot_turns import OwedTurn
from chatserver.storage import question_log, visitors
from chatserver.storage.question_log import QuestionRow
from faq.feedback import Judgement
from tests.cast import SHELF, Stage

NOWHERE = "yarın hava nasıl olacak"


async def rows(stage: Stage) -> list[QuestionRow]:
    def every(connection: object) -> list[QuestionRow]:
        found = []
        for number in range(1, 100):
            row = question_log.find(connection, number)  # type: ignore[arg-type]
            if row is not None:
                found.append(row)
        return found

    return await stage.database.write(every)


async def ask(stage: Stage, text: str, *, to: str | None = None, choice: str | None = None) -> str:
    done = await stage.says(stage.ada, text, to=to, choice=choice)
    await stage.later(s=40)
    return str(done.conversation)


async def test_a_question_is_noted_with_its_answer_and_without_personal_data(
    sqlite_stage: Stage,
) -> None:
    stage = sqlite_stage
    await ask(stage, "kargom nerede, numaram 0532 123 45 67")
    noted = await rows(stage)
    assert [(row.verdict, row.entry) for row in noted] == [("answer", "track-order")]
    assert noted[0].message == "kargom nerede, numaram"
    assert noted[0].confidence > 0.8 and noted[0].conversation and noted[0].source == "chat"


async def test_what_the_shopper_says_of_an_answer_is_noted(stage: Stage) -> None:
    talk = await ask(stage, "kargom nerede")
    await ask(stage, "Evet", to=talk, choice="helped:yes")
    assert (await rows(stage))[0].feedback == "helped"
    assert await stage.database.write(question_log.unanswered, since_ms=0) == []
    await ask(stage, "iade süresi kaç gün", to=talk)
    await ask(stage, "Hayır", to=talk, choice="helped:no")
    found = await stage.database.write(question_log.unanswered, since_ms=0)
    assert [row.why for row in found] == ["did_not_help"]


async def test_a_question_without_an_answer_is_among_the_unanswered(sqlite_stage: Stage) -> None:
    stage = sqlite_stage
    await ask(stage, NOWHERE)
    found = await stage.database.write(question_log.unanswered, since_ms=0)
    assert [(row.verdict, row.why) for row in found] == [("none", "none")]
    await stage.database.write(question_log.settle, [found[0].id], "ignored")
    assert (await stage.database.write(question_log.unanswered, since_ms=0))[0].settled == "ignored"


async def test_a_question_is_noted_once_in_the_language_it_was_answered_in(
    sqlite_stage: Stage,
) -> None:
    stage = sqlite_stage
    await ask(stage, "kargom nerde")  # looked at in both languages, and by a rule
    await ask(stage, "how can i cancel my order")
    assert [(row.message, row.language, row.verdict) for row in await rows(stage)] == [
        ("kargom nerde", "tr", "answer"),
        ("how can i cancel my order", "en", "answer"),
    ]


async def test_a_detail_is_no_question_unless_the_faq_answers_it(sqlite_stage: Stage) -> None:
    stage = sqlite_stage
    talk = await ask(stage, "temsilciye bağla")
    for detail in ("Hülya Sezer", "kapıda ödeme var mı", "hulya@example.com"):
        await ask(stage, detail, to=talk)
    assert [row.message for row in await rows(stage)] == ["kapıda ödeme var mı"]


@pytest.mark.parametrize("is_somebody_there", [False, True])
async def test_who_presses_for_a_person_was_not_helped(
    sqlite_stage: Stage, is_somebody_there: bool
) -> None:
    stage = sqlite_stage
    talk = await ask(stage, "kargom nerede")
    if is_somebody_there:
        await stage.available(stage.grace)
    await stage.chat.do(
        opening.request_person, stage.ada, conversation=talk, client_id=ClientId("c" * 22)
    )
    found = await stage.database.write(question_log.unanswered, since_ms=0)
    assert [row.why for row in found] == ["handed_off"]


async def test_what_a_rule_answered_is_not_among_the_unanswered(sqlite_stage: Stage) -> None:
    stage = sqlite_stage
    await ask(stage, "sponsor olur musunuz")
    assert await stage.database.write(question_log.unanswered, since_ms=0) == []


async def test_an_excerpt_shows_neither_agents_nor_personal_data(sqlite_stage: Stage) -> None:
    stage = sqlite_stage
    talk = await ask(stage, "uzay gemisi kiralıyor musunuz, ada@ornek.com")
    await stage.available(stage.grace)
    await stage.says(stage.ada, "temsilciye bağla", to=talk)
    fence = (await stage.accepts(stage.grace, talk)).fence
    await stage.replies(stage.grace, talk, "gizli yanıt", fence=fence)
    await stage.replies(stage.grace, talk, "gizli not", fence=fence, note=True)
    first = (await rows(stage))[0]
    _, lines = await stage.database.write(questions.excerpt, first.id)
    said = " ".join(line.text for line in lines)
    assert "uzay gemisi" in said and "[email]" in said and "gizli" not in said
    assert [line.by for line in lines if line.is_question] == ["visitor"]


async def test_usage_counts_answers_and_what_became_of_them(stage: Stage) -> None:
    talk = await ask(stage, "kargom nerede")
    await ask(stage, "Evet", to=talk, choice="helped:yes")
    await ask(stage, "kargom nerde acaba", to=talk)
    used = (await stage.database.write(question_log.usage, since_ms=0))["track-order"]
    assert (used.asked, used.helped, used.helpfulness) == (2, 1, 1.0)
    assert await stage.database.write(question_log.answered_since, "track-order", 0) == 1
    assert (
        await stage.database.write(
            question_log.most_asked, since_ms=0, language="tr", keys={"track-order"}, limit=3
        )
    ) == ["track-order"]
    recent = await stage.database.write(question_log.recent, since_ms=0, limit=10)
    assert {message for _, message, _ in recent} == {"kargom nerede", "kargom nerde acaba"}


async def test_an_entry_answers_only_where_it_holds(sqlite_stage: Stage) -> None:
    stage = sqlite_stage
    base = SHELF.base
    everywhere = FaqKnowledge(base).find("kargom nerede", "tr")
    assert everywhere.verdict == "answer" and everywhere.found[0].entry == "track-order"
    elsewhere = FaqKnowledge(base, outside={"track-order"})
    look = elsewhere.find("kargom nerede", "tr")
    assert "track-order" not in {one.entry for one in look.found} and look.verdict != "answer"
    assert elsewhere.entry("track-order", "tr") is None
    asked: list[tuple[str, str]] = []

    def at(owed: OwedTurn) -> FaqKnowledge:
        asked.append((owed.site, owed.situation.page))
        return elsewhere

    stage.chat.knowledge_at = at
    await stage.database.write(
        visitors.add_page, stage.ada.id, url="https://shop.example/iade?x=1", title="", now_ms=1
    )
    await ask(stage, "kargom nerede")
    assert asked[0] == ("demo", "/iade")
    assert (await rows(stage))[0].entry != "track-order"


async def test_a_real_conversation_counts_for_its_entries_and_teaches(stage: Stage) -> None:
    since = stage.clock.now_ms()
    talk = await ask(stage, "kargom nerede")
    await ask(stage, "Evet", to=talk, choice="helped:yes")
    await ask(stage, "iade süresi kaç gün", to=talk)
    await ask(stage, "Hayır", to=talk, choice="helped:no")
    await ask(stage, "taksit var mı", to=talk)
    await ask(stage, "temsilciye bağla", to=talk)
    used = await stage.database.write(question_log.usage, since_ms=since)
    answered = [row for row in await rows(stage) if row.verdict == "answer"]
    returned = next(row.entry for row in answered if row.message.startswith("iade"))
    paid = next(row.entry for row in answered if row.message.startswith("taksit"))
    assert returned is not None and paid is not None
    counts = {
        key: (used[key].asked, used[key].helped, used[key].did_not_help, used[key].handed_off)
        for key in ("track-order", returned, paid)
    }
    assert counts["track-order"] == (1, 1, 0, 0)
    assert counts[returned][:3] == (1, 0, 1)
    assert counts[paid] == (1, 0, 0, 1)
    for key, chats in (("track-order", 1), (returned, 0), (paid, 0)):
        found = await stage.database.write(question_log.answered_since, key, since)
        assert found == chats, key
    judged = await stage.database.write(
        question_log.judged, language="tr", since_ms=since, limit=10
    )
    said = {item.judgement for item in thresholds.feedback_of(judged)}
    assert said == {Judgement.HELPED, Judgement.DID_NOT_HELP}
