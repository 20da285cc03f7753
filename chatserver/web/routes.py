"""Puts routes, who may call them and what serves them together."""

from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from chatserver.errors import Code, Refusal
from chatserver.web import (
    assets,
    faq_pages,
    file_pages,
    frame_pages,
    health,
    help_pages,
    hours_pages,
    identity_pages,
    mail_pages,
    order_pages,
    pages,
    rule_pages,
    sessions,
    transcript_pages,
    visitor_pages,
    widget_pages,
)
from chatserver.web.access import ROUTES, Access, Rule, may_call
from chatserver.web.context import Web
from chatserver.web.editors import (
    conflicts,
    entry,
    exchange,
    history,
    listing,
    new_entry,
    publishing,
    rules,
    trying,
    unanswered,
    words,
)
from chatserver.web.errors import FaultsMiddleware, error_response, refusal_response, wants_json
from chatserver.web.headers import HeadersMiddleware
from chatserver.web.origin import OriginMiddleware

Page = Callable[[Web, Request], Awaitable[Response]]
Handler = Callable[[Request, Exception], Awaitable[Response]]


def _of_assets(serve: Callable[[assets.Assets, Request], Awaitable[Response]]) -> Page:
    async def show(web: Web, request: Request) -> Response:
        return await serve(web.assets, request)

    return show


PAGES: Mapping[str, Page] = {
    "home": pages.home,
    "sign_in": pages.sign_in,
    "do_sign_in": pages.do_sign_in,
    "do_sign_out": pages.do_sign_out,
    "setup": pages.setup,
    "do_setup": pages.do_setup,
    "console": pages.console,
    "account": pages.account,
    "do_change_password": pages.do_change_password,
    "do_end_session": pages.do_end_session,
    "do_end_others": pages.do_end_others,
    "widget_sites": widget_pages.widget_sites,
    "widget_settings": widget_pages.widget_settings,
    "do_widget_settings": widget_pages.do_widget_settings,
    "hours_settings": hours_pages.hours_settings,
    "do_hours_settings": hours_pages.do_hours_settings,
    "orders_settings": order_pages.orders_settings,
    "do_orders_settings": order_pages.do_orders_settings,
    "do_orders_upload": order_pages.do_orders_upload,
    "identity_settings": identity_pages.identity_settings,
    "do_identity_settings": identity_pages.do_identity_settings,
    "faq": faq_pages.faq,
    "faq_entry": faq_pages.faq_entry,
    "editor": listing.editor,
    "do_bulk": listing.do_bulk,
    "entry_new": new_entry.entry_new,
    "do_create_entry": new_entry.do_create_entry,
    "entry": entry.entry,
    "do_save_entry": entry.do_save_entry,
    "entry_history": history.entry_history,
    "do_restore_entry": history.do_restore_entry,
    "try_question": trying.try_question,
    "do_add": trying.do_add,
    "do_decide_thresholds": trying.do_decide_thresholds,
    "checks": publishing.checks,
    "do_add_check": publishing.do_add_check,
    "do_remove_check": publishing.do_remove_check,
    "publish": publishing.publish,
    "do_publish": publishing.do_publish,
    "do_cancel_publication": publishing.do_cancel_publication,
    "unanswered": unanswered.unanswered,
    "do_settle": unanswered.do_settle,
    "question": unanswered.question,
    "conflicts": conflicts.conflicts,
    "do_merge": conflicts.do_merge,
    "site_words": words.site_words_page,
    "do_save_word": words.do_save_word,
    "do_remove_word": words.do_remove_word,
    "bot": rules.bot,
    "bot_file": rules.bot_file,
    "do_save_bot": rules.do_save_bot,
    "exchange": exchange.exchange,
    "export": exchange.export,
    "do_import": exchange.do_import,
    "help": help_pages.help,
    "help_search": help_pages.help_search,
    "help_entry": help_pages.help_entry,
    "do_help_feedback": help_pages.do_help_feedback,
    "help_style": help_pages.help_style,
    "help_sitemap": help_pages.help_sitemap,
    "transcripts": transcript_pages.transcripts,
    "transcript": transcript_pages.transcript,
    "transcript_print": transcript_pages.transcript_print,
    "transcript_file": transcript_pages.transcript_file,
    "own_transcript": visitor_pages.own_transcript,
    "own_transcript_file": visitor_pages.own_transcript_file,
    "stop_mail": mail_pages.stop_mail,
    "do_stop_mail": mail_pages.do_stop_mail,
    "do_upload": file_pages.do_upload,
    "file": file_pages.show_file,
    "card_picture": file_pages.card_picture,
    "own_data": file_pages.own_data,
    "frame": frame_pages.frame,
    "search": frame_pages.search,
    "hosted": frame_pages.hosted,
    "loader": _of_assets(assets.show_loader),
    "dock": _of_assets(assets.show_dock),
    "rules": rule_pages.rules,
    "do_told": rule_pages.do_told,
    "shims": _of_assets(assets.show_shims),
    "declarations": _of_assets(assets.show_declarations),
    "pinned_loader": _of_assets(assets.show_pinned_loader),
    "icon": _of_assets(assets.show_icon),
    "static": _of_assets(assets.show_file),
    "alive": health.show_alive,
    "ready": health.show_ready,
}


def build_routes(web: Web) -> list[BaseRoute]:
    """Return every route of the table, each behind its rule."""
    return [
        Route(
            rule.path,
            _guarded(web, rule),
            methods=[rule.method],
            name=rule.name,
            max_body_size=rule.max_bytes,
        )
        for rule in ROUTES
    ]


def _guarded(web: Web, rule: Rule) -> Callable[[Request], Awaitable[Response]]:
    serve = PAGES[rule.name]

    async def endpoint(request: Request) -> Response:
        account = None
        if rule.access is not Access.PUBLIC:
            found = await sessions.load(web, request)
            account = found[0] if found else None
        if not may_call(rule, account):
            return _turn_away(rule, request, is_known=account is not None)
        return await serve(web, request)

    return endpoint


def _turn_away(rule: Rule, request: Request, *, is_known: bool) -> Response:
    if is_known:
        raise Refusal(Code.FORBIDDEN)
    if rule.method != "GET" or wants_json(request):
        raise Refusal(Code.UNAUTHENTICATED)
    return pages.see_other(f"/sign-in?next={quote(request.url.path, safe='/')}")


def middleware(web: Web) -> list[Middleware]:
    """Return what every request passes, the outermost first."""
    return [
        Middleware(HeadersMiddleware),
        Middleware(FaultsMiddleware, web=web),
        Middleware(OriginMiddleware, settings=web.settings),
    ]


def exception_handlers(web: Web) -> Mapping[type[Exception], Handler]:
    """Return how refusals look: ours, and Starlette's (no such route, wrong method)."""

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, Refusal)
        return refusal_response(web, request, error)

    async def failed(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        headers = dict(error.headers) if error.headers else None
        return error_response(web, request, error.status_code, headers=headers)

    return {Refusal: refused, HTTPException: failed}
