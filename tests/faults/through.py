"""Where real servers listen, and what to tell the product so that it goes through a proxy."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.redis import Redis


def postgresql_target(url: str) -> tuple[Path, Callable[[int], str]]:
    """Return the socket of a PostgreSQL, and how its URL reads through a port."""
    parts = urlsplit(url)
    path = Path(parse_qs(parts.query)["host"][0]) / ".s.PGSQL.5432"
    user = (parts.username or "postgres") + (f":{parts.password}" if parts.password else "")
    return path, lambda port: f"postgresql://{user}@127.0.0.1:{port}{parts.path}"


def redis_target(redis: Redis) -> tuple[tuple[str, int], Callable[[int], str]]:
    """Return where a Redis listens, and how its URL reads through a port."""
    return ("127.0.0.1", redis.port), lambda port: f"redis://127.0.0.1:{port}/0"
