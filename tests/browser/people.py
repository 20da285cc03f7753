"""Shopper and agent as they sit in front of a browser: what they press, and what they see."""

import re
from contextlib import suppress
from typing import Any

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Frame, FrameLocator, Locator, Page, ViewportSize, WebSocket, expect

from chatserver.words import say

PASSWORD = "avluda-bir-gun"
PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1280, "height": 800}


class Person:
    """Somebody with a page, and words in their language."""

    def __init__(self, page: Page, origin: str, *, language: str) -> None:
        self.page = page
        self.origin = origin
        self.language = language
        self.frames: list[str] = []
        """Everything that came down this page's sockets."""
        self.problems: list[str] = []
        """Errors of the page, violations of its policy included."""
        page.on("websocket", self._listen)
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("console", self._console)

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framereceived", lambda data: self.frames.append(_text(data)))

    def _console(self, message: Any) -> None:
        if message.type == "error" and "Content Security Policy" in message.text:
            self.problems.append(message.text)

    def t(self, key: str, **values: object) -> str:
        """Return a word of the product."""
        return say(self.language, key, **values)


def _text(data: str | bytes) -> str:
    return data if isinstance(data, str) else data.decode("utf-8", "replace")


class Shopper(Person):
    """Somebody on a page of the shop."""

    @property
    def launcher(self) -> Locator:
        return self.page.locator("button.launcher")

    @property
    def panel(self) -> FrameLocator:
        return self.page.frame_locator("iframe")

    @property
    def log(self) -> Locator:
        return self.panel.get_by_role("log")

    @property
    def field(self) -> Locator:
        return self.panel.locator("#write")

    @property
    def bubbles(self) -> Locator:
        return self.log.locator(".bubble:not(.typing)")

    async def frame(self) -> Frame:
        """Return the panel's frame itself."""
        handle = await self.page.locator("iframe").element_handle()
        found = await handle.content_frame()
        assert found is not None
        return found

    async def visit(self, path: str) -> None:
        """Go to a page of the shop."""
        await self.page.goto(self.origin + path)
        await expect(self.launcher).to_be_attached()

    async def open(self) -> None:
        """Open the panel and see its first screen, or the conversation there is."""
        await self.launcher.click()
        await expect(self.panel.locator("h1")).to_be_visible()

    async def begin(self) -> None:
        """Open the panel and go into the conversation."""
        await self.open()
        await self.enter()

    async def enter(self) -> None:
        """Go from the first screen into the conversation, new or old."""
        field, way = self.field, self.panel.locator("footer .btn.main")
        await expect(field.or_(way).first).to_be_visible()
        if await way.is_visible():
            with suppress(PlaywrightError):  # it goes in by itself where something is unread
                await way.click(timeout=3000)
        await expect(field).to_be_visible()

    async def write(self, text: str) -> None:
        """Type and send."""
        await self.field.fill(text)
        await self.field.press("Enter")

    async def say(self, text: str) -> None:
        """Type, send, and see that the server has it."""
        await self.write(text)
        await self.sees(text)
        await expect(self.log.locator(".held")).to_have_count(0)
        await self.delivered()

    async def delivered(self) -> None:
        """See that the last own message is with the server."""
        sent = re.compile(f"{self.t('widget.message.sent')}|{self.t('widget.message.seen')}")
        await expect(self.log.locator(".group.me .meta").last).to_have_text(sent)

    async def press(self, label: str) -> None:
        """Press a button by its words."""
        await self.panel.get_by_role("button", name=label).click()

    async def sees(self, text: str, *, times: int | None = None) -> None:
        """Wait until a line is in the conversation."""
        found = self.log.get_by_text(text)
        if times is None:
            await expect(found.first).to_be_visible()
        else:
            await expect(found).to_have_count(times)

    async def said(self) -> list[str]:
        """Return the bubbles as they stand, without what is only for screen readers."""
        texts = await self.bubbles.evaluate_all(
            "all => all.map(one => { const copy = one.cloneNode(true);"
            " copy.querySelectorAll('.hush').forEach(part => part.remove());"
            " return copy.textContent.trim() })"
        )
        return [str(text) for text in texts]


class Agent(Person):
    """A member of staff at the console."""

    def __init__(self, page: Page, origin: str, name: str, *, language: str) -> None:
        super().__init__(page, origin, language=language)
        self.name = name

    @property
    def offer(self) -> Locator:
        return self.page.locator(".offer")

    @property
    def rows(self) -> Locator:
        return self.page.locator("[data-row]")

    @property
    def thread(self) -> Locator:
        return self.page.locator("#thread")

    @property
    def field(self) -> Locator:
        return self.page.locator("#composer")

    @property
    def talk(self) -> Locator:
        return self.page.locator("#talk")

    async def sign_in(self) -> None:
        """Fill in the sign-in page."""
        await self.page.locator("#email").fill(f"{self.name.lower()}@shop.example")
        await self.page.locator("#password").fill(PASSWORD)
        await self.page.get_by_role("button", name=self.t("web.auth.sign_in")).click()
        await self.page.wait_for_url("**/console")
        await self.connected()

    async def connected(self) -> None:
        """See that the queue is there."""
        await expect(self.page.locator(".cap")).to_be_attached()
        await expect(self.page.locator(".banner:not(.back)")).to_have_count(0)

    async def available(self) -> None:
        """Become available by the menu."""
        await self.declare("available")

    async def declare(self, state: str) -> None:
        """Choose from the menu of availabilities."""
        await self.page.locator("#status-button").click()
        words = self.t(f"console.availability.{state}")
        await self.page.get_by_role("menuitemradio", name=words).click()
        await expect(self.page.locator("#status-button")).to_contain_text(words)

    async def tab(self, name: str) -> None:
        """Choose a view of the queue."""
        await self.page.locator(f"#tab-{name}").click()

    async def accept(self) -> None:
        """Accept the offer there is, and see the conversation."""
        await self.offer.get_by_role("button", name=self.t("console.request.accept")).click()
        await expect(self.offer).to_have_count(0)
        await expect(self.field).to_be_visible()

    async def reply(self, text: str) -> None:
        """Write to the visitor, and see that it went."""
        await self.page.get_by_role(
            "button", name=re.compile(f"^{self.t('console.reply')}")
        ).click()
        await self.field.fill(text)
        await self.field.press("Enter")
        await self.sees(text)

    async def note(self, text: str) -> None:
        """Write a note for the team."""
        await self.page.locator(".seg .is-note").click()
        await self.field.fill(text)
        await self.page.get_by_role("button", name=self.t("console.note.add")).click()
        await expect(self.thread.locator(".inote:not(.queued)", has_text=text)).to_be_visible()

    async def transfer(self, to: str, reason: str) -> None:
        """Hand the conversation to a colleague."""
        await self.talk.get_by_role("button", name=self.t("console.transfer"), exact=False).click()
        dialog = self.page.get_by_role("dialog")
        await (
            dialog.get_by_role("radio")
            .and_(dialog.locator(f"label:has-text('{to}') input"))
            .check()
        )
        await dialog.locator("textarea").fill(reason)
        await dialog.locator("footer .btn.pri").click()
        await expect(dialog).to_have_count(0)

    async def resolve(self) -> None:
        """Resolve; the console waits five seconds, in which it could be taken back."""
        await self.talk.get_by_role("button", name=self.t("console.resolve"), exact=False).click()
        await expect(self.page.locator(".toast")).to_be_visible()

    async def sees(self, text: str) -> None:
        """Wait until a stored line is in the thread."""
        await expect(
            self.thread.locator("li:not(.queued):not(.failed)").get_by_text(text).first
        ).to_be_visible()
