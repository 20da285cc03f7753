"""How visitors found a conversation: said in its log, the newest counts."""

from dataclasses import replace

from chatserver.domain.conversations import Status
from chatserver.domain.ids import ClientId
from chatserver.domain.messages import MessageKind, RatingBody
from chatserver.domain.people import Visitor
from chatserver.errors import Code, Refusal
from chatserver.masking import masked
from chatserver.services.opening import as_visitor_author, author_key
from chatserver.services.posting import Posted, posted
from chatserver.services.work import Work
from chatserver.storage import conversations, messages, ratings


def rate(
    work: Work, visitor: Visitor, conversation: str, *, client_id: ClientId, body: RatingBody
) -> Posted:
    """Keep a rating; a later one takes its place, both stay in the log.

    Numbers of cards, identities and accounts are hidden before anything else sees it.

    Raises:
        Refusal: `not_found`, `bad_request` while the conversation goes on, `client_id_conflict`.
    """
    key = author_key(visitor)
    body = replace(body, text=masked(body.text))
    sent = messages.find_sent(work.connection, key, client_id)
    if sent is not None:
        if sent[0].kind is not MessageKind.RATING or sent[0].body != body:
            raise Refusal(Code.CLIENT_ID_CONFLICT)
        return posted(sent[0], duplicate=True)
    found = conversations.find_of_visitor(work.connection, visitor.id, conversation)
    if found is None:
        raise Refusal(Code.NOT_FOUND)
    if found.status is not Status.RESOLVED:
        raise Refusal(Code.BAD_REQUEST, "A conversation is rated when it is over.")
    locked = conversations.lock(work.connection, found.id)
    ratings.keep(work.connection, locked.id, locked.last_agent, body, now_ms=work.now_ms)
    message = work.say(
        locked,
        author=as_visitor_author(visitor),
        body=body,
        author_key=key,
        client_id=client_id,
        also={"visitor_seen_seq": messages.NEXT_SEQ},
    )
    return posted(message, duplicate=False)
