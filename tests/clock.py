"""The machine's time, which real servers go by."""

import time


def now_ms() -> int:
    """Return the machine's time."""
    return time.time_ns() // 1_000_000
