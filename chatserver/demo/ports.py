"""Two neighbouring ports on this machine: one for the product, the next for the shop."""

import contextlib
import socket

from chatserver import serving
from chatserver.demo.errors import DemoError
from chatserver.demo.tongue import terminal_language

HOST = "127.0.0.1"
FIRST = 8000
TRIES = 200

_TAKEN = {
    "tr": "{port} numaralı port dolu. Yan yana iki boş port gerekir: {first} ve {second}. "
    "Başka bir port verin, ör. `chatserver demo --port 8100`; port vermezseniz boş bir çift aranır.",
    "en": "Port {port} is taken. The demo needs two free neighbours: {first} and {second}. "
    "Name another one, e.g. `chatserver demo --port 8100`, or none: then a free pair is looked for.",
}
_NONE = {
    "tr": "8000 ile {last} arasında yan yana iki boş port yok.",
    "en": "There are no two free neighbouring ports between 8000 and {last}.",
}
_RANGE = {
    "tr": "Port 1 ile 65534 arasında olmalı: bir sonraki port mağazanındır.",
    "en": "The port must lie between 1 and 65534: the next one is the shop's.",
}


def listen(port: int | None) -> tuple[socket.socket, socket.socket]:
    """Return the listeners of the product and of the shop.

    Args:
        port: the product's; the shop has the next one. None takes the first free pair from 8000.

    Raises:
        DemoError: when one of the two is taken, or no pair is free.
    """
    language = terminal_language()
    if port is not None:
        if not 1 <= port <= 65534:
            raise DemoError(_RANGE[language])
        pair, taken = _pair(port)
        if pair is None:
            raise DemoError(_TAKEN[language].format(port=taken, first=port, second=port + 1))
        return pair
    for first in range(FIRST, FIRST + 2 * TRIES, 2):
        pair, _taken = _pair(first)
        if pair is not None:
            return pair
    raise DemoError(_NONE[language].format(last=FIRST + 2 * TRIES))


def _pair(first: int) -> tuple[tuple[socket.socket, socket.socket] | None, int]:
    """Return both listeners, or None and the port that can't be had."""
    with contextlib.ExitStack() as kept:
        found = []
        for port in (first, first + 1):
            if not _is_free(port):
                return None, port
            try:
                found.append(kept.enter_context(contextlib.closing(serving.bind(HOST, port))))
            except OSError:
                return None, port
        kept.pop_all()
    return (found[0], found[1]), 0


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
