"""What a message costs, and a page of an old conversation takes, once a million lie there."""

import random
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chatserver.bench import shop
from chatserver.bench.generator import quantiles
from chatserver.bench.measures import Sample, Size, product_load
from chatserver.storage import conversations, messages
from chatserver.storage.database import Database

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
        """Return how long it takes to read 50 messages of some old conversation, in ms."""
        with self.copy(self.full) as url:
            database = Database(url)
            chosen = random.Random(1)
            count = self._size.stored // 100
            took: list[float] = []
            try:
                for _ in range(PAGES if count > 1000 else 300):
                    public_id = f"old-conversation-{100 * chosen.randrange(count):012d}"
                    began = time.perf_counter()
                    found = database.run(_page, public_id)
                    took.append(1000 * (time.perf_counter() - began))
                    assert found == PAGE
            finally:
                database.shut()
        p50, p95, p99 = quantiles(took)
        return Sample(p99, {"p50_ms": p50, "p95_ms": p95, "p99_ms": p99})


def _page(connection: object, public_id: str) -> int:
    found = conversations.find(connection, public_id)  # type: ignore[arg-type]
    assert found is not None
    return len(
        messages.after(connection, found, found.last_seq - PAGE, limit=PAGE)  # type: ignore[arg-type]
    )
