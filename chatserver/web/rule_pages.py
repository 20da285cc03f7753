"""What a shop says first: the script with its rules, and the count of what was shown."""

from dataclasses import asdict
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import Response

from chatserver.domain.sites import Site
from chatserver.errors import Code, Refusal
from chatserver.origins import client_address
from chatserver.services import proactive
from chatserver.web.context import Web
from chatserver.web.headers import Kind, protect
from chatserver.web.templates import script_json
from chatserver.words import LANGUAGES, say

RULE_FIELDS = ("id", "when", "value", "text", "pages")


async def _site(web: Web, request: Request) -> Site:
    site = await web.find_site(request.path_params["site"])
    if site is None:
        raise Refusal(Code.NOT_FOUND)
    return site


async def rules(web: Web, request: Request) -> Response:
    """Serve `/widget/<site>/rules.js`: those rules that may speak now, and what watches for them.

    Raises:
        Refusal: `not_found`.
    """
    site = await _site(web, request)
    script = web.assets.files.get("rules.js")
    if script is None:
        raise Refusal(Code.NOT_FOUND)
    out = [
        {field: value for field, value in asdict(rule).items() if field in RULE_FIELDS}
        for rule in proactive.rules_now(site, now_ms=web.clock.now_ms())
    ]
    people = await web.people(site)
    close = {language: say(language, "action.close") for language in LANGUAGES}
    given = script_json({"rules": out, "close": close, "back": people.back})
    body = f"(()=>{{const RULES={given};\n{script.body.decode()}}})()"
    response = protect(Response(body, media_type="text/javascript"), Kind.DATA)
    response.headers["Cache-Control"] = "public, max-age=300"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


async def do_told(web: Web, request: Request) -> Response:
    """Count that a rule spoke; said by the shop's page, so by its origin alone.

    Raises:
        Refusal: `not_found`, `forbidden`, `rate_limited`, `bad_request`.
    """
    site = await _site(web, request)
    if request.headers.get("origin") not in site.settings.origins:
        raise Refusal(Code.FORBIDDEN)
    await web.check_search(client_address(request.scope))
    said = parse_qs((await request.body()).decode("ascii", "replace"), max_num_fields=4)
    if said.get("step") != ["shown"] or len(said.get("rule", [])) != 1:
        raise Refusal(Code.BAD_REQUEST)
    await web.count_shown(site, said["rule"][0])
    return protect(Response(status_code=204), Kind.DATA)
