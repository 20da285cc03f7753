"""Who a visitor becomes by the site's word: which token opens what, before and after."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from chatserver.domain.messages import TextBody
from chatserver.domain.people import Visitor
from chatserver.errors import Code, Refusal
from chatserver.services import data_rights, identifying, identity_words, posting, sight, visitors
from chatserver.services.bot_turns import read_turn
from chatserver.services.identity_words import HOLDS_MS, ROTATION_MS, read_word
from chatserver.services.states import visitors_conversations
from chatserver.storage import identities, visitor_tokens
from tests.cast import Stage, client_id
from tests.services.test_hidden_numbers import CANARIES, CARD, IBAN, TCKN, everything
from tests.words_of_sites import claims_of, sign

KEY = "installation-secret"


@dataclass
class Device:
    """A browser on the shop's page: what the panel keeps, and what it does with it."""

    stage: Stage
    token: str | None = None
    visitor: Visitor | None = None
    words: list[str] = field(default_factory=list)

    async def connects(self) -> Visitor | None:
        """Come with the token; nobody where it is worth nothing."""
        self.visitor = None
        if self.token is not None:
            try:
                self.visitor = await self.stage.chat.do(
                    visitors.authenticate,
                    self.stage.site,
                    self.token,
                    language=None,
                    device="",
                    days=30,
                )
            except Refusal as refusal:
                assert refusal.code is Code.UNAUTHENTICATED
        return self.visitor

    async def starts(self, word: str | None = None) -> Visitor:
        read = None if word is None else await reads(self.stage, word)
        started = await self.stage.chat.do(
            visitors.start_visitor,
            self.stage.site,
            language="tr",
            device="",
            days=30,
            word=read,
        )
        self.token, self.visitor = started.token, started.visitor
        return started.visitor

    async def identifies(self, word: str, *, lost: bool = False) -> identifying.Known:
        known = await self.stage.chat.do(
            identifying.identify,
            self.stage.site,
            await reads(self.stage, word),
            visitor=self.visitor,
            token_hash=visitors.hash_token(self.token) if self.token and self.visitor else "",
        )
        if known.token is not None and not lost:
            self.token = known.token
            assert await self.connects() is not None
        return known

    async def signs_out(self) -> None:
        assert self.token is not None and self.visitor is not None
        await self.stage.chat.do(
            identifying.sign_out, self.visitor, visitors.hash_token(self.token)
        )


async def secret_of(stage: Stage) -> str:
    found = await stage.chat.read(
        identifying.secrets_of, stage.site.id, KEY, now_ms=stage.clock.now_ms()
    )
    if not found:
        return await stage.chat.do(identifying.rotate_secret, stage.site.id, KEY)
    return found[0]


async def word_of(stage: Stage, customer: str = "c-17", **more: Any) -> str:
    secret = await secret_of(stage)
    stage.clock.advance(s=1)
    return sign(secret, claims_of(stage.clock.now_ms(), customer, **more))


async def reads(stage: Stage, word: str) -> identity_words.Word:
    now_ms = stage.clock.now_ms()
    believed = await stage.chat.read(identifying.secrets_of, stage.site.id, KEY, now_ms=now_ms)
    return read_word(word, believed, site="demo", now_ms=now_ms)


async def is_verified(stage: Stage, visitor: Visitor) -> bool:
    now_ms = stage.clock.now_ms()
    return await stage.chat.read(identities.of, visitor.id, now_ms=now_ms) is not None


async def test_a_shopper_who_is_signed_in_begins_as_themselves(stage: Stage) -> None:
    device = Device(stage)
    visitor = await device.starts(await word_of(stage, name="Elif Karaca", email="elif@o.example"))
    assert (visitor.name, visitor.email) == ("Elif Karaca", "elif@o.example")
    assert await is_verified(stage, visitor)
    assert await device.connects() is not None
    stage.clock.advance(ms=HOLDS_MS)
    assert not await is_verified(stage, visitor)
    assert await device.connects() is not None, "the conversation stays theirs"


async def test_v02_whoever_planted_a_token_loses_it_when_the_shopper_is_vouched_for(
    stage: Stage,
) -> None:
    planter = Device(stage)
    await planter.starts()
    shopper = Device(stage, planter.token)
    assert await shopper.connects() is not None
    await shopper.identifies(await word_of(stage), lost=True)
    assert shopper.visitor and not await is_verified(stage, shopper.visitor)
    assert await planter.connects() is not None, "nothing has changed: the answer was lost"
    await shopper.identifies(await word_of(stage))
    assert await is_verified(stage, shopper.visitor)
    assert await planter.connects() is None
    assert shopper.token != planter.token and await shopper.connects() is not None


async def test_an_answer_that_got_lost_is_asked_for_again_with_the_same_word(
    sqlite_stage: Stage,
) -> None:
    stage = sqlite_stage
    device = Device(stage)
    await device.starts()
    word = await word_of(stage)
    await device.identifies(word, lost=True)
    await device.identifies(word)
    assert await device.connects() is not None
    assert (await device.identifies(word)).token is None, "every page says it again"


async def test_v04_a_word_that_another_device_used_is_refused(stage: Stage) -> None:
    victim, thief, nobody = Device(stage), Device(stage), Device(stage)
    word = await word_of(stage)
    visitor = await victim.starts(word)
    await stage.says(visitor, "gizli-canary")
    await thief.starts()
    for other in (thief, nobody):
        with pytest.raises(Refusal) as caught:
            await other.identifies(word)
        assert caught.value.code is Code.IDENTITY_REFUSED
        with pytest.raises(Refusal):
            await Device(stage).starts(word)
    assert thief.visitor and not await is_verified(stage, thief.visitor)


async def test_v04_a_second_device_needs_a_word_of_its_own_and_then_sees_the_conversation(
    stage: Stage,
) -> None:
    desktop, phone, stranger = Device(stage), Device(stage), Device(stage)
    visitor = await desktop.starts(await word_of(stage))
    done = await stage.says(visitor, "merhaba, vazom kırık geldi")
    assert (await stranger.identifies(await word_of(stage, "c-18"))) == identifying.Known(
        None, None
    )
    await phone.identifies(await word_of(stage))
    assert phone.visitor is not None and phone.visitor.id == visitor.id
    assert phone.token != desktop.token
    assert await desktop.connects() is not None, "both devices are vouched for"
    states = await stage.chat.read(
        visitors_conversations, phone.visitor, now_ms=stage.clock.now_ms()
    )
    assert [state.conversation.public_id for state in states] == [done.conversation]


async def test_a_second_device_may_begin_at_once_and_goes_on_with_the_first(
    sqlite_stage: Stage,
) -> None:
    stage = sqlite_stage
    desktop, phone = Device(stage), Device(stage)
    visitor = await desktop.starts(await word_of(stage))
    first = await stage.says(visitor, "merhaba")
    again = await phone.starts(await word_of(stage))
    assert again.id == visitor.id
    assert (await stage.says(again, "orada mısınız")).conversation == first.conversation


async def test_v05_conversations_are_never_merged_and_an_address_opens_nothing(
    stage: Stage,
) -> None:
    desktop, phone = Device(stage), Device(stage)
    first = await desktop.starts(await word_of(stage, email="elif@o.example"))
    await stage.says(first, "merhaba")
    anonymous = await phone.starts()
    mine = await stage.says(anonymous, "adresim elif@o.example")
    other = Device(stage)
    await other.identifies(await word_of(stage, "c-99", email="elif@o.example"))
    assert other.visitor is None, "the same address is not the same customer"
    await phone.identifies(await word_of(stage))
    assert phone.visitor is not None and phone.visitor.id == anonymous.id
    conversation = await stage.conversation(mine.conversation)
    card = await stage.chat.read(sight.card, conversation, now_ms=stage.clock.now_ms())
    assert card.identity is not None and card.identity.customer == "c-17"
    assert len(card.past) == 1, "people see what this customer wrote elsewhere"


async def test_somebody_else_at_the_same_browser_is_told_apart(sqlite_stage: Stage) -> None:
    stage = sqlite_stage
    device = Device(stage)
    await device.starts(await word_of(stage))
    with pytest.raises(Refusal) as caught:
        await device.identifies(await word_of(stage, "c-18"))
    assert caught.value.code is Code.IDENTITY_DIFFERS


async def test_v03_who_signed_out_is_nobody_and_the_word_before_is_worth_nothing(
    stage: Stage,
) -> None:
    device, phone = Device(stage), Device(stage)
    word = await word_of(stage)
    visitor = await device.starts(word)
    await stage.says(visitor, "merhaba")
    await phone.identifies(await word_of(stage))
    await device.signs_out()
    assert await device.connects() is None
    with pytest.raises(Refusal):
        await device.identifies(word)
    assert await phone.connects() is not None, "the other device was not signed out"
    await device.identifies(await word_of(stage))
    assert device.visitor is not None and device.visitor.id == visitor.id


async def test_v06_a_browser_that_is_vouched_for_no_longer_ends_when_another_one_is(
    sqlite_stage: Stage,
) -> None:
    stage = sqlite_stage
    library, phone = Device(stage), Device(stage)
    await library.starts(await word_of(stage))
    stage.clock.advance(ms=HOLDS_MS)
    assert await library.connects() is not None
    await phone.identifies(await word_of(stage))
    assert await library.connects() is None
    assert await phone.connects() is not None


async def test_a_lapsed_device_is_refused_while_the_site_vouches_elsewhere(
    sqlite_stage: Stage,
) -> None:
    stage = sqlite_stage
    first, second = Device(stage), Device(stage)
    await first.starts(await word_of(stage))
    stage.clock.advance(ms=HOLDS_MS // 2)
    await second.identifies(await word_of(stage))
    stage.clock.advance(ms=HOLDS_MS // 2 + 1000)
    assert await first.connects() is None
    assert await second.connects() is not None


async def test_v03_secrets_rotate_without_a_gap_or_at_once(sqlite_stage: Stage) -> None:
    stage = sqlite_stage
    before = await secret_of(stage)
    old = await word_of(stage)
    after = await stage.chat.do(identifying.rotate_secret, stage.site.id, KEY)
    assert after != before
    assert await reads(stage, old), "a day to change the shop's settings"
    stage.clock.advance(ms=ROTATION_MS)
    with pytest.raises(Refusal):
        await reads(stage, sign(before, claims_of(stage.clock.now_ms())))
    third = await stage.chat.do(identifying.rotate_secret, stage.site.id, KEY, at_once=True)
    with pytest.raises(Refusal):
        await reads(stage, sign(after, claims_of(stage.clock.now_ms())))
    await stage.chat.do(identifying.end_secrets, stage.site.id)
    with pytest.raises(Refusal):
        await reads(stage, sign(third, claims_of(stage.clock.now_ms())))


async def test_s01_no_secret_stands_in_the_database(sqlite_stage: Stage) -> None:
    stage = sqlite_stage
    secret = await secret_of(stage)
    assert secret.removeprefix("chs_") not in await stage.chat.read(everything)


async def test_what_is_erased_includes_the_sites_word_and_every_device(stage: Stage) -> None:
    device, phone = Device(stage), Device(stage)
    canary = "elif-canary"
    word = await word_of(stage, canary, name=f"{canary}n", orders=[f"{canary}o"])
    visitor = await device.starts(word)
    await stage.says(visitor, "merhaba")
    told = await stage.chat.read(data_rights.export, visitor.public_id)
    assert told["identity"]["customer"] == canary
    await phone.identifies(await word_of(stage, canary))
    await stage.chat.do(data_rights.erase, visitor)
    assert "".join(filter(str.isalnum, canary)) not in await stage.chat.read(everything)
    assert await device.connects() is None and await phone.connects() is None
    assert await stage.chat.read(visitor_tokens.living, [visitor.id]) == set()


async def test_the_bots_rules_see_what_the_page_and_the_site_say(stage: Stage) -> None:
    device = Device(stage)
    visitor = await device.starts()
    said: dict[str, Any] = {
        "cart": {"total": 850},
        "visitor": {"segment": "new"},
        "product": {"name": "Vazo"},
    }
    await stage.chat.do(visitors.keep_context, visitor, said)
    await stage.chat.do(
        visitors.view_page, visitor, url="https://s.example/sepet?utm_campaign=bahar", title=""
    )

    async def situation() -> Any:
        done = await stage.chat.do(
            posting.post_visitor_message,
            visitor,
            conversation=None,
            client_id=client_id(),
            body=TextBody("kargom nerede"),
        )
        found = await stage.conversation(done.conversation)
        return await stage.chat.read(read_turn, found.id, now_ms=stage.clock.now_ms())

    owed = await situation()
    seen = owed.situation
    assert (seen.cart, seen.page, seen.campaign) == (850.0, "/sepet", "bahar")
    assert seen.attributes["segment"] == "new"
    assert seen.attributes["product.name"] == "Vazo"
    assert seen.attributes["verified"] == "false"
    await device.identifies(
        await word_of(stage, context={"cart": {"total": 20}, "visitor": {"segment": "vip"}})
    )
    seen = (await situation()).situation
    assert (seen.cart, seen.attributes["segment"], seen.attributes["verified"]) == (
        20.0,
        "vip",
        "true",
    )


@pytest.mark.parametrize("number", [CARD, TCKN, IBAN])
async def test_s04_nothing_a_page_or_a_site_says_is_kept_unmasked(
    sqlite_stage: Stage, number: str, capsys: pytest.CaptureFixture[str]
) -> None:
    stage = sqlite_stage
    device = Device(stage)
    bare = number.replace(" ", "")
    words: dict[str, Any] = {"note": number, "bare": bare, f"k{bare}"[:40]: 1}
    if bare.isdigit() and int(bare) < 1e12:
        words["number"] = int(bare)
    context: dict[str, Any] = {"cart": {"items": [{"name": number, "sku": bare}]}, "visitor": words}
    visitor = await device.starts(
        await word_of(stage, name=number, email=f"a{bare}@o.example", context=context)
    )
    await stage.chat.do(visitors.keep_context, visitor, context)
    for customer in (bare, f"c-{bare}"):
        with pytest.raises(Refusal):
            await Device(stage).starts(await word_of(stage, customer))
    heap = await stage.chat.read(everything) + "".join(capsys.readouterr())
    heap = "".join(filter(str.isalnum, heap))
    assert not [canary for canary in CANARIES if canary in heap]
