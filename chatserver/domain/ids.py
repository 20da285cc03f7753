"""The names of things: inside by small integers, outside by opaque random strings."""

from typing import NewType

SiteId = NewType("SiteId", int)
TeamId = NewType("TeamId", int)
StaffId = NewType("StaffId", int)
VisitorId = NewType("VisitorId", int)
ConversationId = NewType("ConversationId", int)
OfferId = NewType("OfferId", int)

PublicId = NewType("PublicId", str)
"""128 random bits, base64url without padding (22 characters): what leaves the house."""

ClientId = NewType("ClientId", str)
"""128 random bits made by the sender when send is pressed; 22 to 64 of `[A-Za-z0-9_-]`."""
