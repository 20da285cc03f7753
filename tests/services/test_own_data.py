"""Rating, details before a conversation, consent, history, own data: on both databases."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from chatserver.domain.ids import ClientId
from chatserver.domain.messages import FileBody, MessageKind, RatingBody, TextBody
from chatserver.domain.widgets import FieldAsked, Notice, Rule, WidgetSettings
from chatserver.errors import Code, Refusal
from chatserver.services import (
    answers_by_mail,
    consents,
    data_rights,
    ending,
    files,
    pages,
    posting,
    prechat,
    proactive,
    ratings,
    sync,
    visitors,
)
from chatserver.services.facts import MessagesChanged
from chatserver.services.file_links import Grant
from chatserver.services.files import Inspected
from chatserver.services.states import visitors_conversations
from chatserver.storage import consents as kept_consents
from chatserver.storage import files as kept_files
from chatserver.storage import ratings as kept_ratings
from chatserver.storage import sites, waits
from chatserver.storage import visitors as kept_visitors
from chatserver.storage.schema.metadata import metadata
from tests.cast import Stage, client_id

FIELDS = (
    FieldAsked("name", "text", {"tr": "Adınız", "en": "Your name"}, required=True),
    FieldAsked("email", "email", {"tr": "E-posta"}),
    FieldAsked("phone", "phone", {"tr": "Telefon"}),
    FieldAsked("topic", "choice", {"tr": "Konu"}, choices=("Kargo", "İade")),
    FieldAsked("terms", "checkbox", {"tr": "Kurallar"}),
)
RULES = (
    Rule("welcome", "time", "20", {"tr": "Yardım ister misiniz?"}),
    Rule("winter", "time", "5", {"tr": "x"}, from_day="2030-01-01"),
    Rule("open", "idle", "60", {"tr": "x"}, hours_only=True),
)


async def dress(stage: Stage, **changes: object) -> None:
    widget = WidgetSettings(**changes)  # type: ignore[arg-type]
    settings = replace(stage.site.settings, widget=widget)
    await stage.database.write(sites.save, stage.site.id, settings)


async def over(stage: Stage) -> str:
    done = await stage.says(stage.ada, "kargom nerde")
    await stage.chat.do(ending.leave, stage.ada, done.conversation, client_id=client_id())
    return done.conversation


async def rated(stage: Stage, conversation: str, body: RatingBody, id: ClientId) -> posting.Posted:
    return await stage.chat.do(ratings.rate, stage.ada, conversation, client_id=id, body=body)


async def test_a_rating_is_in_the_log_once_and_the_newest_counts(stage: Stage) -> None:
    conversation = await over(stage)
    first = client_id()
    done = await rated(stage, conversation, RatingBody(2, ("slow",), "geç geldi"), first)
    again = await rated(stage, conversation, RatingBody(2, ("slow",), "geç geldi"), first)
    assert (again.seq, again.duplicate) == (done.seq, True)
    with pytest.raises(Refusal) as refused:
        await rated(stage, conversation, RatingBody(5), first)
    assert refused.value.code is Code.CLIENT_ID_CONFLICT
    await rated(stage, conversation, RatingBody(5), client_id())
    found = await stage.conversation(conversation)
    assert await stage.chat.read(kept_ratings.score_of, found.id) == 5
    scores = [m.body.score for m in await stage.log(conversation) if isinstance(m.body, RatingBody)]
    assert scores == [2, 5]
    (state,) = await stage.chat.read(visitors_conversations, stage.ada, now_ms=stage.clock.now_ms())
    assert state.rating == 5
    await stage.check_invariants()


async def test_only_ones_own_conversation_is_rated_and_only_when_it_is_over(stage: Stage) -> None:
    done = await stage.says(stage.ada, "kargom nerde")
    for visitor, code in ((stage.ada, Code.BAD_REQUEST), (stage.alan, Code.NOT_FOUND)):
        with pytest.raises(Refusal) as refused:
            await stage.chat.do(
                ratings.rate,
                visitor,
                done.conversation,
                client_id=client_id(),
                body=RatingBody(5),
            )
        assert refused.value.code is code


async def test_what_is_filled_in_before_stands_in_the_conversation_that_follows(
    stage: Stage,
) -> None:
    await dress(stage, fields=FIELDS)
    given = {
        "name": "  Elif   Demir ",
        "email": "Elif@ORNEK.com",
        "phone": "0532 111 22 33",
        "topic": "Kargo",
    }
    await stage.chat.do(prechat.give_details, stage.ada, given)
    done = await stage.says(stage.ada, "merhaba")
    assert (await stage.conversation(done.conversation)).details == {
        "name": "Elif Demir",
        "email": "Elif@ornek.com",
        "phone": "+90 532 111 22 33",
        "Konu": "Kargo",
    }
    visitor = await stage.chat.read(kept_visitors.get, stage.ada.id)
    assert (visitor.name, visitor.email) == ("Elif Demir", "Elif@ornek.com")
    await stage.chat.do(prechat.give_details, stage.ada, {"name": "Elif", "topic": "İade"})
    assert (await stage.conversation(done.conversation)).details["Konu"] == "İade"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "name"),
        ({"name": "Ada", "email": "ada@"}, "email"),
        ({"name": "Ada", "phone": "12"}, "phone"),
        ({"name": "Ada", "topic": "Başka"}, "topic"),
        ({"name": "Ada", "terms": "no"}, "terms"),
    ],
)
async def test_a_field_that_is_not_good_is_named(
    stage: Stage, given: dict[str, str], field: str
) -> None:
    await dress(stage, fields=FIELDS)
    with pytest.raises(prechat.FieldRefused) as refused:
        await stage.chat.do(prechat.give_details, stage.ada, given)
    assert (refused.value.key, refused.value.code) == (field, Code.BAD_REQUEST)


async def test_what_is_not_asked_is_not_taken(stage: Stage) -> None:
    with pytest.raises(Refusal):
        await stage.chat.do(prechat.give_details, stage.ada, {"name": "Ada"})


async def test_consent_is_kept_with_text_version_time_and_network_class(stage: Stage) -> None:
    """K01: given and withdrawn as easily, never for a text that is not today's."""
    await dress(stage, consent=Notice({"tr": "Öneri gönderebilirsiniz."}, "2026-03"))
    say = consents.say_consent

    async def word(given: bool, version: str = "2026-03") -> None:
        await stage.chat.do(say, stage.ada, given=given, version=version, address="203.0.113.77")

    await word(True)
    await word(True)
    stage.clock.advance(s=60)
    await word(False)
    newest, first = await stage.chat.read(kept_consents.every, stage.ada.id)
    assert (first.given, first.version, first.network) == (True, "2026-03", "203.0.113.0/24")
    assert first.text == newest.text == "Öneri gönderebilirsiniz."
    assert (newest.given, newest.at_ms - first.at_ms) == (False, 60_000)
    for version in ("2025-01", ""):
        with pytest.raises(Refusal):
            await word(True, version)
    await dress(stage)
    await word(False, "2026-03")
    with pytest.raises(Refusal):
        await word(True)


@pytest.mark.parametrize(
    ("address", "network"),
    [("198.51.100.9", "198.51.100.0/24"), ("2001:db8:1:2::3", "2001:db8:1::/48"), ("?", "")],
)
def test_of_an_address_only_its_class_is_kept(address: str, network: str) -> None:
    assert consents.network_of(address) == network


def sent(name: str, visitor: int, conversation: str | None) -> Grant:
    return Grant("visitor", visitor, conversation, client_id(), name)


PICTURE = Inspected("image/png", b"\x89PNG-canary", 4, 3)


async def test_a_file_is_a_message_and_is_kept_once(stage: Stage) -> None:
    grant = sent("fiş.png", stage.ada.id, None)
    done = await stage.chat.do(files.post_visitor_file, grant, PICTURE)
    again = await stage.chat.do(files.post_visitor_file, grant, PICTURE)
    assert (again.duplicate, again.seq) == (True, done.seq)
    found = await stage.conversation(done.conversation)
    (stored,) = await stage.chat.read(kept_files.of_conversation, found.id)
    (message,) = [m for m in await stage.log(done.conversation) if m.kind is MessageKind.FILE]
    assert (stored.name, stored.size, stored.media_type) == ("fiş.png", 11, "image/png")
    assert message.body == FileBody(stored.public_id, "fiş.png", "image/png", 11, 4, 3)


async def test_files_have_bounds_a_day_and_a_site_that_takes_none_takes_none(stage: Stage) -> None:
    big = Inspected("application/pdf", b"x" * files.MAX_FILE_BYTES)
    for _ in range(6):
        await stage.chat.do(files.post_visitor_file, sent("a.pdf", stage.ada.id, None), big)
    with pytest.raises(Refusal) as refused:
        await stage.chat.do(files.post_visitor_file, sent("a.pdf", stage.ada.id, None), big)
    assert refused.value.code is Code.RATE_LIMITED
    await dress(stage, files=False)
    with pytest.raises(Refusal) as refused:
        await stage.chat.do(files.post_visitor_file, sent("a.png", stage.alan.id, None), PICTURE)
    assert refused.value.code is Code.FORBIDDEN


async def test_an_agent_sends_files_with_the_fence_alone(stage: Stage) -> None:
    await stage.available(stage.grace)
    done = await stage.says(stage.ada, "merhaba")
    held = await stage.accepts(stage.grace, done.conversation)
    for fence, works in ((held.fence + 1, False), (held.fence, True)):
        grant = Grant("agent", stage.grace, done.conversation, client_id(), "a.png", fence)
        if works:
            await stage.chat.do(files.post_agent_file, grant, PICTURE)
        else:
            with pytest.raises(Refusal) as refused:
                await stage.chat.do(files.post_agent_file, grant, PICTURE)
            assert refused.value.code is Code.NOT_ASSIGNED


async def test_what_is_erased_is_nowhere_any_more(stage: Stage) -> None:
    """F-U5 and the right to be forgotten: every table is looked through for the canary."""
    await dress(stage, fields=FIELDS, consent=Notice({"tr": "Metin"}, "1"))
    await stage.available(stage.grace)
    await stage.chat.do(
        consents.say_consent, stage.ada, given=True, version="1", address="203.0.113.9"
    )
    details = {"name": "Canary", "email": "canary@ornek.com"}
    await stage.chat.do(prechat.give_details, stage.ada, details)
    context = {"cart": {"id": "canary"}}
    await stage.chat.do(visitors.keep_context, stage.ada, context)
    await stage.chat.do(
        visitors.view_page, stage.ada, url="https://shop.example/canary", title="canary"
    )
    visitor = await stage.chat.read(kept_visitors.get, stage.ada.id)
    done = await stage.says(visitor, "canary mesajı")
    held = await stage.accepts(stage.grace, done.conversation)
    found = await stage.conversation(done.conversation)
    await stage.chat.do(answers_by_mail.begin, found.id, "canary@ornek.com")
    await stage.replies(stage.grace, done.conversation, "canary yanıtı", fence=held.fence)
    await stage.replies(stage.grace, done.conversation, "canary notu", fence=0, note=True)
    await stage.chat.do(
        files.post_visitor_file, sent("canary.png", visitor.id, done.conversation), PICTURE
    )
    exported = await stage.chat.read(data_rights.export, visitor.public_id)
    told = str(exported)
    assert told.count("canary mesajı") == 1 and "canary yanıtı" in told and "notu" not in told
    assert exported["consents"][0]["given"] is True
    await stage.chat.do(data_rights.erase, visitor)
    assert await stage.chat.read(_all_rows, "canary") == []
    assert [fact.conversation_public for fact in stage.told.of(MessagesChanged)] == [
        done.conversation
    ]
    with pytest.raises(Refusal):
        await stage.chat.read(data_rights.export, visitor.public_id)
    assert len(await stage.chat.read(kept_consents.every, visitor.id)) == 1
    await stage.check_invariants()


def _all_rows(connection: object, canary: str) -> list[str]:
    rows = []
    for table in metadata.sorted_tables:
        for row in connection.execute(select(table)):  # type: ignore[attr-defined]
            if canary in str(tuple(row)).lower():
                rows.append(f"{table.name}: {row}")
    return rows


async def test_history_comes_newest_first_and_never_with_notes(stage: Stage) -> None:
    await stage.available(stage.grace)
    done = await stage.says(stage.ada, "mesaj 0")
    held = await stage.accepts(stage.grace, done.conversation)
    for n in range(1, 30):
        await stage.says(stage.ada, f"mesaj {n}", to=done.conversation)
        if n % 5 == 0:
            await stage.replies(stage.grace, done.conversation, "not", fence=held.fence, note=True)
    (synced,) = await stage.chat.read(
        sync.sync_visitor,
        stage.ada,
        [(done.conversation, None, 0)],
        now_ms=stage.clock.now_ms(),
        latest={done.conversation: 10},
    )
    texts = [m.body.text for m in synced.messages if isinstance(m.body, TextBody)]
    assert texts == [f"mesaj {n}" for n in range(20, 30)] and not synced.more
    lines = list(synced.messages)
    while lines[0].previous_seq > 0:
        page = await stage.chat.read(
            pages.of_visitor, stage.ada.id, done.conversation, lines[0].seq, limit=7
        )
        assert page is not None and page[-1].seq == lines[0].previous_seq
        lines = page + lines
    assert [b.seq for b in lines[:-1]] == [b.previous_seq for b in lines[1:]]
    assert sum(m.kind is MessageKind.NOTE for m in lines) == 0
    assert sum(isinstance(m.body, TextBody) for m in lines) == 30


async def test_an_estimate_is_made_of_real_waits_or_not_at_all(stage: Stage) -> None:
    since = stage.clock.now_ms()
    assert await stage.chat.read(waits.spread, stage.support.id, since_ms=since) is None
    for n in range(5):
        visitor = await stage.new_visitor()
        await stage.available(stage.grace)
        done = await stage.says(visitor, "merhaba")
        await stage.later(s=2 * (n + 1), awake=(stage.grace,))
        held = await stage.accepts(stage.grace, done.conversation)
        await stage.replies(stage.grace, done.conversation, "buyurun", fence=held.fence)
        await stage.chat.do(ending.resolve, stage.grace, done.conversation, fence=held.fence)
    assert await stage.chat.read(waits.spread, stage.support.id, since_ms=since) == (4000, 8000)
    usual = await stage.chat.read(waits.usual_reply_ms, stage.site.id, since_ms=since)
    assert usual == 6000


async def test_rules_speak_on_their_days_and_only_those_there_are_counted(stage: Stage) -> None:
    await dress(stage, rules=RULES)
    site = await stage.chat.read(sites.get, stage.site.id)
    now_ms = stage.clock.now_ms()
    names = [rule.id for rule in proactive.rules_now(site, now_ms=now_ms)]
    assert "welcome" in names and "winter" not in names
    for rule in ("welcome", "welcome", "<script>"):
        await stage.chat.do(proactive.count_step, site, rule, "shown")
    await stage.chat.do(proactive.count_step, site, "welcome", "opened")
    found = await stage.chat.read(proactive.results, site, since="2000-01-01")
    assert found == {"welcome": {"shown": 2, "opened": 1, "answered": 0}}
    assert proactive.matches(Rule("a", "time", "1", {}, pages=("/sepet*",)), "/sepet/1")
    assert not proactive.matches(Rule("a", "time", "1", {}, pages=("/sepet*",)), "/")
