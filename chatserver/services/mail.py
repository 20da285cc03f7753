"""What is mailed to whom, in words; knows no server that takes it.

Codes go to addresses that the shop knows, and nothing that a visitor wrote is in them: else anybody
could have us write to anybody. The one mail full of a visitor's words is their own transcript
(`transcript_mail.py` says to whom it goes), below all of ours; and where an answer goes by mail
(`answers_by_mail.py`) their question stands under it.
"""

from collections.abc import Sequence
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
        thread, name: of our own making; mails of one thread belong together, and one sent again
            under its name is known to be the same. "" for mail that stands alone.
        stop: address that ends such mail at one press, or "".
    """

    to: str
    shop: str
    subject: str
    text: str
    html: str
    thread: str = ""
    name: str = ""
    stop: str = ""


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


@dataclass(frozen=True, slots=True)
class TranscriptLine:
    """One line of a transcript. who: "" for a change of state."""

    when: str
    who: str
    text: str


def transcript_mail(
    *,
    to: str,
    shop: str,
    opened: str,
    zone: str,
    left_out: int,
    lines: Sequence[TranscriptLine],
    language: str,
) -> Mail:
    """Return the mail that carries a conversation.

    Args:
        opened: when it began, worded; zone: of all its times.
        left_out: how many lines came before the first.
    """
    shop = " ".join(shop.split())
    words = {
        "lead": say(language, "mail.transcript.lead", shop=shop),
        "opened": say(language, "mail.transcript.opened", when=opened, zone=zone),
        "stranger": say(language, "mail.transcript.stranger"),
    }
    if left_out:
        words["left_out"] = say(language, "mail.transcript.left_out", count=left_out)
    said = []
    for line in lines:
        text = line.text.replace("\n", "\n    ")
        said.append(f"[{line.when}] {line.who}: {text}" if line.who else f"[{line.when}] — {text}")
    return Mail(
        to=to,
        shop=shop,
        subject=say(language, "mail.transcript.subject", shop=shop),
        text="\n\n".join((*words.values(), "\n".join(said))) + "\n",
        html=_templates()
        .get_template("transcript.html")
        .render(language=language, shop=shop, lines=lines, words=tuple(words.values())),
    )


def answer_mail(
    *,
    to: str,
    shop: str,
    lines: Sequence[TranscriptLine],
    question: str,
    back: str,
    stop: str,
    thread: str,
    last: int,
    language: str,
) -> Mail:
    """Return the mail that carries what the shop's people answered.

    Args:
        lines: theirs, oldest first; times are left out.
        question: what they answer, in the visitor's words, or "".
        back: where the conversation opens. stop: where the mail is ended.
        thread: name of the conversation's mails; last: seq of the last line.
    """
    shop = " ".join(shop.split())
    words = {
        "lead": say(language, "mail.answer.lead"),
        "asked": say(language, "mail.answer.question"),
        "open": say(language, "mail.answer.open"),
        "device": say(language, "mail.answer.device"),
        "why": say(language, "mail.answer.why", shop=shop),
        "stop_label": say(language, "mail.answer.stop"),
    }
    quoted = "\n".join(f"> {line}" for line in question.splitlines())
    text = (
        words["lead"],
        *(f"{line.who}:\n{line.text}" for line in lines),
        *((f"{words['asked']}\n{quoted}",) if question else ()),
        f"{words['open']}: {back}\n{words['device']}",
        f"-- \n{words['why']}\n{words['stop_label']}: {stop}",
    )
    return Mail(
        to=to,
        shop=shop,
        subject=say(language, "mail.answer.subject", shop=shop),
        text="\n\n".join(text) + "\n",
        html=_templates()
        .get_template("answer.html")
        .render(
            language=language,
            shop=shop,
            lines=lines,
            question=question,
            back=back,
            stop=stop,
            **words,
        ),
        thread=thread,
        name=f"{thread}.{last}",
        stop=stop,
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
