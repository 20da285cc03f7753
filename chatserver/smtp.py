"""Hands mail to an SMTP server; words none and decides nothing.

`smtp://` turns TLS on before it says anything that matters (not on this very machine), `smtps://` is
TLS from the first byte. A server whose certificate is not its own is not spoken to.
"""

import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime, formataddr, make_msgid, parseaddr
from urllib.parse import unquote, urlsplit

import aiosmtplib
import structlog

from chatserver.clock import Clock, to_datetime
from chatserver.errors import MailError
from chatserver.services.mail import Mail
from chatserver.settings import Settings, is_loopback

LIMIT_S = 10.0
PORTS = {"smtp": 587, "smtps": 465}

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SmtpMailer:
    """Sends through one SMTP server, a connection a mail.

    Args:
        url: `smtp://user:password@host:587` or `smtps://…`; checked with the settings.
        sender: the address mail comes from, with or without a name.
        starts_tls: whether `smtp://` begins with STARTTLS, and ends where that is not offered.
        tls: whom TLS trusts; the machine's authorities when left out.
    """

    url: str
    sender: str
    clock: Clock
    starts_tls: bool = True
    tls: ssl.SSLContext | None = None

    async def send(self, mail: Mail) -> None:
        """Hand one mail over.

        Raises:
            MailError: with what the server said, but no address.
        """
        parts = urlsplit(self.url)
        host = parts.hostname or ""
        secure = parts.scheme == "smtps"
        try:
            await aiosmtplib.send(
                self._message(mail),
                hostname=host,
                port=parts.port or PORTS[parts.scheme],
                username=unquote(parts.username) if parts.username else None,
                password=unquote(parts.password) if parts.password else None,
                use_tls=secure,
                start_tls=self.starts_tls and not secure,
                tls_context=self.tls,
                timeout=LIMIT_S,
            )
        except aiosmtplib.SMTPAuthenticationError as error:
            raise MailError(
                f"{host} refuses user or password ({error.code})", retry=False
            ) from None
        except aiosmtplib.SMTPRecipientsRefused as error:
            code = error.recipients[0].code if error.recipients else 550
            raise MailError(f"{host} refuses the recipient ({code})", retry=_later(code)) from None
        except aiosmtplib.SMTPSenderRefused as error:
            raise MailError(
                f"{host} refuses the sender, MAIL_FROM ({error.code})", retry=_later(error.code)
            ) from None
        except aiosmtplib.SMTPResponseException as error:
            raise MailError(
                f"{host} refuses the mail ({error.code})", retry=_later(error.code)
            ) from None
        except ssl.SSLError:
            raise MailError(f"{host} has no certificate of its own name", retry=False) from None
        except (aiosmtplib.SMTPException, OSError) as error:
            if isinstance(error.__cause__, ssl.SSLError):
                raise MailError(f"{host} has no certificate of its own name", retry=False) from None
            if "not supported" in str(
                error
            ):  # a plain SMTPException has nothing else to know it by
                raise MailError(f"{host} offers no TLS, or no sign-in", retry=False) from None
            raise MailError(f"{host} can't be reached", retry=True) from None

    def _message(self, mail: Mail) -> EmailMessage:
        _name, address = parseaddr(self.sender)
        message = EmailMessage()
        message["From"] = formataddr((" ".join(mail.shop.split()), address))
        message["To"] = mail.to
        message["Subject"] = " ".join(mail.subject.split())
        message["Date"] = format_datetime(to_datetime(self.clock.now_ms()))
        domain = address.rpartition("@")[2]
        message["Message-ID"] = (
            f"<{mail.name}@{domain}>" if mail.name else make_msgid(domain=domain)
        )
        if mail.thread:
            message["In-Reply-To"] = message["References"] = f"<{mail.thread}@{domain}>"
        if mail.stop:
            message["List-Unsubscribe"] = f"<{mail.stop}>"
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(mail.text)
        message.add_alternative(mail.html, subtype="html")
        return message


def mailer_of(settings: Settings, clock: Clock) -> SmtpMailer | None:
    """Return what sends this installation's mail; None when it has no mail server."""
    if not settings.mail_url:
        return None
    host = urlsplit(settings.mail_url).hostname or ""
    return SmtpMailer(
        settings.mail_url, settings.mail_from, clock, starts_tls=not is_loopback(host)
    )


def _later(code: int) -> bool:
    return 400 <= code < 500
