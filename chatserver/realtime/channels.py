"""The rooms that this process hears and which of them nobody else does; knows no Redis.

Each room is a channel of its own. What is known of the others holds until news comes: somebody
joined or left, or the line was away.
"""

import asyncio


class Channels:
    """This process's rooms.

    Args:
        prefix: of the channels' names, of this installation alone.
    """

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._counts: dict[str, int] = {}
        self._joining: dict[str, asyncio.Future[None]] = {}
        self._confirmed: set[str] = set()
        self._alone: set[str] = set()
        self.news = 0

    def name(self, room: str) -> bytes:
        """Return a room's channel."""
        return f"{self._prefix}{room}".encode()

    def room(self, channel: bytes) -> str:
        """Return a channel's room."""
        return channel.decode().removeprefix(self._prefix)

    # Ours

    def __contains__(self, room: str) -> bool:
        return room in self._counts

    def every(self) -> list[str]:
        """Return all rooms that this process has sockets in."""
        return list(self._counts)

    def unconfirmed(self) -> list[str]:
        """Return those that Redis has not said we hear."""
        return [room for room in self._counts if room not in self._confirmed]

    def add(self, room: str) -> bool:
        """Note one more socket in a room; say whether it is the first here."""
        count = self._counts.get(room, 0)
        self._counts[room] = count + 1
        return not count

    def remove(self, room: str) -> bool:
        """Note that a socket left a room; say whether it was the last here."""
        count = self._counts.get(room, 0) - 1
        if count > 0:
            self._counts[room] = count
            return False
        self._counts.pop(room, None)
        self._confirmed.discard(room)
        self._alone.discard(room)
        self.news += 1
        self.settle(room)
        return True

    def confirm(self, room: str) -> bool:
        """Note that Redis lets us hear a room; say whether we still have it."""
        if room not in self._counts:
            return False
        self._confirmed.add(room)
        return True

    def joining(self, room: str) -> asyncio.Future[None] | None:
        """Return what is settled when others know of us in a room; None where nobody waits."""
        return self._joining.get(room)

    def begin_joining(self, room: str) -> asyncio.Future[None]:
        """Let those who join a room wait for others to know."""
        known = self._joining[room] = asyncio.get_running_loop().create_future()
        return known

    def settle(self, room: str) -> None:
        """Let those who wait to join a room go on."""
        known = self._joining.pop(room, None)
        if known is not None and not known.done():
            known.set_result(None)

    # The others'

    def is_alone(self, room: str) -> bool:
        """Whether no other process has a room."""
        return room in self._alone

    def learn(self, room: str, listeners: int, *, since: int) -> None:
        """Note how many heard what was said in a room.

        Args:
            since: `news` when it was said; whoever came or went meanwhile spoils the count.
        """
        if listeners <= 1 and room in self._confirmed and since == self.news:
            self._alone.add(room)
        if self._joining:
            self.settle(room)

    def has_company(self, room: str | None) -> None:
        """Note that another process came to a room, or may have come to any."""
        self.news += 1
        if room is None:
            self._alone.clear()
        else:
            self._alone.discard(room)

    def forget_others(self) -> None:
        """Know nothing of anybody: the line is away."""
        self._confirmed.clear()
        self._alone.clear()
        self.news += 1
        for room in list(self._joining):
            self.settle(room)
