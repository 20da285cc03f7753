"""The field types that events share, with their bounds; refuses what no database can hold."""

import re
from typing import Annotated, Literal

import msgspec

from chatserver.domain.messages import MAX_TEXT_CHARS
from chatserver.errors import Code, Refusal

PublicIdField = Annotated[str, msgspec.Meta(min_length=8, max_length=64, pattern=r"^[\w-]+\Z")]
ClientIdField = Annotated[str, msgspec.Meta(min_length=22, max_length=64, pattern=r"^[\w-]+\Z")]
SiteKey = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^[a-z0-9-]+\Z")]
Seq = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
Fence = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_TEXT_CHARS)]
Url = Annotated[str, msgspec.Meta(max_length=2000)]
Title = Annotated[str, msgspec.Meta(max_length=300)]
RatingReason = Literal["solved", "fast", "kind", "clear", "unsolved", "slow", "unkind", "unclear"]
ContextField = Literal["cart", "product", "order", "page", "visitor"]
SignedWord = Annotated[str, msgspec.Meta(min_length=20, max_length=8192)]
Language = Literal["tr", "en"]


_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class Event(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Something that came over the wire: closed, so an extra field is refused."""


class Fact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=False):
    """Something that goes out over the wire: what is not listed here never leaves the house."""


def check_text(text: str) -> str:
    """Return the text, or refuse what the two databases would treat differently.

    A NUL, a lone surrogate, or nothing but white space is final: sending it again can't help.

    Raises:
        Refusal: `bad_request`.
    """
    if _UNSTORABLE.search(text):
        raise Refusal(Code.BAD_REQUEST, "This text has characters that can't be stored.")
    if not text.strip():
        raise Refusal(Code.BAD_REQUEST, "This text is empty.")
    return text
