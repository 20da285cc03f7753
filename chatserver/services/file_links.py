"""Leave to send a file, and addresses under which one can be had; looks into no file."""

from dataclasses import astuple, dataclass
from typing import Literal

from chatserver.clock import Clock
from chatserver.domain.ids import PublicId
from chatserver.services.signed_links import SignedLinks

GRANT_S = 600
LINK_S = 900


@dataclass(frozen=True, slots=True)
class Grant:
    """Leave to send one file.

    Args:
        by: `visitor` or `agent`, with `id`.
        conversation: where to; None for a visitor who has none yet.
        fence: of an agent.
    """

    by: Literal["visitor", "agent"]
    id: int
    conversation: str | None
    client_id: str
    name: str
    fence: int | None = None


class FileLinks:
    """Signs leave to send a file, and addresses under which one can be had for a while."""

    def __init__(self, secret_key: str, clock: Clock) -> None:
        self._grants = SignedLinks(secret_key, clock, salt="file-grant", lasts_s=GRANT_S)
        self._files = SignedLinks(secret_key, clock, salt="file-link", lasts_s=LINK_S)
        self._data = SignedLinks(secret_key, clock, salt="own-data", lasts_s=LINK_S)

    def sign_grant(self, grant: Grant) -> str:
        """Return what follows `/upload/` in the address."""
        return self._grants.sign(astuple(grant))

    def read_grant(self, signed: str) -> Grant:
        """Return a grant.

        Raises:
            Refusal: `not_found` for one forged or too old.
        """
        return self._grants.read(signed, lambda said: Grant(*said))

    def sign_file(self, public_id: str) -> str:
        """Return the path of a file, good for a quarter of an hour."""
        return f"/f/{self._files.sign(public_id)}"

    def read_file(self, signed: str) -> str:
        """Return which file a link is of.

        Raises:
            Refusal: `not_found` for one forged or too old.
        """
        return self._files.read(signed, str)

    def sign_data(self, visitor: PublicId) -> str:
        """Return the path of all that is kept of a visitor, good for a quarter of an hour."""
        return f"/d/{self._data.sign(visitor)}"

    def read_data(self, signed: str) -> str:
        """Return whose data a link is of.

        Raises:
            Refusal: `not_found` for one forged or too old.
        """
        return self._data.read(signed, str)
