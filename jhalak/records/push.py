"""The store of push subscriptions on SQL."""

from __future__ import annotations

from typing import Final

from sqlalchemy import bindparam, delete, func, insert, select, update

from jhalak.ports.push import DuePush, PushSubscription
from jhalak.records.database import Database
from jhalak.records.tables import AnyRow, creator_accounts, notifications, push_subscriptions

_THERE: Final = (
    select(creator_accounts.c.num)
    .where(creator_accounts.c.num == bindparam("who"), creator_accounts.c.password_hash != "")
    .with_for_update()
)
_OF: Final = (
    select(push_subscriptions)
    .where(push_subscriptions.c.account == bindparam("who"))
    .order_by(push_subscriptions.c.created_ms, push_subscriptions.c.id)
)
_COUNT: Final = (
    select(func.count())
    .select_from(push_subscriptions)
    .where(push_subscriptions.c.account == bindparam("who"))
)
_SAME: Final = delete(push_subscriptions).where(
    push_subscriptions.c.endpoint == bindparam("address")
)
_END: Final = (
    delete(push_subscriptions)
    .where(
        push_subscriptions.c.account == bindparam("who"),
        push_subscriptions.c.id == bindparam("named"),
    )
    .returning(push_subscriptions.c.id)
)
_DUE: Final = (
    select(
        notifications.c.num, notifications.c.account, notifications.c.kind, notifications.c.at_ms
    )
    .where(notifications.c.push_ms > 0, notifications.c.push_ms <= bindparam("now"))
    .order_by(notifications.c.push_ms, notifications.c.num)
    .limit(bindparam("most"))
)


class SqlPushStore:
    """PushStore (ports/push.py) on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def subscribe(self, subscription: PushSubscription, most: int) -> PushSubscription | None:
        who = {"who": subscription.account}
        with self._database.write() as connection:
            if connection.execute(_THERE, who).first() is None:
                return None
            connection.execute(_SAME, {"address": subscription.endpoint})
            if connection.execute(_COUNT, who).scalar_one() >= most:
                return None
            connection.execute(insert(push_subscriptions), subscription._asdict())
        return subscription

    def of(self, account: int) -> list[PushSubscription]:
        with self._database.read() as connection:
            return [_subscription(row) for row in connection.execute(_OF, {"who": account})]

    def end(self, account: int, subscription: str) -> bool:
        with self._database.write() as connection:
            wanted = {"who": account, "named": subscription}
            return connection.execute(_END, wanted).first() is not None

    def due(self, now_ms: int, limit: int) -> list[DuePush]:
        with self._database.read() as connection:
            rows = connection.execute(_DUE, {"now": now_ms, "most": limit}).all()
        return [DuePush(*row) for row in rows]

    def later(self, nums: list[int], at_ms: int) -> None:
        change = update(notifications).where(notifications.c.num.in_(nums)).values(push_ms=at_ms)
        with self._database.write() as connection:
            connection.execute(change)


def _subscription(row: AnyRow) -> PushSubscription:
    return PushSubscription(row.id, row.account, row.endpoint, row.key, row.auth, row.created_ms)
