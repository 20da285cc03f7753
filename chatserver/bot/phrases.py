"""How the bot's sentences come about: words of its area, times ahead; decides nothing."""

from datetime import datetime
from typing import Literal

from babel.dates import format_date

from chatserver.bot.details import shown_contact as shown_contact
from chatserver.bot.suffixes import suffixed
from chatserver.bot.turn import Situation
from chatserver.words import familiar, say

EVENING_FROM_HOUR = 18

_GREETING = {
    "free": "bot.greeting",
    "busy": "bot.greeting_busy",
    "away": "bot.greeting_closed",
}
_INTRO = {"free": "bot.intro", "busy": "bot.intro_busy", "away": "bot.intro_closed"}
_ROBOT = {"free": "bot.robot", "busy": "bot.robot_busy", "away": "bot.robot_closed"}

ASK = {
    "name": "bot.slot.name",
    "contact": "bot.slot.contact",
    "email": "bot.slot.email",
    "phone": "bot.slot.phone",
    "order": "bot.slot.order",
    "question": "bot.slot.question",
}
LABEL = {
    "name": "bot.label.name",
    "contact": "bot.label.contact",
    "order": "bot.label.order",
    "question": "bot.label.question",
}
FIX = {
    "name": "bot.fix.name",
    "contact": "bot.fix.contact",
    "order": "bot.fix.order",
    "question": "bot.fix.question",
}

Unanswered = Literal["no_answer", "stuck", "again", "insult_again"]
_UNANSWERED: dict[Unanswered, tuple[str, str]] = {
    "no_answer": ("bot.no_answer_open", "bot.no_answer_closed"),
    "stuck": ("bot.stuck", "bot.stuck_closed"),
    "again": ("bot.again", "bot.again_closed"),
    "insult_again": ("bot.insult_again", "bot.insult_again_closed"),
}


def worded(situation: Situation, key: str, /, **values: object) -> str:
    """Return a sentence of the bot's area in the shop's way of speaking to people."""
    if situation.familiar and situation.language == "tr":
        own = familiar("bot").get(key)
        if own is not None:
            return own.format_map(dict(values))
    return say(situation.language, key, **values)


def values(situation: Situation) -> dict[str, str]:
    """Return what templates may name of the situation."""
    opens = situation.opens_at
    return {
        "shop": situation.shop,
        "position": "" if situation.position is None else str(situation.position),
        "time": opens.strftime("%H:%M") if opens else "",
        "opening": opening(situation.now, opens, situation.language) if opens else "",
    }


def here(situation: Situation) -> str:
    """Return when people are there again as one says it (Yarın 09:00’da buradayız.), or ""."""
    if situation.opens_at is None:
        return ""
    return back(situation.now, situation.opens_at, situation.language)


def back(now: datetime, opens_at: datetime, language: str) -> str:
    """Return when people are there again, as a sentence: Yarın 09:00’da buradayız.

    Args:
        now, opens_at: aware, in the site's zone.
    """
    days = (opens_at.date() - now.date()).days
    time = opens_at.strftime("%H:%M")
    if language == "tr":
        time = suffixed(time, "de") or time
    if days < 2:
        return say(language, "bot.here.tomorrow" if days else "bot.here.today", time=time)
    if days < 7:
        weekday = format_date(opens_at.date(), "EEEE", locale=language)
        return say(language, "bot.here.weekday", weekday=weekday, time=time)
    pattern = "d MMMM EEEE" if language == "tr" else "EEEE d MMMM"
    day = format_date(opens_at.date(), pattern, locale=language)
    return say(language, "bot.here.day", day=day, time=time)


def opening(now: datetime, opens_at: datetime, language: str) -> str:
    """Return when the shop opens as people say it: yarın 09:00, pazartesi 09:00, 3 Mart 09:00.

    Args:
        now, opens_at: aware, in the site's zone.
    """
    time = opens_at.strftime("%H:%M")
    days = (opens_at.date() - now.date()).days
    if days == 0:
        return say(language, "time.today", time=time)
    if days == 1:
        return say(language, "time.tomorrow", time=time)
    if 1 < days < 7:
        weekday = format_date(opens_at.date(), "EEEE", locale=language)
        return say(
            language,
            "time.weekday",
            weekday=weekday.lower() if language == "tr" else weekday,
            time=time,
        )
    day = format_date(opens_at.date(), "d MMMM", locale=language)
    return say(language, "time.weekday", weekday=day, time=time)


def greeting(situation: Situation, *, short: bool) -> str:
    """Return the first sentence: it is the bot, and whether people are there.

    Args:
        short: the shopper already asked something, so no more than one line.
    """
    keys = _INTRO if short else _GREETING
    return worded(situation, keys[situation.people], shop=situation.shop)


def robot(situation: Situation) -> str:
    """Return the answer to "are you a robot?"."""
    return worded(situation, _ROBOT[situation.people])


def unanswered(situation: Situation, kind: Unanswered) -> str:
    """Return that there is no answer and what can be done instead."""
    there, away = _UNANSWERED[kind]
    return worded(situation, away if situation.people == "away" else there)


def handing_over(situation: Situation) -> str:
    """Return what is true right after a handoff that nobody could be offered."""
    if situation.people == "free":
        return worded(situation, "bot.handoff.queued")
    if situation.people == "busy":
        if situation.position is None:
            return worded(situation, "bot.handoff.busy_plain")
        return worded(situation, "bot.handoff.busy", position=situation.position)
    if situation.opens_at is None:
        return worded(situation, "bot.handoff.away")
    when = opening(situation.now, situation.opens_at, situation.language)
    if situation.holiday:
        return worded(situation, "bot.handoff.holiday", holiday=situation.holiday, when=when)
    return worded(situation, "bot.handoff.away_when", when=when)


def nobody(situation: Situation) -> str:
    """Return that nobody took the conversation yet; never that somebody is about to."""
    if situation.people == "free":
        return worded(situation, "bot.waiting.nobody_accepted")
    return handing_over(situation)


def taken_down(situation: Situation, email: str = "") -> str:
    """Return what happens next with a message that people will read.

    Args:
        email: where the answer goes as well; promised only where mail is set up.
    """
    parts = [worded(situation, "bot.handoff.taken")]
    if situation.people == "away" and situation.opens_at is not None:
        parts.append(here(situation))
    else:
        parts = [worded(situation, "bot.handoff.taken_queue")]
    if email and situation.has_mail:
        parts.append(worded(situation, "bot.handoff.by_mail", email=email))
    else:
        parts.append(worded(situation, "bot.handoff.in_window"))
    return " ".join(parts)


def goodbye(situation: Situation) -> str:
    """Return the good wish of the hour."""
    evening = situation.now.hour >= EVENING_FROM_HOUR
    return worded(situation, "bot.bye_evening" if evening else "bot.bye")


def person_label(situation: Situation) -> str:
    """Return the label of the button that leads to people."""
    key = "bot.handoff.leave" if situation.people == "away" else "bot.handoff.button"
    return worded(situation, key)
