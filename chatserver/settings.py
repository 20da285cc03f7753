"""What the environment says, read once and checked as a whole; knows no part that uses it.

The docstring of each field is its documentation: `docs/configuration.md` is generated from here.
"""

import ipaddress
import os
import secrets
from collections.abc import Mapping
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
from email_validator import EmailNotValidError, validate_email

from chatserver.errors import SettingsError

REDIS_SCHEMES = frozenset({"redis", "rediss", "unix"})
MIN_SECRET_CHARS = 32
MIN_SECRET_DIFFERENT = 10
"""Different characters a key must have: `xxxxxxxx…` and the like are nobody's secret."""

WORKERS_NEED_BOTH = "workers_need_postgresql_and_redis"
"""The stable code at the end of the sentence that refuses several processes."""

FROM_FILES = frozenset({"secret_key", "database_url", "redis_url", "mail_url"})
"""Settings that may also stand in a file, named by the variable with `_FILE` behind it."""

DESCRIPTIONS: dict[str, tuple[str, str]] = {
    "host": ("HOST", "Address to listen on."),
    "port": ("PORT", "Port to listen on."),
    "database_url": (
        "DATABASE_URL",
        "`sqlite:///path` or a PostgreSQL URL; also from `DATABASE_URL_FILE`. "
        "Default: `chat.sqlite3` in the data directory.",
    ),
    "redis_url": (
        "REDIS_URL",
        "`redis://…` (`rediss://` for TLS); also from `REDIS_URL_FILE`. Carries what one process "
        "tells another, and counts limits for all of them; keeps nothing that may not be lost. "
        "Used with PostgreSQL alone.",
    ),
    "web_concurrency": (
        "WEB_CONCURRENCY",
        "Processes behind the port, 1–64. More than one needs PostgreSQL and Redis.",
    ),
    "secret_key": (
        "SECRET_KEY",
        "At least 32 characters; signs transcript links and what processes tell each other; also "
        "from `SECRET_KEY_FILE`. Required on a public address and with Redis, and the same in "
        "every process.",
    ),
    "mail_url": (
        "MAIL_URL",
        "`smtp://user:password@host:587` (turns TLS on by STARTTLS) or `smtps://…:465`; also from "
        "`MAIL_URL_FILE`. Without it nothing is mailed, and nobody can prove an order by a code.",
    ),
    "mail_from": ("MAIL_FROM", "Address that mail comes from; needed with `MAIL_URL`."),
    "allow_local_orders": (
        "CHATSERVER_ALLOW_LOCAL_ORDERS",
        "1 lets a shop's order endpoint lie on this machine, over plain HTTP; for trying out.",
    ),
    "data_dir": ("CHATSERVER_DATA_DIR", "Where the embedded database lives."),
    "public_url": (
        "CHATSERVER_PUBLIC_URL",
        "Origin under which browsers reach this server, e.g. `https://chat.shop.example`. "
        "Default: what the request says. Mails link here, so answers go by mail only with it (not "
        "on a loopback address).",
    ),
    "forwarded_allow_ips": (
        "FORWARDED_ALLOW_IPS",
        "Addresses of proxies whose `X-Forwarded-For` and `-Proto` are believed, comma-separated.",
    ),
    "log_level": ("LOG_LEVEL", "debug, info, warning or error."),
    "log_format": ("CHATSERVER_LOG_FORMAT", "`json` or `console`."),
    "lease_s": ("CHATSERVER_LEASE_S", "How long an agent's proof of life holds, 2–30 seconds."),
    "visitor_days": ("CHATSERVER_VISITOR_DAYS", "How many days a visitor's token lives, 1–365."),
    "sends_per_minute": (
        "CHATSERVER_SENDS_PER_MINUTE",
        "Messages one visitor may send in a minute.",
    ),
    "events_per_second": (
        "CHATSERVER_EVENTS_PER_SECOND",
        "Events of any kind one connection may send in a second.",
    ),
    "starts_per_hour": (
        "CHATSERVER_STARTS_PER_HOUR",
        "New visitors one network address may become in an hour.",
    ),
    "sockets_per_address": (
        "CHATSERVER_SOCKETS_PER_ADDRESS",
        "Connections one network address may hold at once.",
    ),
    "sign_ins_per_minute": (
        "CHATSERVER_SIGN_INS_PER_MINUTE",
        "Failed sign-ins in a minute for one account from one network address.",
    ),
}


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that may differ between two installations of the same code."""

    host: str = "127.0.0.1"
    port: int = 8000
    database_url: str = ""
    redis_url: str = ""
    web_concurrency: int = 1
    secret_key: str = ""
    mail_url: str = ""
    mail_from: str = ""
    allow_local_orders: bool = False
    data_dir: str = "var"
    public_url: str = ""
    forwarded_allow_ips: str = ""
    log_level: str = "info"
    log_format: str = "json"
    lease_s: int = 30
    visitor_days: int = 30
    sends_per_minute: int = 30
    events_per_second: int = 25
    starts_per_hour: int = 60
    sockets_per_address: int = 200
    sign_ins_per_minute: int = 6

    @property
    def database(self) -> str:
        """The database URL, the embedded default included."""
        return self.database_url or f"sqlite:///{Path(self.data_dir).resolve() / 'chat.sqlite3'}"

    @property
    def shares(self) -> bool:
        """Whether there may be other processes, which are told of everything over Redis."""
        return bool(self.redis_url) and self.database.startswith("postgres")

    @property
    def mail_origin(self) -> str:
        """The origin that links in mails begin with; "" where none is sure.

        Never what a request says: whoever asks would choose where others are led.
        """
        if self.public_url or not is_loopback(self.host):
            return self.public_url.rstrip("/")
        return f"http://{self.host}:{self.port}"

    @property
    def lease_check_s(self) -> float:
        """How often agents are asked whether they are there: a third of the lease."""
        return self.lease_s / 3


def load_settings(environ: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
    """Return the settings of an environment.

    Args:
        environ: the process's own when left out.
        overrides: fields that a command's options set; they win.

    Raises:
        SettingsError: with every problem found.
    """
    environ = os.environ if environ is None else environ
    raw: dict[str, Any] = {}
    problems: list[str] = []
    for field in msgspec.structs.fields(Settings):
        variable = DESCRIPTIONS[field.name][0]
        if field.name in overrides:
            raw[field.name] = overrides[field.name]
        elif environ.get(variable) or (
            field.name in FROM_FILES and environ.get(f"{variable}_FILE")
        ):
            try:
                value = environ.get(variable) or _read_file(environ[f"{variable}_FILE"])
            except OSError as error:
                problems.append(f"{variable}_FILE can't be read: {error.strerror}")
                continue
            try:
                raw[field.name] = msgspec.convert(value, field.type, strict=False)
            except msgspec.ValidationError:
                wanted = "1 or 0" if field.type is bool else "a whole number"
                problems.append(f"{variable} is not {wanted}: {value!r}")
    settings = Settings(**raw)
    problems += _check(settings)
    if problems:
        raise SettingsError(problems)
    if not settings.secret_key:
        settings = msgspec.structs.replace(settings, secret_key=secrets.token_urlsafe(32))
    return settings


def _read_file(path: str) -> str:
    return Path(path).read_text(encoding="utf-8").strip()


def _check(settings: Settings) -> list[str]:
    problems = []
    bounds = {
        "port": (0, 65535),
        "web_concurrency": (1, 64),
        "lease_s": (2, 30),
        "visitor_days": (1, 365),
        "sends_per_minute": (1, 100_000),
        "events_per_second": (1, 100_000),
        "starts_per_hour": (1, 1_000_000),
        "sockets_per_address": (1, 1_000_000),
        "sign_ins_per_minute": (1, 1_000),
    }
    for name, (low, high) in bounds.items():
        if not low <= getattr(settings, name) <= high:
            problems.append(f"{DESCRIPTIONS[name][0]} must lie between {low} and {high}")
    if settings.web_concurrency > 1 and not settings.shares:
        problems.append(
            "WEB_CONCURRENCY is more than 1, and that needs both DATABASE_URL=postgresql://… and "
            "REDIS_URL: an SQLite file has one process, and without Redis a message would reach "
            f"only the browsers of the process that stored it ({WORKERS_NEED_BOTH})"
        )
    if settings.redis_url and urlsplit(settings.redis_url).scheme not in REDIS_SCHEMES:
        problems.append("REDIS_URL must begin with redis://, rediss:// or unix://")
    if settings.shares and not settings.secret_key:
        problems.append("SECRET_KEY is required with REDIS_URL: processes know each other by it")
    if settings.log_level not in {"debug", "info", "warning", "error"}:
        problems.append("LOG_LEVEL must be debug, info, warning or error")
    if settings.log_format not in {"json", "console"}:
        problems.append("CHATSERVER_LOG_FORMAT must be json or console")
    problems += _check_mail(settings)
    if settings.public_url:
        parts = urlsplit(settings.public_url)
        if parts.scheme not in {"http", "https"} or not parts.netloc or parts.path.strip("/"):
            problems.append("CHATSERVER_PUBLIC_URL must be an origin such as https://chat.example")
    if settings.secret_key and len(settings.secret_key) < MIN_SECRET_CHARS:
        problems.append(f"SECRET_KEY is too short: at least {MIN_SECRET_CHARS} characters")
    elif settings.secret_key and len(set(settings.secret_key)) < MIN_SECRET_DIFFERENT:
        problems.append("SECRET_KEY is too simple: make one with `openssl rand -base64 32`")
    if not settings.secret_key and not is_loopback(settings.host):
        problems.append("SECRET_KEY is required on a public address")
    return problems


def _check_mail(settings: Settings) -> list[str]:
    """Return what is wrong with how mail is sent; the URL itself is never repeated, it has secrets."""
    if not settings.mail_url:
        return ["MAIL_FROM needs MAIL_URL"] if settings.mail_from else []
    problems = []
    try:
        parts = urlsplit(settings.mail_url)
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or parts.port == 0:
            raise ValueError("not ours")
    except ValueError:
        problems.append("MAIL_URL must look like smtp://user:password@host:587 or smtps://host")
    else:
        if parts.path.strip("/") or parts.query or parts.fragment:
            problems.append("MAIL_URL has nothing behind the port; encode / ? # in the password")
    try:
        validate_email(parseaddr(settings.mail_from)[1], check_deliverability=False)
    except EmailNotValidError:
        problems.append("MAIL_FROM must be an address such as destek@shop.example")
    return problems


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach that address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
