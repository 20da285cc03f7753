"""The errors of the whole product; knows nothing but the standard library.

ChatError
├── Refusal               the caller is wrong; carries a stable code and a sentence for people
│   ├── final             bad_request · too_large · unauthenticated · forbidden · not_found ·
│   │                     not_assigned · taken · full · not_available · resolved ·
│   │                     client_id_conflict · identity_refused · identity_differs
│   └── retry             rate_limited · unavailable · draining · timeout
├── SettingsError         the environment does not add up; every problem in one list
├── OutboundError         another server can't be asked, or answers what can't be used
├── MailError             a mail could not be handed over; says why, never to whom
└── StorageError          we are wrong or the disk is; logged, shown as "unavailable"
"""

from enum import StrEnum


class Code(StrEnum):
    """The stable code of a refusal; part of the wire protocol, never renamed."""

    BAD_REQUEST = "bad_request"
    TOO_LARGE = "too_large"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    NOT_ASSIGNED = "not_assigned"
    TAKEN = "taken"
    FULL = "full"
    NOT_AVAILABLE = "not_available"
    RESOLVED = "resolved"
    CLIENT_ID_CONFLICT = "client_id_conflict"
    IDENTITY_REFUSED = "identity_refused"
    IDENTITY_DIFFERS = "identity_differs"
    RATE_LIMITED = "rate_limited"
    UNAVAILABLE = "unavailable"
    DRAINING = "draining"
    TIMEOUT = "timeout"


RETRYABLE = frozenset({Code.RATE_LIMITED, Code.UNAVAILABLE, Code.DRAINING, Code.TIMEOUT})

_SENTENCES: dict[Code, str] = {
    Code.BAD_REQUEST: "This request is not well formed.",
    Code.TOO_LARGE: "This is too large.",
    Code.UNAUTHENTICATED: "Sign in first.",
    Code.FORBIDDEN: "You may not do this.",
    Code.NOT_FOUND: "There is no such thing, or it is not yours.",
    Code.NOT_ASSIGNED: "This conversation is no longer yours.",
    Code.TAKEN: "Somebody else has this conversation.",
    Code.FULL: "No free place: the agent is at capacity.",
    Code.NOT_AVAILABLE: "The agent is not available.",
    Code.RESOLVED: "This conversation is resolved.",
    Code.CLIENT_ID_CONFLICT: "This client_id was used for another message.",
    Code.IDENTITY_REFUSED: "The site's word on who this is can't be believed.",
    Code.IDENTITY_DIFFERS: "The site says that this is somebody else.",
    Code.RATE_LIMITED: "Too fast. Wait a moment.",
    Code.UNAVAILABLE: "This can't be stored right now. It is worth trying again.",
    Code.DRAINING: "The server is restarting. Try again in a moment.",
    Code.TIMEOUT: "This took too long. Try again.",
}


class ChatError(Exception):
    """Everything this product raises on purpose."""


class Refusal(ChatError):
    """The caller may not have this; nothing was changed.

    Args:
        code: stable, for programs.
        message: one English sentence that gives nothing private away; clients word it themselves
            by the code. The code's own sentence when left out.
        after_ms: milliseconds after which a retry is worth it (rate limits).
    """

    def __init__(self, code: Code, message: str = "", *, after_ms: int | None = None) -> None:
        super().__init__(message or _SENTENCES[code])
        self.code = code
        self.message = message or _SENTENCES[code]
        self.after_ms = after_ms

    @property
    def retry(self) -> bool:
        """Whether the very same request may succeed later."""
        return self.code in RETRYABLE


class SettingsError(ChatError):
    """The settings do not add up.

    Args:
        problems: every problem found, each one sentence naming the variable.
    """

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class StorageError(ChatError):
    """The database could not do its part; nothing of the unit was kept."""


class OutboundError(ChatError):
    """Another server could not be asked, or answered with what can't be used.

    Args:
        reason: stable: bad_url, name, forbidden_address, connection, certificate, timeout, redirect,
            status, too_large, malformed, resting.
        status: of the answer, where the reason is `status`.
    """

    def __init__(self, reason: str, *, status: int | None = None) -> None:
        super().__init__(reason if status is None else f"{reason} {status}")
        self.reason = reason
        self.status = status

    @property
    def retry(self) -> bool:
        """Whether the same question may be answered a moment later."""
        return self.reason in {"name", "connection", "timeout"} or (
            self.status is not None and self.status in {429, 502, 503, 504}
        )


class MailError(ChatError):
    """A mail could not be handed over.

    Args:
        reason: a sentence for whoever runs the server; no address and no password is in it.
        retry: whether trying again later may help.
    """

    def __init__(self, reason: str, *, retry: bool) -> None:
        super().__init__(reason)
        self.retry = retry
