"""How the bot's sentences come about: words of its area, times ahead; decides nothing."""

from datetime import datetime
from typing import Literal

from babel.dates import format_date

from chatserver.bot.turn import Situation
from chatserver.words import say

EVENING_FROM_HOUR = 18

_GREETING = {
    "free": "bot.greeting",
    "busy": "bot.greeting_busy",
    "away": "bot.greeting_closed",
}
_INTRO = {"free": "bot.intro", "busy": "bot.intro_busy", "away": "bot.intro_closed"}
_ROBOT = {"free": "bot.robot", "busy": "bot.robot_busy", "away": "bot.robot_closed"}

Unanswered = Literal["no_answer", "stuck", "again", "insult_again"]
_UNANSWERED: dict[Unanswered, tuple[str, str]] = {
    "no_answer": ("bot.no_answer_open", "bot.no_answer_closed"),
    "stuck": ("bot.stuck", "bot.stuck_closed"),
    "again": ("bot.again", "bot.again_closed"),
    "insult_again": ("bot.insult_again", "bot.insult_again_closed"),
}


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
    return say(situation.language, keys[situation.people], shop=situation.shop)


def robot(situation: Situation) -> str:
    """Return the answer to "are you a robot?"."""
    return say(situation.language, _ROBOT[situation.people])


def unanswered(situation: Situation, kind: Unanswered) -> str:
    """Return that there is no answer and what can be done instead."""
    there, away = _UNANSWERED[kind]
    return say(situation.language, away if situation.people == "away" else there)


def handing_over(situation: Situation) -> str:
    """Return what is true right after a handoff that nobody could be offered."""
    language = situation.language
    if situation.people == "free":
        return say(language, "bot.handoff.queued")
    if situation.people == "busy":
        if situation.position is None:
            return say(language, "bot.handoff.busy_plain")
        return say(language, "bot.handoff.busy", position=situation.position)
    if situation.opens_at is None:
        return say(language, "bot.handoff.away")
    when = opening(situation.now, situation.opens_at, language)
    return say(language, "bot.handoff.away_when", when=when)


def nobody(situation: Situation) -> str:
    """Return that nobody took the conversation yet; never that somebody is about to."""
    if situation.people == "free":
        return say(situation.language, "bot.waiting.nobody_accepted")
    return handing_over(situation)


def taken_down(situation: Situation) -> str:
    """Return what happens next with a message that people will read."""
    if situation.people == "away" and situation.opens_at is not None:
        when = opening(situation.now, situation.opens_at, situation.language)
        return say(situation.language, "bot.handoff.closed_panel", when=when)
    return say(situation.language, "bot.handoff.closed_plain")


def goodbye(situation: Situation) -> str:
    """Return the good wish of the hour."""
    evening = situation.now.hour >= EVENING_FROM_HOUR
    return say(situation.language, "bot.bye_evening" if evening else "bot.bye")


def person_label(situation: Situation) -> str:
    """Return the label of the button that leads to people."""
    key = "bot.handoff.leave" if situation.people == "away" else "bot.handoff.button"
    return say(situation.language, key)
