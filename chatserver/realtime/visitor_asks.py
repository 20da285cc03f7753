"""What a visitor's socket may ask for beside the conversation itself: files, rating, own data."""

import msgspec

from chatserver.domain.ids import ClientId, PublicId
from chatserver.domain.messages import RatingBody
from chatserver.domain.people import Visitor
from chatserver.domain.shop_context import read_context
from chatserver.errors import Code, Refusal
from chatserver.protocol import client_asks as asks
from chatserver.protocol import client_events as client
from chatserver.protocol.fields import check_text
from chatserver.realtime.connections import Connection
from chatserver.realtime.edge import Edge, expect
from chatserver.services import (
    answers_by_mail,
    consents,
    data_rights,
    files,
    identifying,
    pages,
    prechat,
    proactive,
    ratings,
    visitors,
)
from chatserver.services.answer_letters import AnswerLetters
from chatserver.services.file_links import Grant
from chatserver.storage import conversations

MAX_CONTEXT_BYTES = 8 * 1024
ACKED_WITHIN_S = 0.5


def _visitor(connection: Connection) -> Visitor:
    return expect(connection.visitor)


async def history_get(edge: Edge, connection: Connection, event: asks.HistoryGet) -> asks.History:
    """Return what was said earlier."""
    page = await edge.chat.read(
        pages.of_visitor,
        _visitor(connection).id,
        event.conversation,
        event.before,
        limit=event.limit,
    )
    if page is None:
        raise Refusal(Code.NOT_FOUND)
    return asks.History(
        conversation=event.conversation, epoch=edge.epoch, messages=edge.messages_for_visitor(page)
    )


async def csat_submit(
    edge: Edge, connection: Connection, event: asks.CsatSubmit
) -> client.MessageSent:
    """Keep a rating."""
    visitor = _visitor(connection)
    edge.rates.check_send(visitor.id)
    if event.text:
        check_text(event.text)
    done = await edge.chat.do(
        ratings.rate,
        visitor,
        event.conversation,
        client_id=ClientId(event.client_id),
        body=RatingBody(event.score, tuple(event.reasons), event.text),
    )
    return client.MessageSent(
        conversation=done.conversation, seq=done.seq, at_ms=done.at_ms, duplicate=done.duplicate
    )


async def transcript_mail(
    edge: Edge, connection: Connection, event: asks.TranscriptMail
) -> asks.TranscriptMailed:
    """Mail the visitor's own conversation."""
    visitor = _visitor(connection)
    edge.rates.check_send(visitor.id)
    await _check_own(edge, visitor, event.conversation)
    if edge.letters is None:
        raise Refusal(Code.NOT_AVAILABLE, "No mail is sent here.")
    to = await edge.letters.send(
        visitor, event.conversation, event.email, network=connection.address
    )
    return asks.TranscriptMailed(to=to)


async def _check_own(edge: Edge, visitor: Visitor, conversation: str) -> None:
    if await edge.chat.read(conversations.find_of_visitor, visitor.id, conversation) is None:
        raise Refusal(Code.NOT_FOUND)


async def _answers(edge: Edge, visitor: Visitor, conversation: str) -> AnswerLetters:
    await _check_own(edge, visitor, conversation)
    if edge.answers is None:
        raise Refusal(Code.NOT_AVAILABLE, "No mail is sent here.")
    return edge.answers


async def answers_get(
    edge: Edge, connection: Connection, event: asks.AnswersGet
) -> asks.AnswersKnown:
    """Return what is known before answers are sent by mail."""
    visitor = _visitor(connection)
    letters = await _answers(edge, visitor, event.conversation)
    known = await letters.known(visitor, event.conversation)
    return asks.AnswersKnown(email=known.email, to=known.to, may=known.may)


async def answers_mail(
    edge: Edge, connection: Connection, event: asks.AnswersMail
) -> asks.AnswersMailed:
    """Send what people answer by mail from now on."""
    visitor = _visitor(connection)
    edge.rates.check_send(visitor.id)
    letters = await _answers(edge, visitor, event.conversation)
    to = await letters.begin(visitor, event.conversation, event.email, network=connection.address)
    return asks.AnswersMailed(to=to)


async def answers_stop(edge: Edge, connection: Connection, event: asks.AnswersStop) -> client.Done:
    """Send no more mail: the visitor waits here."""
    await edge.chat.do(answers_by_mail.give_up, _visitor(connection), event.conversation)
    return client.Done()


async def file_offer(edge: Edge, connection: Connection, event: asks.FileOffer) -> asks.FileOffered:
    """Give leave to send a file."""
    visitor = _visitor(connection)
    site = expect(connection.site)
    edge.rates.check_send(visitor.id)
    files.check_offer(event.name, event.size)
    if not site.settings.widget.files:
        raise Refusal(Code.FORBIDDEN)
    if event.conversation is not None:
        found = await edge.chat.read(conversations.find_of_visitor, visitor.id, event.conversation)
        if found is None:
            raise Refusal(Code.NOT_FOUND)
    grant = Grant("visitor", visitor.id, event.conversation, event.client_id, event.name)
    return asks.FileOffered(upload=f"/upload/{edge.files.sign_grant(grant)}")


async def file_links(
    edge: Edge, connection: Connection, event: asks.FileLinksGet
) -> asks.FileLinks:
    """Return addresses of the visitor's own conversation's files."""
    found = await edge.chat.read(
        conversations.find_of_visitor, _visitor(connection).id, event.conversation
    )
    if found is None:
        raise Refusal(Code.NOT_FOUND)
    return await edge.links_of(found, event.files)


async def details_give(edge: Edge, connection: Connection, event: asks.DetailsGive) -> client.Done:
    """Keep what was filled in before the conversation."""
    await edge.chat.do(prechat.give_details, _visitor(connection), event.details)
    return client.Done()


async def identify(edge: Edge, connection: Connection, event: asks.Identify) -> asks.Identified:
    """Take the site's signed word on who this is."""
    site = expect(connection.site)
    word = await edge.word_of(site, event.identity)
    known = await edge.chat.do(
        identifying.identify,
        site,
        word,
        visitor=connection.visitor,
        token_hash=connection.token_hash,
    )
    return asks.Identified(token=known.token)


async def visitor_end(edge: Edge, connection: Connection, event: asks.VisitorEnd) -> client.Done:
    """End this device's token, and every socket that came by it."""
    connection.leaving = True
    await edge.chat.do(identifying.sign_out, _visitor(connection), connection.token_hash)
    edge.chat.tasks.start(edge.forget_visitor(connection, after_s=ACKED_WITHIN_S), name="forget")
    return client.Done()


async def context_set(edge: Edge, connection: Connection, event: asks.ContextSet) -> client.Done:
    """Keep what the shop's page says of cart, product, order, page and visitor."""
    if len(msgspec.json.encode(event.context)) > MAX_CONTEXT_BYTES:
        raise Refusal(Code.TOO_LARGE)
    said = read_context({str(field): value for field, value in event.context.items()})
    await edge.chat.do(visitors.keep_context, _visitor(connection), said)
    return client.Done()


async def consent_set(edge: Edge, connection: Connection, event: asks.ConsentSet) -> client.Done:
    """Keep what the visitor agrees to, or withdraws."""
    await edge.chat.do(
        consents.say_consent,
        _visitor(connection),
        given=event.given,
        version=event.version,
        address=connection.address,
    )
    return client.Done()


async def privacy_get(edge: Edge, connection: Connection, event: asks.PrivacyGet) -> asks.Privacy:
    """Return what is kept of the visitor, in figures."""
    visitor = _visitor(connection)
    said = await edge.chat.read(consents.consent_of, visitor)
    kept = await edge.chat.read(data_rights.conversations_of, visitor)
    return asks.Privacy(
        consent=None if said is None else said.given,
        consent_version="" if said is None else said.version,
        consent_ms=None if said is None else said.at_ms,
        conversations=len(kept),
    )


async def data_export(edge: Edge, connection: Connection, event: asks.DataExport) -> asks.DataLink:
    """Make a link to everything that is kept of the visitor."""
    return asks.DataLink(url=edge.files.sign_data(PublicId(_visitor(connection).public_id)))


async def data_erase(edge: Edge, connection: Connection, event: asks.DataErase) -> client.Done:
    """Erase what is kept of the visitor; every socket of theirs is nobody's from now on."""
    visitor = _visitor(connection)
    connection.leaving = True
    await edge.chat.do(data_rights.erase, visitor)
    for other in edge.connections.of_visitor(visitor.id):
        after_s = ACKED_WITHIN_S if other is connection else 0
        edge.chat.tasks.start(edge.forget_visitor(other, after_s=after_s), name="forget")
    return client.Done()


async def rule_count(edge: Edge, connection: Connection, event: asks.RuleCount) -> client.Done:
    """Count what came of a word that the shop spoke first."""
    _visitor(connection)
    await edge.chat.do(proactive.count_step, expect(connection.site), event.rule, event.step)
    return client.Done()
