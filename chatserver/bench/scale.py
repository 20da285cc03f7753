"""Two processes on two cores against one, with Redis between them; and one who has nobody of it."""

from chatserver.bench import parts
from chatserver.bench.generator import Outcome, Person, Plan
from chatserver.bench.machine import other_cores, server_core
from chatserver.bench.measures import Sample, Size, relay_agents, relay_chats
from chatserver.bench.parts import Redis, Server


def _relays(redis: Redis, cores: list[set[int]]) -> list[Server]:
    return [
        parts.relay("own", "--redis", redis.url, "--number", str(number), core=core)
        for number, core in enumerate(cores)
    ]


def load(size: Size, redis: Redis, *, processes: int) -> Sample:
    """Return messages a second by the clock, of one process or of two.

    Of two, half of the chats have their agent in the other process. The generator and Redis share
    the second core with the second process.
    """
    servers = _relays(redis, [server_core(), other_cores()][:processes])
    ports = [server.port for server in servers]
    try:
        outcome = parts.run(
            Plan(
                mode="load",
                servers=tuple(server.pid for server in servers),
                helpers=(redis.pid,),
                chats=relay_chats(ports, size),
                agents=relay_agents(ports, size),
                measure_s=size.measure_s,
                window=4,
            )
        )
    finally:
        for server in servers:
            server.stop()
    return _by_the_clock(outcome)


def _by_the_clock(outcome: Outcome) -> Sample:
    wall_s = outcome.meter["wall_s"]
    shares = [used / wall_s for used in outcome.meter["server_cpu_s"]]
    return Sample(
        outcome.acked / wall_s,
        {
            "delivered": outcome.delivered / max(outcome.acked, 1),
            "server_share": sum(shares),
            "redis_share": outcome.meter["helpers_share"],
            "ack_p50_ms": outcome.ack_ms[0],
        },
        neighbours=outcome.meter["neighbours_cores"],
        generator=outcome.meter["generator_share"],
    )


def bystander(size: Size, redis: Redis) -> Sample:
    """Return the share of a core that a process uses at 500 messages/s between two others."""
    servers = _relays(redis, [server_core(), other_cores(), other_cores()])
    ports = [server.port for server in servers]
    paced = Size(chats=size.paced_chats, agents=20)
    lonely = Person(ports[2], {"rooms": ["nobody's"]})
    try:
        outcome = parts.run(
            Plan(
                mode="pace",
                servers=tuple(server.pid for server in servers),
                helpers=(redis.pid,),
                chats=relay_chats(ports[:2], paced),
                agents=(*relay_agents(ports[:2], paced), lonely),
                interval_s=size.paced_chats / 500,
                warm_s=2.0,
                measure_s=size.paced_s,
            )
        )
    finally:
        for server in servers:
            server.stop()
    wall_s = outcome.meter["wall_s"]
    return Sample(
        100 * outcome.meter["server_cpu_s"][2] / wall_s,
        {"per_s": outcome.acked / wall_s, "p99_ms": outcome.deliver_ms[2]},
        neighbours=outcome.meter["neighbours_cores"],
        generator=outcome.meter["generator_share"],
    )
