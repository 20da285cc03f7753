"""The baseline: the same library relays the same messages and keeps nothing.

Run as `python -m chatserver.bench.relay PORT`.
"""

import sys
from typing import Any

import socketio
import uvicorn


def build() -> Any:
    """Return an ASGI app that acknowledges and forwards, as the library's own tutorial would."""
    server = socketio.AsyncServer(async_mode="asgi", cors_allowed_origins="*")
    seqs: dict[str, int] = {}

    async def connect(sid: str, _environ: dict[str, Any], auth: dict[str, Any]) -> None:
        await server.enter_room(sid, auth["room"], namespace="/visitor")

    async def message_send(sid: str, data: dict[str, Any]) -> dict[str, Any]:
        room = data["conversation"]
        seqs[room] = seqs.get(room, 0) + 1
        await server.emit(
            "message_created",
            {"seq": seqs[room], **data},
            room=room,
            skip_sid=sid,
            namespace="/visitor",
        )
        return {"ok": True, "seq": seqs[room]}

    server.on("connect", connect, namespace="/visitor")
    server.on("message_send", message_send, namespace="/visitor")
    return socketio.ASGIApp(server)


if __name__ == "__main__":
    uvicorn.run(build(), host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
