"""What an owner types of orders: how a number looks, and who is asked; read and checked."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from chatserver.bot import masks
from chatserver.domain.ids import SiteId
from chatserver.errors import OutboundError
from chatserver.outbound import check_url
from chatserver.services import orders_source
from chatserver.storage import orders

MAX_URL_CHARS = 500


@dataclass(frozen=True, slots=True)
class TypedNumber:
    """How a number looks. problems: fields that are not good."""

    pattern: str
    example: str
    problems: frozenset[str]


def read_number(form: Mapping[str, str]) -> TypedNumber:
    """Read pattern and example: the example must be of the pattern."""
    pattern = form.get("pattern", "").strip()
    example = form.get("example", "").strip()[:40]
    problems = set()
    if masks.problems(pattern):
        problems.add("pattern")
    elif pattern and masks.find(pattern, example) is None:
        problems.add("example")
    return TypedNumber(pattern, example, frozenset(problems))


def is_endpoint(url: str, *, allow_local: bool) -> bool:
    """Whether an address may be asked for orders, by its looks alone."""
    try:
        check_url(url, allow_local=allow_local)
    except OutboundError:
        return False
    return len(url) <= MAX_URL_CHARS


def connect(connection: Connection, site: SiteId, url: str, *, secret_key: str, now_ms: int) -> str:
    """Ask this endpoint from now on; return its secret, which is told this once."""
    key = orders_source.new_key()
    orders.connect(connection, site, url=url, key=key, now_ms=now_ms)
    return orders_source.spoken(orders_source.endpoint_secret(secret_key, key))
