"""What is mailed to whom, in words; knows no server that takes it.

Mail goes to addresses that the shop knows, never to one that somebody merely typed, and nothing that
a visitor wrote is in it: else anybody could have us write to anybody.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from chatserver.words import say

_ROOT = Path(__file__).parent.parent / "templates" / "mail"


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail to one address.

    Args:
        shop: whose name stands beside the sender's address.
        subject: one line.
        text, html: the same, for readers with and without a screen full of colours.
    """

    to: str
    shop: str
    subject: str
    text: str
    html: str


class Mailer(Protocol):
    """Hands mail over to whoever delivers it."""

    async def send(self, mail: Mail) -> None:
        """Hand one mail over.

        Raises:
            MailError: why it could not be, and whether trying again may help.
        """
        ...


def code_mail(*, to: str, shop: str, code: str, number: str, minutes: int, language: str) -> Mail:
    """Return the mail that carries a one-time code.

    Args:
        shop: its name as shoppers read it.
        code: six figures.
        number: of the order, as the shop writes it.
        minutes: how long the code is good.
    """
    spoken = f"{code[:3]} {code[3:]}"
    shop = " ".join(shop.split())
    words = {
        "lead": say(language, "mail.code.lead", number=number),
        "code": spoken,
        "until": say(language, "mail.code.until", minutes=minutes),
        "never": say(language, "mail.code.never", shop=shop),
        "stranger": say(language, "mail.code.stranger"),
    }
    return Mail(
        to=to,
        shop=shop,
        subject=say(language, "mail.code.subject", code=spoken, shop=shop),
        text="\n\n".join(words.values()) + "\n",
        html=_templates().get_template("code.html").render(language=language, shop=shop, **words),
    )


def trial_mail(*, to: str, shop: str, language: str) -> Mail:
    """Return the mail that only shows that mail arrives."""
    words = {"lead": say(language, "mail.trial.lead", shop=shop)}
    return Mail(
        to=to,
        shop=shop,
        subject=say(language, "mail.trial.subject", shop=shop),
        text=words["lead"] + "\n",
        html=_templates().get_template("trial.html").render(language=language, shop=shop, **words),
    )


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(_ROOT),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
