"""Several real server processes on one PostgreSQL and one Redis."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.clients import AgentClient, VisitorClient
from tests.postgresql import PostgreSQL, start_postgresql
from tests.redis import Redis
from tests.server import ServerProcess
from tests.shop import furnish
from tests.staff import Account


@dataclass
class Cluster:
    """Processes of one installation."""

    folder: Path
    url: str
    redis: Redis
    accounts: list[Account]
    env: dict[str, str] = field(default_factory=dict)
    processes: list[ServerProcess] = field(default_factory=list)

    def start(self, **env: str) -> ServerProcess:
        """Start one more process."""
        folder = self.folder / f"process-{len(self.processes)}"
        folder.mkdir()
        server = ServerProcess(
            folder, self.url, env={"REDIS_URL": self.redis.url, **self.env, **env}
        )
        self.processes.append(server)
        server.start()
        return server

    def stop(self) -> None:
        for server in self.processes:
            server.stop()


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    """A Redis that no test disturbs."""
    server = Redis(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.kill()


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[Redis]:
    """A Redis of this test's own, to be killed."""
    server = Redis(tmp_path)
    server.start()
    yield server
    server.go_on()
    server.kill()


@pytest.fixture
def own_postgresql(tmp_path: Path) -> Iterator[PostgreSQL]:
    """A PostgreSQL of this test's own, to be killed."""
    server = start_postgresql(tmp_path / "postgresql")
    yield server
    server.stop()


NewCluster = Callable[..., Cluster]


@pytest.fixture
def new_cluster(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Callable[..., Cluster]]:
    """Return a function that furnishes a database and starts processes on it."""
    made: list[Cluster] = []

    def build(
        count: int = 2,
        *,
        redis: Redis | None = None,
        url: str | None = None,
        agents: int = 2,
        capacity: int = 5,
        grace_s: int = 45,
        env: dict[str, str] | None = None,
    ) -> Cluster:
        redis = redis or request.getfixturevalue("redis_server")
        url = url or request.getfixturevalue("postgresql").fresh_database()
        accounts = furnish(url, agents=agents, capacity=capacity, grace_s=grace_s)
        assert redis is not None and url is not None
        cluster = Cluster(tmp_path, url, redis, accounts, env or {})
        made.append(cluster)
        for _ in range(count):
            cluster.start()
        return cluster

    yield build
    for cluster in made:
        cluster.stop()


async def talking(at: ServerProcess, *, agent: AgentClient) -> tuple[VisitorClient, str]:
    """Return a visitor of a process whose conversation an agent of another one has accepted."""
    visitor = VisitorClient(at.origin)
    await visitor.start()
    answer = await visitor.say("merhaba, bir sorum var")
    assert answer["ok"], answer
    conversation = answer["conversation"]
    await agent.until(lambda: agent.of("offer_made"), what="an offer")
    accepted = await agent.accept(conversation)
    assert accepted["ok"], accepted
    synced = await agent.ask(
        "conversation_sync", wants=[{"conversation": conversation, "after": 0}]
    )
    assert synced["ok"], synced
    return visitor, conversation


async def settle(seconds: float = 0.3) -> None:
    """Let what is under way arrive."""
    await asyncio.sleep(seconds)


def texts(client: VisitorClient | AgentClient) -> list[str]:
    """Return the texts of the messages a client was told of, in the order that it shows.

    What was stored by two processes may arrive the other way round; clients go by `seq`.
    """
    told = [item["message"] for item in client.of("message_created")]
    told.sort(key=lambda message: message["seq"])
    return [message["body"]["text"] for message in told if message["kind"] == "text"]
