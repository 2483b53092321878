"""The store of how people want to be told, on SQL."""

from __future__ import annotations

from typing import Final

import msgspec
from sqlalchemy import Connection, bindparam, insert, select, update

from jhalak.ports.notifications import NoticeSettings
from jhalak.records.database import Database
from jhalak.records.tables import creator_accounts, notification_settings

_encode = msgspec.json.Encoder().encode
_settings = msgspec.json.Decoder(NoticeSettings)

_HOLD: Final = (
    select(creator_accounts.c.num)
    .where(creator_accounts.c.num == bindparam("at"), creator_accounts.c.password_hash != "")
    .with_for_update()
)
_SETTINGS: Final = select(notification_settings.c.body).where(
    notification_settings.c.account == bindparam("of")
)


class SqlNoticeSettingsStore:
    """NoticeSettingsStore (ports/notifications.py) on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def settings(self, account: int) -> NoticeSettings:
        with self._database.read() as connection:
            return settings_of(connection, account)

    def set(self, account: int, settings: NoticeSettings) -> None:
        of = notification_settings.c.account == account
        body = _encode(settings)
        with self._database.write() as connection:
            if connection.execute(_HOLD, {"at": account}).first() is None:
                return  # erased meanwhile
            changed = update(notification_settings).where(of).values(body=body)
            if connection.execute(changed).rowcount == 0:
                connection.execute(
                    insert(notification_settings), {"account": account, "body": body}
                )


def settings_of(connection: Connection, account: int) -> NoticeSettings:
    """Within a transaction."""
    body = connection.execute(_SETTINGS, {"of": account}).scalar()
    return NoticeSettings() if body is None else _settings.decode(body)
