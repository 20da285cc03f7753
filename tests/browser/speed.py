"""How fast it opens on a slow phone, what it shifts, how it bears a flood, a long history and an hour.

    python -m tests.browser.speed                 # the table
    python -m tests.browser.speed soak --hours 1  # as many messages as an hour of a busy chat has

A figure is worth what the machine was worth while it was taken: the first lines say who else was on it.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import click
from playwright.async_api import Frame, Page, async_playwright
from sqlalchemy import func, select

from chatserver.bench import machine
from chatserver.domain.ids import ClientId
from chatserver.domain.messages import TextBody
from chatserver.services.posting import post_visitor_message
from chatserver.services.work import Work
from chatserver.storage import conversations, visitors
from chatserver.storage.schema import conversation
from tests.browser.conftest import ARGS, House, opener
from tests.browser.people import PHONE, Shopper
from tests.machine import chromium
from tests.server import fresh_client_id, now_ms

ROUNDS = 7
SLOWER, LATENCY_MS = 4, 150
GOALS = {"cold, slowed": 400, "warm": 150, "history of 2 000": 300}
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


async def opened(page: Page) -> dict[str, float]:
    """Milliseconds from the press: until the page was there, its script, and until it was usable."""
    await page.locator("button.launcher").click()
    frame = await frame_of(page)
    parts = await frame.evaluate(PARTS)
    while parts["usable"] is None:
        await asyncio.sleep(0.05)
        parts = await frame.evaluate(PARTS)
    press = await page.evaluate("window.__click")
    since = parts["begun"] - press
    return {
        "begun": since,
        "page": since + parts["page"],
        "script": since + parts["script"],
        "usable": parts["usable"] - press,
    }


async def openings(there: House, *, slowed: bool) -> dict[str, list[dict[str, float]]]:
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
            assert long <= 1, f"{long} long tasks before anybody pressed"
            found[name].append(await opened(page))
            await page.wait_for_load_state("networkidle")
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
        await shopper.page.wait_for_load_state("networkidle")
        frame = await frame_of(shopper.page)
        await frame.evaluate(
            """() => { window.__read = 0; const look = () => {
              const end = [...document.querySelectorAll('[role=log] .bubble')].at(-1)
              if (end?.textContent.includes('satır 1999') && end.checkVisibility()) window.__read = performance.timeOrigin + performance.now()
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
BURST = """([many, every]) => new Promise(done => { const log = document.querySelector('[role=log]'); let seen = 0
  window.__seen = () => seen; new MutationObserver(list => { for (const one of list) for (const node of one.addedNodes)
    if (node.nodeType === 1 && (node.matches('.bubble') || node.querySelector('.bubble'))) seen += 1 }).observe(log, { childList: true, subtree: true }); done() })"""


async def flood(there: House, *, seconds: float = FLOOD_S) -> tuple[list[float], int, int]:
    """Let an agent's socket say sixty lines a second; return the gaps between frames, sent and drawn."""
    from tests.server import AgentClient

    shopper = await talking(there)
    agent = AgentClient(there.server, there.accounts[0])
    await agent.connect()
    taken = await agent.ask(
        "conversation_take", conversation=(await agent.ask("queue_sync"))["conversations"][-1]["conversation"]
    )
    frame = await frame_of(shopper.page)
    await frame.evaluate(BURST, [0, 0])
    await frame.evaluate(FRAMES)
    sent, begun = 0, time.monotonic()
    pending: list[asyncio.Task[Any]] = []
    while (now := time.monotonic() - begun) < seconds:
        while sent < now * FLOOD_PER_S:
            pending.append(
                asyncio.create_task(
                    agent.ask(
                        "message_send",
                        client_id=fresh_client_id(),
                        conversation=taken["conversation"],
                        kind="text",
                        body={"text": f"sel {sent}"},
                        fence=taken["fence"],
                    )
                )
            )
            sent += 1
        await asyncio.sleep(0.004)
    await asyncio.gather(*pending)
    await shopper.sees(f"sel {sent - 1}")
    gaps = await frame.evaluate("window.__gaps")
    drawn = sum("sel " in text for text in await shopper.said())
    await agent.close()
    return [float(gap) for gap in gaps], sent, drawn


def share(values: list[float], part: float) -> float:
    """Return the value below which a share of all lies."""
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


if __name__ == "__main__":
    sys.exit("run by hand below")
