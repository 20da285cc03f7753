"""Answers by mail: to whom, when, exactly what, and until when; and that nobody can misuse it."""

from dataclasses import dataclass, replace
from html.parser import HTMLParser

import pytest
from limits import RateLimitItemPerDay

from chatserver.clock import ManualClock
from chatserver.domain.conversations import IDLE_MS, Status
from chatserver.domain.ids import ConversationId
from chatserver.domain.messages import ActivityBody, Audience, MessageKind
from chatserver.domain.orders import email_key
from chatserver.domain.people import Visitor
from chatserver.errors import Code, MailError, Refusal
from chatserver.services import answers_by_mail, answers_due, data_rights, ending, posting
from chatserver.services.answer_letters import (
    ASKS_PER_DAY,
    LATER_MS,
    MAILS_PER_DAY,
    AnswerLetters,
    StopLinks,
)
from chatserver.services.answers_by_mail import QUIET_MS
from chatserver.services.answers_due import BACKOFF_MS, HOLD_MS, LEASE_MS, way_back
from chatserver.services.visitors import view_page
from chatserver.smtp import SmtpMailer
from chatserver.storage import answers, identities
from chatserver.storage import visitors as stored_visitors
from chatserver.storage.answers import Answers
from chatserver.storage.identities import Identity
from chatserver.windows import LocalWindows
from chatserver.words import LANGUAGES, say
from tests.cast import START_MS, Stage
from tests.post_office import post_office
from tests.services.test_transcript_mail import HOSTILE, Post

ELIF, OTHER = "elif@ornek.com", "baska@ornek.com"
SHOWN = "e•••@ornek.com"
SHOP = "http://shop.example"
QUIET_S, LATER_S = QUIET_MS / 1000, LATER_MS / 1000


@dataclass
class Desk:
    """Ada waits, Grace answers, the post takes what is mailed."""

    stage: Stage
    post: Post
    letters: AnswerLetters
    windows: LocalWindows
    fence: int = 0

    async def leaves(
        self, conversation: str, typed: str = ELIF, visitor: Visitor | None = None
    ) -> str:
        return await self.letters.begin(
            visitor or self.stage.ada, conversation, typed, network="192.0.2.1"
        )

    async def refused(
        self, conversation: str, typed: str = ELIF, visitor: Visitor | None = None
    ) -> Refusal:
        with pytest.raises(Refusal) as caught:
            await self.leaves(conversation, typed, visitor)
        return caught.value

    async def held(self, visitor: Visitor | None = None, text: str = "kargom nerede") -> str:
        """A conversation that Grace has taken."""
        stage = self.stage
        await stage.available(stage.grace)
        conversation = (await stage.says(visitor or stage.ada, text)).conversation
        self.fence = (await stage.accepts(stage.grace, conversation)).fence
        return conversation

    async def answers(self, conversation: str, *texts: str) -> None:
        for text in texts:
            await self.stage.replies(self.stage.grace, conversation, text, fence=self.fence)

    async def later(self, s: float = QUIET_S) -> None:
        """Let time pass, and what is due be mailed."""
        self.stage.clock.advance(s=s)
        # A letter that was sent is looked at once more.
        for _ in range(2):
            await self.letters.sweep()
            await self.stage.chat.settle()

    async def kept(self, conversation: str) -> Answers | None:
        found = await self.stage.conversation(conversation)
        return await self.stage.chat.read(answers.of, found.id)

    async def told(self, conversation: str) -> list[tuple[str, str]]:
        """What the log tells agents, and nobody else, of mail."""
        found = []
        for message in await self.stage.log(conversation):
            body = message.body
            if isinstance(body, ActivityBody) and body.type.startswith("answers_"):
                assert message.audience is Audience.AGENTS
                found.append((body.type.removeprefix("answers_"), body.target or body.reason))
        return found


@pytest.fixture
def desk(stage: Stage) -> Desk:
    return desk_of(stage)


@pytest.fixture
def small(sqlite_stage: Stage) -> Desk:
    """The same where the database makes no difference."""
    return desk_of(sqlite_stage)


def desk_of(stage: Stage) -> Desk:
    post, windows = Post(), LocalWindows()
    letters = AnswerLetters(
        stage.chat,
        post,
        origin="https://chat.example",
        links=StopLinks("k" * 40),
        windows=windows,
    )
    return Desk(stage, post, letters, windows)


async def test_what_was_not_read_goes_out_in_one_mail_and_once(desk: Desk) -> None:
    conversation = await desk.held()
    assert await desk.leaves(conversation) == SHOWN
    assert (await desk.stage.conversation(conversation)).answers_to == SHOWN
    await desk.answers(conversation, "Bakıyorum", "Yarın kapınızda")
    await desk.stage.replies(desk.stage.grace, conversation, "iç not", fence=desk.fence, note=True)
    await desk.later(QUIET_S - 1)
    assert desk.post.mails == []
    await desk.later(1)
    (mail,) = desk.post.mails
    assert mail.to == ELIF and mail.subject == "Avlu: mesajınıza yanıt"
    for body in (mail.text, mail.html):
        assert body.index("Bakıyorum") < body.index("Yarın kapınızda") < body.index("kargom nerede")
        assert "Grace" in body and "iç not" not in body
    await desk.later(QUIET_S)
    assert len(desk.post.mails) == 1
    assert await desk.told(conversation) == [("by_mail", SHOWN), ("mailed", SHOWN)]
    await desk.answers(conversation, "Bir şey daha")
    await desk.later()
    assert len(desk.post.mails) == 2
    assert "Bir şey daha" in desk.post.mails[1].text and "Bakıyorum" not in desk.post.mails[1].text
    assert desk.post.mails[0].thread == desk.post.mails[1].thread
    assert desk.post.mails[0].name != desk.post.mails[1].name
    await desk.stage.check_invariants()


async def test_who_comes_back_and_reads_is_mailed_nothing(small: Desk) -> None:
    conversation = await small.held()
    await small.leaves(conversation)
    await small.answers(conversation, "Okunan")
    seen = (await small.stage.conversation(conversation)).last_public_seq
    await small.stage.chat.do(posting.mark_seen_by_visitor, small.stage.ada, conversation, seen)
    await small.answers(conversation, "Okunmayan")
    await small.later()
    (mail,) = small.post.mails
    assert "Okunmayan" in mail.text and "Okunan" not in mail.text
    await small.answers(conversation, "Bu da okundu")
    await small.stage.says(small.stage.ada, "geldim", to=conversation)
    await small.later()
    assert len(small.post.mails) == 1
    kept = await small.kept(conversation)
    assert kept is not None and kept.due_ms is None and kept.is_on


async def test_who_writes_on_holds_nothing_back_for_ever_and_an_end_is_an_end(small: Desk) -> None:
    conversation = await small.held()
    await small.leaves(conversation)
    for _ in range(int(HOLD_MS / QUIET_MS) + 1):
        await small.answers(conversation, "bir satır")
        await small.later(QUIET_S - 1)
    await small.later(QUIET_S - 1)
    assert len(small.post.mails) >= 1
    assert small.post.mails[0].text.count("bir satır") >= HOLD_MS / QUIET_MS
    await small.answers(conversation, "iyi günler")
    await small.stage.chat.do(ending.resolve, small.stage.grace, conversation, fence=small.fence)
    await small.later()
    assert "iyi günler" in small.post.mails[-1].text


async def test_an_address_that_is_known_need_not_be_typed(small: Desk) -> None:
    conversation = await small.held()
    stage = small.stage
    ask = answers_by_mail.known

    async def known() -> answers_by_mail.Known:
        return await stage.chat.read(ask, stage.ada, conversation, now_ms=stage.clock.now_ms())

    assert (await known()).email == ""
    await stage.database.write(
        lambda connection: stored_visitors.set_details(connection, stage.ada.id, email=OTHER)
    )
    assert await known() == answers_by_mail.Known(OTHER, "", may=True)
    assert await small.leaves(conversation, "") == "b•••@ornek.com"
    vouched = Identity("c-17", "site@ornek.com", START_MS * 2)
    await stage.database.write(identities.save, stage.ada.id, vouched, now_ms=START_MS)
    assert (await known()).email == "site@ornek.com"
    assert await small.leaves(conversation, "") == "s•••@ornek.com"
    kept = await small.kept(conversation)
    assert kept is not None and kept.is_verified


async def test_nobody_is_mailed_where_nobody_is_awaited(small: Desk) -> None:
    stage = small.stage
    conversation = (await stage.says(stage.ada, "kargom nerede")).conversation
    assert (await stage.conversation(conversation)).status is Status.BOT
    assert (await small.refused(conversation)).code is Code.NOT_AVAILABLE
    await stage.says(stage.ada, "temsilciye bağlan", to=conversation)
    assert (await stage.conversation(conversation)).status is Status.WAITING
    await small.leaves(conversation)
    held = await small.held(stage.alan)
    await stage.chat.do(ending.resolve, stage.grace, held, fence=small.fence)
    assert (await small.refused(held, visitor=stage.alan)).code is Code.NOT_AVAILABLE


async def test_v05_a_conversation_of_somebody_else_is_mailed_to_nobody(small: Desk) -> None:
    conversation, stage = await small.held(), small.stage
    assert (await small.refused(conversation, visitor=stage.alan)).code is Code.NOT_FOUND
    with pytest.raises(Refusal):
        await stage.chat.read(answers_by_mail.known, stage.alan, conversation, now_ms=START_MS)
    with pytest.raises(Refusal):
        await stage.chat.do(answers_by_mail.give_up, stage.alan, conversation)


@pytest.mark.parametrize("typed", ["", "elif", "elif@", "a@b.c\r\nBcc: x@y.com", "a@b.com,c@d.com"])
async def test_v07_what_is_no_one_address_is_asked_for_again(small: Desk, typed: str) -> None:
    refusal = await small.refused(await small.held(), typed)
    assert (refusal.code, str(refusal)) == (Code.BAD_REQUEST, "field:email")


async def test_v07_one_address_a_conversation_once_it_was_mailed(small: Desk) -> None:
    conversation = await small.held()
    await small.leaves(conversation, "yanlis@ornek.com")
    await small.leaves(conversation)
    await small.answers(conversation, "Yarın")
    await small.later()
    assert [mail.to for mail in small.post.mails] == [ELIF]
    assert (await small.refused(conversation, OTHER)).code is Code.FORBIDDEN
    await small.leaves(conversation, "ELIF@ornek.com")


async def test_v07_a_visitor_and_an_address_have_their_limits(small: Desk) -> None:
    conversation = await small.held()
    for number in range(ASKS_PER_DAY):
        await small.leaves(conversation, f"kurban{number}@ornek.com")
    assert (await small.refused(conversation, "kurban9@ornek.com")).code is Code.RATE_LIMITED
    await small.leaves(conversation, f"kurban{ASKS_PER_DAY - 1}@ornek.com")
    for number in range(ASKS_PER_DAY):
        visitor = await small.stage.new_visitor()
        other = (await small.stage.says(visitor, "temsilciye bağlan")).conversation
        if number < ASKS_PER_DAY - 1:
            await small.leaves(other, "kurban0@ornek.com", visitor)
    assert (await small.refused(other, "kurban0@ornek.com", visitor)).code is Code.RATE_LIMITED


async def test_v07_more_than_so_many_mails_a_day_wait_and_none_is_lost(small: Desk) -> None:
    conversation = await small.held()
    await small.leaves(conversation)
    for number in range(MAILS_PER_DAY + 2):
        await small.answers(conversation, f"yanıt {number}.")
        await small.later()
    assert len(small.post.mails) == MAILS_PER_DAY
    await small.later(LATER_S)
    assert len(small.post.mails) == MAILS_PER_DAY
    day = RateLimitItemPerDay(MAILS_PER_DAY)
    await small.windows.clear(day, "answers", "mails", str(small.stage.site.id), email_key(ELIF))
    await small.later(LATER_S)
    assert len(small.post.mails) == MAILS_PER_DAY + 1
    assert f"yanıt {MAILS_PER_DAY}." in small.post.mails[-1].text
    assert f"yanıt {MAILS_PER_DAY + 1}." in small.post.mails[-1].text


async def test_f24_a_server_that_is_away_is_tried_again_and_what_it_missed_is_not_lost(
    desk: Desk,
) -> None:
    conversation = await desk.held()
    await desk.leaves(conversation)
    desk.post.fails = [MailError("away", retry=True)] * 2
    await desk.answers(conversation, "Yarın")
    await desk.later()
    await desk.later(BACKOFF_MS[0] / 1000)
    await desk.later(BACKOFF_MS[1] / 1000 - 1)
    assert desk.post.mails == []
    await desk.later(1)
    assert len(desk.post.mails) == 1
    desk.post.fails = [MailError("away", retry=True)] * (len(BACKOFF_MS) + 1)
    await desk.answers(conversation, "Kaçan")
    await desk.later()
    for pause_ms in BACKOFF_MS:
        await desk.later(pause_ms / 1000)
    assert await desk.told(conversation) == [
        ("by_mail", SHOWN), ("mailed", SHOWN), ("failed", SHOWN)
    ]  # fmt: skip
    await desk.answers(conversation, "Sonraki")
    await desk.later()
    assert "Kaçan" in desk.post.mails[-1].text and "Sonraki" in desk.post.mails[-1].text


async def test_f24_who_is_refused_for_good_is_told_to_agents_at_once(small: Desk) -> None:
    conversation = await small.held()
    await small.leaves(conversation)
    small.post.fails = [MailError("no such user", retry=False)]
    await small.answers(conversation, "Yarın")
    await small.later()
    assert (await small.told(conversation))[-1] == ("failed", SHOWN)
    await small.leaves(conversation, OTHER)
    await small.later()
    assert [mail.to for mail in small.post.mails] == [OTHER]


async def test_a_crash_before_the_note_repeats_the_mail_under_its_name(small: Desk) -> None:
    conversation = await small.held()
    await small.leaves(conversation)
    await small.answers(conversation, "Yarın")
    small.stage.clock.advance(s=QUIET_S)
    found = await small.stage.conversation(conversation)
    taken = await small.stage.chat.do(answers_due.take, found.id)
    assert taken is not None and await small.stage.chat.do(answers_due.take, found.id) is None
    await small.later(LEASE_MS / 1000)
    (mail,) = small.post.mails
    assert mail == small.letters.worded(taken)


async def test_k05_data_that_was_erased_on_the_way_is_nowhere_again(small: Desk) -> None:
    conversation = await small.held()
    await small.leaves(conversation)
    await small.answers(conversation, "Yarın")
    small.stage.clock.advance(s=QUIET_S)
    found = await small.stage.conversation(conversation)
    taken = await small.stage.chat.do(answers_due.take, found.id)
    assert taken is not None
    export = await small.stage.chat.read(data_rights.export, small.stage.ada.public_id)
    assert export["conversations"][0]["answers_to"] == ELIF
    await small.stage.chat.do(data_rights.erase, small.stage.ada)
    await small.stage.chat.do(answers_due.sent, taken)
    await small.later()
    assert small.post.mails == [] and await small.kept(conversation) is None
    assert (await small.stage.conversation(conversation)).answers_to == ""
    assert not [to for _type, to in await small.told(conversation) if "@" in to]


async def test_whoever_has_the_address_ends_it_and_who_left_may_wait_after_all(desk: Desk) -> None:
    conversation = await desk.held()
    found = await desk.stage.conversation(conversation)
    await desk.leaves(conversation)
    await desk.stage.chat.do(answers_by_mail.give_up, desk.stage.ada, conversation)
    assert (await desk.stage.conversation(conversation)).answers_to == ""
    await desk.answers(conversation, "Bakıyorum")
    await desk.later()
    assert desk.post.mails == []
    await desk.leaves(conversation)
    await desk.later()
    assert "Bakıyorum" in desk.post.mails[0].text
    for _ in range(2):
        await desk.stage.chat.do(answers_by_mail.refuse, found.id)
    kept = await desk.kept(conversation)
    assert kept is not None and kept.address == ""
    assert [what for what, _ in await desk.told(conversation)].count("stopped") == 2
    await desk.answers(conversation, "Yarın")
    await desk.later()
    assert len(desk.post.mails) == 1
    assert (await desk.refused(conversation)).code is Code.FORBIDDEN
    await desk.stage.chat.do(answers_by_mail.refuse, ConversationId(999_999))
    assert await desk.stage.chat.read(answers_by_mail.language_of, found.id) == ("tr", True)


def test_v07_a_stop_link_is_signed_and_opens_nothing() -> None:
    links = StopLinks("k" * 40)
    assert links.read(links.sign(ConversationId(7))) == 7
    for forged in (StopLinks("x" * 40).sign(ConversationId(7)), "7", "", links.sign(7)[:-1] + "!"):  # type: ignore[arg-type]
        with pytest.raises(Refusal):
            links.read(forged)


async def test_who_waits_by_mail_is_never_idle(small: Desk) -> None:
    conversation = await small.held()
    await small.leaves(conversation)
    await small.stage.later(s=IDLE_MS / 1000 + 1, awake=(small.stage.grace,))
    assert (await small.stage.conversation(conversation)).status is not Status.RESOLVED
    other = await small.stage.conversation(conversation)
    await small.stage.chat.do(ending.resolve_idle, other.id, before_ms=small.stage.clock.now_ms())
    assert (await small.stage.conversation(conversation)).status is not Status.RESOLVED


async def test_x10_v07_words_are_words_and_only_our_links_lead_anywhere(small: Desk) -> None:
    conversation = await small.held(text=HOSTILE)
    page = {"url": "https://evil.example/shop.example/", "title": "x"}
    await small.stage.chat.do(view_page, small.stage.ada, **page)
    await small.leaves(conversation)
    await small.answers(conversation, f"Yarın {HOSTILE}")
    await small.later()
    (mail,) = small.post.mails
    assert "evil" not in mail.subject and "\n" not in mail.subject
    assert mail.text.startswith("Merhaba, mesajınızı yanıtladık:\n")
    links: list[str] = []
    tags: list[str] = []

    class Tags(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            tags.append(tag)
            links.extend(value or "" for name, value in attrs if name in {"href", "src"})
            assert not [name for name, _ in attrs if name.startswith("on")]

    Tags().feed(mail.html)
    assert not set(tags) & {"img", "script", "iframe", "form", "link", "svg"}
    assert links == ["https://chat.example/c/demo?lang=tr#supportchat", mail.stop]
    assert mail.stop.startswith("https://chat.example/m/")
    assert conversation not in mail.text + mail.html
    async with post_office() as office:
        url = f"smtp://127.0.0.1:{office.port}"
        hostile = replace(mail, shop="Avlu\r\nBcc: x@y.example")
        mailer = SmtpMailer(url, "destek@avlu.example", ManualClock(), starts_tls=False)
        await mailer.send(hostile)
        await mailer.send(mail)
    first, second = office.mails
    assert first["Bcc"] is None and office.to == [ELIF, ELIF]
    assert first["List-Unsubscribe"].strip() == f"<{mail.stop}>"
    assert first["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert first["Message-ID"] == second["Message-ID"] != first["References"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_agents_are_told_the_pause_that_there_is(language: str) -> None:
    said = say(language, "console.by_mail.text", to=SHOWN)
    assert f" {QUIET_MS // 1000} " in said and SHOWN in said


@pytest.mark.parametrize(
    ("page", "leads"),
    [
        ("http://shop.example/urun/3?q=1#x", f"{SHOP}/#supportchat"),
        ("HTTP://SHOP.example/", f"{SHOP}/#supportchat"),
        ("https://shop.example/", ""),
        ("http://shop.example@evil.example/", ""),
        ("http://shop.example.evil.example/", ""),
        ("javascript:alert(1)", ""),
        ("", ""),
    ],
)
def test_t13_a_mail_leads_to_an_origin_of_the_shop_or_to_ours(page: str, leads: str) -> None:
    assert way_back((SHOP,), page) == leads


async def test_what_the_bot_promised_is_kept_and_no_more_is_promised(stage: Stage) -> None:
    desk = desk_of(stage)
    stage.chat.has_mail = True
    conversation = (await stage.says(stage.ada, "temsilciye bağlan")).conversation
    for text in ("Elif", ELIF, "geç", "Siparişim eksik geldi"):
        await stage.says(stage.ada, text, to=conversation)
    assert (await stage.log(conversation))[-1].kind is MessageKind.CHOICES
    assert (await stage.conversation(conversation)).answers_to == ""
    await stage.says(stage.ada, "evet", to=conversation, choice="confirm:yes")
    lines = [str(getattr(message.body, "text", "")) for message in await stage.log(conversation)]
    assert any(line.endswith(f"Yanıtı şu adrese de göndereceğiz: {ELIF}") for line in lines)
    assert (await stage.conversation(conversation)).answers_to == SHOWN
    await stage.available(stage.grace)
    desk.fence = (await stage.accepts(stage.grace, conversation)).fence
    await desk.answers(conversation, "Eksik parça yola çıktı")
    await desk.later()
    (mail,) = desk.post.mails
    assert mail.to == ELIF and "Siparişim eksik geldi" in mail.text
    found = await stage.conversation(conversation)
    assert not await stage.chat.read(answers_by_mail.may_promise, found)
