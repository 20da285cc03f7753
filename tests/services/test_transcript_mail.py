"""A conversation by mail: to whom it goes, how often, and that nothing in it is more than words."""

from dataclasses import dataclass, replace
from html.parser import HTMLParser

import pytest

from chatserver.clock import ManualClock
from chatserver.domain.people import Visitor
from chatserver.errors import Code, MailError, Refusal
from chatserver.services.mail import Mail
from chatserver.services.transcript_mail import (
    MAX_LINES,
    NETWORK_PER_HOUR,
    PAUSES_S,
    PER_DAY,
    TranscriptLetters,
    letter,
)
from chatserver.services.transcripts import read_public_transcript
from chatserver.smtp import SmtpMailer
from chatserver.storage import identities
from chatserver.storage import visitors as stored_visitors
from chatserver.storage.identities import Identity
from tests.cast import START_MS, Stage
from tests.post_office import post_office

ELIF = "elif@ornek.com"
FOREVER = Identity("c-17", "site@ornek.com", START_MS * 2)
HOSTILE = (
    "<img src=http://evil.example/x.png onerror=alert(1)>\r\nBcc: victim@ornek.com <b>kalın</b>"
)


class Post:
    """Keeps mail instead of sending it."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []
        self.fails: list[MailError] = []

    async def send(self, mail: Mail) -> None:
        if self.fails:
            raise self.fails.pop(0)
        self.mails.append(mail)


@dataclass
class Desk:
    stage: Stage
    post: Post
    letters: TranscriptLetters
    slept: list[float]

    async def asks(
        self, visitor: Visitor, conversation: str, typed: str = "", network: str = "192.0.2.1"
    ) -> str:
        to = await self.letters.send(visitor, conversation, typed, network=network)
        await self.stage.chat.settle()
        return to

    async def refused(self, visitor: Visitor, conversation: str, typed: str = "") -> Refusal:
        with pytest.raises(Refusal) as caught:
            await self.asks(visitor, conversation, typed)
        return caught.value

    async def answered(self, visitor: Visitor, text: str = "kargom nerede") -> str:
        """A conversation in which Grace has answered."""
        stage = self.stage
        await stage.available(stage.grace)
        conversation = (await stage.says(visitor, text)).conversation
        fence = (await stage.accepts(stage.grace, conversation)).fence
        await stage.replies(stage.grace, conversation, "Hemen bakıyorum", fence=fence)
        await stage.replies(stage.grace, conversation, "iç not", fence=fence, note=True)
        return conversation


@pytest.fixture
def desk(stage: Stage) -> Desk:
    post, slept = Post(), list[float]()

    async def sleep(pause_s: float) -> None:
        slept.append(pause_s)

    return Desk(stage, post, TranscriptLetters(stage.chat, post, sleep=sleep), slept)


async def test_it_goes_to_the_address_that_was_told_and_has_what_the_visitor_saw(
    desk: Desk,
) -> None:
    conversation = await desk.answered(desk.stage.ada)
    assert await desk.asks(desk.stage.ada, conversation, ELIF) == "e•••@ornek.com"
    (mail,) = desk.post.mails
    assert mail.to == ELIF
    for body in (mail.text, mail.html):
        assert "kargom nerede" in body and "Hemen bakıyorum" in body and "Grace" in body
        assert "iç not" not in body
    told = "baska@ornek.com"

    def tell(connection: object) -> None:
        stored_visitors.set_details(connection, desk.stage.ada.id, email=told)  # type: ignore[arg-type]

    await desk.stage.database.write(tell)
    ada = await desk.stage.chat.read(stored_visitors.get, desk.stage.ada.id)
    await desk.asks(ada, conversation, ELIF)
    assert desk.post.mails[-1].to == told


async def test_v07_a_typed_address_gets_nothing_before_the_shop_has_answered(desk: Desk) -> None:
    conversation = (await desk.stage.says(desk.stage.ada, "merhaba")).conversation
    assert (await desk.refused(desk.stage.ada, conversation, ELIF)).code is Code.FORBIDDEN
    await desk.stage.database.write(
        identities.save, desk.stage.ada.id, FOREVER, now_ms=desk.stage.clock.now_ms()
    )
    await desk.asks(desk.stage.ada, conversation, ELIF)
    assert [mail.to for mail in desk.post.mails] == [FOREVER.email]


@pytest.mark.parametrize("typed", ["", "elif", "elif@", "a@b.c\r\nBcc: x@y.com", "a@b.com,c@d.com"])
async def test_v07_what_is_no_one_address_is_asked_for_again(desk: Desk, typed: str) -> None:
    conversation = await desk.answered(desk.stage.ada)
    refusal = await desk.refused(desk.stage.ada, conversation, typed)
    assert (refusal.code, str(refusal)) == (Code.BAD_REQUEST, "field:email")


async def test_v05_a_conversation_of_somebody_else_is_not_there(desk: Desk) -> None:
    conversation = await desk.answered(desk.stage.ada)
    assert (await desk.refused(desk.stage.alan, conversation, ELIF)).code is Code.NOT_FOUND
    assert desk.post.mails == []


async def test_v07_a_hundred_addresses_get_as_many_as_one_visitor_may(desk: Desk) -> None:
    conversation = await desk.answered(desk.stage.ada)
    for number in range(100):
        try:
            await desk.asks(desk.stage.ada, conversation, f"kurban{number}@ornek.com")
        except Refusal as refusal:
            assert refusal.code is Code.RATE_LIMITED
    assert len(desk.post.mails) == PER_DAY


async def test_v07_one_address_and_one_network_have_their_limits_whoever_asks(desk: Desk) -> None:
    sent = 0
    for number in range(NETWORK_PER_HOUR + 3):
        visitor = await desk.stage.new_visitor()
        conversation = (await desk.stage.says(visitor, "merhaba")).conversation
        await desk.stage.database.write(
            identities.save,
            visitor.id,
            Identity(f"c-{number}", f"k{number if number > PER_DAY else 0}@ornek.com", 2**50),
            now_ms=1,
        )
        try:
            await desk.asks(visitor, conversation)
            sent += 1
        except Refusal as refusal:
            assert refusal.code is Code.RATE_LIMITED
    to = [mail.to for mail in desk.post.mails]
    assert to.count("k0@ornek.com") == PER_DAY
    assert sent == NETWORK_PER_HOUR


async def test_x10_v07_words_are_words_and_none_of_them_comes_first(desk: Desk) -> None:
    conversation = await desk.answered(desk.stage.ada, HOSTILE)
    await desk.asks(desk.stage.ada, conversation, ELIF)
    (mail,) = desk.post.mails
    assert "evil" not in mail.subject and "\n" not in mail.subject
    head, _, _ = mail.text.partition("evil.example")
    assert head.count("\n\n") >= 3

    tags: list[str] = []

    class Tags(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            tags.append(tag)
            named = {name for name, _value in attrs}
            assert not named & {"src", "href", "background"}
            assert not [name for name in named if name.startswith("on")]

    Tags().feed(mail.html)
    assert not set(tags) & {"img", "a", "script", "iframe", "form", "link", "svg"}
    assert "url(" not in mail.html
    async with post_office() as office:
        url = f"smtp://127.0.0.1:{office.port}"
        await SmtpMailer(url, "destek@avlu.example", ManualClock(), starts_tls=False).send(mail)
    (arrived,) = office.mails
    assert office.to == [ELIF] and arrived["Bcc"] is None
    assert list(arrived.iter_attachments()) == []


async def test_a_long_conversation_is_cut_at_its_beginning_and_says_so(desk: Desk) -> None:
    conversation = await desk.answered(desk.stage.ada)
    read = await desk.stage.chat.read(read_public_transcript, conversation)
    first, last = read.messages[0], read.messages[-1]
    mail = letter(replace(read, messages=(first, *(last,) * MAX_LINES)), ELIF, "tr")
    assert mail.text.count("Hemen bakıyorum") == MAX_LINES
    assert "kargom nerede" not in mail.text and "1 satır eklenmedi" in mail.text


async def test_a_server_that_is_busy_is_tried_again_and_one_that_refuses_is_not(desk: Desk) -> None:
    conversation = await desk.answered(desk.stage.ada)
    desk.post.fails = [MailError("busy", retry=True)]
    await desk.asks(desk.stage.ada, conversation, ELIF)
    assert len(desk.post.mails) == 1 and desk.slept == [*PAUSES_S[:2]]
    desk.post.fails = [MailError("no", retry=False)] * 2
    await desk.asks(desk.stage.ada, conversation, ELIF)
    assert len(desk.post.mails) == 1
