from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chatserver.bot.dialogue import take_turn
from chatserver.bot.turn import BotState, Decision, Heard, HeardKind
from chatserver.domain.conversations import Status
from chatserver.domain.messages import CardBody, FormBody

from .cast import AWAY, BUSY, CLOSED, FREE, KNOWLEDGE, Talk, is_sayable

PHRASES = st.sampled_from(
    [
        "kargom nerde",
        "iade",
        "2",
        "ikincisi",
        "evet",
        "hayır",
        "temsilciye bağla",
        "rezalet",
        "aptal",
        "Ada Yılmaz",
        "ada@example.com",
        "0532 123 45 67",
        "SP123456",
        "atla",
        "geri",
        "mrb",
        "tşk",
        "görüşürüz",
        "robot musun",
        "intihar edeceğim",
        "where is my order",
        "talk to a human",
        "İI\u0307ıi’",
    ]
)
CHOICES = st.sampled_from(
    [
        "handoff",
        "none",
        "helped:yes",
        "helped:no",
        "skip",
        "back",
        "confirm:yes",
        "fix:name",
        "fix:contact",
        "fix:order",
        "fix:question",
        "fix:what",
        "entry:track-order",
        "entry:gone",
        "",
    ]
)
KINDS: st.SearchStrategy[HeardKind] = st.sampled_from(
    ["handoff_requested", "nobody_accepted", "nobody_free", "agent_lost"]
)
TEXTS = PHRASES | st.text(max_size=60)
HEARD = (
    st.builds(lambda text: Heard(1, "text", text), TEXTS)
    | st.builds(lambda text, choice: Heard(1, "text", text, choice), TEXTS, CHOICES | st.text())
    | st.builds(lambda kind: Heard(1, kind), KINDS)
)
TURNS = st.lists(st.lists(HEARD, min_size=1, max_size=3), min_size=1, max_size=6)
SITUATIONS = st.builds(
    replace,
    st.sampled_from([FREE, BUSY, AWAY, CLOSED]),
    language=st.sampled_from(["tr", "en"]),
    status=st.sampled_from([Status.BOT, Status.WAITING]),
    position=st.none() | st.integers(1, 50),
    order_pattern=st.sampled_from(["", "SP######", "("]),
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(situation=SITUATIONS, turns=TURNS, offered=st.booleans())
def test_whatever_is_heard_the_decision_is_whole(
    situation: object, turns: list[list[Heard]], offered: bool
) -> None:
    assert isinstance(situation, type(FREE))
    talk = Talk(situation, offered=offered)
    for heard in turns:
        before = talk.situation
        talk.hears(*heard)
        _check(talk.last, before.status)
        if talk.last.handoff is not None and before.people != "free":
            assert "bağlıyorum" not in str(talk.last.says)


def _check(decision: Decision, status: Status) -> None:
    assert all(is_sayable(body) for body in (*decision.says, *decision.says_if_offered))
    forms = [body for body in decision.says if isinstance(body, FormBody)]
    assert len(forms) <= 1
    for form in forms:
        assert form is decision.says[-1]
        assert form.slot == decision.state.gathering
        assert 1 <= form.step <= form.steps <= 4
    if decision.handoff is not None:
        assert status is Status.BOT
        assert decision.state_if_offered is not None
        assert decision.says_if_offered
    if decision.details is not None:
        assert decision.details
        assert set(decision.details) <= {"name", "email", "phone", "order", "question"}


@settings(max_examples=50, deadline=None)
@given(situation=SITUATIONS, heard=st.lists(HEARD, max_size=3))
def test_the_same_turn_is_decided_the_same(situation: object, heard: list[Heard]) -> None:
    assert isinstance(situation, type(FREE))
    first = take_turn(BotState(), heard, situation, KNOWLEDGE)
    assert take_turn(BotState(), heard, situation, KNOWLEDGE) == first


def test_where_people_have_it_the_bot_is_silent() -> None:
    for status in (Status.OPEN, Status.RESOLVED):
        talk = Talk(replace(FREE, status=status))
        assert talk.says("kargom nerde") == ()
        assert talk.last.handoff is None


def test_state_survives_as_json() -> None:
    import msgspec

    talk = Talk(BUSY)
    talk.says("kargom nerde")
    talk.says("temsilciye bağla")
    talk.says("Ada")
    raw = msgspec.json.encode(talk.state)
    assert msgspec.json.decode(raw, type=BotState) == talk.state


def test_a_whole_evening_alone_with_the_bot() -> None:
    talk = Talk(CLOSED)
    assert any(isinstance(b, CardBody) for b in talk.says("mrb", "siparişim nerede"))
    talk.says("hayır")
    talk.says("evet")
    talk.says("Ada Yılmaz")
    talk.says("iade kargo ücretini kim ödüyor")
    talk.says("ada@example.com")
    talk.says("sp123456")
    talk.says("evet")
    assert talk.details == {
        "name": "Ada Yılmaz",
        "email": "ada@example.com",
        "order": "SP123456",
        "question": "siparişim nerede",
    }
    assert talk.state.done
