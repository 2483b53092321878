"""The store of channels on SQL."""

from __future__ import annotations

from typing import Final

import msgspec
from sqlalchemy import bindparam, delete, insert, select, update

from jhalak.records import sequences
from jhalak.records.audit import append_audit
from jhalak.records.database import Database
from jhalak.records.tables import channels
from jhalak.records.tables import sequences as given
from jhalak.records.text import is_storable
from jhalak.schema.channel import Channel

_encode = msgspec.msgpack.encode
_channel = msgspec.msgpack.Decoder(Channel).decode
_ALL: Final = select(channels.c.body).order_by(channels.c.num)
_VERSION: Final = select(given.c.value).where(given.c.name == sequences.CHANNELS)
_NAMED: Final = channels.c.id == bindparam("named")


class SqlChannelStore:
    """ChannelStore (ports/channels.py) on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, channel: Channel, by: str, why: str, now_ms: int) -> None:
        body = _encode(channel)
        with self._database.write() as connection:
            sequences.take(connection, sequences.CHANNELS)
            change = update(channels).where(_NAMED).values(body=body)
            if not connection.execute(change, {"named": channel.id}).rowcount:
                connection.execute(insert(channels), {"id": channel.id, "body": body})
            append_audit(connection, by, "change channel", channel.id, why, now_ms)

    def forget(self, channel_id: str, by: str, why: str, now_ms: int) -> bool:
        if not is_storable(channel_id):
            return False
        with self._database.write() as connection:
            if not connection.execute(
                delete(channels).where(_NAMED), {"named": channel_id}
            ).rowcount:
                return False
            sequences.take(connection, sequences.CHANNELS)
            append_audit(connection, by, "forget channel", channel_id, why, now_ms)
        return True

    def all(self) -> tuple[int, list[Channel]]:
        with self._database.read() as connection:
            version = connection.execute(_VERSION).scalar() or 0
            return version, [_channel(body) for body in connection.execute(_ALL).scalars()]
