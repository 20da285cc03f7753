"""When people are there: a site's hours or a team's own, holidays, campaigns, special days."""

from dataclasses import replace

from babel.dates import format_date
from starlette.requests import Request
from starlette.responses import Response

from chatserver.clock import to_datetime
from chatserver.domain.hours import WeeklyHours
from chatserver.domain.ids import PublicId
from chatserver.domain.people import Team
from chatserver.domain.sites import Site
from chatserver.errors import Code, Refusal
from chatserver.services import hours_form as service
from chatserver.storage import sites
from chatserver.web.context import Web
from chatserver.web.forms import read_form
from chatserver.web.pages import see_other
from chatserver.web.settings_pages import settings_page, site_of
from chatserver.web.templates import language_of


async def _team(web: Web, request: Request, site: Site) -> Team | None:
    """Return the team whose own hours are meant; None for the site's."""
    named = request.query_params.get("team", "")
    if not named:
        return None
    team = await web.database.read(sites.find_team, PublicId(named))
    if team is None or team.site != site.id:
        raise Refusal(Code.NOT_FOUND)
    return team


async def hours_settings(web: Web, request: Request) -> Response:
    """Serve `/settings/hours/<site>`; `?team=` names a team of it."""
    site = await site_of(web, request)
    team = await _team(web, request, site)
    hours = (team.hours if team else None) or site.settings.hours
    return await _page(web, request, site, team, hours, service.written(hours), {})


async def do_hours_settings(web: Web, request: Request) -> Response:
    """Keep hours; a team that has none of its own follows its site."""
    site = await site_of(web, request)
    team = await _team(web, request, site)
    form = await read_form(request)
    zone = site.settings.hours.zone if team else None
    typed = service.read_form(form, zone=zone)
    back = f"/settings/hours/{site.key}?saved=1"
    if team is not None and "own" not in form:
        await web.database.write(sites.save_team_hours, team.id, None)
        return see_other(f"{back}&team={team.public_id}")
    if typed.problems:
        return await _page(web, request, site, team, typed.hours, form, typed.problems, status=422)
    if team is None:
        settings = replace(site.settings, hours=typed.hours)
        await web.database.write(sites.save, site.id, settings)
        return see_other(back)
    await web.database.write(sites.save_team_hours, team.id, typed.hours)
    return see_other(f"{back}&team={team.public_id}")


async def _page(
    web: Web,
    request: Request,
    site: Site,
    team: Team | None,
    hours: WeeklyHours,
    form: dict[str, str],
    problems: object,
    *,
    status: int = 200,
) -> Response:
    language, now = language_of(request), to_datetime(web.clock.now_ms())
    coming = [
        (
            format_date(
                day.day, "d MMMM yyyy EEEE" if language == "tr" else "EEE d MMM yyyy", language
            ),
            day.names.get(language, ""),
            day.kind,
            service.write_spans(day.spans),
        )
        for day in service.coming(hours, now)
    ]
    return await settings_page(
        web,
        request,
        site,
        "hours",
        status=status,
        team=team,
        teams=await web.database.read(sites.teams, site.id),
        own=team is None or team.hours is not None or "own" in form,
        form=form,
        days=service.DAYS,
        zones=service.ZONES,
        problems=problems,
        coming=coming,
    )
