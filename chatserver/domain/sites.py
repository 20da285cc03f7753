"""A website that embeds the widget, with what its owner set; knows nothing of where it is kept."""

from dataclasses import dataclass, field

from chatserver.domain.hours import WeeklyHours
from chatserver.domain.ids import SiteId
from chatserver.domain.widgets import WidgetSettings


@dataclass(frozen=True, slots=True)
class SiteSettings:
    """What a site's owner may set.

    Args:
        name: the shop's name as shoppers read it.
        origins: exact origins that may embed the panel (`https://shop.example`).
        language: of people who gave no hint, `tr` or `en`.
        first_responder: `people` (default) or `bot`.
        hours: weekly hours with the time zone, holidays, campaigns and exceptions.
        address: `siz` (default) or `sen`: how the bot speaks Turkish to people.
        accent: the shop's colour, `#rrggbb`.
        offer_s: how long one agent is asked, 5–120 seconds.
        patience_s: after how long the bot steps in while nobody accepts, 5–300 seconds.
        grace_s: how long after an agent's lease ended the conversation goes back, 10–300 seconds.
        order_example: an order number as shoppers of this shop see it.
        order_pattern: how one is written: `#` a digit, `@` a letter, `*` either (`AV-#####`).
        contact: phone and e-mail shown where the chat can't be reached.
        privacy_url: the shop's privacy notice (aydınlatma metni), linked in the panel; "" for none.
        widget: how the widget looks and what it asks.
    """

    name: str
    origins: tuple[str, ...]
    hours: WeeklyHours
    language: str = "tr"
    first_responder: str = "people"
    accent: str = "#1f5f4d"
    offer_s: int = 20
    patience_s: int = 30
    grace_s: int = 45
    order_example: str = ""
    order_pattern: str = ""
    contact: dict[str, str] = field(default_factory=dict)
    privacy_url: str = ""
    address: str = "siz"
    widget: WidgetSettings = field(default_factory=WidgetSettings)


@dataclass(frozen=True, slots=True)
class Site:
    """One website."""

    id: SiteId
    key: str
    settings: SiteSettings
