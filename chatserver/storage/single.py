"""Keeps a second process away from an embedded database: leases, offers and rooms live in one."""

import os
from typing import IO

from sqlalchemy import make_url

from chatserver.errors import StorageError


def hold(url: str) -> "IO[str] | None":
    """Claim an SQLite database for this process until it ends; None for other databases.

    The claim is the operating system's lock on a file beside the database, so a process that dies
    in whatever way lets go of it.

    Raises:
        StorageError: when another process has it.
    """
    if make_url(url).get_backend_name() != "sqlite" or os.name != "posix":
        return None
    import fcntl

    path = f"{make_url(url).database}.lock"
    claim = open(path, "a+", encoding="ascii")  # noqa: SIM115 - held as long as the process lives
    try:
        fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        claim.close()
        raise StorageError(
            f"Another process serves {make_url(url).database}. Stop it first, or use PostgreSQL."
        ) from None
    return claim
