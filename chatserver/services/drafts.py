"""Half-written replies that survive a closed browser."""

from chatserver.domain.ids import StaffId
from chatserver.masking import masked
from chatserver.services.routing import find_for_agent
from chatserver.services.work import Work
from chatserver.storage import drafts


def save_draft(work: Work, agent: StaffId, public_id: str, *, text: str) -> None:
    """Keep what an agent has half written; empty text drops it.

    Raises:
        Refusal: `not_found`.
    """
    _agent, conversation = find_for_agent(work, agent, public_id)
    drafts.save(
        work.connection,
        agent,
        conversation.id,
        text=masked(text, accounts=False),
        now_ms=work.now_ms,
    )
