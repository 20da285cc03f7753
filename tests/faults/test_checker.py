"""Every rule of the checker is shown a history that breaks it, and says so; it says nothing else."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.faults import checker
from tests.faults.checker import Kept, Person, Snapshot, Stored, findings
from tests.faults.recorder import History, Op, Screen, Shown

C = "conversation-1"


def stored(seq: int, previous: int, author: str, kind: str, body: str, **more: Any) -> Stored:
    client_id = more.pop("client_id", None)
    return Stored(
        conversation=C,
        shown=Shown(seq, previous, client_id, author, kind, body),
        **{"author_key": "", "author_name": "", "audience": "everyone", **more},
    )


def sound_snapshot() -> Snapshot:
    grace = {"author_key": "a1", "author_name": "Grace"}
    return Snapshot(
        messages=[
            stored(1, 0, "visitor", "text", "merhaba", author_key="v1", client_id="ada-1"),
            stored(2, 1, "system", "activity", "agent_joined", actor="Grace"),
            stored(3, 2, "agent", "text", "buyurun", client_id="grace-1", **grace),
            stored(4, 3, "agent", "note", "vip", client_id="grace-2", audience="agents", **grace),
            stored(5, 3, "visitor", "text", "kargom?", author_key="v1", client_id="ada-2"),
        ],
        conversations=[
            Kept(C, "open", "Grace", 5, 5),
            Kept("conversation-2", "waiting", None, 0, 0),
        ],
        agents=[Person("Grace", 2, 3), Person("Linus", 0, 3)],
        offers=[("conversation-2", "Grace")],
    )


def sent(who: str, identity: str, text: str, seq: int, **more: Any) -> Op:
    data = {"client_id": identity, "kind": "text", "body": {"text": text}, **more}
    answer = {"ok": True, "conversation": C, "seq": seq}
    return Op(who, "message_send", data, outcome="acked", answer=answer)


def sound_history(snapshot: Snapshot) -> History:
    accepted = {"ok": True, "conversation": C, "fence": 1}
    ops = [
        sent("Ada", "ada-1", "merhaba", 1),
        sent("Ada", "ada-1", "merhaba", 1),
        Op("Grace", "offer_accept", {"conversation": C}, outcome="acked", answer=accepted),
        sent("Grace", "grace-1", "buyurun", 3, fence=1),
        sent("Grace", "grace-2", "vip", 4, kind="note"),
        sent("Ada", "ada-2", "kargom?", 5),
        Op("Ada", "message_send", {"client_id": "ada-3", "kind": "text", "body": {"text": "?"}}),
        Op(
            *("Linus", "conversation_take", {"conversation": C}),
            outcome="refused",
            answer={"ok": False, "code": "taken", "retry": False},
        ),
    ]
    for number, op in enumerate(ops):
        op.number = number
    everyone = [one.shown for one in snapshot.messages if one.audience == "everyone"]
    agents = [replace(one.shown, previous_seq=one.shown.seq - 1) for one in snapshot.messages]
    return History(
        ops,
        {"Ada": {C: Screen("e", 5, everyone)}, "Grace": {C: Screen("e", 5, agents)}},
        {"Ada": "everyone", "Grace": "agents", "Linus": "agents"},
    )


def test_a_sound_history_breaks_nothing() -> None:
    snapshot = sound_snapshot()
    assert findings(sound_history(snapshot), snapshot) == []


Breaking = Callable[[History, Snapshot], None]


def message(snapshot: Snapshot, index: int, **values: Any) -> None:
    snapshot.messages[index] = replace(snapshot.messages[index], **values)


def shows(snapshot: Snapshot, index: int, **values: Any) -> None:
    message(snapshot, index, shown=replace(snapshot.messages[index].shown, **values))


def lose(history: History, snapshot: Snapshot) -> None:
    history.ops.append(sent("Ada", "ada-9", "kayıp", 6))


def change_a_text(history: History, snapshot: Snapshot) -> None:
    history.ops[0].data["body"] = history.ops[1].data["body"] = {"text": "başka"}


def move(history: History, snapshot: Snapshot) -> None:
    history.ops[5].answer["seq"] = 4


def store_twice(history: History, snapshot: Snapshot) -> None:
    shows(snapshot, 4, client_id="ada-1")
    history.ops[5].data |= {"client_id": "ada-1"}
    history.ops = [op for op in history.ops if op.number not in {0, 1}]
    history.screens["Ada"][C].messages[-1] = snapshot.messages[4].shown
    agents = history.screens["Grace"][C].messages
    agents[-1] = replace(agents[-1], client_id="ada-1")


def ack_at_two_places(history: History, snapshot: Snapshot) -> None:
    history.ops.append(replace(history.ops[0], answer={"ok": True, "conversation": "x", "seq": 1}))


def leave_a_hole(history: History, snapshot: Snapshot) -> None:
    snapshot.conversations[0] = replace(snapshot.conversations[0], last_seq=6)


def name_a_wrong_predecessor(history: History, snapshot: Snapshot) -> None:
    shows(snapshot, 2, previous_seq=1)
    history.screens["Ada"][C].messages[2] = snapshot.messages[2].shown


def forget_the_public_head(history: History, snapshot: Snapshot) -> None:
    snapshot.conversations[0] = replace(snapshot.conversations[0], last_public_seq=3)


def turn_one_senders_order(history: History, snapshot: Snapshot) -> None:
    history.ops[0].number = history.ops[1].number = 50


def give_a_fence_to_two(history: History, snapshot: Snapshot) -> None:
    history.ops[7] = replace(history.ops[2], who="Linus")


def speak_under_anothers_fence(history: History, snapshot: Snapshot) -> None:
    history.ops[3].who = "Linus"


def speak_without_holding(history: History, snapshot: Snapshot) -> None:
    message(snapshot, 2, author_name="Linus")


def hold_against_the_log(history: History, snapshot: Snapshot) -> None:
    message(snapshot, 1, actor="Linus")
    message(snapshot, 2, author_name="Linus")


def forget_a_load(history: History, snapshot: Snapshot) -> None:
    snapshot.agents[0] = Person("Grace", 1, 3)


def overload(history: History, snapshot: Snapshot) -> None:
    snapshot.agents[0] = Person("Grace", 2, 1)


def offer_what_does_not_wait(history: History, snapshot: Snapshot) -> None:
    snapshot.conversations[1] = replace(snapshot.conversations[1], status="resolved")


def miss_a_message(history: History, snapshot: Snapshot) -> None:
    history.screens["Ada"][C].messages.pop()


def show_a_message_twice(history: History, snapshot: Snapshot) -> None:
    screen = history.screens["Ada"][C]
    screen.messages.append(screen.messages[-1])


def show_a_note_to_its_subject(history: History, snapshot: Snapshot) -> None:
    history.screens["Ada"][C].messages.insert(3, snapshot.messages[3].shown)


def refuse_a_visitor(history: History, snapshot: Snapshot) -> None:
    history.ops[6].outcome = "refused"
    history.ops[6].answer = {"ok": False, "code": "resolved", "retry": False}


def refuse_an_agent_for_nothing(history: History, snapshot: Snapshot) -> None:
    history.ops[7].answer["code"] = "bad_request"


@pytest.mark.parametrize(
    ("rule", "breaks"),
    [
        (checker.acked_is_stored, lose),
        (checker.acked_is_stored, change_a_text),
        (checker.acked_is_stored, move),
        (checker.stored_once, store_twice),
        (checker.stored_once, ack_at_two_places),
        (checker.one_order, leave_a_hole),
        (checker.one_order, name_a_wrong_predecessor),
        (checker.one_order, forget_the_public_head),
        (checker.senders_order, turn_one_senders_order),
        (checker.one_holder, give_a_fence_to_two),
        (checker.one_holder, speak_under_anothers_fence),
        (checker.one_holder, speak_without_holding),
        (checker.one_holder, hold_against_the_log),
        (checker.load_is_true, forget_a_load),
        (checker.load_is_true, overload),
        (checker.load_is_true, offer_what_does_not_wait),
        (checker.screens_are_level, miss_a_message),
        (checker.screens_are_level, show_a_message_twice),
        (checker.screens_are_level, show_a_note_to_its_subject),
        (checker.nothing_failed, refuse_a_visitor),
        (checker.nothing_failed, refuse_an_agent_for_nothing),
    ],
)
def test_what_breaks_a_rule_is_found_by_it(rule: checker.Rule, breaks: Breaking) -> None:
    snapshot = sound_snapshot()
    history = sound_history(snapshot)
    breaks(history, snapshot)
    found = findings(history, replace(snapshot))
    assert any(said.startswith(f"{rule.__name__}:") for said in found), found


def test_every_rule_is_shown_something_broken() -> None:
    (marks,) = (
        mark.args[1]
        for mark in test_what_breaks_a_rule_is_found_by_it.pytestmark  # type: ignore[attr-defined]
    )
    assert {rule for rule, _breaks in marks} == set(checker.RULES)


def wire(seq: int, previous: int, epoch: str = "e") -> dict[str, Any]:
    return {
        "epoch": epoch,
        "seq": seq,
        "previous_seq": previous,
        "client_id": None,
        "author": {"kind": "visitor"},
        "kind": "text",
        "body": {"text": str(seq)},
    }


class TestAScreen:
    """The receiving half of the contract, by which the fault tests judge what people see."""

    def test_shows_what_comes_next_and_drops_what_it_has(self) -> None:
        screen = Screen()
        for one in (wire(1, 0), wire(2, 1), wire(1, 0), wire(4, 2)):
            screen.take(one)
        assert [item.seq for item in screen.messages] == [1, 2, 4] and not screen.is_behind

    def test_never_shows_a_list_with_a_hole(self) -> None:
        screen = Screen()
        screen.take(wire(1, 0))
        screen.take(wire(3, 2))
        assert [item.seq for item in screen.messages] == [1] and screen.is_behind

    def test_starts_over_in_another_epoch(self) -> None:
        screen = Screen()
        screen.take(wire(1, 0))
        screen.take_answer(
            {"epoch": "f", "reset": True, "head": 1, "more": False, "messages": [wire(1, 0, "f")]}
        )
        assert (screen.epoch, [item.body for item in screen.messages]) == ("f", ["1"])
