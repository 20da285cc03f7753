"""Rules and flows of a site: published, drafted, refused, and what they do to real conversations."""

from dataclasses import replace

import msgspec
import pytest

from chatserver.bot.files import STARTER, load_script
from chatserver.bot.script import Do, Rule, Script, Text, When
from chatserver.domain.conversations import Conversation, Priority, Status
from chatserver.domain.messages import AuthorKind, Message, OrderBody
from chatserver.domain.orders import (
    CodeSent,
    CodeWrong,
    OrderFound,
    OrderNeed,
    OrderOutcome,
    OrderStatus,
    OrderStep,
)
from chatserver.domain.people import Visitor
from chatserver.services import scripts
from chatserver.services.scripts import ScriptRefused
from chatserver.storage import scripts as kept
from chatserver.storage import sites
from tests.cast import Stage

GREETS = Rule("kedi", Text("Kedi"), (Do(say=Text("Miyav", "Miaow")),), When(says=("kedi",)))


async def lines(stage: Stage, public_id: str) -> list[str]:
    log = await stage.log(public_id)
    return [getattr(m.body, "text", "") for m in log if m.author.kind is AuthorKind.BOT]


async def publish(stage: Stage, *rules: Rule) -> int:
    return await stage.chat.do(scripts.publish, stage.site.id, Script(rules), author="Grace")


async def test_a_site_begins_with_the_starter(stage: Stage) -> None:
    assert await stage.chat.read(scripts.script_of, stage.site.id) == load_script(STARTER)


async def test_what_is_published_is_in_use_and_kept(stage: Stage) -> None:
    assert await publish(stage, GREETS) == 1
    assert await publish(stage, msgspec.structs.replace(GREETS, at_most=1)) == 2
    assert (await stage.chat.read(scripts.script_of, stage.site.id)).version == 2
    history = await stage.chat.read(kept.history, stage.site.id)
    assert [(one.version, one.author) for one in history] == [(2, "Grace"), (1, "Grace")]
    done = await stage.says(stage.ada, "kedi")
    assert "Miyav" in await lines(stage, done.conversation)


async def test_a_draft_changes_nothing_and_goes_with_publishing(stage: Stage) -> None:
    wrong = await stage.chat.do(
        scripts.save_draft, stage.site.id, Script((GREETS, GREETS)), author="Grace"
    )
    assert wrong == ["rule kedi: there are two of that key."]
    assert (await stage.chat.read(scripts.script_of, stage.site.id)).version == 0
    assert len((await stage.chat.read(scripts.draft_of, stage.site.id)).rules) == 2
    await publish(stage, GREETS)
    assert await stage.chat.read(kept.draft, stage.site.id) is None


async def test_b05_what_does_not_add_up_is_not_published(sqlite_stage: Stage) -> None:
    bad = Rule("x", Text("x"), (Do(say=Text("{settings.secret_key}")),))
    with pytest.raises(ScriptRefused) as refused:
        await publish(sqlite_stage, bad)
    assert refused.value.problems == ["rule x: say: There is no value “settings.secret_key”."]
    assert await sqlite_stage.chat.read(kept.history, sqlite_stage.site.id) == []


async def test_an_unreadable_script_leaves_the_starter(sqlite_stage: Stage) -> None:
    stage = sqlite_stage
    await stage.database.write(kept.publish, stage.site.id, '{"rules": 5}', author="", now_ms=1)
    assert (await stage.chat.read(scripts.script_of, stage.site.id)).flows
    done = await stage.says(stage.ada, "kargom nerde")
    assert await lines(stage, done.conversation)


async def test_a_rule_tags_raises_routes_hands_over_and_closes(stage: Stage) -> None:
    team = (await stage.chat.read(sites.teams, stage.site.id))[1]
    await publish(
        stage,
        Rule("k", Text("k"), (Do(close=True),), When(says=("kapat",))),
        Rule(
            "t",
            Text("t"),
            (
                Do(tag="toptan", priority=Priority.HIGH, team=team.name, agent="Grace Hopper"),
                Do(hand_over="policy"),
            ),
            When(says=("toptan",)),
        ),
    )
    done = await stage.says(stage.ada, "toptan alım yapmak istiyoruz")
    item = await stage.conversation(done.conversation)
    assert (item.status, item.handoff_reason, item.team) == (Status.WAITING, "policy", team.id)
    assert (item.tags, item.priority) == (("toptan",), Priority.HIGH)
    assert item.details["question"] == "toptan alım yapmak istiyoruz"
    done = await stage.says(stage.alan, "kapat")
    assert (await stage.conversation(done.conversation)).status is Status.RESOLVED
    await stage.check_invariants()


async def test_why_is_kept_with_each_message_and_read_back(stage: Stage) -> None:
    done = await stage.says(stage.ada, "kargom nerde")
    said = [m for m in await stage.log(done.conversation) if m.author.kind is AuthorKind.BOT]
    assert all(m.why is not None for m in said)
    card = next(m for m in said if m.kind == "card")
    assert card.why is not None
    assert (card.why.kind, card.why.key) == ("entry", "track-order")
    assert card.why.confidence is not None and card.why.runner_up and card.why.took_ms > 0
    await stage.says(stage.ada, "hayır")
    judged = [m.why for m in await stage.log(done.conversation) if m.why and m.why.judgement]
    assert [(why.key, why.judgement) for why in judged] == [("track-order", "did_not_help")]


async def test_an_abandoned_flow_keeps_what_was_gathered(stage: Stage) -> None:
    done = await stage.says(stage.ada, "temsilciye bağla")
    await stage.says(stage.ada, "Ada Yılmaz")
    await stage.says(stage.ada, "ada@example.com")
    item = await stage.conversation(done.conversation)
    assert (item.details["name"], item.details["email"]) == ("Ada Yılmaz", "ada@example.com")


class Desk:
    """An order desk that says what it is told to, and remembers what it was asked."""

    def __init__(self, *outcomes: OrderOutcome) -> None:
        self.outcomes, self.asked = list(outcomes), list[OrderNeed]()

    def serves(self, connection: object, site: object) -> bool:
        return True

    def is_verified(self, connection: object, visitor: Visitor) -> bool:
        return False

    async def ask(
        self, visitor: Visitor, conversation: Conversation, need: OrderNeed
    ) -> OrderOutcome:
        self.asked.append(need)
        return self.outcomes.pop(0)


def bot_says(log: list[Message]) -> str:
    return "\n".join(getattr(m.body, "text", "") for m in log if m.author.kind is AuthorKind.BOT)


async def test_a_turn_goes_on_when_the_order_desk_has_answered(sqlite_stage: Stage) -> None:
    stage = sqlite_stage
    shipped = OrderStatus("AV-20418", OrderStep.SHIPPED, carrier="HepsiJET")
    desk = Desk(CodeSent("a•••@example.com"), CodeWrong(2), OrderFound((shipped,)))
    stage.chat.desk = desk

    await stage.database.write(
        sites.save, stage.site.id, replace(stage.site.settings, order_pattern="AV-#####")
    )
    done = await stage.says(stage.ada, "AV20418 nolu siparişim nerede, mailim ada@example.com")
    assert desk.asked[-1].number == "AV-20418"
    assert desk.asked[-1].contact == "ada@example.com"
    await stage.says(stage.ada, "123456")
    assert desk.asked[-1].code == "123456"
    await stage.says(stage.ada, "654 321")
    said = bot_says(await stage.log(done.conversation))
    assert "a•••@example.com" in said and "Kalan deneme: 2" in said
    (card,) = [
        line.body for line in await stage.log(done.conversation) if isinstance(line.body, OrderBody)
    ]
    assert (card.order.number, card.order.carrier) == ("AV-20418", "HepsiJET")
