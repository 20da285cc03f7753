"""What an address carries so that we know it for ours; good for a while, kept nowhere."""

import hashlib
from collections.abc import Callable
from typing import Any, TypeVar

from itsdangerous import BadData, TimestampSigner, URLSafeTimedSerializer

from chatserver.clock import Clock
from chatserver.errors import Code, Refusal

R = TypeVar("R")


class SignedLinks:
    """Signs what stands in an address and reads it back.

    Args:
        salt: names the purpose; what was signed for another is forged for this one.
        lasts_s: how long what was signed is good.
    """

    def __init__(self, secret_key: str, clock: Clock, *, salt: str, lasts_s: int) -> None:
        class Signer(TimestampSigner):
            def get_timestamp(self) -> int:
                return clock.now_ms() // 1000

        self._lasts_s = lasts_s
        self._serializer = URLSafeTimedSerializer(
            secret_key,
            salt=salt,
            signer=Signer,
            signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
        )

    def sign(self, value: object) -> str:
        """Return a value that JSON can say as it stands in an address."""
        return str(self._serializer.dumps(value))

    def read(self, signed: str, make: Callable[[Any], R]) -> R:
        """Return what `make` makes of the value that was signed.

        Raises:
            Refusal: `not_found` for what is forged, too old, or nothing that `make` can take.
        """
        try:
            return make(self._serializer.loads(signed, max_age=self._lasts_s))
        except (BadData, TypeError, ValueError):
            raise Refusal(Code.NOT_FOUND) from None
