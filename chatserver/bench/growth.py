"""What a message costs, and a page of an old conversation takes, once a million lie there."""

import random
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chatserver.bench import parts, shop
from chatserver.bench.generator import Plan
from chatserver.bench.measures import Sample, Size, product_load

LENGTH = 100
"""Messages in each old conversation."""

PAGE = 50
PAGES = 3000


class Full:
    """A database with many old messages, filled once; each use has a copy of its own."""

    def __init__(self, size: Size) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="bench-growth-"))
        self._size = size
        self.empty = self._fill("empty", 0)
        self.full = self._fill("full", size.stored)

    def _fill(self, name: str, stored: int) -> tuple[Path, shop.Cast]:
        path = self._folder / name / "chat.sqlite3"
        url = f"sqlite:///{path}"
        return path, shop.furnish(
            url, chats=self._size.chats, agents=self._size.agents, stored=stored
        )

    @contextmanager
    def copy(self, of: tuple[Path, shop.Cast]) -> Iterator[str]:
        """Return the URL of a copy that goes away."""
        with tempfile.TemporaryDirectory(dir=self._folder) as folder:
            for file in of[0].parent.iterdir():
                shutil.copy(file, folder)
            yield f"sqlite:///{folder}/{of[0].name}"

    def close(self) -> None:
        """Remove it all."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def load(self, size: Size, *, full: bool) -> Sample:
        """Return messages for each CPU second of the product on one of the two."""
        which = self.full if full else self.empty
        with self.copy(which) as url, shop.serve(url) as server:
            return product_load(server, which[1], size)

    def pages(self) -> Sample:
        """Return how long an agent waits for 50 messages of some old conversation, in ms."""
        chosen = random.Random(1)
        count = self._size.stored // LENGTH
        asked = tuple(
            f"old-conversation-{LENGTH * chosen.randrange(count):012d}"
            for _ in range(PAGES if count > 1000 else 300)
        )
        with self.copy(self.full) as url, shop.serve(url) as server:
            outcome = parts.run(
                Plan(
                    mode="pages",
                    servers=(server.pid,),
                    agents=self.full[1].people(server.port)[:1],
                    pages=asked,
                    page=PAGE,
                )
            )
        p50, p95, p99 = outcome.ack_ms
        cpu_ms = 1000 * sum(outcome.meter["server_cpu_s"]) / max(outcome.acked, 1)
        return Sample(
            p99,
            {"p50_ms": p50, "p95_ms": p95, "p99_ms": p99, "cpu_ms": cpu_ms},
            neighbours=outcome.meter["neighbours_cores"],
            generator=outcome.meter["generator_share"],
        )
