"""What the bot says of orders, for everything that may come of asking the desk."""

from dataclasses import replace
from datetime import date

import pytest
from msgspec import structs

from chatserver.bot.checks import Talk
from chatserver.bot.files import STARTER, load_script
from chatserver.domain.conversations import HandoffReason
from chatserver.domain.messages import ChoicesBody, FormBody, OrderBody, plain_text
from chatserver.domain.orders import (
    CodeSent,
    CodeWrong,
    OrderDeskOff,
    OrderFound,
    OrderKind,
    OrderLocked,
    OrderNeed,
    OrderOutcome,
    OrderSilent,
    OrderStatus,
    OrderStep,
    OrderUnknown,
)

from .cast import CLOSED, FREE, KNOWLEDGE

SITUATION = replace(FREE, script=load_script(STARTER), has_orders=True)
SHIPPED = OrderStatus(
    "SP123456",
    OrderStep.SHIPPED,
    expected=date(2026, 11, 24),
    carrier="Aras Kargo",
    tracking_url="https://aras.example/1",
    cancel_url="https://shop.example/cancel",
)


def asked(situation: object = SITUATION, question: str = "siparişim nerede") -> Talk:
    assert isinstance(situation, type(FREE))
    talk = Talk(situation, KNOWLEDGE)
    talk.says([question])
    talk.says(["SP123456"])
    talk.says(["ada@example.com"])
    return talk


def need(talk: Talk) -> OrderNeed:
    assert talk.last.order is not None
    return talk.last.order


def said(talk: Talk, outcome: OrderOutcome) -> str:
    return "\n".join(plain_text(body) for body in talk.hears_of_order(outcome))


def test_the_desk_is_asked_when_the_details_are_there() -> None:
    talk = asked()
    assert talk.last.order == OrderNeed(OrderKind.TRACK, "SP123456", "ada@example.com")
    assert asked(question="siparişi iptal etmek istiyorum").last.order == OrderNeed(
        OrderKind.CANCEL, "SP123456", "ada@example.com"
    )


def test_a_verified_visitor_is_asked_nothing_and_told_of_their_newest_orders() -> None:
    talk = Talk(replace(SITUATION, is_verified=True), KNOWLEDGE)
    talk.says(["siparişim nerede"])
    assert talk.last.order == OrderNeed(OrderKind.TRACK)
    assert "Hesabınızda sipariş bulamadım." in said(talk, OrderFound(()))


def test_a_verified_visitor_who_names_a_number_is_told_of_that_order() -> None:
    talk = Talk(replace(SITUATION, is_verified=True), KNOWLEDGE)
    talk.says(["SP123456 nolu siparişim nerede"])
    assert talk.last.order == OrderNeed(OrderKind.TRACK, "SP123456")


def test_a_code_is_asked_tried_sent_again_and_kept_nowhere() -> None:
    talk = asked()
    assert "a•••@example.com" in said(talk, CodeSent("a•••@example.com"))
    assert isinstance(talk.last.says[-1], FormBody) and talk.last.says[-1].slot == "code"
    talk.says(["kod gelmedi"])
    assert need(talk).code is None
    assert "siparişteki e-posta" in said(talk, CodeSent(""))
    talk.says(["123 456"])
    assert need(talk).code == "123456"
    assert "Kalan deneme: 2" in said(talk, CodeWrong(2))
    talk.says(["654321"])
    assert talk.hears_of_order(OrderFound((SHIPPED,))) == (OrderBody(SHIPPED),)
    assert not talk.state.awaiting
    assert "654321" not in repr((talk.state.slots, talk.situation.details))


PACKING = replace(SHIPPED, step=OrderStep.PREPARING)
ARRIVED = replace(SHIPPED, step=OrderStep.DELIVERED, return_url="https://shop.example/return")


@pytest.mark.parametrize(
    ("wanted", "order", "lacks"),
    [
        (OrderKind.TRACK, SHIPPED, ""),
        (OrderKind.CANCEL, SHIPPED, "iptal edemiyorum"),
        (OrderKind.CANCEL, PACKING, ""),
        (OrderKind.CANCEL, replace(PACKING, cancellable=False), "iptal edemiyorum"),
        (OrderKind.RETURN, ARRIVED, ""),
        (OrderKind.RETURN, SHIPPED, "iadesini buradan başlatamıyorum"),
        (OrderKind.INVOICE, SHIPPED, "Faturanız bende görünmüyor"),
        (OrderKind.INVOICE, replace(SHIPPED, invoice_url="https://shop.example/i"), ""),
    ],
)
def test_what_the_card_can_not_do_people_can(
    wanted: OrderKind, order: OrderStatus, lacks: str
) -> None:
    talk = asked()
    talk.state = structs.replace(talk.state, order=wanted)
    card, *more = talk.hears_of_order(OrderFound((order,)))
    assert card == OrderBody(order)
    if lacks:
        assert lacks in plain_text(more[0]) and isinstance(more[0], ChoicesBody)
    else:
        assert more == []


def test_a_question_in_the_middle_of_the_code_is_answered() -> None:
    talk = asked()
    said(talk, CodeSent("a•••@example.com"))
    bodies = talk.says(["taksit var mı"])
    assert "Kodu yazar mısınız?" in plain_text(bodies[-1])
    talk.says(["[Bu adımı geç]"])
    talk.says(["atla"])
    assert not talk.state.awaiting


def test_a_wrong_number_can_be_corrected_while_the_code_is_due() -> None:
    talk = asked()
    said(talk, CodeSent("a•••@example.com"))
    talk.says(["pardon numara SP654321 olacaktı"])
    assert need(talk).number == "SP654321"


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (OrderUnknown(), "bulamadım"),
        (OrderLocked(), "Çok fazla deneme"),
        (OrderFound(()), "Hesabınızda sipariş bulamadım"),
    ],
)
def test_where_there_is_nothing_to_show_it_is_said(outcome: OrderOutcome, words: str) -> None:
    talk = asked()
    assert words in said(talk, outcome)
    assert talk.last.handoff is None


@pytest.mark.parametrize("outcome", [OrderSilent(), OrderDeskOff()])
def test_where_the_desk_can_not_help_people_get_what_was_gathered(outcome: OrderOutcome) -> None:
    talk = asked(replace(SITUATION, people="away", opens_at=CLOSED.opens_at))
    text = said(talk, outcome)
    assert talk.last.handoff is HandoffReason.NO_ANSWER
    assert talk.last.summary is not None
    assert talk.last.summary.slots["order"] == "SP123456"
    assert "Adınızı yazar mısınız?" in text


def test_without_a_desk_the_faq_answers() -> None:
    talk = Talk(replace(SITUATION, has_orders=False), KNOWLEDGE)
    assert [body.entry for body in talk.says(["siparişim nerede"]) if hasattr(body, "entry")]
