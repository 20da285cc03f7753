"""Where a site's orders are asked for, and the orders that were uploaded; knows no endpoint."""

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from chatserver.domain.ids import SiteId
from chatserver.domain.orders import ShopOrder, email_key, number_key
from chatserver.storage.schema.orders import order_source, shop_order

_decode = msgspec.json.Decoder(ShopOrder).decode
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Source:
    """Where a site's orders are.

    Args:
        url: the shop's endpoint; "" when they were uploaded.
        key: what the endpoint's secret is made from, with the installation's own.
        batch: of the newest upload; 0 when there was none.
    """

    url: str
    key: str
    batch: int


def source(connection: Connection, site: SiteId) -> Source | None:
    """Return where a site's orders are; None when it has no order desk."""
    row = connection.execute(
        select(order_source.c.url, order_source.c.key, order_source.c.batch).where(
            order_source.c.site_id == site
        )
    ).first()
    if row is None or not (row.url or row.batch):
        return None
    return Source(row.url, row.key, row.batch)


def connect(connection: Connection, site: SiteId, *, url: str, key: str, now_ms: int) -> None:
    """Ask this endpoint from now on; "" for none: then the uploaded orders are told again."""
    values = {"url": url, "key": key, "changed_ms": now_ms}
    changed = connection.execute(
        update(order_source).where(order_source.c.site_id == site).values(**values)
    )
    if changed.rowcount == 0:
        connection.execute(insert(order_source).values(site_id=site, **values))


def begin_upload(connection: Connection, site: SiteId, *, now_ms: int) -> int:
    """Return the number of a new upload; its orders are told as they come."""
    batch = connection.execute(
        update(order_source)
        .where(order_source.c.site_id == site)
        .values(batch=order_source.c.batch + 1, changed_ms=now_ms)
        .returning(order_source.c.batch)
    ).scalar()
    if batch is None:
        connection.execute(insert(order_source).values(site_id=site, batch=1, changed_ms=now_ms))
        return 1
    return int(batch)


def put(connection: Connection, site: SiteId, batch: int, orders: Iterable[ShopOrder]) -> None:
    """Write some orders of an upload; each takes the place of the one of its number."""
    rows = [
        {
            "site_id": site,
            "number_key": number_key(order.status.number),
            "email_key": email_key(order.email),
            "placed_on": "" if order.status.placed is None else order.status.placed.isoformat(),
            "batch": batch,
            "body": _encode(order).decode(),
        }
        for order in orders
    ]
    if not rows:
        return
    of = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = of.insert(shop_order)
    new = statement.excluded
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[shop_order.c.site_id, shop_order.c.number_key],
            set_={name: new[name] for name in ("email_key", "placed_on", "batch", "body")},
        ),
        rows,
    )


def end_upload(connection: Connection, site: SiteId, batch: int) -> int:
    """Forget the orders that an upload did not have; return how many are there now."""
    connection.execute(
        delete(shop_order).where(shop_order.c.site_id == site, shop_order.c.batch < batch)
    )
    return count(connection, site)


def count(connection: Connection, site: SiteId) -> int:
    """Return how many uploaded orders a site has."""
    query = select(func.count()).select_from(shop_order).where(shop_order.c.site_id == site)
    return int(connection.execute(query).scalar_one())


def forget(connection: Connection, site: SiteId) -> int:
    """Forget every uploaded order of a site; return how many there were."""
    connection.execute(update(order_source).where(order_source.c.site_id == site).values(batch=0))
    return int(connection.execute(delete(shop_order).where(shop_order.c.site_id == site)).rowcount)


def find(connection: Connection, site: SiteId, number: str) -> ShopOrder | None:
    """Return the uploaded order of a number, however that is written."""
    body = connection.execute(
        select(shop_order.c.body).where(
            shop_order.c.site_id == site, shop_order.c.number_key == number_key(number)
        )
    ).scalar()
    return None if body is None else _decode(body)


def newest(
    connection: Connection, site: SiteId, *, email: str, limit: int
) -> tuple[ShopOrder, ...]:
    """Return somebody's uploaded orders, the newest first."""
    rows = connection.execute(
        select(shop_order.c.body)
        .where(shop_order.c.site_id == site, shop_order.c.email_key == email_key(email))
        .order_by(shop_order.c.placed_on.desc(), shop_order.c.id.desc())
        .limit(limit)
    )
    return tuple(_decode(row.body) for row in rows) if email else ()
