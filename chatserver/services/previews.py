"""Talking to the bot without a visitor: on a draft, at any time, from any page; nothing is stored."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from chatserver.bot.checks import Talk
from chatserver.bot.expected import MAX_VALUE_CHARS, Dialogue
from chatserver.bot.script import Script
from chatserver.bot.turn import Knowledge, Situation
from chatserver.domain.conversations import Status
from chatserver.domain.messages import Body
from chatserver.domain.orders import OrderDeskOff, OrderOutcome
from chatserver.domain.sites import SiteSettings
from chatserver.services.holidays import calendar_of


@dataclass(frozen=True, slots=True)
class World:
    """What a preview pretends to be true.

    Args:
        now: aware; the hours say whether people are there, unless `people` does.
        people: free | busy | away, or None for what the hours say.
    """

    now: datetime
    language: str = "tr"
    people: str | None = None
    page: str = ""
    campaign: str = ""
    cart: float | None = None
    attributes: tuple[tuple[str, str], ...] = ()
    has_mail: bool = False
    has_orders: bool = False
    is_verified: bool = False


def begin(settings: SiteSettings, script: Script, knowledge: Knowledge, world: World) -> Talk:
    """Return a conversation that is kept nowhere."""
    calendar = calendar_of(settings.hours, world.now)
    is_open = calendar.is_open(world.now) if settings.hours.known else None
    holiday = calendar.closed_by(world.now)
    people = world.people or ("away" if is_open is False else "free")
    situation = Situation(
        language=world.language,
        now=world.now.astimezone(ZoneInfo(settings.hours.zone)),
        status=Status.BOT,
        shop=settings.name,
        people="busy" if people == "busy" else "away" if people == "away" else "free",
        opens_at=None if is_open in (True, None) else calendar.next_opening(world.now),
        hours_open=is_open,
        holiday=holiday.names.get(world.language, "") if holiday else "",
        order_example=settings.order_example,
        order_pattern=settings.order_pattern,
        script=script,
        familiar=settings.address == "sen",
        has_mail=world.has_mail,
        has_orders=world.has_orders,
        is_verified=world.is_verified,
        page=world.page,
        campaign=world.campaign,
        cart=world.cart,
        attributes=dict(world.attributes),
    )
    return Talk(situation, knowledge)


def frozen(
    settings: SiteSettings, script: Script, knowledge: Knowledge, world: World, *, name: str
) -> Dialogue:
    """Return a dialogue without turns, in a world that stays as this one is now."""
    situation = begin(settings, script, knowledge, world).situation
    zone = situation.now.tzinfo
    opens = None if situation.opens_at is None else situation.opens_at.astimezone(zone)
    is_open = situation.hours_open
    return Dialogue(
        name,
        (),
        language=world.language,
        people=situation.people,
        at=situation.now.replace(second=0, microsecond=0, tzinfo=None),
        hours=None if is_open is None else "open" if is_open else "closed",
        opens=None if opens is None else opens.replace(tzinfo=None),
        sen=situation.familiar,
        mail=world.has_mail,
        orders=world.has_orders,
        verified=world.is_verified,
        page=world.page,
        campaign=world.campaign[:MAX_VALUE_CHARS],
        cart=world.cart,
        attributes=dict(world.attributes),
        order_pattern=settings.order_pattern,
    )


def say(talk: Talk, line: str, *, outcome: OrderOutcome | None = None) -> tuple[Body, ...]:
    """Say one line and return the answer; an order desk that is asked answers with `outcome`."""
    said = talk.says([line])
    if talk.last.order is not None:
        said = (*said, *talk.hears_of_order(outcome or OrderDeskOff()))
    return said
