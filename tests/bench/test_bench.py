"""The benchmark runs, and says what it says it says; how fast anything is, no test asserts."""

import json
import subprocess
import sys
from xml.etree import ElementTree

import pytest

from chatserver.bench.generator import quantiles
from chatserver.bench.picture import draw
from chatserver.bench.run import NAMES, RATIOS
from chatserver.bench.wire import frame
from tests.server import ROOT


def bench(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "chatserver", "bench", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.slow
def test_the_relays_and_the_product_are_measured_against_each_other() -> None:
    done = bench("--quick", "--json", "relay", "product")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert set(found) == {
        *("date", "quick", "rounds", "machine", "figures", "ratios", "targets", "noisy"),
        "missing",
    }
    assert set(found["ratios"]) == {"relay_vs_stock", "product_vs_stock_bare"}
    assert set(found["figures"]) == {"stock", "own", "product"}
    assert {"cores", "cpu", "python", "versions", "pinned"} <= set(found["machine"])
    for figure in found["figures"].values():
        assert figure["value"] > 0 and figure["unit"] == "msg/CPU-s"
        assert {"neighbours_cores", "generator_share", "ack_p99_ms"} <= set(figure)
        assert figure["delivered"] > 0.5, "what is acknowledged also arrives"


def test_an_unknown_name_is_said() -> None:
    done = bench("speed")
    assert done.returncode == 2 and "relay, durable, product" in done.stderr


def test_every_ratio_the_documents_promise_is_there() -> None:
    assert {
        *("relay_vs_stock", "product_vs_stock_bare", "durable_vs_own_bare", "connect_vs_stock"),
        *("postgresql_vs_own_bare", "scale_two_vs_one", "growth_cost"),
    } <= set(RATIOS)
    assert len(NAMES) == 9


def test_frames_have_the_length_they_say() -> None:
    for size in (0, 125, 126, 4000):
        made = frame(b"x" * size)
        assert made[0] == 0x81 and made[1] & 0x80, "clients mask"
        assert made.endswith(b"x" * size)
    assert quantiles([]) == (0.0, 0.0, 0.0)
    assert quantiles([float(n) for n in range(1, 101)])[0] == 50.5


def test_a_picture_is_drawn_of_what_was_measured() -> None:
    result = {
        "date": "2026-11-22",
        "machine": {"cpu": "some <CPU>", "cores": 2},
        "figures": {"stock": {"value": 1000.0}, "product": {"value": 1500.0}},
    }
    (name, picture), *more = draw(result).items()
    assert name == "bench-throughput.svg" and not more
    parsed = ElementTree.fromstring(picture)
    assert "some <CPU>" in "".join(parsed.itertext())
    widths = [int(bar.attrib["width"]) for bar in parsed if bar.tag.endswith("rect")]
    assert len(widths) == 2 and widths[0] < widths[1]
