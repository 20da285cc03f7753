"""What is asked before a conversation, where a site asks at all: checked by the site's own list."""

from collections.abc import Mapping

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from chatserver.domain.people import Visitor
from chatserver.domain.widgets import FieldAsked
from chatserver.errors import Code, Refusal
from chatserver.masking import masked
from chatserver.services.work import Work
from chatserver.storage import conversations, sites, visitors

PERSONAL = frozenset({"name", "email", "phone"})
MAX_CHARS = 300


class FieldRefused(Refusal):
    """One field is not good. key: of the field."""

    def __init__(self, key: str) -> None:
        super().__init__(Code.BAD_REQUEST, f"field:{key}")
        self.key = key


def _checked(field: FieldAsked, said: str) -> str:
    said = " ".join(said.split())[:MAX_CHARS]
    if not said:
        if field.required:
            raise FieldRefused(field.key)
        return ""
    match field.kind:
        case "email":
            try:
                return validate_email(said, check_deliverability=False).normalized
            except EmailNotValidError:
                raise FieldRefused(field.key) from None
        case "phone":
            try:
                number = phonenumbers.parse(said, "TR")
            except phonenumbers.NumberParseException:
                raise FieldRefused(field.key) from None
            if not phonenumbers.is_possible_number(number):
                raise FieldRefused(field.key)
            return str(
                phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
            )
        case "choice":
            if said not in field.choices:
                raise FieldRefused(field.key)
        case "checkbox":
            if said != "yes":
                raise FieldRefused(field.key)
        case _:
            pass
    return said


def give_details(work: Work, visitor: Visitor, given: Mapping[str, str]) -> dict[str, str]:
    """Keep what a visitor filled in; it stands in the conversation that follows, or goes on.

    Nothing of it is verified, and none of it opens anything.

    Args:
        given: by the fields' keys; what the site does not ask for is refused.

    Returns:
        What was kept, under names that agents read.

    Raises:
        FieldRefused: for the first field that is not good.
        Refusal: `bad_request` for a field that is not asked.
    """
    asked = sites.get(work.connection, visitor.site).settings.widget.fields
    if unknown := given.keys() - {field.key for field in asked}:
        raise Refusal(Code.BAD_REQUEST, f"{sorted(unknown)[0]!r} is not asked for.")
    told: dict[str, str] = {}
    for field in asked:
        said = masked(_checked(field, given.get(field.key, "")))
        if said:
            label = field.label.get(visitor.language) or next(iter(field.label.values()), field.key)
            told[field.key if field.key in PERSONAL | {"order"} else label] = said
    visitors.keep_details(work.connection, visitor.id, told)
    personal = {key: said for key, said in told.items() if key in PERSONAL}
    if personal:
        visitors.set_details(work.connection, visitor.id, **personal)
    current = conversations.unresolved_of(work.connection, visitor.id)
    if current is not None:
        locked = conversations.lock(work.connection, current.id)
        work.change(locked, details={**locked.details, **told})
    return told
