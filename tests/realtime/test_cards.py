"""Products and pages as messages: sent by who holds the conversation, stored, read back, shown."""

import msgspec
import pytest

from chatserver.domain.cards import LinkBody, ProductBody
from chatserver.domain.messages import Audience, MessageKind, TextBody
from chatserver.errors import Code, Refusal
from chatserver.protocol.bodies import LinkView, ProductView
from chatserver.protocol.client_asks import CardSend
from chatserver.realtime import views
from chatserver.realtime.agent_asks import card_of
from chatserver.services import data_rights, posting
from chatserver.services.card_pictures import address_of
from chatserver.services.transcript_words import line_text
from tests.cast import Stage, client_id

JUG = ProductBody(
    "Cam sürahi",
    "https://avlu.example/urun/surahi",
    149990,
    "few",
    "https://avlu.example/surahi.jpg",
    "SRH-1",
)
PAGE = LinkBody("İade koşulları", "https://avlu.example/iade", "14 gün içinde ücretsiz")


async def send(stage: Stage, body: ProductBody | LinkBody, conversation: str, fence: int) -> int:
    kind = MessageKind.PRODUCT if isinstance(body, ProductBody) else MessageKind.LINK
    done = await stage.chat.do(
        posting.post_agent_message,
        stage.grace,
        conversation=conversation,
        client_id=client_id(),
        kind=kind,
        body=body,
        fence=fence,
    )
    return done.seq


async def held(stage: Stage) -> tuple[str, int]:
    """A conversation that Grace holds, and her fence."""
    await stage.available(stage.grace)
    conversation = (await stage.says(stage.ada, "sürahi var mı")).conversation
    return conversation, (await stage.accepts(stage.grace, conversation)).fence


async def test_they_come_back_as_they_were_sent(stage: Stage) -> None:
    conversation, fence = await held(stage)
    product = await send(stage, JUG, conversation, fence)
    await send(stage, PAGE, conversation, fence)
    shown, page = (await stage.log(conversation))[-2:]
    assert (shown.kind, shown.body, page.kind, page.body) == (
        MessageKind.PRODUCT, JUG, MessageKind.LINK, PAGE,
    )  # fmt: skip
    assert line_text(shown, "tr") == (
        "Cam sürahi\n1.499,90\u00a0TL · Az kaldı\nhttps://avlu.example/urun/surahi"
    )
    assert line_text(page, "en") == (
        "İade koşulları\n14 gün içinde ücretsiz\nhttps://avlu.example/iade"
    )
    assert await stage.chat.read(address_of, conversation, product) == JUG.image
    await stage.check_invariants()


async def test_only_who_holds_the_conversation_shows_something(stage: Stage) -> None:
    conversation, fence = await held(stage)
    with pytest.raises(Refusal) as caught:
        await send(stage, JUG, conversation, fence - 1)
    assert caught.value.code is Code.NOT_ASSIGNED


async def test_numbers_of_cards_are_hidden_here_too(stage: Stage) -> None:
    conversation, fence = await held(stage)
    await send(stage, LinkBody("4242 4242 4242 4242", PAGE.url), conversation, fence)
    (*_, last) = await stage.log(conversation)
    assert isinstance(last.body, LinkBody) and last.body.title.endswith("4242")
    assert "4242 4242" not in last.body.title


async def test_what_was_erased_is_shown_no_more(stage: Stage) -> None:
    conversation, fence = await held(stage)
    seq = await send(stage, JUG, conversation, fence)
    await stage.chat.do(data_rights.erase, stage.ada)
    assert await stage.chat.read(address_of, conversation, seq) is None
    assert "Cam sürahi" not in str(await stage.log(conversation))


async def test_no_other_message_and_no_other_conversation_has_a_picture(stage: Stage) -> None:
    conversation, fence = await held(stage)
    seq = await send(stage, ProductBody("Fincan", PAGE.url), conversation, fence)
    for public_id, at in ((conversation, seq), (conversation, 1), (conversation, 99), ("x", seq)):
        assert await stage.chat.read(address_of, public_id, at) is None


@pytest.mark.parametrize("audience", list(Audience))
def test_both_audiences_see_the_same_and_no_address_of_a_picture(audience: Audience) -> None:
    product, link = views.body(JUG, audience=audience), views.body(PAGE, audience=audience)
    assert product == ProductView(
        title=JUG.title, url=JUG.url, price_kurus=149990, stock="few", image=True, sku="SRH-1"
    )
    assert link == LinkView(title=PAGE.title, url=PAGE.url, text=PAGE.text)
    assert "surahi.jpg" not in str(msgspec.to_builtins(product))


def card(**fields: object) -> CardSend:
    plain = {"client_id": client_id(), "conversation": "conversation-1", "fence": 1, **fields}
    return msgspec.convert(plain, CardSend)


URL = "https://avlu.example/"


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({}, ""),
        ({"link": {"title": "a", "url": URL}, "product": {"title": "a", "url": URL}}, ""),
        ({"link": {"title": "a", "url": "http://avlu.example/"}}, "url"),
        ({"link": {"title": "a", "url": "javascript:alert(1)"}}, "url"),
        ({"link": {"title": "a", "url": "https://avlu.example@evil.example/"}}, "url"),
        ({"link": {"title": "\u202e", "url": URL}}, "title"),
        ({"link": {"title": "a", "text": "\u200b", "url": URL}}, "text"),
        ({"product": {"title": "a", "url": URL, "image": "data:image/png;base64,AA"}}, "image"),
    ],
)
def test_x02_what_can_not_be_shown_is_named(fields: dict[str, object], wrong: str) -> None:
    with pytest.raises(Refusal) as caught:
        card_of(card(**fields))
    assert caught.value.code is Code.BAD_REQUEST
    assert not wrong or str(caught.value) == f"field:{wrong}"


@pytest.mark.parametrize(
    "product",
    [
        {"price_kurus": -1}, {"price_kurus": 1.5}, {"price_kurus": 10**13}, {"stock": "viel"},
        {"title": ""}, {"title": "x" * 201}, {"url": "x" * 501}, {"sku": "x" * 65}, {"was": 1},
    ],
)  # fmt: skip
def test_z04_the_shape_is_closed(product: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        card(product={"title": "a", "url": URL, **product})


async def test_what_a_visitor_answers_stays_with_the_answer(stage: Stage) -> None:
    conversation, fence = await held(stage)
    seq = await send(stage, JUG, conversation, fence)
    said = posting.VisitorSays(
        stage.ada, conversation, client_id(), TextBody("bu olsun", None, seq)
    )
    await stage.chat.do(posting.post_visitor_says, said)
    again = posting.VisitorSays(
        stage.ada, conversation, client_id(), TextBody("bir de bu", None, 1)
    )
    await stage.chat.do_with_others(posting.post_visitor_says, posting.post_visitor_messages, again)
    first, second = (await stage.log(conversation))[-2:]
    assert (first.body, second.body) == (said.body, again.body)
