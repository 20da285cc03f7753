"""The demo's installation: its site with two teams, who works there, what happened lately.

One unit of work: an interrupted first start leaves nothing behind. Everything is done by the
services themselves, at times of the past.
"""

import secrets
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from chatserver.bot.knowledge import FaqKnowledge
from chatserver.demo.asked import asks, load_topics, note
from chatserver.demo.order_endpoint import PATH as ENDPOINT
from chatserver.demo.pages import trail
from chatserver.demo.play import Player
from chatserver.demo.ports import HOST
from chatserver.demo.scene import Scene
from chatserver.demo.shop_pages import CONTACT
from chatserver.demo.stories import load_stories, schedule
from chatserver.domain.ids import PublicId
from chatserver.domain.people import Role
from chatserver.domain.sites import Site
from chatserver.faq_shelf import FaqShelf
from chatserver.services import setup, staff
from chatserver.services.sign_in import hash_password
from chatserver.storage import identity_keys, orders, sites

SITE = "demo"
NAME = "Avlu"
PASSWORD = "avluda-bir-gun"
IDENTITY_KEY = "demo"
ORDERS_KEY = "demo"
"""What the order endpoint's secret is made from, with the demo's own key."""

ZONE = "Europe/Istanbul"
HOURS = ("mon-sat 09:00-18:00",)
TEAMS = ("Destek", "İade ve değişim")


DAY_MS = 24 * 3600 * 1000


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can sign in."""

    name: str
    email: str
    role: Role = Role.AGENT


AGENTS = (
    Person("Selin Aydın", "selin@avlu.example"),
    Person("Burak Demirtaş", "burak@avlu.example"),
)
EDITOR = Person("Gizem Toprak", "gizem@avlu.example", Role.EDITOR)
ADMIN = Person("Deniz Kaya", "deniz@avlu.example", Role.ADMIN)


def furnish(connection: Connection, *, faq: FaqShelf, shop_port: int, now_ms: int) -> None:
    """Fill an empty installation; in one filled before only follow the shop to its port."""
    site = sites.find(connection, SITE)
    if site is None:
        site = _open_shop(connection, shop_port, now_ms)
        _tell_stories(connection, site, faq, shop_port, now_ms)
    orders.connect(
        connection,
        site.id,
        url=f"http://{HOST}:{shop_port}{ENDPOINT}",
        key=ORDERS_KEY,
        now_ms=now_ms,
    )
    if not identity_keys.good(connection, site.id, now_ms=now_ms):
        identity_keys.add(connection, site.id, IDENTITY_KEY, now_ms=now_ms)
    origins = _origins(shop_port)
    if site.settings.origins != origins:
        sites.save(connection, site.id, replace(site.settings, origins=origins))


def _origins(shop_port: int) -> tuple[str, ...]:
    return tuple(f"http://{host}:{shop_port}" for host in (HOST, "localhost"))


def _open_shop(connection: Connection, shop_port: int, now_ms: int) -> Site:
    opened_ms = now_ms - 90 * DAY_MS
    site = setup.add_site(
        connection,
        SITE,
        name=NAME,
        origins=_origins(shop_port),
        language="tr",
        zone=ZONE,
        hours=HOURS,
        team=TEAMS[0],
        now_ms=opened_ms,
    )
    settings = replace(
        site.settings,
        order_example="AV-20418",
        order_pattern="AV-#####",
        contact=CONTACT,
    )
    sites.save(connection, site.id, settings)
    for name in TEAMS[1:]:
        sites.create_team(connection, site.id, name, PublicId(secrets.token_urlsafe(16)))
    for person in (*AGENTS, EDITOR, ADMIN):
        account = staff.create_account(
            connection,
            email=person.email,
            name=person.name,
            role=person.role,
            language="tr",
            password_hash=hash_password(PASSWORD),
            now_ms=opened_ms,
        )
        if person.role is Role.AGENT:
            for team in sites.teams(connection, site.id):
                staff.join_team(connection, account, team)
    return replace(site, settings=settings)


def _tell_stories(
    connection: Connection, site: Site, faq: FaqShelf, shop_port: int, now_ms: int
) -> None:
    accounts = {account.name: account.id for account in setup.accounts(connection)}
    scene = Scene(
        connection,
        site,
        agents={agent.name.split()[0].lower(): accounts[agent.name] for agent in AGENTS},
        knowledge=FaqKnowledge(faq.base),
        numbers={entry.key: 1 for entry in faq.all_entries},
        now_ms=now_ms,
    )
    player = Player(scene, trail(f"http://{HOST}:{shop_port}"))
    # Where an answer helped, the count is enough: a conversation each would make a slow first start.
    every = list(asks(load_topics(), now_ms))
    for one in every:
        if one.helped:
            note(connection, site.id, scene.knowledge, one)
    stories = [*load_stories(), *(one.story(now_ms) for one in every if not one.helped)]
    for at_ms, story in schedule(stories, site.settings.hours, now_ms):
        player.play(story, at_ms)
