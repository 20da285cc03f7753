"""What is measured, one function each: it starts servers, lets the generator run, and stops them.

Each returns one figure of one server; `run.py` interleaves them and puts them in relation.
"""

import statistics
from contextlib import ExitStack
from dataclasses import dataclass, field, replace

from chatserver.bench import parts, shop
from chatserver.bench.generator import Outcome, Person, Plan
from chatserver.bench.parts import PostgreSQL, Server


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything; `QUICK` where a minute must do.

    Args:
        chats, agents, window: visitors who send, agents who hear, messages a visitor has in flight.
        paced_chats: visitors who send one message in two seconds.
        idle_steps, connects: visitors who stay, and who come.
        stored: messages that lie there already.
    """

    chats: int = 200
    agents: int = 20
    measure_s: float = 4.0
    warm_s: float = 1.0
    window: int = 2
    paced_chats: int = 1000
    paced_s: float = 10.0
    idle_steps: tuple[int, ...] = (1000, 5000, 10_000)
    connects: int = 3000
    stored: int = 1_000_000
    starts: int = 3


QUICK = Size(
    chats=100, agents=10, measure_s=1.0, warm_s=0.5, paced_chats=200, paced_s=2.5,
    idle_steps=(300,), connects=300, stored=20_000, starts=1,
)  # fmt: skip


def one_in_flight(size: Size) -> Size:
    """Return the same load by twice as many chats, each of which waits for its acknowledgement."""
    return replace(size, chats=2 * size.chats, window=1)


@dataclass(slots=True)
class Sample:
    """One figure of one server.

    Args:
        value: what the ratios are made of.
        more: what else is worth reading, by name.
        neighbours: cores that others used meanwhile; generator: the load's own share of one.
    """

    value: float
    more: dict[str, float] = field(default_factory=dict)
    neighbours: float = 0.0
    generator: float = 0.0


def _sample(value: float, outcome: Outcome, **more: float) -> Sample:
    return Sample(
        value,
        more,
        neighbours=float(outcome.meter.get("neighbours_cores", 0.0)),
        generator=float(outcome.meter.get("generator_share", 0.0)),
    )


def relay_chats(ports: list[int], size: Size) -> tuple[tuple[Person, str], ...]:
    """Return visitors of the relays, shared out among ports by blocks of as many as agents."""
    return tuple(
        (
            Person(ports[(number // size.agents) % len(ports)], {"room": f"c{number}"}),
            f"c{number}",
        )
        for number in range(size.chats)
    )


def relay_agents(ports: list[int], size: Size) -> tuple[Person, ...]:
    """Return agents of the relays, each with every so manyth chat."""
    return tuple(
        Person(
            ports[number % len(ports)],
            {"rooms": [f"c{chat}" for chat in range(number, size.chats, size.agents)]},
        )
        for number in range(size.agents)
    )


def _throughput(outcome: Outcome) -> Sample:
    cpu_s = sum(outcome.meter["server_cpu_s"])
    wall_s = outcome.meter["wall_s"]
    return _sample(
        outcome.acked / max(cpu_s, 0.01),
        outcome,
        per_s=outcome.acked / wall_s,
        delivered=outcome.delivered / max(outcome.acked, 1),
        ack_p50_ms=outcome.ack_ms[0],
        ack_p99_ms=outcome.ack_ms[2],
        server_share=cpu_s / wall_s,
    )


def relay_load(server: Server, size: Size, *, helpers: tuple[int, ...] = ()) -> Sample:
    """Return messages for each CPU second of a relay under as much as it takes."""
    outcome = parts.run(
        Plan(
            mode="load",
            servers=(server.pid,),
            helpers=helpers,
            chats=relay_chats([server.port], size),
            agents=relay_agents([server.port], size),
            window=size.window,
            warm_s=size.warm_s,
            measure_s=size.measure_s,
        )
    )
    return _throughput(outcome)


# Throughput


def stock(size: Size) -> Sample:
    """The library's tutorial."""
    with parts.relay("stock") as server:
        return relay_load(server, size)


def own(size: Size) -> Sample:
    """Our socket classes, keeping nothing."""
    with parts.relay("own") as server:
        return relay_load(server, size)


def node(size: Size) -> Sample:
    """Node's own server."""
    with parts.node_relay() as server:
        return relay_load(server, size)


def kept(size: Size) -> Sample:
    """Our socket classes with SQLite FULL before every acknowledgement."""
    with shop.database_folder() as url, parts.relay("kept", "--database", url) as server:
        return relay_load(server, size)


def kept_postgresql(size: Size, postgresql: PostgreSQL) -> Sample:
    """The same with PostgreSQL, whose own CPU is not counted."""
    options = ("--database", postgresql.fresh())
    with parts.relay("kept", *options) as server:
        return relay_load(server, size, helpers=(postgresql.pid,))


def product(size: Size, *, url: str = "", helpers: tuple[int, ...] = (), stored: int = 0) -> Sample:
    """The whole product."""
    with ExitStack() as stack:
        url = url or stack.enter_context(shop.database_folder())
        cast = shop.furnish(url, chats=size.chats, agents=size.agents, stored=stored)
        server = stack.enter_context(shop.serve(url))
        return product_load(server, cast, size, helpers=helpers)


def product_load(
    server: Server, cast: shop.Cast, size: Size, *, helpers: tuple[int, ...] = ()
) -> Sample:
    """Return messages for each CPU second of the product under as much as it takes."""
    outcome = parts.run(
        Plan(
            mode="load",
            servers=(server.pid,),
            helpers=helpers,
            chats=cast.chats(server.port),
            agents=cast.people(server.port),
            window=size.window,
            warm_s=size.warm_s,
            measure_s=size.measure_s,
            is_product=True,
        )
    )
    return _throughput(outcome)


def product_postgresql(size: Size, postgresql: PostgreSQL) -> Sample:
    """The whole product with PostgreSQL, whose own CPU is not counted."""
    return product(size, url=postgresql.fresh(), helpers=(postgresql.pid,))


# Latency


def _paced(outcome: Outcome) -> Sample:
    wall_s = outcome.meter["wall_s"]
    return _sample(
        outcome.deliver_ms[0],
        outcome,
        p50_ms=outcome.deliver_ms[0],
        p95_ms=outcome.deliver_ms[1],
        p99_ms=outcome.deliver_ms[2],
        ack_p50_ms=outcome.ack_ms[0],
        ack_p99_ms=outcome.ack_ms[2],
        per_s=outcome.acked / wall_s,
        server_share=sum(outcome.meter["server_cpu_s"]) / wall_s,
    )


def latency_stock(size: Size) -> Sample:
    """From a visitor's send to the agent, by the library's tutorial."""
    paced = Size(chats=size.paced_chats, agents=20)
    with parts.relay("stock") as server:
        outcome = parts.run(
            Plan(
                mode="pace",
                servers=(server.pid,),
                chats=relay_chats([server.port], paced),
                agents=relay_agents([server.port], paced),
                warm_s=2.0,
                measure_s=size.paced_s,
            )
        )
    return _paced(outcome)


def latency_product(size: Size) -> Sample:
    """From a visitor's send to the agent, by the whole product."""
    with shop.database_folder() as url:
        cast = shop.furnish(url, chats=size.paced_chats, agents=20)
        with shop.serve(url) as server:
            outcome = parts.run(
                Plan(
                    mode="pace",
                    servers=(server.pid,),
                    chats=cast.chats(server.port),
                    agents=cast.people(server.port),
                    warm_s=2.0,
                    measure_s=size.paced_s,
                    is_product=True,
                )
            )
    return _paced(outcome)


# Connections


def _stay(server: Server, auth: dict[str, object], size: Size) -> Sample:
    outcome = parts.run(
        Plan(
            mode="idle",
            servers=(server.pid,),
            chats=((Person(server.port, auth), ""),),
            steps=size.idle_steps,
            as_browser=True,
            warm_s=1.5,
        )
    )
    each = {f"kib_at_{count}": grown / count for count, grown in outcome.steps}
    return Sample(list(each.values())[-1], each)


def idle_stock(size: Size) -> Sample:
    """KiB for an idle visitor of the tutorial, as a browser connects."""
    with parts.relay("stock") as server:
        return _stay(server, {"room": "c0"}, size)


def idle_product(size: Size) -> Sample:
    """KiB for an idle visitor of the product, as a browser connects."""
    with shop.database_folder() as url:
        shop.furnish(url, chats=1, agents=1)
        with shop.serve(url) as server:
            return _stay(server, shop.visitor_auth(), size)


def _come(server: Server, auth: dict[str, object], size: Size) -> Sample:
    outcome = parts.run(
        Plan(
            mode="connect",
            servers=(server.pid,),
            chats=((Person(server.port, auth), ""),) * size.connects,
            as_browser=True,
        )
    )
    cpu_s = sum(outcome.meter["server_cpu_s"])
    return _sample(
        outcome.acked / max(cpu_s, 0.01),
        outcome,
        per_s=outcome.connects_s,
        p50_ms=outcome.ack_ms[0],
        p99_ms=outcome.ack_ms[2],
    )


def connect_stock(size: Size) -> Sample:
    """Connects for each CPU second of the tutorial."""
    with parts.relay("stock") as server:
        return _come(server, {"room": "c0"}, size)


def connect_own(size: Size) -> Sample:
    """Connects for each CPU second of our socket classes."""
    with parts.relay("own") as server:
        return _come(server, {"room": "c0"}, size)


def connect_product(size: Size) -> Sample:
    """Connects for each CPU second of the product, which looks up the site and the people."""
    with shop.database_folder() as url:
        shop.furnish(url, chats=1, agents=1)
        with shop.serve(url) as server:
            return _come(server, shop.visitor_auth(), size)


def cold_stock(size: Size) -> Sample:
    """Seconds from exec to the first answer."""
    found = []
    for _ in range(size.starts):
        with parts.relay("stock") as server:
            found.append(server.started_s)
    return Sample(1000 * statistics.median(found))


def cold_product(size: Size) -> Sample:
    """The same for the product, on a database that is there."""
    found = []
    with shop.database_folder() as url:
        shop.furnish(url, chats=1, agents=1)
        for _ in range(size.starts):
            with shop.serve(url) as server:
                found.append(server.started_s)
    return Sample(1000 * statistics.median(found))
