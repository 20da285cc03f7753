"""What this process does with what others say: events go to its sockets, orders are looked after."""

import asyncio

from chatserver.errors import Refusal
from chatserver.realtime.beacon import Beacon
from chatserver.realtime.broadcaster import SocketBroadcaster
from chatserver.realtime.edge import Edge
from chatserver.realtime.envelope import Emit, Order

GATHER_S = 0.2
"""Orders to look at the whole floor are gathered for so long: each costs reads in every process."""

FLOOR: tuple[Order, ...] = (Order("queue"), Order("people"))


class Hearing:
    """The line's listener: see `incoming.Listener`."""

    def __init__(self, edge: Edge, broadcaster: SocketBroadcaster, beacon: Beacon) -> None:
        self._edge = edge
        self._broadcaster = broadcaster
        self._beacon = beacon
        self._gathered: dict[Order, None] = {}

    def deliver(self, room: str, emit: Emit) -> None:
        """Send a worded event to this process's sockets in a room."""
        self._edge.send_heard(room, emit)

    def obey(self, order: Order) -> None:
        """Look at what another process says has changed."""
        if order not in FLOOR:
            self._broadcaster.obey((order,))
            return
        if not self._gathered:
            asyncio.get_running_loop().call_later(GATHER_S, self._look)
        self._gathered[order] = None

    def _look(self) -> None:
        self._broadcaster.obey(tuple(self._gathered))
        self._gathered.clear()

    def caught_up(self) -> None:
        """Repair at once what the beacon would repair within seconds."""
        self._broadcaster.obey(FLOOR)
        self._edge.chat.tasks.start(self._repair(), name="repair")

    async def _repair(self) -> None:
        try:
            await self._beacon.send()
        except Refusal:
            return  # the beacon's own rounds go on
