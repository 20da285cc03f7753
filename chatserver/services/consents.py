"""What a visitor agrees to besides the conversation itself: asked apart, kept with what was read."""

import ipaddress

from sqlalchemy import Connection

from chatserver.domain.people import Visitor
from chatserver.errors import Code, Refusal
from chatserver.services.work import Work
from chatserver.storage import consents, sites
from chatserver.storage.consents import Consent


def network_of(address: str) -> str:
    """Return the class of an address: enough to tell a country, too little to tell a person."""
    try:
        found = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return ""
    bits = 24 if found.version == 4 else 48
    return str(ipaddress.ip_network(f"{found}/{bits}", strict=False))


def say_consent(
    work: Work, visitor: Visitor, *, given: bool, version: str, address: str
) -> Consent:
    """Keep a visitor's word on the text that the site shows today.

    Withdrawing works for every text, also for one that the site has changed or taken away.

    Args:
        version: what the visitor read.
        address: network address; only its class is kept.

    Raises:
        Refusal: `bad_request` for agreeing to a text that is not the site's of today.
    """
    notice = sites.get(work.connection, visitor.site).settings.widget.consent
    text = notice.text.get(visitor.language, "")
    before = consents.newest(work.connection, visitor.id)
    if given and (not text or version != notice.version):
        raise Refusal(Code.BAD_REQUEST, "This is not the text that is shown.")
    if before is not None and before.given == given and before.version == version:
        return before
    said = Consent(
        given=given,
        version=version,
        language=visitor.language,
        text=text if given or before is None else before.text,
        network=network_of(address),
        at_ms=work.now_ms,
    )
    consents.add(work.connection, visitor.id, said)
    return said


def consent_of(connection: Connection, visitor: Visitor) -> Consent | None:
    """Return what a visitor said last, or None."""
    return consents.newest(connection, visitor.id)
