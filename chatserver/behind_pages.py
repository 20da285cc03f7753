"""What stands behind the pages: the chat, the sockets and the database, as a page may ask them."""

from collections.abc import Sequence
from dataclasses import dataclass

from chatserver.domain.ids import ConversationId, StaffId
from chatserver.domain.sites import Site
from chatserver.errors import Code, Refusal
from chatserver.membership import Membership
from chatserver.protocol.people import PeopleView
from chatserver.realtime import views
from chatserver.realtime.server import Realtime
from chatserver.services import answers_by_mail, files, presence, proactive
from chatserver.services.card_pictures import CardPictures, address_of
from chatserver.services.chat import Chat
from chatserver.services.file_links import Grant
from chatserver.services.files import Inspected
from chatserver.services.people import people_of
from chatserver.services.posting import Posted
from chatserver.services.staff import list_sessions
from chatserver.storage import sites
from chatserver.web.context import Health


@dataclass(frozen=True, slots=True)
class BehindPages:
    """Does what pages ask for; each method is a field of the same name of `Web`."""

    chat: Chat
    realtime: Realtime
    membership: Membership
    pictures: CardPictures

    async def find_site(self, key: str) -> Site | None:
        """Return the site of a key."""
        return await self.chat.read(sites.find, key)

    async def people(self, site: Site) -> PeopleView:
        """Return whether people are there for a site."""
        now_ms = self.chat.clock.now_ms()
        return views.people(await self.chat.read(people_of, site, now_ms=now_ms))

    async def count_shown(self, site: Site, rule: str) -> None:
        """Count that a rule of a site spoke."""
        await self.chat.do(proactive.count_step, site, rule, "shown")

    def find_answers(self, text: str, language: str) -> Sequence[tuple[str, str, str]]:
        """Return key, question and answer of what the FAQ has for some words."""
        found = self.chat.knowledge.find(text, language).found
        return [(one.entry, one.question, one.answer) for one in found]

    async def receive_file(self, grant: Grant, content: bytes) -> Posted:
        """Look into a file, then keep it and say it in its conversation."""
        found = await files.inspect(content)
        post = files.post_visitor_file if grant.by == "visitor" else files.post_agent_file
        return await self.chat.do(post, grant, found)

    async def card_picture(self, conversation: str, seq: int) -> Inspected:
        """Return the picture of a product that a message shows.

        Raises:
            Refusal: `not_found` where there is none.
        """
        address = await self.chat.read(address_of, conversation, seq)
        if address is None:
            raise Refusal(Code.NOT_FOUND)
        return await self.pictures.get(address)

    async def refuse_mail(self, conversation: ConversationId) -> None:
        """End answers by mail of a conversation, and forget the address."""
        await self.chat.do(answers_by_mail.refuse, conversation)

    async def on_session_ended(self, staff_id: StaffId) -> None:
        """Close the sockets of sessions that are over; who has none left has signed out."""
        left = await self.chat.read(list_sessions, staff_id, now_ms=self.chat.clock.now_ms())
        await self.realtime.close_agent(staff_id, keep={session.id for session in left})
        if not left:
            await self.chat.do(presence.sign_out, staff_id)

    def is_draining(self) -> bool:
        """Whether the server is about to stop."""
        return self.realtime.edge.draining

    def health(self) -> Health:
        """Return what this process is, and what works less well than it should."""
        fanout = self.realtime.edge.fanout
        return Health(
            process=self.membership.process_id,
            role=self.membership.role,
            redis=None if fanout is None else fanout.is_up,
        )
