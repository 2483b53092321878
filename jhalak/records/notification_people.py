"""Who is behind a notification: the persons that are named, and how many like a video."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, and_, bindparam, exists, func, select, true

from jhalak.ports.notifications import SHOWN, Person
from jhalak.records.tables import (
    AnyRow,
    creator_accounts,
    items,
    notification_actors,
    relation_counts,
    relations,
)

_OWN: Final = creator_accounts.alias("own")
_APART: Final = exists().where(
    relations.c.viewer == _OWN.c.viewer, relations.c.kind == "creator",
    relations.c.verb.in_(("blocks", "mutes", "barred")), relations.c.standing == true(),
    relations.c.target == creator_accounts.c.creator,
)  # fmt: skip
_NAMED: Final = (
    select(creator_accounts.c.handle, creator_accounts.c.name)
    .join(notification_actors, notification_actors.c.account == creator_accounts.c.num)
    .join(_OWN, _OWN.c.num == bindparam("of"))
    .where(
        notification_actors.c.notification == bindparam("at"),
        creator_accounts.c.password_hash != "", creator_accounts.c.suspended_ms == 0, ~_APART,
    )
    .order_by(notification_actors.c.at_ms.desc(), notification_actors.c.account)
    .limit(SHOWN)
)  # fmt: skip
_LIKES: Final = and_(
    relations.c.verb == "likes", relations.c.kind == "item", relations.c.standing == true()
)
_ITEM: Final = select(items.c.num).where(items.c.id == bindparam("about")).scalar_subquery()
_STILL: Final = exists().where(
    _LIKES, relations.c.viewer == creator_accounts.c.viewer, relations.c.target == _ITEM
)
_COUNT: Final = select(relation_counts.c.n).where(
    relation_counts.c.verb == "likes", relation_counts.c.kind == "item",
    relation_counts.c.target == _ITEM,
)  # fmt: skip
_MINE: Final = (
    select(func.count())
    .select_from(relations)
    .join(creator_accounts, creator_accounts.c.viewer == relations.c.viewer)
    .where(_LIKES, relations.c.target == _ITEM, creator_accounts.c.num == bindparam("of"))
)


def named(connection: Connection, row: AnyRow) -> tuple[Person, ...]:
    """Of a notification, the newest first: not who was erased or suspended since, whom the
    receiver blocked since, or who took the like back."""
    wanted = _NAMED.where(_STILL) if row.kind == "like" else _NAMED
    values = {"of": row.account, "at": row.num}
    if row.kind == "like":
        values["about"] = row.subject
    return tuple(Person(found.handle, found.name) for found in connection.execute(wanted, values))


def standing_likes(connection: Connection, account: int, video: str) -> int:
    """How many like it, besides its creator."""
    values = {"about": video, "of": account}
    n = connection.execute(_COUNT, values).scalar() or 0
    own: int = connection.execute(_MINE, values).scalar_one()
    return max(int(n) - own, 0)
