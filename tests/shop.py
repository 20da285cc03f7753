"""A shop in a database, for a real server: a site, a team, agents with sessions."""

from dataclasses import replace

from sqlalchemy import Connection

from chatserver.services import setup
from chatserver.storage import sites
from chatserver.storage.database import Database
from tests.clock import now_ms
from tests.databases import prepare
from tests.staff import Account, hire_agent


def furnish(
    url: str,
    *,
    agents: int = 2,
    capacity: int = 3,
    hours: tuple[str, ...] = (),
    grace_s: int = 45,
) -> list[Account]:
    """Prepare a database and put a site, a team and agents with sessions into it."""
    prepare(url, now_ms=now_ms())
    database = Database(url)

    def fill(connection: Connection) -> list[Account]:
        site = setup.add_site(
            connection,
            "demo",
            name="Avlu",
            origins=["http://shop.example"],
            language="tr",
            zone="Europe/Istanbul",
            hours=list(hours),
            team="Destek",
            now_ms=now_ms(),
        )
        sites.save(connection, site.id, replace(site.settings, grace_s=grace_s))
        team = sites.teams(connection)[0]
        names = ["Grace", "Linus"] + [f"Agent {number}" for number in range(3, agents + 1)]
        return [
            hire_agent(connection, name, team=team, capacity=capacity) for name in names[:agents]
        ]

    try:
        return database.run(fill)
    finally:
        database.shut()
