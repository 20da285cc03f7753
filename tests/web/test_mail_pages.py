"""The page that ends the mail of a conversation: by its link alone, and by nothing less than a press."""

import pytest
from sqlalchemy import Connection, select

from chatserver.domain.ids import ConversationId
from chatserver.domain.messages import Author, AuthorKind, TextBody
from chatserver.services import answers_by_mail
from chatserver.services.work import Work
from chatserver.storage import answers
from chatserver.storage.schema.conversations import conversation as conversation_table
from chatserver.words import say
from tests.web.conftest import Shop

ELIF = "elif@ornek.com"


async def mailed(shop: Shop) -> ConversationId:
    """A conversation whose answers go by mail."""
    public_id = await shop.conversation((Author(AuthorKind.VISITOR), TextBody("gizli sorum")))

    def unit(connection: Connection) -> ConversationId:
        found = connection.execute(
            select(conversation_table.c.id).where(conversation_table.c.public_id == public_id)
        ).scalar_one()
        answers_by_mail.begin(Work(connection, shop.clock.now_ms()), found, ELIF)
        return ConversationId(found)

    return await shop.database.write(unit)


@pytest.mark.parametrize(
    "headers", [{}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}], ids=str
)
async def test_v07_a_mail_program_ends_it_with_one_post_and_opening_alone_does_not(
    shop: Shop, headers: dict[str, str]
) -> None:
    conversation = await mailed(shop)
    path = f"/m/{shop.web.stop_links.sign(conversation)}"
    async with shop.client() as client:
        asked = await client.get(path)
        assert say("tr", "web.stop.button") in asked.text
        kept = await shop.database.read(answers.of, conversation)
        assert kept is not None and kept.is_on
        for _ in range(2):
            ended = await client.post(path, data={"List-Unsubscribe": "One-Click"}, headers=headers)
            assert ended.status_code == 200 and say("tr", "web.stop.done") in ended.text
        assert say("tr", "web.stop.done") in (await client.get(path)).text
    for page in (asked, ended):
        assert "gizli" not in page.text and "elif" not in page.text
        assert "set-cookie" not in page.headers
    kept = await shop.database.read(answers.of, conversation)
    assert kept is not None and not kept.is_on and kept.address == ""


async def test_v07_a_forged_link_ends_nothing(shop: Shop) -> None:
    conversation = await mailed(shop)
    signed = shop.web.stop_links.sign(conversation)
    async with shop.client() as client:
        for forged in (str(conversation), "x", signed[:-1] + ("a" if signed[-1] != "a" else "b")):
            assert (await client.get(f"/m/{forged}")).status_code == 404
            assert (await client.post(f"/m/{forged}")).status_code == 404
    kept = await shop.database.read(answers.of, conversation)
    assert kept is not None and kept.is_on and kept.address == ELIF
