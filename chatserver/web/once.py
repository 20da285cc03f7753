"""Remembers for a day who did something, so that it counts once; in this process, and bounded."""

import hashlib
from collections import OrderedDict

DAY_MS = 24 * 3600 * 1000
MAX_REMEMBERED = 20_000


class Once:
    """What was done, by digest: an address itself is kept nowhere."""

    def __init__(self) -> None:
        self._done: OrderedDict[bytes, int] = OrderedDict()

    def first(self, *what: str, now_ms: int) -> bool:
        """Whether this is the first time within a day."""
        digest = hashlib.blake2b("\x00".join(what).encode(), digest_size=12).digest()
        last = self._done.pop(digest, None)
        self._done[digest] = now_ms if last is None or now_ms - last >= DAY_MS else last
        if len(self._done) > MAX_REMEMBERED:
            self._done.popitem(last=False)
        return self._done[digest] == now_ms and last != now_ms
