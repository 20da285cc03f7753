"""The closed list of events: name, who may send it, what it carries, what its ack carries.

Handlers, the authorisation matrix, `docs/protocol.md` and the tests are all read off this list, so
an event that is not here does not exist.
"""

from dataclasses import dataclass

from chatserver.protocol import agent_events as agents
from chatserver.protocol import client_asks as asks
from chatserver.protocol import client_events as client
from chatserver.protocol import server_events as server
from chatserver.protocol.fields import Event, Fact

VISITOR = "/visitor"
AGENT = "/agent"


@dataclass(frozen=True, slots=True)
class ClientEvent:
    """One event a client may send.

    Args:
        name: the Socket.IO event.
        namespace: where it may be sent.
        takes: its one argument.
        answers: what the acknowledgement carries when it is not a refusal.
        without_token: whether a visitor without a token may send it.
    """

    name: str
    namespace: str
    takes: type[Event]
    answers: type[Fact]
    without_token: bool = False


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """One event the server may send in a namespace."""

    name: str
    namespace: str
    carries: type[Fact]
    wants_ack: bool = False


CLIENT_EVENTS: tuple[ClientEvent, ...] = (
    ClientEvent(
        "visitor_start", VISITOR, client.VisitorStart, client.VisitorStarted, without_token=True
    ),
    ClientEvent("identify", VISITOR, asks.Identify, asks.Identified, without_token=True),
    ClientEvent("visitor_end", VISITOR, asks.VisitorEnd, client.Done),
    ClientEvent("message_send", VISITOR, client.VisitorMessageSend, client.MessageSent),
    ClientEvent("conversation_sync", VISITOR, client.ConversationSync, client.VisitorSync),
    ClientEvent("messages_seen", VISITOR, client.MessagesSeen, client.Done),
    ClientEvent("typing_set", VISITOR, client.TypingSet, client.Done),
    ClientEvent("page_viewed", VISITOR, client.PageViewed, client.Done),
    ClientEvent("handoff_request", VISITOR, client.HandoffRequest, client.MessageSent),
    ClientEvent("conversation_leave", VISITOR, client.ConversationLeave, client.MessageSent),
    ClientEvent("transcript_link", VISITOR, client.TranscriptLink, client.TranscriptLinks),
    ClientEvent("transcript_mail", VISITOR, asks.TranscriptMail, asks.TranscriptMailed),
    ClientEvent("answers_get", VISITOR, asks.AnswersGet, asks.AnswersKnown),
    ClientEvent("answers_mail", VISITOR, asks.AnswersMail, asks.AnswersMailed),
    ClientEvent("answers_stop", VISITOR, asks.AnswersStop, client.Done),
    ClientEvent("history_get", VISITOR, asks.HistoryGet, asks.History),
    ClientEvent("csat_submit", VISITOR, asks.CsatSubmit, client.MessageSent),
    ClientEvent("file_offer", VISITOR, asks.FileOffer, asks.FileOffered),
    ClientEvent("file_links", VISITOR, asks.FileLinksGet, asks.FileLinks),
    ClientEvent("details_give", VISITOR, asks.DetailsGive, client.Done),
    ClientEvent("context_set", VISITOR, asks.ContextSet, client.Done),
    ClientEvent("consent_set", VISITOR, asks.ConsentSet, client.Done),
    ClientEvent("privacy_get", VISITOR, asks.PrivacyGet, asks.Privacy),
    ClientEvent("data_export", VISITOR, asks.DataExport, asks.DataLink),
    ClientEvent("data_erase", VISITOR, asks.DataErase, client.Done),
    ClientEvent("rule_count", VISITOR, asks.RuleCount, client.Done),
    ClientEvent("message_send", AGENT, client.AgentMessageSend, client.MessageSent),
    ClientEvent("conversation_sync", AGENT, client.ConversationSync, client.AgentSync),
    ClientEvent("history_get", AGENT, asks.HistoryGet, asks.History),
    ClientEvent("card_send", AGENT, asks.CardSend, client.MessageSent),
    ClientEvent("file_offer", AGENT, asks.AgentFileOffer, asks.FileOffered),
    ClientEvent("file_links", AGENT, asks.FileLinksGet, asks.FileLinks),
    ClientEvent("messages_seen", AGENT, client.MessagesSeen, client.Done),
    ClientEvent("typing_set", AGENT, client.TypingSet, client.Done),
    ClientEvent("queue_sync", AGENT, agents.QueueSync, agents.Queue),
    ClientEvent("availability_set", AGENT, agents.AvailabilitySet, client.Done),
    ClientEvent("offer_accept", AGENT, agents.OfferAccept, agents.Assigned),
    ClientEvent("offer_decline", AGENT, agents.OfferDecline, client.Done),
    ClientEvent("conversation_take", AGENT, agents.ConversationTake, agents.Assigned),
    ClientEvent("conversation_transfer", AGENT, agents.ConversationTransfer, client.MessageSent),
    ClientEvent("conversation_resolve", AGENT, agents.ConversationResolve, client.Done),
    ClientEvent("conversation_reopen", AGENT, agents.ConversationReopen, agents.Assigned),
    ClientEvent("draft_save", AGENT, agents.DraftSave, client.Done),
    ClientEvent("context_get", AGENT, agents.ContextGet, agents.Context),
)

SERVER_EVENTS: tuple[ServerEvent, ...] = (
    ServerEvent("ready", VISITOR, server.VisitorReady),
    ServerEvent("message_created", VISITOR, server.MessageCreated),
    ServerEvent("message_updated", VISITOR, server.MessageUpdated),
    ServerEvent("conversation_updated", VISITOR, server.VisitorConversationUpdated),
    ServerEvent("messages_seen_by", VISITOR, server.MessagesSeenBy),
    ServerEvent("typing_changed", VISITOR, server.TypingChanged),
    ServerEvent("people_changed", VISITOR, server.PeopleChanged),
    ServerEvent("heads", VISITOR, server.Beacon, wants_ack=True),
    ServerEvent("drain", VISITOR, server.Drain),
    ServerEvent("ready", AGENT, server.AgentReady),
    ServerEvent("message_created", AGENT, server.MessageCreated),
    ServerEvent("message_updated", AGENT, server.MessageUpdated),
    ServerEvent("conversation_updated", AGENT, server.AgentConversationUpdated),
    ServerEvent("messages_seen_by", AGENT, server.MessagesSeenBy),
    ServerEvent("typing_changed", AGENT, server.TypingChanged),
    ServerEvent("presence_changed", AGENT, server.PresenceChanged),
    ServerEvent("offer_made", AGENT, server.OfferMade),
    ServerEvent("offer_ended", AGENT, server.OfferEnded),
    ServerEvent("queue_changed", AGENT, server.QueueChanged),
    ServerEvent("heads", AGENT, server.Beacon, wants_ack=True),
    ServerEvent("lease_check", AGENT, server.LeaseCheck, wants_ack=True),
    ServerEvent("drain", AGENT, server.Drain),
)

CONNECTS: dict[str, type[Event]] = {VISITOR: client.VisitorConnect, AGENT: client.AgentConnect}
