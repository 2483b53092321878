"""The store of what people are told, on SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import (
    Connection,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    true,
    tuple_,
    update,
)

from jhalak.ports.notifications import (
    OFFICIAL,
    Notice,
    NoticeKind,
    NoticeSettings,
    Told,
)
from jhalak.records.database import Database
from jhalak.records.notice_settings import settings_of
from jhalak.records.notification_people import named, standing_likes
from jhalak.records.tables import (
    AnyRow,
    creator_accounts,
    notification_actors,
    notifications,
    relations,
    series,
    videos,
)
from jhalak.records.text import storable

DAY_MS: Final = 86_400_000
KEPT: Final = 8
"""Persons who liked last that are kept with each writing of a group."""

_encode = msgspec.json.Encoder().encode
_said = msgspec.json.Decoder(dict[str, str])

_HOLD: Final = (
    select(creator_accounts.c.num, creator_accounts.c.viewer)
    .where(creator_accounts.c.num == bindparam("at"), creator_accounts.c.password_hash != "")
    .with_for_update()
)
"""Those who tell one account something come one after another, and none after it was erased."""
_UNHEARD: Final = (
    select(creator_accounts.c.viewer)
    .join(relations, relations.c.target == creator_accounts.c.creator)
    .where(
        relations.c.viewer == bindparam("mine"), relations.c.kind == "creator",
        relations.c.verb.in_(("blocks", "mutes", "barred")), relations.c.standing == true(),
    )
)  # fmt: skip
"""Those of whom the receiver does not want to hear, or may not."""
_APART: Final = _UNHEARD.where(creator_accounts.c.num == bindparam("other"))
_UNWANTED: Final = _UNHEARD.where(
    creator_accounts.c.viewer.in_(bindparam("viewers", expanding=True))
)
"""Of viewers who may have an account."""
_OF: Final = and_(
    notifications.c.account == bindparam("of"), notifications.c.kind == bindparam("of_kind")
)
_ABOUT: Final = and_(_OF, notifications.c.subject == bindparam("about"))
_BY: Final = (
    select(notifications.c.num)
    .join(notification_actors, notification_actors.c.notification == notifications.c.num)
    .where(notification_actors.c.account == bindparam("other"))
    .limit(1)
)
_SAID: Final = select(notifications.c.num).where(
    _ABOUT, notifications.c.body == bindparam("as_said")
)
_OPEN: Final = select(notifications.c.num).where(_ABOUT, notifications.c.read_ms == 0)
_ADD: Final = insert(notifications).returning(notifications.c.num)
_AGAIN: Final = update(notifications).where(notifications.c.num == bindparam("at"))
_OWNER: Final = select(videos.c.account).where(videos.c.id == bindparam("named"))
_TITLE: Final = select(series.c.title).where(series.c.id == bindparam("named"))
_UNREAD: Final = and_(notifications.c.account == bindparam("of"), notifications.c.read_ms == 0)
_NEW: Final = select(func.count()).select_from(notifications).where(_UNREAD)
_NEWEST: Final = (
    select(notifications)
    .where(notifications.c.account == bindparam("of"))
    .order_by(notifications.c.at_ms.desc(), notifications.c.num.desc())
    .limit(bindparam("most"))
)
_PLACE: Final = tuple_(notifications.c.at_ms, notifications.c.num)
_GROUPS: Final = ("like", "follow", "part")
"""Kinds of which many are one notice until it is read."""


class SqlNotificationStore:
    """NotificationStore (ports/notifications.py) on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, told: Sequence[Told], now_ms: int) -> list[bool]:
        with self._database.write() as connection:
            return tell(connection, told, now_ms)

    def liked(self, viewers: Mapping[str, Sequence[int]], now_ms: int) -> None:
        with self._database.write() as connection:
            for video, account in _owners(connection, viewers):
                _likes(connection, account, video, viewers[video], now_ms)

    def page(self, account: int, before: tuple[int, int] | None, limit: int) -> list[Notice]:
        wanted = _NEWEST if before is None else _NEWEST.where(before > _PLACE)
        with self._database.read() as connection:
            rows = connection.execute(wanted, {"of": account, "most": limit}).all()
            return [_notice(connection, row) for row in rows]

    def unread(self, account: int) -> int:
        with self._database.read() as connection:
            found: int = connection.execute(_NEW, {"of": account}).scalar_one()
        return found

    def read(self, account: int, up_to: tuple[int, int], now_ms: int) -> int:
        older = and_(_UNREAD, or_(up_to > _PLACE, notifications.c.num == up_to[1]))
        with self._database.write() as connection:
            connection.execute(_HOLD, {"at": account})
            rows = connection.execute(select(notifications).where(older), {"of": account}).all()
            for row in rows:
                n = _counted(connection, row)
                connection.execute(
                    _AGAIN.values(read_ms=now_ms, push_ms=0, n=n), {"at": row.num}
                )  # what it counts is what was seen
        return len(rows)

    def sweep(self, before_ms: int, limit: int) -> int:
        old = (
            select(notifications.c.num)
            .where(notifications.c.at_ms < before_ms)
            .order_by(notifications.c.num)
            .limit(limit)
        )
        with self._database.write() as connection:
            gone = list(connection.execute(old).scalars())
            _forget(connection, gone)
        return len(gone)


def tell(connection: Connection, told: Sequence[Told], now_ms: int) -> list[bool]:
    """As NotificationStore.add, in the transaction of `connection`."""
    # One order for all, so that two who tell many do not wait for each other.
    ordered = sorted(range(len(told)), key=lambda at: told[at].account)
    new, known = [False] * len(told), _Known(connection)
    for at in ordered:
        new[at] = _told(connection, known, told[at], now_ms)
    return new


class _Known:
    """What is asked about receivers within one transaction: of many that are told at once, most
    concern the same few."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._receivers: dict[int, tuple[AnyRow | None, NoticeSettings]] = {}
        self._apart: dict[tuple[int, int], bool] = {}

    def receiver(self, account: int, kind: NoticeKind) -> AnyRow | None:
        """The account's row, held, where it wants to hear of this kind."""
        if account not in self._receivers:
            row = self._connection.execute(_HOLD, {"at": account}).first()
            settings = settings_of(self._connection, account) if row else NoticeSettings()
            self._receivers[account] = row, settings
        row, settings = self._receivers[account]
        off = kind not in OFFICIAL and kind in settings.off
        return None if off else row

    def apart(self, viewer: int, actor: int) -> bool:
        between = (viewer, actor)
        if between not in self._apart:
            self._apart[between] = _apart(self._connection, viewer, actor)
        return self._apart[between]


def _told(connection: Connection, known: _Known, told: Told, now_ms: int) -> bool:
    receiver = known.receiver(told.account, told.kind)
    if receiver is None or told.actor == told.account:
        return False
    subject, said = storable(told.subject), _body(told.said)
    if told.actor and known.apart(receiver.viewer, told.actor):
        return False
    about = {"of": told.account, "of_kind": told.kind, "about": subject}
    if _knows(connection, told, about, said):
        return False
    if told.kind == "follow":
        about["about"] = f"day {now_ms // DAY_MS}"
    num = _open(connection, told.kind, about)
    known_group = num is not None
    if num is None:
        num = _write(connection, about, said, 1 if told.actor else 0, now_ms)
    else:
        more = _AGAIN.values(n=notifications.c.n + 1, at_ms=now_ms)
        connection.execute(more, {"at": num})
    if told.actor and not (known_group and told.kind == "part"):  # whose series it is, once
        by = {"notification": num, "account": told.actor, "at_ms": now_ms}
        connection.execute(insert(notification_actors), by)
    return True


def _knows(connection: Connection, told: Told, about: Mapping[str, Any], said: bytes) -> bool:
    """Was the account told so before? Who follows is told once, on whatever day; of parts whoever
    tells them knows."""
    if told.kind == "part":
        return False
    if not told.actor:
        return connection.execute(_SAID, {**about, "as_said": said}).first() is not None
    before = _BY.where(_OF if told.kind == "follow" else _ABOUT)
    return connection.execute(before, {**about, "other": told.actor}).first() is not None


def _apart(connection: Connection, viewer: int, actor: int) -> bool:
    between = {"mine": viewer, "other": actor}
    return connection.execute(_APART, between).first() is not None


def _open(connection: Connection, kind: NoticeKind, about: Mapping[str, Any]) -> int | None:
    """The group that was not read."""
    if kind not in _GROUPS:
        return None
    num: int | None = connection.execute(_OPEN, about).scalar()
    return num


def _write(
    connection: Connection, about: Mapping[str, Any], said: bytes, n: int, now_ms: int
) -> int:
    row = {
        "account": about["of"], "kind": about["of_kind"], "subject": about["about"], "body": said,
        "n": n, "at_ms": now_ms, "read_ms": 0, "push_ms": now_ms,
    }  # fmt: skip
    num: int = connection.execute(_ADD, row).scalar_one()
    return num


def _by(connection: Connection, num: int, actors: Sequence[int], now_ms: int) -> None:
    """Who did it, each once, the last one newest."""
    this = notification_actors.c.notification == num
    gone = delete(notification_actors).where(this, notification_actors.c.account.in_(actors))
    connection.execute(gone)
    rows = [
        {"notification": num, "account": actor, "at_ms": now_ms + place}
        for place, actor in enumerate(actors)
    ]
    connection.execute(insert(notification_actors), rows)


def _owners(connection: Connection, found: Mapping[str, Any]) -> list[tuple[str, int]]:
    """(video, account) of those that are there, in one order for all writers."""
    told = []
    for video in found:
        account = connection.execute(_OWNER, {"named": storable(video)}).scalar()
        if account is not None:
            told.append((video, int(account)))
    return sorted(told, key=lambda one: (one[1], one[0]))


def _likes(
    connection: Connection, account: int, video: str, viewers: Sequence[int], now_ms: int
) -> None:
    receiver = _Known(connection).receiver(account, "like")
    if receiver is None:
        return
    between = {"mine": receiver.viewer, "viewers": list(viewers)}
    unwanted = {receiver.viewer, *connection.execute(_UNWANTED, between).scalars()}
    others = [one for one in viewers if one not in unwanted]
    if not others or not standing_likes(connection, account, video):
        return  # whoever liked it may have thought better of it within the second
    about = {"of": account, "of_kind": "like", "about": storable(video)}
    num = _open(connection, "like", about)
    if num is None:
        num = _write(connection, about, _body({}), len(others), now_ms)
    else:
        connection.execute(_AGAIN.values(at_ms=now_ms), {"at": num})
    actors = _accounts(connection, others[-KEPT:], account)
    if actors:
        _by(connection, num, actors, now_ms)


def _accounts(connection: Connection, viewers: Sequence[int], but: int) -> list[int]:
    """The accounts of those viewers who have one, in their order."""
    columns = creator_accounts.c
    found = {
        row.viewer: row.num
        for row in connection.execute(
            select(columns.num, columns.viewer).where(columns.viewer.in_(viewers))
        )
    }
    inside = (found[one] for one in viewers if one and one in found)
    return [num for num in dict.fromkeys(inside) if num != but]


def _counted(connection: Connection, row: AnyRow) -> int:
    """How many persons it is about; likes that were not read are counted from the relations."""
    if row.kind == "like" and row.read_ms == 0:
        return standing_likes(connection, row.account, row.subject)
    n: int = row.n
    return n


def _notice(connection: Connection, row: AnyRow) -> Notice:
    people = named(connection, row)
    said = _said.decode(row.body)
    if row.kind == "part":
        said["title"] = connection.execute(_TITLE, {"named": row.subject}).scalar() or ""
    n = _counted(connection, row)
    return Notice(
        row.num, row.kind, row.subject, said, people, max(n, len(people)), row.at_ms, row.read_ms
    )


def _body(said: Mapping[str, str]) -> bytes:
    return _encode({key: storable(said[key]) for key in sorted(said)})


def _forget(connection: Connection, nums: Sequence[int]) -> None:
    by = notification_actors.c.notification
    connection.execute(delete(notification_actors).where(by.in_(nums)))
    connection.execute(delete(notifications).where(notifications.c.num.in_(nums)))
