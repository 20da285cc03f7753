"""The tables, by area. Integer keys inside, opaque random ids outside, times in milliseconds UTC.

Whoever imports one area imports all, so that the metadata never lacks a table.
"""

from chatserver.storage.schema import (
    bot,
    conversations,
    faq,
    identities,
    installation,
    orders,
    sites,
    staff,
    visitors,
)

__all__ = [
    "bot",
    "conversations",
    "faq",
    "identities",
    "installation",
    "orders",
    "sites",
    "staff",
    "visitors",
]
