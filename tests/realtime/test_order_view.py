"""An order as a message: stored, read back, and shown alike to its visitor and to agents."""

from dataclasses import fields
from datetime import date

import pytest

from chatserver.domain.messages import BOT, Audience, MessageKind, OrderBody, plain_text
from chatserver.domain.orders import OrderStatus, OrderStep
from chatserver.protocol.bodies import OrderView
from chatserver.realtime import views
from chatserver.services.transcript_words import line_text
from chatserver.services.work import Work
from chatserver.storage import conversations
from tests.cast import Stage

ORDER = OrderStatus(
    number="AV-20418",
    step=OrderStep.SHIPPED,
    placed=date(2026, 11, 18),
    expected=date(2026, 11, 24),
    carrier="Aras Kargo",
    tracking_number="99",
    tracking_url="https://kargotakip.araskargo.com.tr/mainpage.aspx?code=99",
    items=("Fincan",),
    cancellable=False,
)


async def test_it_comes_back_as_it_was_said(stage: Stage) -> None:
    done = await stage.says(stage.ada, "kargom nerede")
    conversation = await stage.conversation(done.conversation)

    def say(work: Work) -> None:
        locked = conversations.lock(work.connection, conversation.id)
        work.say(locked, author=BOT, body=OrderBody(ORDER))

    await stage.chat.do(say)
    last = (await stage.log(done.conversation))[-1]
    assert (last.kind, last.body) == (MessageKind.ORDER, OrderBody(ORDER))
    for language, words in (("tr", "Kargonuz yolda"), ("en", "Your parcel is on its way")):
        assert words in line_text(last, language)
        assert "Aras Kargo · 99" in line_text(last, language)


@pytest.mark.parametrize("audience", list(Audience))
def test_both_audiences_see_the_same(audience: Audience) -> None:
    shown = views.body(OrderBody(ORDER), audience=audience)
    assert isinstance(shown, OrderView)
    assert (shown.step, shown.placed, shown.expected) == ("shipped", "2026-11-18", "2026-11-24")
    assert shown.cancellable is False and shown.returnable is None
    assert {field.name for field in fields(OrderStatus)} == set(OrderView.__struct_fields__)
    assert plain_text(OrderBody(ORDER)) == "AV-20418 · Aras Kargo · 99"
