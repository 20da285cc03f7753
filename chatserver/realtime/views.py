"""Domain values as each audience sees them; an allow-list: what is not copied here stays inside."""

from chatserver.domain.cards import LinkBody, ProductBody
from chatserver.domain.conversations import Status
from chatserver.domain.identities import Identity
from chatserver.domain.ids import TeamId
from chatserver.domain.messages import (
    ActivityBody,
    Audience,
    Author,
    CardBody,
    ChoicesBody,
    FileBody,
    FormBody,
    Message,
    OrderBody,
    RatingBody,
    TextBody,
)
from chatserver.domain.orders import OrderStatus
from chatserver.domain.people import Agent, Team
from chatserver.domain.why import Why
from chatserver.protocol import agent_events as agents
from chatserver.protocol import markdown
from chatserver.protocol.bodies import (
    ActivityView,
    BodyView,
    CardView,
    ChoicesView,
    FileView,
    FormView,
    LinkView,
    OptionView,
    OrderView,
    ProductView,
    RatingView,
    TextView,
)
from chatserver.protocol.conversations import (
    AgentConversation,
    Heads,
    OfferView,
    VisitorConversation,
    WaitView,
)
from chatserver.protocol.messages import AuthorView, MessageView, WhyView
from chatserver.protocol.people import AgentView, PeopleView, TeamView
from chatserver.services import sight
from chatserver.services.people import People
from chatserver.services.states import AgentState, VisitorState
from chatserver.storage.offers import Offer


def author(value: Author) -> AuthorView:
    """An author: kind and shown name, an agent's public id."""
    return AuthorView(kind=value.kind, name=value.name, id=value.public_id)


def differs(value: Message) -> bool:
    """Whether agents see more of a message than everyone does."""
    return isinstance(value.body, CardBody)


def body(value: object, *, audience: Audience) -> BodyView:
    """A body for one audience: how sure the bot was is for agents."""
    match value:
        case TextBody():
            return TextView(text=value.text, choice=value.choice, reply_to=value.reply_to)
        case ChoicesBody():
            return ChoicesView(
                text=value.text,
                options=tuple(
                    OptionView(value=option.value, label=option.label) for option in value.options
                ),
                purpose=value.purpose,
            )
        case CardBody():
            return CardView(
                entry=value.entry,
                title=value.title,
                nodes=markdown.parse(value.text),
                confidence=value.confidence if audience is Audience.AGENTS else None,
            )
        case OrderBody(order=order):
            return order_view(order)
        case ProductBody():
            return ProductView(
                title=value.title,
                url=value.url,
                price_kurus=value.price_kurus,
                stock=value.stock,
                image=value.image != "",
                sku=value.sku,
            )
        case LinkBody():
            return LinkView(title=value.title, url=value.url, text=value.text)
        case FormBody():
            return FormView(
                text=value.text,
                slot=value.slot,
                step=value.step,
                steps=value.steps,
                skippable=value.skippable,
                error=value.error,
                label=value.label,
            )
        case FileBody():
            return FileView(
                file=value.file,
                name=value.name,
                media_type=value.media_type,
                size=value.size,
                width=value.width,
                height=value.height,
            )
        case RatingBody():
            return RatingView(score=value.score, reasons=value.reasons, text=value.text)
        case ActivityBody():
            return ActivityView(
                type=value.type,
                actor=value.actor,
                target=value.target,
                reason=value.reason,
                details=dict(value.details),
            )
        case _:
            raise TypeError(type(value).__name__)


def order_view(value: OrderStatus) -> OrderView:
    """An order: the same for its visitor and for agents."""
    return OrderView(
        number=value.number,
        step=value.step,
        placed=None if value.placed is None else value.placed.isoformat(),
        expected=None if value.expected is None else value.expected.isoformat(),
        carrier=value.carrier,
        tracking_number=value.tracking_number,
        tracking_url=value.tracking_url,
        items=value.items,
        cancellable=value.cancellable,
        returnable=value.returnable,
        cancel_url=value.cancel_url,
        return_url=value.return_url,
        invoice_url=value.invoice_url,
    )


def message(value: Message, *, epoch: str, audience: Audience) -> MessageView:
    """A message for one audience; `previous_seq` is the one before it that this audience sees."""
    for_agents = audience is Audience.AGENTS
    return MessageView(
        conversation=value.conversation_public,
        epoch=epoch,
        seq=value.seq,
        previous_seq=value.seq - 1 if for_agents else value.previous_seq,
        at_ms=value.at_ms,
        client_id=value.client_id,
        author=author(value.author),
        kind=value.kind,
        body=body(value.body, audience=audience),
        why=why(value.why) if for_agents and value.why is not None else None,
    )


def why(value: Why) -> WhyView:
    """A reason, for agents."""
    return WhyView(
        kind=value.kind,
        key=value.key,
        version=value.version,
        confidence=value.confidence,
        runner_up=value.runner_up,
        runner_up_confidence=value.runner_up_confidence,
        slots=value.slots,
        judgement=value.judgement,
        language=value.language,
        took_ms=value.took_ms,
    )


def people(value: People) -> PeopleView:
    """Whether people are there."""
    return PeopleView(
        state=value.state,
        open=value.open,
        opens_at_ms=value.opens_at_ms,
        faces=value.faces,
        back=dict(value.back),
        holiday=dict(value.holiday.names) if value.holiday else {},
    )


def visitor_conversation(state: VisitorState) -> VisitorConversation:
    """A conversation for its visitor."""
    item = state.conversation
    return VisitorConversation(
        conversation=item.public_id,
        status=item.status,
        bot_active=item.bot_active,
        agent=state.agent_name,
        position=state.position,
        head=item.last_public_seq,
        version=item.version,
        seen_by_agent=item.agent_seen_seq,
        seen_by_visitor=item.visitor_seen_seq,
        resolved_ms=item.resolved_ms,
        people=people(state.people),
        wait=None if state.wait is None else WaitView(low_ms=state.wait[0], high_ms=state.wait[1]),
        rating=state.rating,
        answers_to=item.answers_to,
    )


def agent_conversation(state: AgentState) -> AgentConversation:
    """A conversation for agents."""
    item = state.conversation
    return AgentConversation(
        conversation=item.public_id,
        site=state.site.key,
        site_name=state.site.settings.name,
        team=state.team.public_id,
        team_name=state.team.name,
        status=item.status,
        bot_active=item.bot_active,
        holder=state.holder.public_id if state.holder else None,
        holder_name=state.holder.name if state.holder else None,
        fence=item.fence,
        priority=item.priority,
        head=item.last_seq,
        version=item.version,
        seen_by_agent=item.agent_seen_seq,
        seen_by_visitor=item.visitor_seen_seq,
        opened_ms=item.opened_ms,
        waiting_since_ms=item.waiting_since_ms if item.status is Status.WAITING else None,
        answer_due_since_ms=item.answer_due_since_ms,
        last_message_ms=item.last_message_ms,
        resolved_ms=item.resolved_ms,
        unread=state.unread,
        visitor=state.visitor.public_id,
        visitor_name=item.details.get("name", "") or state.visitor.name,
        language=item.language,
        handoff_reason=item.handoff_reason,
        details=dict(item.details),
        preview=state.preview,
        preview_author=state.preview_author,
        offered_to=state.offered_to,
        answers_to=item.answers_to,
    )


def agent(value: Agent, *, now_ms: int, teams: dict[TeamId, str]) -> AgentView:
    """A colleague. teams: public ids by inner id."""
    return AgentView(
        id=value.public_id,
        name=value.name,
        availability=value.availability,
        present=value.is_present(now_ms),
        load=value.load,
        capacity=value.capacity,
        teams=tuple(sorted(teams[team] for team in value.teams if team in teams)),
    )


def team(value: Team, *, site: str) -> TeamView:
    """A team, with its site's key."""
    return TeamView(id=value.public_id, name=value.name, site=site)


def offer(conversation: str, value: Offer) -> OfferView:
    """A live offer."""
    return OfferView(conversation=conversation, expires_ms=value.expires_ms, made_ms=value.made_ms)


def queue(value: sight.Queue, *, now_ms: int) -> agents.Queue:
    """The whole picture for one agent."""
    sites = {site.id: site.key for site in value.sites}
    teams = {item.id: str(item.public_id) for item in value.teams}
    return agents.Queue(
        revision=value.revision,
        epoch=value.epoch,
        conversations=tuple(agent_conversation(state) for state in value.states),
        offers=tuple(offer(public_id, item) for public_id, item in value.offers),
        agents=tuple(agent(item, now_ms=now_ms, teams=teams) for item in value.agents),
        teams=tuple(team(item, site=sites[item.site]) for item in value.teams),
        drafts={str(key): text for key, text in value.drafts.items()},
        me=agent(value.me, now_ms=now_ms, teams=teams),
        server_time_ms=now_ms,
    )


def card(value: sight.Card, *, online: bool) -> agents.Context:
    """What is known of a visitor."""
    who = value.visitor
    return agents.Context(
        conversation=value.conversation,
        visitor=who.public_id,
        name=who.name,
        email=who.email,
        phone=who.phone,
        verified=value.identity is not None,
        identity=None if value.identity is None else _identity(value.identity),
        language=who.language,
        device=who.device,
        online=online,
        first_seen_ms=who.created_ms,
        last_seen_ms=who.last_seen_ms,
        pages=tuple(
            agents.PageViewFact(url=page.url, title=page.title, at_ms=page.at_ms)
            for page in value.pages
        ),
        past=tuple(
            agents.PastConversation(
                conversation=item.public_id,
                opened_ms=item.opened_ms,
                status=item.status,
                agent=name,
                preview=preview,
            )
            for item, preview, name in value.past
        ),
        shop=value.shop,
        consent=value.consent,
        rating=value.rating,
    )


def _identity(value: Identity) -> agents.IdentityView:
    return agents.IdentityView(
        customer=value.customer,
        name=value.name,
        email=value.email,
        shop=dict(value.context),
        until_ms=value.expires_ms,
    )


def heads(state: AgentConversation | VisitorConversation) -> Heads:
    """One conversation's line in the beacon."""
    return Heads(
        conversation=state.conversation,
        head=state.head,
        seen_by_agent=state.seen_by_agent,
        seen_by_visitor=state.seen_by_visitor,
        version=state.version,
    )
