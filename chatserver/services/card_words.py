"""Orders, products and pages as people read them on paper; draws nothing."""

from chatserver.domain.cards import LinkBody, ProductBody, money
from chatserver.domain.orders import OrderStatus
from chatserver.words import say


def order_text(order: OrderStatus, language: str) -> str:
    """Return an order as people read it on paper."""
    lines = [
        say(language, "order.title", number=order.number),
        say(language, f"order.step.{order.step}"),
        " · ".join(filter(None, (order.carrier, order.tracking_number))),
        order.tracking_url,
    ]
    return "\n".join(filter(None, lines))


def product_text(product: ProductBody, language: str) -> str:
    """Return a product as people read it on paper."""
    price = "" if product.price_kurus is None else money(product.price_kurus, language)
    stock = "" if product.stock == "unknown" else say(language, f"product.stock.{product.stock}")
    known = " · ".join(filter(None, (price, stock)))
    return "\n".join(filter(None, (product.title, known, product.url)))


def link_text(link: LinkBody) -> str:
    """Return a page as people read it on paper."""
    return "\n".join(filter(None, (link.title, link.text, link.url)))
