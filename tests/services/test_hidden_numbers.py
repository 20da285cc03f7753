"""S-04: what is hidden is hidden wherever it could be kept, told or found."""

import random

import pytest
import structlog
from sqlalchemy import Connection, select

from chatserver.domain.messages import MessageKind, TextBody
from chatserver.logs import configure_logs
from chatserver.services import drafts, posting, visitors
from chatserver.settings import Settings
from chatserver.storage.schema.metadata import metadata
from tests.cast import Stage, client_id

CARD, TCKN, IBAN = "4111 1111 1111 1111", "10000000146", "TR33 0006 1005 1978 6457 8413 26"
CANARIES = ("411111111111", TCKN, "0006100519786457841")


def everything(connection: Connection) -> str:
    rows = [row for table in metadata.sorted_tables for row in connection.execute(select(table))]
    return "".join(char for char in str(rows) if char.isalnum())


@pytest.mark.parametrize("number", [CARD, TCKN, IBAN])
async def test_s04_nothing_a_visitor_types_is_kept_or_told_unmasked(
    sqlite_stage: Stage, number: str, capsys: pytest.CaptureFixture[str]
) -> None:
    stage = sqlite_stage
    await stage.says(stage.ada, f"temsilciye bağlayın, kargom gelmedi {number}")
    for said in (number, f"adım {number}", f"{number} nolu sipariş", f"evet {number}"):
        await stage.says(stage.ada, said)
    await stage.chat.do(
        posting.post_visitor_message,
        stage.ada,
        conversation=None,
        client_id=client_id(),
        body=TextBody("…", f"entry:{number}"),
    )
    await stage.chat.do(
        visitors.view_page, stage.ada, url=f"https://shop.example/?q={number}", title=number
    )
    await stage.chat.settle()
    heaps = [
        await stage.chat.read(everything),
        "".join(filter(str.isalnum, repr(stage.told.facts))),
    ]
    heaps.append("".join(filter(str.isalnum, "".join(capsys.readouterr()))))
    assert not [canary for canary in CANARIES for heap in heaps if canary in heap]


async def test_s04_what_many_say_at_once_is_hidden_too(sqlite_stage: Stage) -> None:
    stage = sqlite_stage
    await stage.says(stage.ada, "merhaba")
    said = [
        posting.VisitorSays(stage.ada, None, client_id(), TextBody(f"kart {number}", f"x:{number}"))
        for number in (CARD, TCKN, IBAN)
    ]
    answers = await stage.chat.do(posting.post_visitor_messages, said)
    assert all(answers)
    heap = await stage.chat.read(everything) + "".join(filter(str.isalnum, repr(answers)))
    assert not [canary for canary in CANARIES if canary in heap]


async def test_s04_a_resend_is_still_the_same_message(sqlite_stage: Stage) -> None:
    stage, key = sqlite_stage, client_id()
    sent = [
        await stage.chat.do(
            posting.post_visitor_message,
            stage.ada,
            conversation=None,
            client_id=key,
            body=TextBody(f"kartım {CARD}"),
        )
        for _ in range(2)
    ]
    assert [one.duplicate for one in sent] == [False, True]


async def test_s04_agents_pass_on_the_shops_account_and_nobodys_card(sqlite_stage: Stage) -> None:
    stage = sqlite_stage
    await stage.available(stage.grace)
    done = await stage.says(stage.ada, "havale yapacağım")
    taken = await stage.accepts(stage.grace, done.conversation)
    for kind in (MessageKind.TEXT, MessageKind.NOTE):
        await stage.chat.do(
            posting.post_agent_message,
            stage.grace,
            conversation=done.conversation,
            client_id=client_id(),
            kind=kind,
            body=TextBody(f"IBAN {IBAN}, kart {CARD}, kimlik {TCKN}"),
            fence=taken.fence,
        )
    await stage.chat.do(drafts.save_draft, stage.grace, done.conversation, text=f"{CARD} {TCKN}")
    heap = await stage.chat.read(everything)
    assert CANARIES[2] in heap
    assert CANARIES[0] not in heap and TCKN not in heap


TALK = (
    "mrb", "kargom nerde", "iade", "evet", "hayır", "atla", "temsilciye bağla", "Ada Yılmaz",
    "ada@example.com", "kırık geldi", "AV-20418", "siparişi iptal etmek istiyorum", "geri",
)  # fmt: skip


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_s03_s04_random_talks_leave_no_number_in_sql_facts_or_log(
    sqlite_stage: Stage, seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    stage, dice = sqlite_stage, random.Random(seed)
    configure_logs(Settings(log_level="debug", log_format="json"))
    try:
        for _turn in range(25):
            marks = dice.choice(["", " ", "-", ".", "\u00a0"])
            number = dice.choice([CARD, TCKN, IBAN]).replace(" ", marks)
            said = f"{dice.choice(TALK)} {number} {dice.choice(TALK)}"
            await stage.says(stage.ada, dice.choice([said, number, dice.choice(TALK)]))
            structlog.get_logger("test").info("heard", text=said, rows=[{"body": said}])
    finally:
        structlog.reset_defaults()
        structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    logged = "".join(capsys.readouterr())
    assert "heard" in logged
    heaps = [await stage.chat.read(everything), repr(stage.told.facts), logged]
    bare = ["".join(filter(str.isalnum, heap)) for heap in heaps]
    assert not [canary for canary in CANARIES for heap in bare if canary in heap]
