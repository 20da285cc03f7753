"""Signing in and out, set-up links, the console's page, one's own account."""

import math
import re

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from chatserver import __version__
from chatserver.errors import Code, Refusal
from chatserver.origins import client_address
from chatserver.services import staff
from chatserver.services.sign_in import MIN_PASSWORD_CHARS, password_problem
from chatserver.storage import sites
from chatserver.storage.staff import StaffAccount
from chatserver.web import sessions
from chatserver.web.context import Web
from chatserver.web.forms import read_form
from chatserver.web.headers import Kind, protect
from chatserver.web.templates import THEMES, language_of, script_json
from chatserver.words import LANGUAGES, say, words

_NEXT = re.compile(r"/(console|faq|editor|transcripts|account)(/[\w-]{1,64}){0,2}\Z", re.ASCII)
START = "/console"
EDITORS_START = "/editor"


def start_of(account: StaffAccount) -> str:
    """Return the page that somebody begins on."""
    return START if account.role.may_answer else EDITORS_START


def page(
    web: Web,
    request: Request,
    name: str,
    *,
    kind: Kind = Kind.STAFF,
    status: int = 200,
    **values: object,
) -> Response:
    """Return a rendered page of staff with the headers of its kind."""
    language = str(values.pop("language", None) or language_of(request))
    theme = request.query_params.get("theme")
    html = web.templates.render(
        name,
        language,
        theme=theme if theme in THEMES else None,
        css=web.assets.url("console.css"),
        me=getattr(request.state, "account", None),
        **values,
    )
    return protect(HTMLResponse(html, status), kind)


def see_other(path: str) -> Response:
    """Return a redirect that is always followed by a GET."""
    return protect(RedirectResponse(path, 303), Kind.DATA)


async def home(web: Web, request: Request) -> Response:
    """Serve `/`."""
    me = request.state.account
    return see_other(start_of(me) if me else "/sign-in")


# Signing in


def _next(path: str | None) -> str:
    """Where to go after signing in: one of our own pages, never another site; "" for the first."""
    return path if path and _NEXT.match(path) else ""


async def sign_in(web: Web, request: Request) -> Response:
    """Serve the form."""
    if request.state.account is not None:
        return see_other(start_of(request.state.account))
    return _sign_in_page(web, request, next=_next(request.query_params.get("next")))


def _sign_in_page(
    web: Web,
    request: Request,
    *,
    next: str,
    problem: str = "",
    email: str = "",
    language: str | None = None,
    status: int = 200,
) -> Response:
    return page(
        web,
        request,
        "sign_in.html",
        language=language,
        problem=problem,
        email=email,
        next=next,
        status=status,
    )


async def do_sign_in(web: Web, request: Request) -> Response:
    """Take the form: a new session, or the form again with what is wrong and never which half."""
    form = await read_form(request)
    email = form.get("email", "")
    language = form["lang"] if form.get("lang") in LANGUAGES else language_of(request)
    following = _next(form.get("next"))
    try:
        signed_in = await web.entrance.sign_in(
            email,
            form.get("password", ""),
            address=client_address(request.scope),
            device=sessions.device(request),
            instead_of=request.cookies.get(staff.SESSION_COOKIE),
        )
    except Refusal as refusal:
        if refusal.code not in {Code.UNAUTHENTICATED, Code.RATE_LIMITED}:
            raise
        problem, status = say(language, "web.auth.wrong"), 401
        if refusal.code is Code.RATE_LIMITED:
            minutes = math.ceil((refusal.after_ms or 60_000) / 60_000)
            problem, status = say(language, "web.auth.locked", minutes=minutes), 429
        response = _sign_in_page(
            web,
            request,
            next=following,
            problem=problem,
            email=email[:254],
            language=language,
            status=status,
        )
        if refusal.after_ms is not None:
            response.headers["Retry-After"] = str(math.ceil(refusal.after_ms / 1000))
        return response
    if request.state.account is not None:  # the browser's old session has just ended
        await web.on_session_ended(request.state.account.id)
    response = see_other(following or start_of(signed_in.account))
    sessions.keep(response, signed_in.token)
    return response


async def do_sign_out(web: Web, request: Request) -> Response:
    """End the session on the server, in the browser, and in its open sockets."""
    token = request.cookies.get(staff.SESSION_COOKIE)
    if token:
        account = await web.database.write(staff.sign_out, token)
        if account is not None:
            await web.on_session_ended(account.id)
    response = see_other("/sign-in")
    sessions.forget(response)
    return response


# Set-up links


async def setup(web: Web, request: Request) -> Response:
    """Serve the form of a link that still works; looking uses nothing up."""
    link = await web.database.read(
        staff.find_setup_link, request.path_params["token"], now_ms=web.clock.now_ms()
    )
    return page(web, request, "setup.html", account=link.account, errors={}, email="", person="")


async def do_setup(web: Web, request: Request) -> Response:
    """Take the form: the password is set (or the first account made) and its owner is in."""
    token = request.path_params["token"]
    now_ms = web.clock.now_ms()
    link = await web.database.read(staff.find_setup_link, token, now_ms=now_ms)
    form = await read_form(request)
    language = form["lang"] if form.get("lang") in LANGUAGES else language_of(request)
    email = link.account.email if link.account else form.get("email", "")
    name = link.account.name if link.account else form.get("name", "")
    errors = _setup_errors(language, form, email=email, name=name)
    if errors:
        return page(
            web,
            request,
            "setup.html",
            language=language,
            account=link.account,
            errors=errors,
            email=email[:254],
            person=name[: staff.MAX_NAME_CHARS],
            status=422,
        )
    password_hash = await web.entrance.passwords.hash(form["password"])
    account = await web.database.write(
        staff.use_setup_link,
        token,
        password_hash=password_hash,
        now_ms=now_ms,
        email=email,
        name=name,
        language=language,
    )
    await web.on_session_ended(account.id)
    signed_in = await web.entrance.begin(account, device=sessions.device(request))
    response = see_other(start_of(account))
    sessions.keep(response, signed_in.token)
    return response


def _setup_errors(language: str, form: dict[str, str], *, email: str, name: str) -> dict[str, str]:
    errors = password_errors(language, form.get("password", ""), email=email)
    if not 1 <= len(name.strip()) <= staff.MAX_NAME_CHARS or not name.strip().isprintable():
        errors["name"] = say(language, "error.required")
    try:
        staff.check_email(email)
    except Refusal:
        errors["email"] = say(language, "web.error.email")
    return errors


def password_errors(language: str, password: str, *, email: str) -> dict[str, str]:
    """Return what is wrong with a new password, worded, under `password`."""
    problem = password_problem(password, email=email)
    if problem is None:
        return {}
    return {"password": say(language, f"web.auth.password_{problem}", min=MIN_PASSWORD_CHARS)}


# The console


async def console(web: Web, request: Request) -> Response:
    """Serve the page that the console's script fills."""
    me = request.state.account
    every = await web.database.read(sites.every)
    data = {
        "language": me.language,
        "words": dict(words(me.language, "console")),
        "me": {"id": me.public_id, "name": me.name, "role": me.role.value, "email": me.email},
        "site_names": {site.key: site.settings.name for site in every},
        "protocol": 1,
        "version": __version__,
        "urls": {"sign_out": "/sign-out", "transcripts": "/transcripts", "faq": "/faq"},
    }
    return page(
        web,
        request,
        "console.html",
        kind=Kind.CONSOLE,
        title=say(me.language, "web.title.console"),
        console_js=web.assets.url("console.js"),
        console_css=web.assets.url("console.css"),
        console_data=script_json(data),
    )


# One's own account


async def account(web: Web, request: Request) -> Response:
    """Serve the page of one's own sessions and password."""
    return await _account_page(web, request)


async def _account_page(
    web: Web, request: Request, *, errors: dict[str, str] | None = None, status: int = 200
) -> Response:
    listed = await web.database.read(
        staff.list_sessions, request.state.account.id, now_ms=web.clock.now_ms()
    )
    return page(
        web,
        request,
        "account.html",
        section="account",
        sessions=listed,
        this=request.state.session.id,
        errors=errors or {},
        status=status,
    )


async def do_change_password(web: Web, request: Request) -> Response:
    """Replace one's own password; every other session and every socket ends."""
    me = request.state.account
    form = await read_form(request)
    errors = password_errors(me.language, form.get("new", ""), email=me.email)
    if not errors:
        try:
            await web.entrance.change_password(
                me,
                old=form.get("old", ""),
                new=form["new"],
                keep=request.state.session.id,
                address=client_address(request.scope),
            )
        except Refusal as refusal:
            if refusal.code is not Code.UNAUTHENTICATED:
                raise
            errors["old"] = say(me.language, "web.auth.wrong_password")
    if errors:
        return await _account_page(web, request, errors=errors, status=422)
    await web.on_session_ended(me.id)
    return see_other("/account")


async def do_end_session(web: Web, request: Request) -> Response:
    """End one of one's own sessions."""
    me = request.state.account
    await web.database.write(staff.end_session, me.id, request.path_params["session"])
    await web.on_session_ended(me.id)
    return see_other("/account")


async def do_end_others(web: Web, request: Request) -> Response:
    """End all of one's own sessions but this one."""
    me = request.state.account
    await web.database.write(staff.end_sessions, me.id, but=request.state.session.id)
    await web.on_session_ended(me.id)
    return see_other("/account")
