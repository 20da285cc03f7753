"""Chooses benchmarks, interleaves each with its baseline, and puts the medians in relation."""

import datetime
import statistics
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from typing import Any

import click
import msgspec
import structlog

from chatserver.bench import measures, scale
from chatserver.bench.growth import Full
from chatserver.bench.machine import cores, describe, other_cores, server_core
from chatserver.bench.measures import QUICK, Sample, Size
from chatserver.bench.parts import Missing, PostgreSQL, Redis

NAMES = ("relay", "durable", "product", "latency", "idle", "connect", "cold", "growth", "scale")
QUICK_NAMES = ("relay", "durable", "product", "idle", "connect")

QUICK_SUBJECTS = {"stock", "own", "own_singly", "kept_singly", "product"}

NOISY_CORES = 0.5
"""With neighbours above this, figures are marked: they are not to be believed."""

BUSY_GENERATOR = 0.8

Turn = Callable[[], Sample]

RATIOS: dict[str, tuple[str, str, str]] = {
    # name: (of, by, what is to be reached)
    "relay_vs_stock": ("own", "stock", ">= 2.2"),
    "relay_vs_node": ("own", "node", ""),
    "durable_vs_own_bare": ("kept_singly", "own_singly", ">= 0.60"),
    "postgresql_vs_own_bare": ("kept_postgresql_singly", "own_singly", ">= 0.30, stretch 0.45"),
    "durable_vs_own_bare_in_pairs": ("kept", "own", ""),
    "postgresql_vs_own_bare_in_pairs": ("kept_postgresql", "own", ""),
    "product_vs_stock_bare": ("product", "stock", ">= 1.0, stretch 1.5"),
    "product_postgresql_vs_stock_bare": ("product_postgresql", "stock", ""),
    "connect_vs_stock": ("connect_own", "connect_stock", ">= 1.5"),
    "connect_product_vs_stock": ("connect_product", "connect_stock", ""),
    "idle_vs_stock": ("idle_product", "idle_stock", ""),
    "cold_vs_stock": ("cold_product", "cold_stock", ""),
    "growth_cost": ("growth_empty", "growth_full", "<= 1.25"),
    "scale_two_vs_one": ("scale_two", "scale_one", ">= 1.3"),
}

UNITS = {
    "latency": "ms, p50",
    "idle": "KiB a visitor",
    "connect": "connects/CPU-s",
    "cold": "ms",
    "growth_pages": "ms, p99 of a page",
    "scale_bystander": "% of a core",
    "scale": "msg/s by the clock",
}


def _unit(name: str) -> str:
    for beginning, unit in sorted(UNITS.items(), key=lambda item: -len(item[0])):
        if name.startswith(beginning):
            return unit
    return "msg/CPU-s"


class Bench:
    """One run.

    Args:
        say: told each figure as it comes.
    """

    def __init__(
        self, names: tuple[str, ...], *, rounds: int, size: Size, say: Callable[[str], None]
    ) -> None:
        self._names, self._rounds, self._size, self._say = names, rounds, size, say
        self._stack = ExitStack()
        self._postgresql: PostgreSQL | None = None
        self._redis: Redis | None = None
        self.samples: dict[str, list[Sample]] = {}
        self.missing: list[str] = []

    def run(self) -> None:
        """Measure what was chosen."""
        with self._stack:
            self._throughput()
            for name in self._names:
                if name in {"latency", "idle", "connect", "cold", "growth", "scale"}:
                    getattr(self, f"_{name}")()

    def _turns(self, turns: dict[str, Turn], *, rounds: int = 0) -> None:
        """Take turns; what needs a part that is not there is left out and said."""
        for number in range(rounds or self._rounds):
            for name, turn in list(turns.items()):
                try:
                    sample = turn()
                except Missing as missing:
                    self.missing.append(str(missing))
                    self._say(f"left out {name}: {missing}")
                    del turns[name]
                    continue
                self.samples.setdefault(name, []).append(sample)
                more = ", ".join(f"{key} {value:.4g}" for key, value in sample.more.items())
                self._say(
                    f"{number + 1} {name:20} {sample.value:10.4g} {_unit(name):18} {more}; "
                    f"neighbours {sample.neighbours:.2f}, generator {sample.generator:.2f}"
                )

    def _postgres(self) -> PostgreSQL:
        if self._postgresql is None:
            self._postgresql = self._stack.enter_context(PostgreSQL())
        return self._postgresql

    def _redis_server(self) -> Redis:
        if self._redis is None:
            self._redis = self._stack.enter_context(Redis())
        return self._redis

    def _throughput(self) -> None:
        """Take turns of all that is compared by messages, each baseline once a round."""
        size = self._size
        # Two messages that came together are acknowledged together where nothing is awaited, which
        # halves what the bare relay writes; a shopper sends one and waits. Both are measured.
        single = measures.one_in_flight(size)
        wanted: dict[str, dict[str, Turn]] = {
            "relay": {
                "stock": partial(measures.stock, size),
                "own": partial(measures.own, size),
                "node": partial(measures.node, size),
            },
            "durable": {
                "own": partial(measures.own, size),
                "kept": partial(measures.kept, size),
                "kept_postgresql": lambda: measures.kept_postgresql(size, self._postgres()),
                "own_singly": partial(measures.own, single),
                "kept_singly": partial(measures.kept, single),
                "kept_postgresql_singly": lambda: measures.kept_postgresql(
                    single, self._postgres()
                ),
            },
            "product": {
                "stock": partial(measures.stock, size),
                "product": partial(measures.product, size),
                "product_postgresql": lambda: measures.product_postgresql(size, self._postgres()),
            },
        }
        turns: dict[str, Turn] = {}
        for name, subjects in wanted.items():
            if name in self._names:
                turns |= subjects
        if size is QUICK:
            turns = {name: turn for name, turn in turns.items() if name in QUICK_SUBJECTS}
        self._turns(turns)

    def _latency(self) -> None:
        self._turns(
            {
                "latency_stock": partial(measures.latency_stock, self._size),
                "latency_product": partial(measures.latency_product, self._size),
            }
        )

    def _idle(self) -> None:
        turns: dict[str, Turn] = {
            "idle_stock": partial(measures.idle_stock, self._size),
            "idle_product": partial(measures.idle_product, self._size),
        }
        if self._size is QUICK:
            del turns["idle_stock"]
        self._turns(turns, rounds=1)  # memory does not depend on the neighbours

    def _connect(self) -> None:
        turns: dict[str, Turn] = {
            "connect_stock": partial(measures.connect_stock, self._size),
            "connect_own": partial(measures.connect_own, self._size),
            "connect_product": partial(measures.connect_product, self._size),
        }
        if self._size is QUICK:
            del turns["connect_product"]
        self._turns(turns)

    def _cold(self) -> None:
        self._turns(
            {
                "cold_stock": partial(measures.cold_stock, self._size),
                "cold_product": partial(measures.cold_product, self._size),
            }
        )

    def _growth(self) -> None:
        self._say(f"filling a database with {self._size.stored} messages …")
        full = Full(self._size)
        try:
            self._turns(
                {
                    "growth_empty": partial(full.load, self._size, full=False),
                    "growth_full": partial(full.load, self._size, full=True),
                }
            )
            self._turns({"growth_pages": full.pages}, rounds=1)
        finally:
            full.close()

    def _scale(self) -> None:
        if len(cores()) < 2:
            self.missing.append("scale: two cores")
            return
        self._turns(
            {
                "scale_one": lambda: scale.load(self._size, self._redis_server(), processes=1),
                "scale_two": lambda: scale.load(self._size, self._redis_server(), processes=2),
            }
        )
        bystander: Turn = lambda: scale.bystander(self._size, self._redis_server())  # noqa: E731
        self._turns({"scale_bystander": bystander}, rounds=1)

    # What came out

    def figures(self) -> dict[str, dict[str, Any]]:
        """Return the medians of each subject."""
        found: dict[str, dict[str, Any]] = {}
        for name, samples in self.samples.items():
            median = statistics.median
            found[name] = {
                "value": round(median(sample.value for sample in samples), 3),
                "unit": _unit(name),
                "rounds": [round(sample.value, 3) for sample in samples],
                "neighbours_cores": round(median(sample.neighbours for sample in samples), 2),
                "generator_share": round(median(sample.generator for sample in samples), 2),
                **{
                    key: round(median(sample.more[key] for sample in samples), 3)
                    for key in samples[0].more
                },
            }
        return found

    def ratios(self) -> dict[str, float]:
        """Return the ratios of the medians, of all pairs that were measured."""
        figures = self.figures()
        return {
            name: round(figures[of]["value"] / figures[by]["value"], 3)
            for name, (of, by, _target) in RATIOS.items()
            if of in figures and by in figures and figures[by]["value"]
        }


def run_bench(
    names: tuple[str, ...] = (), *, rounds: int = 3, quick: bool = False, as_json: bool = False
) -> None:
    """Measure and print.

    Args:
        names: of `NAMES`; all of them when left out, or a few where it must be quick.
        quick: small counts and one round: to see that it runs, not to believe.
        as_json: one object on standard output, and everything else on standard error.
    """
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    names = names or (QUICK_NAMES if quick else NAMES)
    bench = Bench(
        names,
        rounds=1 if quick else rounds,
        size=QUICK if quick else Size(),
        say=lambda text: click.echo(text, err=as_json),
    )
    machine = describe()
    machine["pinned"] = {"servers": sorted(server_core()), "others": sorted(other_cores())}
    click.echo(f"{msgspec.json.encode(machine).decode()}", err=as_json)
    bench.run()
    figures, ratios = bench.figures(), bench.ratios()
    noisy = sorted(
        name
        for name, figure in figures.items()
        if figure["neighbours_cores"] > NOISY_CORES or figure["generator_share"] > BUSY_GENERATOR
    )
    if as_json:
        document = {
            "date": datetime.datetime.now(datetime.UTC).date().isoformat(),  # noqa: TID251
            "quick": quick,
            "rounds": 1 if quick else rounds,
            "machine": machine,
            "figures": figures,
            "ratios": ratios,
            "targets": {name: RATIOS[name][2] for name in ratios},
            "noisy": noisy,
            "missing": bench.missing,
        }
        click.echo(msgspec.json.format(msgspec.json.encode(document)).decode())
        return
    _print(figures, ratios, noisy)


def _print(figures: dict[str, dict[str, Any]], ratios: dict[str, float], noisy: list[str]) -> None:
    click.echo("")
    for name, figure in figures.items():
        click.echo(f"{name:20} {figure['value']:10.4g} {figure['unit']}")
    click.echo("")
    for name, ratio in ratios.items():
        click.echo(f"{name:34} {ratio:6.2f}   {RATIOS[name][2]}")
    if noisy:
        click.echo(f"\nNeighbours or the generator were too busy for: {', '.join(noisy)}.")
