"""Who may call which route: the one table that every route must be in."""

from dataclasses import dataclass
from enum import StrEnum

from chatserver.domain.people import Role
from chatserver.services import files
from chatserver.services.imports import MAX_FILE_BYTES
from chatserver.storage.staff import StaffAccount


class Access(StrEnum):
    """Who may call a route.

    public: anybody; nobody looks who it is. anyone: anybody; a session is looked at.
    signed_in: all staff. staff: who answers: agents and admins. editor: who keeps the FAQ: editors
    and admins. admin: admins.
    """

    PUBLIC = "public"
    ANYONE = "anyone"
    SIGNED_IN = "signed_in"
    STAFF = "staff"
    EDITOR = "editor"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Rule:
    """What holds for one route.

    Args:
        name: of the route and of what serves it.
        body_bytes: most of a request's body, where it is not the usual.
        method: GET routes have no effects, POST routes are checked for their origin.
        max_bytes: of a request's body, where it is more than everywhere else.
    """

    name: str
    method: str
    path: str
    access: Access
    max_bytes: int | None = None


MAX_TOLD_BYTES = 512
MAX_ORDERS_BYTES = 20 * 1024 * 1024 + 4096
"""An uploaded file of orders, with the form around it."""

ROUTES = (
    Rule("home", "GET", "/", Access.ANYONE),
    Rule("sign_in", "GET", "/sign-in", Access.ANYONE),
    Rule("do_sign_in", "POST", "/sign-in", Access.ANYONE),
    Rule("do_sign_out", "POST", "/sign-out", Access.ANYONE),
    Rule("setup", "GET", "/setup/{token}", Access.PUBLIC),
    Rule("do_setup", "POST", "/setup/{token}", Access.PUBLIC),
    Rule("console", "GET", "/console", Access.STAFF),
    Rule("account", "GET", "/account", Access.SIGNED_IN),
    Rule("do_change_password", "POST", "/account/password", Access.SIGNED_IN),
    Rule("do_end_session", "POST", "/account/sessions/{session:int}/end", Access.SIGNED_IN),
    Rule("do_end_others", "POST", "/account/sessions/end-others", Access.SIGNED_IN),
    Rule("faq", "GET", "/faq", Access.SIGNED_IN),
    Rule("faq_entry", "GET", "/faq/{language}/{key}", Access.SIGNED_IN),
    Rule("editor", "GET", "/editor", Access.EDITOR),
    Rule("do_bulk", "POST", "/editor/bulk", Access.EDITOR),
    Rule("entry_new", "GET", "/editor/new", Access.EDITOR),
    Rule("do_create_entry", "POST", "/editor/new", Access.EDITOR),
    Rule("entry", "GET", "/editor/entries/{key}", Access.EDITOR),
    Rule("do_save_entry", "POST", "/editor/entries/{key}", Access.EDITOR),
    Rule("entry_history", "GET", "/editor/entries/{key}/history", Access.EDITOR),
    Rule("do_restore_entry", "POST", "/editor/entries/{key}/restore", Access.EDITOR),
    Rule("try_question", "GET", "/editor/try", Access.EDITOR),
    Rule("do_add", "POST", "/editor/add", Access.EDITOR),
    Rule("do_decide_thresholds", "POST", "/editor/thresholds", Access.EDITOR),
    Rule("checks", "GET", "/editor/checks", Access.EDITOR),
    Rule("do_add_check", "POST", "/editor/checks", Access.EDITOR),
    Rule("do_remove_check", "POST", "/editor/checks/{check:int}/remove", Access.EDITOR),
    Rule("publish", "GET", "/editor/publish", Access.EDITOR),
    Rule("do_publish", "POST", "/editor/publish", Access.EDITOR),
    Rule(
        "do_cancel_publication", "POST", "/editor/publish/{publication:int}/cancel", Access.EDITOR
    ),
    Rule("unanswered", "GET", "/editor/unanswered", Access.EDITOR),
    Rule("do_settle", "POST", "/editor/unanswered", Access.EDITOR),
    Rule("question", "GET", "/editor/questions/{question:int}", Access.EDITOR),
    Rule("conflicts", "GET", "/editor/conflicts", Access.EDITOR),
    Rule("do_merge", "POST", "/editor/conflicts", Access.EDITOR),
    Rule("site_words", "GET", "/editor/words", Access.EDITOR),
    Rule("do_save_word", "POST", "/editor/words", Access.EDITOR),
    Rule("do_remove_word", "POST", "/editor/words/{word:int}/remove", Access.EDITOR),
    Rule("bot", "GET", "/editor/bot", Access.EDITOR),
    Rule("bot_file", "GET", "/editor/bot.yaml", Access.EDITOR),
    Rule("do_save_bot", "POST", "/editor/bot", Access.EDITOR),
    Rule("exchange", "GET", "/editor/exchange", Access.EDITOR),
    Rule("do_import", "POST", "/editor/exchange", Access.EDITOR, MAX_FILE_BYTES + 1),
    Rule("export", "GET", "/editor/export.{format}", Access.EDITOR),
    Rule("widget_sites", "GET", "/settings/widget", Access.ADMIN),
    Rule("widget_settings", "GET", "/settings/widget/{site}", Access.ADMIN),
    Rule("do_widget_settings", "POST", "/settings/widget/{site}", Access.ADMIN),
    Rule("hours_settings", "GET", "/settings/hours/{site}", Access.ADMIN),
    Rule("do_hours_settings", "POST", "/settings/hours/{site}", Access.ADMIN),
    Rule("orders_settings", "GET", "/settings/orders/{site}", Access.ADMIN),
    Rule("do_orders_settings", "POST", "/settings/orders/{site}", Access.ADMIN),
    Rule(
        "do_orders_upload",
        "POST",
        "/settings/orders/{site}/upload",
        Access.ADMIN,
        MAX_ORDERS_BYTES,
    ),
    Rule("identity_settings", "GET", "/settings/identity/{site}", Access.ADMIN),
    Rule("do_identity_settings", "POST", "/settings/identity/{site}", Access.ADMIN),
    Rule("transcripts", "GET", "/transcripts", Access.STAFF),
    Rule("transcript_file", "GET", "/transcripts/{public_id}.{format}", Access.STAFF),
    Rule("transcript_print", "GET", "/transcripts/{public_id}/print", Access.STAFF),
    Rule("transcript", "GET", "/transcripts/{public_id}", Access.STAFF),
    Rule("own_transcript_file", "GET", "/t/{signed}.txt", Access.PUBLIC),
    Rule("own_transcript", "GET", "/t/{signed}", Access.PUBLIC),
    Rule("stop_mail", "GET", "/m/{signed}", Access.PUBLIC),
    Rule("do_stop_mail", "POST", "/m/{signed}", Access.PUBLIC, MAX_TOLD_BYTES),
    Rule("do_upload", "POST", "/upload/{signed}", Access.PUBLIC, files.MAX_FILE_BYTES),
    Rule("file", "GET", "/f/{signed}", Access.PUBLIC),
    Rule("card_picture", "GET", "/picture/{conversation}/{seq:int}", Access.PUBLIC),
    Rule("own_data", "GET", "/d/{signed}", Access.PUBLIC),
    Rule("frame", "GET", "/frame/{site}", Access.PUBLIC),
    Rule("search", "GET", "/frame/{site}/search", Access.PUBLIC),
    Rule("hosted", "GET", "/c/{site}", Access.PUBLIC),
    Rule("help_sitemap", "GET", "/help/{site}/sitemap.xml", Access.PUBLIC),
    Rule("help_style", "GET", "/help/{site}/style.css", Access.PUBLIC),
    Rule("help", "GET", "/help/{site}/{language}", Access.PUBLIC),
    Rule("help_search", "GET", "/help/{site}/{language}/search", Access.PUBLIC),
    Rule("help_entry", "GET", "/help/{site}/{language}/{slug}", Access.PUBLIC),
    Rule("do_help_feedback", "POST", "/help/{site}/{language}/{slug}", Access.PUBLIC),
    Rule("loader", "GET", "/widget.js", Access.PUBLIC),
    Rule("dock", "GET", "/widget/dock.js", Access.PUBLIC),
    Rule("rules", "GET", "/widget/{site}/rules.js", Access.PUBLIC),
    Rule("do_told", "POST", "/widget/{site}/told", Access.PUBLIC, MAX_TOLD_BYTES),
    Rule("shims", "GET", "/widget/shims.js", Access.PUBLIC),
    Rule("declarations", "GET", "/widget/supportchat.d.ts", Access.PUBLIC),
    Rule("pinned_loader", "GET", "/widget/{version}/loader.js", Access.PUBLIC),
    Rule("static", "GET", "/static/{file:path}", Access.PUBLIC),
    Rule("icon", "GET", "/favicon.ico", Access.PUBLIC),
    Rule("alive", "GET", "/healthz", Access.PUBLIC),
    Rule("ready", "GET", "/readyz", Access.PUBLIC),
)


def may_call(rule: Rule, account: StaffAccount | None) -> bool:
    """Whether somebody (None: who is not signed in) may call a route."""
    match rule.access:
        case Access.PUBLIC | Access.ANYONE:
            return True
        case Access.SIGNED_IN:
            return account is not None
        case Access.STAFF:
            return account is not None and account.role.may_answer
        case Access.EDITOR:
            return account is not None and account.role.may_edit
        case Access.ADMIN:
            return account is not None and account.role is Role.ADMIN
