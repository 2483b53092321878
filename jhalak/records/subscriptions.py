"""The subscription and delivery stores on SQL."""

from __future__ import annotations

from sqlalchemy import bindparam, delete, func, insert, select

from jhalak.ports.subscriptions import Delivery
from jhalak.records.database import Database
from jhalak.records.tables import AnyRow, deliveries, subscriptions
from jhalak.records.text import is_storable, storable
from jhalak.schema.feed import Subscription

_ALL = select(subscriptions).order_by(subscriptions.c.feed)
_FIND = select(subscriptions).where(subscriptions.c.token == bindparam("at_token"))
_DROP = delete(subscriptions).where(subscriptions.c.feed == bindparam("at_feed"))
_WAITING = select(func.count()).where(deliveries.c.feed == bindparam("at_feed"))
_NEXT = (
    select(deliveries)
    .where(deliveries.c.num > bindparam("after"))
    .order_by(deliveries.c.num)
    .limit(1)
)
_DONE = delete(deliveries).where(deliveries.c.num == bindparam("at_num"))


class SqlSubscriptionStore:
    """SubscriptionStore (ports/subscriptions.py) on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, subscription: Subscription) -> None:
        one = subscription
        row = {
            "feed": one.feed, "token": one.token, "hub": storable(one.hub),
            "topic": storable(one.topic), "secret": one.secret, "status": one.status,
            "asked_ms": one.asked_ms, "until_ms": one.until_ms, "ending": one.ending,
        }  # fmt: skip
        with self._database.write() as connection:
            connection.execute(_DROP, {"at_feed": one.feed})
            connection.execute(insert(subscriptions), row)

    def find(self, token: str) -> Subscription | None:
        if not is_storable(token):
            return None
        with self._database.read() as connection:
            row = connection.execute(_FIND, {"at_token": token}).first()
        return None if row is None else _subscription(row)

    def all(self) -> list[Subscription]:
        with self._database.read() as connection:
            return [_subscription(row) for row in connection.execute(_ALL)]

    def remove(self, feed: int) -> None:
        with self._database.write() as connection:
            connection.execute(_DROP, {"at_feed": feed})


class SqlDeliveryStore:
    """DeliveryStore (ports/subscriptions.py) on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, feed: int, content_type: str, body: bytes, now_ms: int) -> None:
        row = {"feed": feed, "at_ms": now_ms, "type": storable(content_type), "body": body}
        with self._database.write() as connection:
            connection.execute(insert(deliveries), row)

    def waiting(self, feed: int) -> int:
        with self._database.read() as connection:
            count: int = connection.execute(_WAITING, {"at_feed": feed}).scalar_one()
        return count

    def next(self, after: int) -> Delivery | None:
        with self._database.read() as connection:
            row = connection.execute(_NEXT, {"after": after}).first()
        return None if row is None else Delivery(row.num, row.feed, row.at_ms, row.type, row.body)

    def done(self, num: int) -> None:
        with self._database.write() as connection:
            connection.execute(_DONE, {"at_num": num})


def _subscription(row: AnyRow) -> Subscription:
    return Subscription(
        feed=row.feed, token=row.token, hub=row.hub, topic=row.topic, secret=row.secret,
        status=row.status, asked_ms=row.asked_ms, until_ms=row.until_ms, ending=row.ending,
    )  # fmt: skip
