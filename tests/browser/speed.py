"""How fast it opens on a slow phone, what it shifts, how it bears a flood, a long history and an hour.

    python -m tests.browser.speed                 # the table
    python -m tests.browser.speed soak --hours 1  # as many messages as an hour of a busy chat has

A figure is worth what the machine was worth while it was taken: the first lines say who else was on it.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from playwright.async_api import Frame, Page, async_playwright
from sqlalchemy import func, select

from chatserver.bench import machine
from chatserver.clock import to_datetime
from chatserver.domain.ids import ClientId
from chatserver.domain.messages import TextBody
from chatserver.services.posting import post_visitor_message
from chatserver.services.work import Work
from chatserver.storage import conversations, visitors
from chatserver.storage.schema.conversations import conversation
from tests.browser import test_sizes
from tests.browser.conftest import ARGS, House, opener
from tests.browser.people import PHONE, Shopper
from tests.clients import AgentClient, fresh_client_id
from tests.clock import now_ms
from tests.machine import chromium

ROUNDS = 7
SETTLE_S = 0.5
UNSEEN_S = 1.5
HELD_MS = 90
"""How long a finger rests on a button before the click; the panel is asked for when it comes down."""
SLOWER, LATENCY_MS = 4, 150
GOALS = {"cold, slowed": 400, "cold, slowed, held": 400, "warm": 150, "history of 2 000": 300}
FLOOD_PER_S, FLOOD_S = 60, 5
FRAME_MS = 50
"""A frame later than this is one that somebody sees stutter: three of sixty a second."""

WATCH = """
const wall = () => performance.timeOrigin + performance.now()
addEventListener('click', () => { window.__click ??= wall() }, { capture: true })
if (parent !== window) new MutationObserver((_, watch) => {
  if (!document.querySelector('footer .btn.main, #write')) return
  watch.disconnect()
  // Drawn, and free to hear a press.
  requestAnimationFrame(() => setTimeout(() => { window.__usable = wall() }))
}).observe(document, { childList: true, subtree: true })
window.__shift = 0
new PerformanceObserver(list => { for (const one of list.getEntries()) if (!one.hadRecentInput) window.__shift += one.value })
  .observe({ type: 'layout-shift', buffered: true })
window.__long = []
new PerformanceObserver(list => { for (const one of list.getEntries()) window.__long.push(one.duration) })
  .observe({ type: 'longtask', buffered: true })
"""
PARTS = """() => {
  const [page] = performance.getEntriesByType('navigation')
  const at = name => performance.getEntriesByType('resource').find(one => one.name.includes(name))?.responseEnd ?? 0
  return { begun: performance.timeOrigin, page: page.responseEnd, script: Math.max(at('/panel-'), page.responseEnd),
    usable: window.__usable ?? null }
}"""


@asynccontextmanager
async def house() -> AsyncIterator[House]:
    """A shop with its chat and a browser, until the block ends."""
    with ExitStack() as doors:
        folder = Path(doors.enter_context(tempfile.TemporaryDirectory(prefix="speed-")))
        async with async_playwright() as started:
            browser = await started.chromium.launch(executable_path=chromium(), args=ARGS)
            yield opener(browser, folder, doors)()
            await browser.close()


async def slow(page: Page) -> None:
    """A CPU of a quarter of the speed, and 150 ms to the server and back."""
    session = await page.context.new_cdp_session(page)
    await session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    await session.send("Network.enable")
    network = {
        "offline": False,
        "latency": LATENCY_MS,
        "downloadThroughput": -1,
        "uploadThroughput": -1,
    }
    await session.send("Network.emulateNetworkConditions", network)


async def frame_of(page: Page) -> Frame:
    handle = await page.locator("iframe").element_handle()
    frame = await handle.content_frame()
    assert frame is not None
    return frame


async def opened(page: Page, *, held_ms: int = 0) -> dict[str, float]:
    """Milliseconds from the click, which ends a press held for so long: until the page was there, its script, and until it was usable."""
    await page.locator("button.launcher").click(delay=held_ms)
    # Who looks meanwhile puts scripts of his own into the frame, and is part of what he measures.
    await asyncio.sleep(UNSEEN_S)
    frame = await frame_of(page)
    parts = await frame.evaluate(PARTS)
    while parts["usable"] is None:
        await asyncio.sleep(UNSEEN_S)
        parts = await frame.evaluate(PARTS)
    press = await page.evaluate("window.__click")
    since = parts["begun"] - press
    return {
        "begun": since,
        "page": since + parts["page"],
        "script": since + parts["script"],
        "usable": parts["usable"] - press,
    }


async def openings(
    there: House, *, slowed: bool, held_ms: int = 0
) -> dict[str, list[dict[str, float]]]:
    """Open on a first visit, then on the shop's next page."""
    found: dict[str, list[dict[str, float]]] = {"cold": [], "warm": []}
    for _ in range(ROUNDS):
        context = await there.context(viewport=PHONE)
        await context.add_init_script(WATCH)
        page = await context.new_page()
        if slowed:
            await slow(page)
        for name, path in (("cold", "/"), ("warm", "/urun")):
            await page.goto(there.shop.origin + path)
            await page.wait_for_load_state("networkidle")
            shift, long = await page.evaluate("[window.__shift, window.__long.length]")
            assert shift == 0, f"the launcher shifted the page by {shift}"
            assert slowed or long <= 1, f"{long} long tasks before anybody pressed"
            found[name].append(await opened(page, held_ms=held_ms))
            await asyncio.sleep(SETTLE_S)
        await context.close()
        there.contexts.remove(context)
    return found


def fill(there: House, many: int) -> None:
    """Put that many lines into the newest conversation."""

    def work(connection: Any) -> None:
        unit = Work(connection, now_ms())
        last = connection.execute(select(func.max(conversation.c.id))).scalar_one()
        newest = conversations.get(connection, last)
        visitor = visitors.get(connection, newest.visitor)
        for number in range(many):
            post_visitor_message(
                unit,
                visitor,
                conversation=newest.public_id,
                client_id=ClientId(fresh_client_id()),
                body=TextBody(f"satır {number}"),
            )

    there.write(work)


async def talking(there: House) -> Shopper:
    """A shopper in a conversation, with the watch running."""
    context = await there.context()
    await context.add_init_script(WATCH)
    shopper = Shopper(await context.new_page(), there.shop.origin, language="tr")
    await shopper.visit("/")
    await shopper.begin()
    await shopper.say("ilk mesaj")
    return shopper


async def history(there: House) -> tuple[float, int]:
    """Milliseconds from the press until the end of 2 000 lines can be read, and how many are drawn."""
    shopper = await talking(there)
    fill(there, 2000)
    spent, shown = [], 0
    for _ in range(ROUNDS):
        await shopper.visit("/urun")
        await shopper.page.wait_for_function("() => SupportChat.state().ready")
        await asyncio.sleep(SETTLE_S)
        frame = await frame_of(shopper.page)
        await frame.evaluate(
            """() => { window.__read = 0; const look = () => {
              const end = [...document.querySelectorAll('[role=log] .bubble')].findLast(one => one.textContent.includes('satır 1999'))
              if (end?.checkVisibility()) window.__read = performance.timeOrigin + performance.now()
              else requestAnimationFrame(look) }; look() }"""
        )
        await shopper.launcher.click()
        enter = shopper.panel.locator("footer .btn.main")
        if await enter.is_visible():
            await enter.click()
        await frame.wait_for_function("() => window.__read")
        pressed = await shopper.page.evaluate("window.__click")
        spent.append(await frame.evaluate("window.__read") - pressed)
        shown = await shopper.bubbles.count()
    return statistics.median(spent), shown


FRAMES = """() => { const gaps = window.__gaps = []; let last = performance.now()
  const tick = now => { gaps.push(now - last); last = now; requestAnimationFrame(tick) }; requestAnimationFrame(tick) }"""


@dataclass
class Flood:
    """What came of many messages: gaps between frames in ms, and lines sent."""

    gaps: list[float]
    sent: int

    @property
    def late(self) -> int:
        """How many frames somebody saw stutter."""
        return sum(gap > FRAME_MS for gap in self.gaps)


class Speaker:
    """An agent's socket in front of a shopper who reads along."""

    def __init__(self, there: House, shopper: Shopper) -> None:
        self.shopper = shopper
        self._agent = AgentClient(there.server.origin, there.accounts[0])
        self._conversation = ""
        self._said = 0

    async def begin(self) -> None:
        """Take the newest conversation."""
        await self._agent.connect()
        await self._agent.available()
        queue = await self._agent.ask("queue_sync")
        newest = max(queue["conversations"], key=lambda one: one["opened_ms"])
        self._conversation = newest["conversation"]
        taken = await self._agent.ask("conversation_take", conversation=self._conversation)
        assert taken["ok"], taken
        self._agent.fences[self._conversation] = taken["fence"]

    async def say(self, many: int, *, per_s: float = FLOOD_PER_S) -> Flood:
        """Say so many lines, so many a second, and see that the last one is drawn."""
        frame = await self.shopper.frame()
        await frame.evaluate(FRAMES)
        begun = time.monotonic()
        asked: list[asyncio.Task[Any]] = []
        first = self._said
        while self._said - first < many:
            while self._said - first < min(many, (time.monotonic() - begun) * per_s):
                line = f"sel {self._said}"
                reply = self._agent.reply(self._conversation, line, timeout_s=60)
                asked.append(asyncio.create_task(reply))
                self._said += 1
            await asyncio.sleep(0.004)
        for answer in await asyncio.gather(*asked):
            assert answer["ok"], answer
        await self.shopper.sees(f"sel {self._said - 1}")
        gaps = await frame.evaluate("window.__gaps")
        return Flood([float(gap) for gap in gaps], many)

    async def end(self) -> None:
        """Hang up."""
        await self._agent.close()


async def heap_kib(page: Page) -> float:
    """Return what the page's scripts hold after all garbage has gone, and how many nodes it has."""
    session = await page.context.new_cdp_session(page)
    for _ in range(2):
        await session.send("HeapProfiler.collectGarbage")
    used = await session.send("Runtime.getHeapUsage")
    await session.detach()
    return float(used["usedSize"]) / 1024


async def soak(there: House, *, messages: int, stretches: int) -> list[float]:
    """Return the heap in KiB after each stretch of a talk; the first one warms up and is left out."""
    shopper = await talking(there)
    speaker = Speaker(there, shopper)
    await speaker.begin()
    held: list[float] = []
    for stretch in range(stretches + 1):
        await speaker.say(messages // stretches, per_s=FLOOD_PER_S * 2)
        if stretch:
            held.append(await heap_kib(shopper.page))
    await speaker.end()
    return held


def slope(held: list[float]) -> float:
    """Return by which share the heap grew from the first third to the last."""
    third = max(1, len(held) // 3)
    return statistics.mean(held[-third:]) / statistics.mean(held[:third]) - 1


def share(values: list[float], part: float) -> float:
    """Return the value below which a share of all lies."""
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


def sizes() -> Iterator[tuple[str, str, str]]:
    """Yield what is fetched, gzipped, beside what it may be."""
    opening = [test_sizes.gzipped("dock.js"), test_sizes.frame_bytes()]
    yield "loader, before anything", f"{test_sizes.gzipped('widget.js')} B", "3 072 B"
    yield "on opening", f"{sum(opening)} B", "40 960 B"


async def table() -> None:
    """Measure everything and print it as rows: what, found, to reach."""
    for what, size, most in sizes():
        row(what, size, most)
    async with house() as there:
        for slowed, held_ms in ((False, 0), (True, 0), (True, HELD_MS)):
            everything = await openings(there, slowed=slowed, held_ms=held_ms)
            for name, found in everything.items():
                parts = {
                    part: statistics.median(one[part] for one in found)
                    for part in ("begun", "page", "script", "usable")
                }
                label = f"{name}{', slowed' if slowed else ''}{', held' if held_ms else ''}"
                way = " → ".join(f"{part} {ms:.0f}" for part, ms in parts.items())
                goal = GOALS.get(label)
                row(label, f"{way} ms", f"{goal} ms" if goal else "")
        spent, shown = await history(there)
        row("history of 2 000", f"{spent:.0f} ms, {shown} bubbles", "300 ms")
        shopper = await talking(there)
        speaker = Speaker(there, shopper)
        await speaker.begin()
        came = await speaker.say(FLOOD_PER_S * FLOOD_S)
        await speaker.end()
        p99 = share(came.gaps, 0.99)
        label = f"{FLOOD_PER_S} messages a second"
        row(label, f"p99 frame {p99:.0f} ms, {came.late} late", "0 late")
        await there.leave()


def row(what: str, found: str, goal: str) -> None:
    """Print one line of the table."""
    click.echo(f"{what:26} {found:62} {goal}")


@click.group(invoke_without_command=True)
@click.pass_context
def main(context: click.Context) -> None:
    """Print the table."""
    if context.invoked_subcommand is not None:
        return
    meter = machine.Meter([])
    said = machine.describe()
    click.echo(
        f"{said['cores']} cores of {said['cpu']}, {to_datetime(now_ms()).date()}; median of {ROUNDS}"
    )
    click.echo(f"slowed: CPU {SLOWER} times slower, {LATENCY_MS} ms to the server and back")
    meter.start(time.monotonic())
    asyncio.run(table())
    spent = meter.stop(time.monotonic())
    click.echo(f"neighbours meanwhile: {spent['neighbours_cores']:.2f} of a core in the mean")


@main.command("soak")
@click.option("--hours", default=1.0, help="Of a chat with a message every two seconds.")
def soak_command(hours: float) -> None:
    """Say at once what a busy chat says in hours, and print what the page holds meanwhile."""

    async def run() -> None:
        async with house() as there:
            held = await soak(there, messages=int(hours * 1800), stretches=12)
            await there.leave()
        click.echo(" ".join(f"{kib:.0f}" for kib in held) + " KiB")
        click.echo(f"{slope(held):+.1%} from the first third to the last")

    asyncio.run(run())


if __name__ == "__main__":
    main()
