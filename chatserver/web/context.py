"""What the pages need from the rest of the house, handed in once; knows no route."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from chatserver.clock import Clock
from chatserver.domain.ids import ConversationId, StaffId
from chatserver.domain.sites import Site
from chatserver.faq_shelf import LiveShelf
from chatserver.protocol.people import PeopleView
from chatserver.services.answer_letters import StopLinks
from chatserver.services.file_links import FileLinks, Grant
from chatserver.services.files import Inspected
from chatserver.services.posting import Posted
from chatserver.services.sign_in import Entrance
from chatserver.services.transcript_links import TranscriptLinks
from chatserver.settings import Settings
from chatserver.storage.database import Database
from chatserver.web.assets import Assets, load_assets
from chatserver.web.once import Once
from chatserver.web.templates import Templates


class FaqEntry(Protocol):
    """One FAQ entry in one language, as the list shows it. answer: Markdown."""

    @property
    def key(self) -> str:
        """Return its lasting name."""
        ...

    @property
    def question(self) -> str:
        """Return the question as shoppers read it."""
        ...

    @property
    def category(self) -> str:
        """Return the word it is grouped under."""
        ...

    @property
    def answer(self) -> str:
        """Return the answer in Markdown."""
        ...

    @property
    def utterances(self) -> Sequence[str]:
        """Return ways people say it."""
        ...

    @property
    def status(self) -> str:
        """Return `draft`, `published` or `archived`."""
        ...


class Knowledge(Protocol):
    """The FAQ as pages see it."""

    def entries(self, language: str) -> Sequence[FaqEntry]:
        """Return every entry of a language, in the order of the files."""
        ...

    def popular(self, language: str, limit: int) -> Sequence[FaqEntry]:
        """Return what is offered before anybody asked."""
        ...


@dataclass(frozen=True, slots=True)
class Health:
    """What this process is among its like.

    Args:
        role: `single`, `sweeper` or `member`.
        redis: whether it hears the others; None where there is nobody to hear.
    """

    process: str
    role: str
    redis: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Web:
    """Everything the pages need.

    Args:
        find_site: the site of a key, or None.
        shelf: the FAQ with its index, as this process holds it.
        people: whether people are there for a site.
        on_session_ended: told whose session ended, so that open sockets end too.
        receive_file: keeps a file and says it in its conversation.
        card_picture: the picture of the product that a message shows; refuses where there is none.
        find_answers: key, question and answer of what the FAQ has for some words.
        check_search: counts one search of an address; refuses too many.
        reply_ms: how long a first answer usually takes on a site, or None.
        count_shown: counts that a rule of a site spoke.
        sends_mail: whether mail is sent from here.
        sends_answers: whether answers go by mail to who asks for it.
        refuse_mail: ends such mail of a conversation, and forgets the address.
        is_ready: named checks; all must hold for `/readyz`.
        is_draining: whether the server is about to stop.
        votes: who said today what of which answer in the help centre.
        health: what this process is, and what works less well than it should.
    """

    database: Database
    clock: Clock
    settings: Settings
    entrance: Entrance
    find_site: Callable[[str], Awaitable[Site | None]]
    people: Callable[[Site], Awaitable[PeopleView]]
    knowledge: Knowledge
    shelf: LiveShelf
    on_session_ended: Callable[[StaffId], Awaitable[None]]
    receive_file: Callable[[Grant, bytes], Awaitable[Posted]]
    card_picture: Callable[[str, int], Awaitable[Inspected]]
    find_answers: Callable[[str, str], Sequence[tuple[str, str, str]]]
    check_search: Callable[[str], Awaitable[None]]
    reply_ms: Callable[[Site], Awaitable[int | None]]
    count_shown: Callable[[Site, str], Awaitable[None]]
    is_ready: Callable[[], Awaitable[Mapping[str, bool]]]
    is_draining: Callable[[], bool]
    refuse_mail: Callable[[ConversationId], Awaitable[None]]
    sends_mail: bool = False
    sends_answers: bool = False
    health: Callable[[], Health] = lambda: Health("", "single")
    votes: Once = field(default_factory=Once)
    assets: Assets = field(default_factory=load_assets)
    templates: Templates = field(default_factory=Templates)

    @property
    def links(self) -> TranscriptLinks:
        """Who signs the links of visitors' transcripts."""
        return TranscriptLinks(self.settings.secret_key, self.clock)

    @property
    def stop_links(self) -> StopLinks:
        """Who signs the addresses that end the mail of a conversation."""
        return StopLinks(self.settings.secret_key)

    @property
    def files(self) -> FileLinks:
        """Who signs the addresses of files and of visitors' own data."""
        return FileLinks(self.settings.secret_key, self.clock)
