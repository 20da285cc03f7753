"""Who may call which route: the one table that every route must be in."""

from dataclasses import dataclass
from enum import StrEnum

from chatserver.domain.people import Role
from chatserver.services.files import MAX_FILE_BYTES
from chatserver.storage.staff import StaffAccount


class Access(StrEnum):
    """Who may call a route.

    public: anybody; nobody looks who it is. anyone: anybody; a session is looked at.
    staff: agents and admins. admin: admins.
    """

    PUBLIC = "public"
    ANYONE = "anyone"
    STAFF = "staff"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Rule:
    """What holds for one route.

    Args:
        name: of the route and of what serves it.
        body_bytes: most of a request's body, where it is not the usual.
        method: GET routes have no effects, POST routes are checked for their origin.
    """

    name: str
    method: str
    path: str
    access: Access
    body_bytes: int | None = None


MAX_TOLD_BYTES = 512

ROUTES = (
    Rule("home", "GET", "/", Access.ANYONE),
    Rule("sign_in", "GET", "/sign-in", Access.ANYONE),
    Rule("do_sign_in", "POST", "/sign-in", Access.ANYONE),
    Rule("do_sign_out", "POST", "/sign-out", Access.ANYONE),
    Rule("setup", "GET", "/setup/{token}", Access.PUBLIC),
    Rule("do_setup", "POST", "/setup/{token}", Access.PUBLIC),
    Rule("console", "GET", "/console", Access.STAFF),
    Rule("account", "GET", "/account", Access.STAFF),
    Rule("do_change_password", "POST", "/account/password", Access.STAFF),
    Rule("do_end_session", "POST", "/account/sessions/{session:int}/end", Access.STAFF),
    Rule("do_end_others", "POST", "/account/sessions/end-others", Access.STAFF),
    Rule("widget_sites", "GET", "/settings/widget", Access.ADMIN),
    Rule("widget_settings", "GET", "/settings/widget/{site}", Access.ADMIN),
    Rule("do_widget_settings", "POST", "/settings/widget/{site}", Access.ADMIN),
    Rule("faq", "GET", "/faq", Access.STAFF),
    Rule("faq_entry", "GET", "/faq/{language}/{key}", Access.STAFF),
    Rule("transcripts", "GET", "/transcripts", Access.STAFF),
    Rule("transcript_file", "GET", "/transcripts/{public_id}.{format}", Access.STAFF),
    Rule("transcript_print", "GET", "/transcripts/{public_id}/print", Access.STAFF),
    Rule("transcript", "GET", "/transcripts/{public_id}", Access.STAFF),
    Rule("own_transcript_file", "GET", "/t/{signed}.txt", Access.PUBLIC),
    Rule("own_transcript", "GET", "/t/{signed}", Access.PUBLIC),
    Rule("do_upload", "POST", "/upload/{signed}", Access.PUBLIC, MAX_FILE_BYTES),
    Rule("file", "GET", "/f/{signed}", Access.PUBLIC),
    Rule("own_data", "GET", "/d/{signed}", Access.PUBLIC),
    Rule("frame", "GET", "/frame/{site}", Access.PUBLIC),
    Rule("search", "GET", "/frame/{site}/search", Access.PUBLIC),
    Rule("hosted", "GET", "/c/{site}", Access.PUBLIC),
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
        case Access.STAFF:
            return account is not None
        case Access.ADMIN:
            return account is not None and account.role is Role.ADMIN
