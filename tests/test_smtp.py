"""Mail over real SMTP: what arrives, and what is said when it does not."""

import re
from pathlib import Path

import pytest

from chatserver.clock import ManualClock
from chatserver.errors import MailError, SettingsError
from chatserver.services.mail import Mail, code_mail, trial_mail
from chatserver.settings import load_settings
from chatserver.smtp import SmtpMailer, mailer_of
from chatserver.words import LANGUAGES, words
from tests.endpoints import Authority
from tests.post_office import post_office

CODE = code_mail(
    to="elif@ornek.example",
    shop="Avlu",
    code="482913",
    number="AV-20418",
    minutes=10,
    language="tr",
)
CLOCK = ManualClock()


def mailer(url: str, authority: Authority | None = None, *, starts_tls: bool = False) -> SmtpMailer:
    return SmtpMailer(
        url, "destek@avlu.example", CLOCK, starts_tls, authority.trusting() if authority else None
    )


async def why(mailer: SmtpMailer, mail: Mail = CODE) -> MailError:
    with pytest.raises(MailError) as caught:
        await mailer.send(mail)
    assert "elif" not in str(caught.value) and "çok-gizli" not in str(caught.value)
    return caught.value


async def test_a_code_arrives_in_both_forms() -> None:
    async with post_office() as office:
        await mailer(f"smtp://127.0.0.1:{office.port}").send(CODE)
    mail = office.mails[0]
    assert office.to == ["elif@ornek.example"]
    assert mail["From"] == "Avlu <destek@avlu.example>"
    assert mail["Subject"] == "482 913 – Avlu doğrulama kodunuz"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"].endswith("@avlu.example>")
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None and html is not None
    for body in (text.get_content(), html.get_content()):
        assert "482 913" in body and "AV-20418" in body and "10 dakika" in body


# The test's own server has warnings of its own, and forgets a socket when a handshake fails.
@pytest.mark.filterwarnings("ignore")
async def test_tls_and_sign_in() -> None:
    authority = Authority()
    shown = authority.server("127.0.0.1")
    async with post_office(tls=shown, password="çok-gizli/1") as office:
        url = "smtps://avlu:{}@127.0.0.1:{}"
        await mailer(url.format("%C3%A7ok-gizli%2F1", office.port), authority).send(CODE)
        error = await why(mailer(url.format("%C3%A7ok-gizli", office.port), authority))
        assert "user or password" in str(error) and not error.retry
    assert len(office.mails) == 1
    async with post_office(starts=shown) as office:
        url = f"smtp://127.0.0.1:{office.port}"
        await mailer(url, authority, starts_tls=True).send(CODE)
        assert "certificate" in str(await why(mailer(url, starts_tls=True)))
    assert len(office.mails) == 1


async def test_nothing_is_said_in_the_open_where_tls_is_wanted() -> None:
    async with post_office() as office:
        error = await why(mailer(f"smtp://127.0.0.1:{office.port}", starts_tls=True))
    assert "no TLS" in str(error) and not error.retry and office.mails == []


async def test_who_is_refused_and_whether_to_try_again() -> None:
    async with post_office() as office:
        url = f"smtp://127.0.0.1:{office.port}"
        office.refuses = "450 mailbox busy"
        assert (await why(mailer(url))).retry
        office.refuses = "550 no such user"
        assert not (await why(mailer(url))).retry
        office.refuses, office.says = "", "452 disk full"
        assert (await why(mailer(url))).retry
        office.says = "554 spam"
        assert not (await why(mailer(url))).retry
    error = await why(mailer(url))
    assert "can't be reached" in str(error) and error.retry


def test_v07_nothing_can_be_put_into_a_header() -> None:
    mail = code_mail(
        to="a@b.example", shop="Avlu\r\nBcc: x@y.example", code="123456", number="1",
        minutes=10, language="en",
    )  # fmt: skip
    message = mailer("smtp://127.0.0.1")._message(mail)
    assert message["Bcc"] is None and "\n" not in message["Subject"]
    hostile = code_mail(
        to="a@b.example", shop="<b>Avlu</b>", code="123456", number="<script>", minutes=10,
        language="tr",
    )  # fmt: skip
    assert "<script>" not in hostile.html and "<b>" not in hostile.html


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_languages_have_the_same_words(language: str) -> None:
    table = {k: v for k, v in words(language, "mail").items() if k.startswith("mail.")}
    other = words("tr", "mail")
    source = Path(code_mail.__code__.co_filename).read_text("utf-8")
    plain = {key.removesuffix(".one").removesuffix(".other") for key in table}
    assert plain == set(re.findall(r'"(mail\.[a-z_.]+)"', source))
    for key, text in table.items():
        assert sorted(re.findall(r"\{\w+\}", text)) == sorted(re.findall(r"\{\w+\}", other[key]))
        assert not re.search(r"\}['’\w]", text), key
    assert trial_mail(to="a@b.example", shop="Avlu", language=language).text


def test_how_mail_is_set_up() -> None:
    good = {"MAIL_URL": "smtp://u:p@mail.example:587", "MAIL_FROM": "Avlu <destek@avlu.example>"}
    settings = load_settings(good)
    found = mailer_of(settings, CLOCK)
    assert found is not None and found.starts_tls
    assert mailer_of(load_settings({}), CLOCK) is None
    for wrong in (
        {"MAIL_URL": "http://mail.example"},
        {"MAIL_URL": "smtp://"},
        {"MAIL_URL": "smtp://mail.example:x"},
        {"MAIL_URL": "smtp://u:çok/gizli@mail.example"},
        {"MAIL_FROM": "nobody"},
        {"MAIL_FROM": ""},
        {"MAIL_URL": ""},
    ):
        with pytest.raises(SettingsError, match="MAIL_") as caught:
            load_settings(good | wrong)
        assert "gizli" not in str(caught.value)
    with pytest.raises(SettingsError, match="ORDERS is not 1 or 0"):
        load_settings({"CHATSERVER_ALLOW_LOCAL_ORDERS": "perhaps"})
    assert load_settings({"CHATSERVER_ALLOW_LOCAL_ORDERS": "1"}).allow_local_orders
