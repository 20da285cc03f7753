"""The names of rooms, each with exactly one audience; only the server joins anyone.

A visitor's room carries what the visitor may see and an agent's what agents may: a note cannot
reach a shopper through a forgotten `if`. Namespaces keep the two apart a second time.
"""

from chatserver.domain.ids import ConversationId, SiteId, StaffId, TeamId, VisitorId


def visitor(visitor_id: VisitorId) -> str:
    """Every tab of one visitor."""
    return f"visitor:{visitor_id}"


def site_visitors(site: SiteId) -> str:
    """The visitors of one site."""
    return f"site:{site}"


def agents(conversation: ConversationId) -> str:
    """Agents who follow one conversation."""
    return f"agents:{conversation}"


def agent(agent_id: StaffId) -> str:
    """Every browser of one agent."""
    return f"agent:{agent_id}"


def team(team_id: TeamId) -> str:
    """The agents of one team."""
    return f"team:{team_id}"


def staff() -> str:
    """Every agent there is."""
    return "staff"
