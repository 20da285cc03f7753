"""Entries are kept with all they ever were, and nobody overwrites anybody silently."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatserver.domain.knowledge import (
    Button,
    Content,
    Phase,
    Wording,
    covers,
    is_address,
    normalised,
    problems,
    publishing_problems,
)
from chatserver.errors import Code, Refusal
from chatserver.services import knowledge, starter
from chatserver.storage import faq_checks, faq_entries
from chatserver.storage.faq_entries import decode, encode
from faq import load_starter
from tests.editors.conftest import Room, content

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30)
wordings = st.builds(
    Wording, texts, st.lists(texts, max_size=4).map(tuple), texts,
    st.lists(st.builds(Button, texts, texts), max_size=2).map(tuple), st.integers(0, 10**12),
)  # fmt: skip
contents = st.builds(
    Content,
    category=texts,
    wordings=st.dictionaries(st.sampled_from(["tr", "en"]), wordings, max_size=2),
    scope=st.lists(texts, max_size=3).map(tuple),
    valid_from=st.none() | st.dates(),
    valid_until=st.none() | st.dates(),
)


async def test_a_new_installation_begins_with_the_starter_and_its_checks(room: Room) -> None:
    rows = await room.write(faq_entries.every)
    assert {row.key for row in rows} == {entry.key for entry in load_starter()}
    assert all(row.phase is Phase.LIVE for row in rows)
    assert len(await room.write(faq_checks.every)) > 150
    assert {e.key for e in room.shelf.entries("tr")} == {
        e.key for e in load_starter() if e.language == "tr"
    }
    assert not await room.write(starter.begin_with_starter, now_ms=room.now)


async def test_a_save_of_an_older_state_is_refused_and_shows_what_is_there(room: Room) -> None:
    seen = await room.write(knowledge.get, "return-how")
    mine = seen.content.with_utterance("tr", "geri yollamak istiyorum bunu")
    first = await room.write(
        knowledge.save, "return-how", mine, version=seen.version, by=room.gizem, now_ms=room.now
    )
    assert first.ok and first.entry.phase is Phase.CHANGED
    yours = seen.content.with_utterance("tr", "bunu nasıl geri veririm")
    second = await room.write(
        knowledge.save, "return-how", yours, version=seen.version, by=room.onur, now_ms=room.now
    )
    assert second.clashed and second.entry.content == mine
    assert second.entry.changed_by == "Gizem"
    same = await room.write(
        knowledge.save, "return-how", mine, version=seen.version, by=room.onur, now_ms=room.now
    )
    assert same.ok, "who saves what is there already clashes with nobody"


async def test_one_sitting_is_one_state_of_the_history(room: Room) -> None:
    entry = await room.write(knowledge.get, "return-how")
    before = len((await room.write(knowledge.history, "return-how"))[1])
    for number, by in ((1, room.gizem), (2, room.gizem), (3, room.onur)):
        entry = (
            await room.write(
                knowledge.save, "return-how",
                entry.content.with_utterance("tr", f"{number}. deneme cümlesi"),
                version=entry.version, by=by, now_ms=room.now,
            )
        ).entry  # fmt: skip
    _, states = await room.write(knowledge.history, "return-how")
    assert len(states) == before + 2
    assert [state.by for state in states[:2]] == ["Onur", "Gizem"]
    room.clock.advance(s=3600)
    back = await room.write(
        knowledge.restore, "return-how", states[-1].id,
        version=entry.version, by=room.onur, now_ms=room.now,
    )  # fmt: skip
    assert back.ok and back.entry.phase is Phase.LIVE
    _, after = await room.write(knowledge.history, "return-how")
    assert len(after) == len(states) + 1 and after[0].kind == "restored"
    with pytest.raises(Refusal) as refused:
        await room.write(
            knowledge.restore, "return-how", 10**6, version=1, by=None, now_ms=room.now
        )
    assert refused.value.code is Code.NOT_FOUND


async def test_a_new_entry_gets_a_key_of_its_own(room: Room) -> None:
    said = content("Mağazada prova yapılıyor mu?")
    first, none = await room.write(knowledge.create, said, by=room.gizem, now_ms=room.now)
    second, _ = await room.write(knowledge.create, said, by=room.gizem, now_ms=room.now)
    assert (first, second, none) == (
        "magazada-prova-yapiliyor-mu", "magazada-prova-yapiliyor-mu-2", ()
    )  # fmt: skip
    _, wrong = await room.write(knowledge.create, said, by=None, now_ms=room.now, key="return-how")
    assert [problem.code for problem in wrong] == ["taken"]
    _, wrong = await room.write(knowledge.create, Content(), by=None, now_ms=room.now)
    assert [(p.place, p.code) for p in wrong] == [("question", "required")]


async def test_a_search_folds_what_it_is_given(room: Room) -> None:
    found = await room.write(faq_entries.every, text="IADE  ne zaman")
    assert "refund-time" in {row.key for row in found}
    assert await room.write(faq_entries.every, text="100%") == []


async def test_owner_and_review_day_need_no_publication(room: Room) -> None:
    keys = ["return-how", "refund-time", "no-such"]
    assert (
        await room.write(
            knowledge.take_care, keys, owner=room.onur, set_owner=True,
            review_on=date(2027, 3, 1), set_review=True,
        )
    ) == 2  # fmt: skip
    row = await room.write(knowledge.get, "return-how")
    assert (row.owner_name, row.review_on, row.phase) == ("Onur", date(2027, 3, 1), Phase.LIVE)


def test_a_translation_is_old_when_the_other_was_written_later() -> None:
    before = normalised(
        Content("x", {"tr": Wording("S?", (), "C"), "en": Wording("Q?", (), "A")}),
        Content(), now_ms=1,
    )  # fmt: skip
    assert before.translation("en") == "ok"
    changed = before.with_wording("tr", replace(before.wording("tr"), answer="Yeni"))
    after = normalised(changed, before, now_ms=2)
    assert (after.translation("en"), after.translation("tr")) == ("old", "ok")
    only = normalised(changed.with_wording("en", Wording()), before, now_ms=3)
    assert only.translation("en") == "missing"
    utterance = normalised(before.with_utterance("tr", "başka"), before, now_ms=4)
    assert utterance.translation("en") == "ok", "an utterance asks for no translation"


@given(contents)
def test_what_is_kept_is_read_back_as_it_was(said: Content) -> None:
    assert decode(encode(said)) == said
    kept = normalised(said, Content(), now_ms=7)
    assert normalised(kept, kept, now_ms=8) == kept


@given(contents)
def test_every_content_is_judged_and_none_breaks_the_judge(said: Content) -> None:
    assert all(problem.place and problem.code for problem in problems(said))
    assert set(problems(said)) <= set(publishing_problems(said))


@pytest.mark.parametrize(
    ("said", "place", "code"),
    [
        (content(""), "tr.question", "required"),
        (content("S?", answer=""), "tr.answer", "required"),
        (content("S?", answer="En çok {return_days} gün"), "tr.answer", "hole"),
        (content("S" * 201), "tr.question", "long"),
        (content("S?", "u" * 301), "tr.utterances.0", "long"),
        (content("S?", answer="c" * 1201), "tr.answer", "long"),
        (content("S?", answer="a\x00b"), "tr.answer", "controls"),
        (content("S?", category=""), "category", "required"),
        (content("S?", scope=("urun",)), "scope", "scope"),
        (
            content("S?", valid_from=date(2026, 2, 1), valid_until=date(2026, 1, 1)),
            "valid_until",
            "before_from",
        ),
    ],
)
def test_what_is_wrong_is_said_at_its_field(said: Content, place: str, code: str) -> None:
    assert (place, code) in {(problem.place, problem.code) for problem in publishing_problems(said)}


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)", "data:text/html,x", "//evil.example", "https://shop.tr@evil.example",
        "https://a.example/)[x](javascript:alert(1)", "ftp://a.example", "https://", "",
        "https://a.example/\nx", "vbscript:x", "https://a.example/<b>",
    ],
)  # fmt: skip
def test_x02_a_button_leads_nowhere_strange(address: str) -> None:
    assert not is_address(address)


def test_a_button_leads_to_pages_mails_and_phones() -> None:
    for address in (
        "https://shop.example/iade?x=1#y", "mailto:a@b.example", "tel:+905321234567",
        "tel:0(850)1234567",
    ):  # fmt: skip
        assert is_address(address), address


def test_a_scope_is_met_by_a_page_or_a_site() -> None:
    scope = ("/urun/*", "/iade", "site:pera")
    assert covers((), site="x", path="")
    assert covers(scope, site="x", path="/urun/7") and covers(scope, site="x", path="/iade")
    assert covers(scope, site="pera", path="")
    assert not covers(scope, site="x", path="/iade/2") and not covers(scope, site="x", path="")
