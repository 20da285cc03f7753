"""When people are there, as visitors are told: the site's hours, a team's, holidays."""

from dataclasses import replace
from datetime import date, datetime, time
from importlib import import_module
from zoneinfo import ZoneInfo

import pytest

from chatserver.clock import to_ms
from chatserver.domain.hours import Campaign, Span, WeeklyHours
from chatserver.services.people import People, people_of
from chatserver.storage import sites
from tests.cast import Stage

ZONE = ZoneInfo("Europe/Istanbul")
OFFICE = WeeklyHours("Europe/Istanbul", ((Span(time(9), time(18)),),) * 7, country="TR")


def moment(text: str) -> int:
    return to_ms(datetime.fromisoformat(text).replace(tzinfo=ZONE))


async def seen(stage: Stage, hours: WeeklyHours, at: str, *, team: int | None = None) -> People:
    site = replace(stage.site, settings=replace(stage.site.settings, hours=hours))
    teams = await stage.chat.read(sites.teams, site.id)
    return await stage.chat.read(
        people_of, site, now_ms=moment(at), team=None if team is None else teams[team].id
    )


async def test_when_people_are_back_is_a_sentence_in_both_languages(sqlite_stage: Stage) -> None:
    people = await seen(sqlite_stage, OFFICE, "2026-11-22T23:10")
    assert people.open is False
    assert people.back == {
        "tr": "Yarın 09:00’da buradayız.",
        "en": "We’re here tomorrow at 09:00.",
    }
    assert (await seen(sqlite_stage, OFFICE, "2026-11-22T12:00")).back == {}


async def test_a_holiday_is_named_and_its_days_are_counted(sqlite_stage: Stage) -> None:
    people = await seen(sqlite_stage, OFFICE, "2026-05-27T11:00")
    assert people.holiday_in("tr") == "Kurban Bayramı"
    assert people.back["tr"] == "Pazar günü 09:00’da buradayız."
    assert people.back["en"] == "We’re here on Sunday at 09:00."


async def test_a_team_has_hours_of_its_own(sqlite_stage: Stage) -> None:
    stage = sqlite_stage
    night = WeeklyHours(
        "Europe/Istanbul",
        ((Span(time(20), time(2)), Span(time(9), time(12))),) * 7,
        exceptions={date(2026, 12, 31): ()},
        campaigns=(Campaign("x", date(2026, 12, 1), date(2026, 12, 2), ()),),
    )
    teams = await stage.chat.read(sites.teams, stage.site.id)
    await stage.database.write(sites.save_team_hours, teams[1].id, night)
    kept = (await stage.chat.read(sites.teams, stage.site.id))[1]
    assert kept.hours == night
    assert (await seen(stage, OFFICE, "2026-11-22T23:10", team=1)).open is True
    assert (await seen(stage, OFFICE, "2026-11-22T23:10", team=0)).open is False
    await stage.database.write(sites.save_team_hours, teams[1].id, None)
    assert (await stage.chat.read(sites.teams, stage.site.id))[1].hours is None


async def test_hours_with_campaigns_and_exceptions_are_kept(sqlite_stage: Stage) -> None:
    stage = sqlite_stage
    day = date(2026, 11, 27)
    hours = replace(
        OFFICE,
        exceptions={day: (Span(time(10), time(12)),)},
        campaigns=(Campaign("Efsane Cuma", day, day, (Span(time(8), time(0)),)),),
    )
    settings = replace(stage.site.settings, hours=hours, address="sen")
    await stage.database.write(sites.save, stage.site.id, settings)
    assert (await stage.chat.read(sites.get, stage.site.id)).settings == settings


@pytest.mark.parametrize(
    ("expression", "mask"),
    [
        (r"AV-\d{5}", "AV-#####"),
        (r"^SP\d{6}$", "SP######"),
        (r"[A-Z]{2}\d{4}", "@@####"),
        (r"\d\d\d", "###"),
        (r"(a+)+$", ""),
        ("", ""),
    ],
)
def test_order_patterns_of_before_become_masks(expression: str, mask: str) -> None:
    migration = import_module("chatserver.storage.migrations.versions.0003_bot")
    assert migration.as_mask(expression) == mask
