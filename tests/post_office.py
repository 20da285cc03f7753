"""A real SMTP server on this machine, as helpful as a test wants it."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session


@dataclass
class PostOffice:
    """What it was handed, and what it says to it."""

    port: int = 0
    refuses: str = ""
    says: str = "250 OK"
    mails: list[EmailMessage] = field(default_factory=list)
    to: list[str] = field(default_factory=list)
    came: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the first mail is there."""

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        if self.refuses:
            return self.refuses
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        if self.says.startswith("250"):
            content = envelope.content
            assert isinstance(content, bytes)
            self.mails.append(
                message_from_bytes(content, _class=EmailMessage, policy=policy.default)
            )
            self.to += envelope.rcpt_tos
            self.came.set()
        return self.says


@asynccontextmanager
async def post_office(
    *, tls: ssl.SSLContext | None = None, starts: ssl.SSLContext | None = None, password: str = ""
) -> AsyncIterator[PostOffice]:
    """Serve until the block ends.

    Args:
        tls: from the first byte. starts: by STARTTLS. password: of the user `avlu`, if needed.
    """
    office = PostOffice()

    def sign_in(
        _server: SMTP, _session: Session, _envelope: Envelope, _way: str, data: Any
    ) -> AuthResult:
        good = (data.login, data.password) == (b"avlu", password.encode())
        return AuthResult(success=good, handled=False)

    def protocol() -> SMTP:
        return SMTP(
            office,
            hostname="post.example",
            tls_context=starts,
            require_starttls=starts is not None,
            authenticator=sign_in if password else None,
            auth_required=bool(password),
            auth_require_tls=False,
            enable_SMTPUTF8=True,
        )

    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0, ssl=tls)
    office.port = server.sockets[0].getsockname()[1]
    try:
        yield office
    finally:
        server.close()
