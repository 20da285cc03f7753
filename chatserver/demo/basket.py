"""What a shopper has put into the basket; kept in one small cookie of the shop's own."""

from collections.abc import Mapping
from dataclasses import dataclass

from chatserver.demo.goods import Item, by_slug

COOKIE = "avlu_sepet"
MOST_LINES = 12
MOST_OF_ONE = 9
FREE_FROM = 75_000
SHIPPING = 5_990


@dataclass(frozen=True, slots=True)
class Line:
    """Some of one thing. option: its place among the thing's options."""

    item: Item
    option: int
    count: int

    @property
    def key(self) -> str:
        """What names the line in forms and in the cookie."""
        return f"{self.item.slug}.{self.option}"

    @property
    def total(self) -> int:
        """Kuruş for all of it."""
        return self.item.price_of(self.option) * self.count


@dataclass(frozen=True, slots=True)
class Basket:
    """All lines, in the order they were added."""

    lines: tuple[Line, ...] = ()

    @classmethod
    def of(cls, cookies: Mapping[str, str]) -> "Basket":
        """Return what the cookie says; what makes no sense in it is left out."""
        basket = cls()
        for part in cookies.get(COOKIE, "")[:600].split("~")[:MOST_LINES]:
            key, _, count = part.rpartition(".")
            if count.isascii() and count.isdigit():
                basket = basket.changed(key, int(count[:3]))
        return basket

    @property
    def cookie(self) -> str:
        """The cookie's value."""
        return "~".join(f"{line.key}.{line.count}" for line in self.lines)

    @property
    def count(self) -> int:
        """How many pieces."""
        return sum(line.count for line in self.lines)

    @property
    def goods(self) -> int:
        """Kuruş for the goods."""
        return sum(line.total for line in self.lines)

    @property
    def shipping(self) -> int:
        """Kuruş for the parcel."""
        return 0 if self.goods >= FREE_FROM else SHIPPING

    @property
    def total(self) -> int:
        """Kuruş for everything."""
        return self.goods + self.shipping

    def changed(self, key: str, by: int) -> "Basket":
        """Return the basket with more or less of one thing; unknown and sold-out ones are none."""
        slug, _, option = key.partition(".")
        try:
            item = by_slug(slug)
            chosen = int(option) if option.isascii() else -1
        except (KeyError, ValueError):
            return self
        if not 0 <= chosen < len(item.options):
            return self
        most = min(item.stock, MOST_OF_ONE)
        old = next((line.count for line in self.lines if line.key == key), 0)
        new = Line(item, chosen, min(old + by, most))
        lines = [new if line.key == key else line for line in self.lines]
        if not old:
            lines.append(new)
        return Basket(tuple(line for line in lines if line.count > 0)[:MOST_LINES])
