"""Links of visitors' own transcripts, good for a quarter of an hour."""

from chatserver.clock import Clock
from chatserver.services.signed_links import SignedLinks

LINK_S = 15 * 60


class TranscriptLinks:
    """Signs the address of a visitor's own transcript.

    The address carries no token of the visitor, so it may stand in a browser's history.
    """

    def __init__(self, secret_key: str, clock: Clock) -> None:
        self._links = SignedLinks(secret_key, clock, salt="visitor-transcript", lasts_s=LINK_S)

    def sign(self, public_id: str, language: str) -> str:
        """Return what follows `/t/` in the address."""
        return self._links.sign([public_id, language])

    def path(self, public_id: str, language: str) -> str:
        """Return the path of a transcript."""
        return f"/t/{self.sign(public_id, language)}"

    def read(self, signed: str) -> tuple[str, str]:
        """Return conversation and language of a link.

        Raises:
            Refusal: `not_found` for one forged or too old.
        """
        return self._links.read(signed, _told)


def _told(said: tuple[object, object]) -> tuple[str, str]:
    public_id, language = said
    return str(public_id), str(language)
