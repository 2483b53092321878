"""The stores of experiments defined in the console, and of what replays said, on SQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy import bindparam, insert, select, update

from jhalak.config.experiments import ExperimentSettings
from jhalak.ports.definitions import Definition
from jhalak.ports.replays import KeptReplay
from jhalak.records.audit import append_audit
from jhalak.records.database import Database
from jhalak.records.tables import AnyRow, experiments, replays
from jhalak.records.text import storable

INSTANT: Final = timedelta(milliseconds=1)
"""For so long runs what is ended before its start; its arms are stopped by then."""

_encode = msgspec.json.encode
_settings = msgspec.json.Decoder(ExperimentSettings).decode

_ALL: Final = select(experiments).order_by(experiments.c.num)
_NAMED: Final = select(experiments).where(experiments.c.name == bindparam("named"))
_CHANGE: Final = update(experiments).where(experiments.c.name == bindparam("named"))
_RECENT: Final = select(replays).order_by(replays.c.num.desc()).limit(bindparam("most"))


class SqlDefinitionStore:
    """DefinitionStore (ports/definitions.py) on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, settings: ExperimentSettings, by: str, why: str, now_ms: int) -> Definition:
        row = {
            "name": settings.name, "at_ms": now_ms, "by": storable(by), "why": storable(why),
            "settings": _encode(settings),
        }  # fmt: skip
        with self._database.write() as connection:
            made = connection.execute(insert(experiments).returning(experiments), row).one()
            append_audit(
                connection, f"operator:{by}", "define experiment", settings.name, why, now_ms
            )
        return _definition(made)

    def all(self) -> list[Definition]:
        with self._database.read() as connection:
            return [_definition(row) for row in connection.execute(_ALL)]

    def end(self, name: str, by: str, now_ms: int) -> bool:
        now = datetime.fromtimestamp(now_ms / 1000, UTC)
        with self._database.write() as connection:
            row = connection.execute(_NAMED, {"named": storable(name)}).first()
            if row is None:
                return False
            held = _settings(row.settings)
            if held.stop is not None and held.stop <= now:
                return False
            # A span holds something, and never what another experiment was given since.
            stop = max(now, held.start + INSTANT) if held.start else now
            ended = msgspec.structs.replace(held, stop=stop)
            connection.execute(_CHANGE.values(settings=_encode(ended)), {"named": name})
            append_audit(connection, f"operator:{by}", "end experiment", name, "", now_ms)
        return True


class SqlReplayStore:
    """ReplayStore (ports/replays.py) on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, name: str, log: str, body: bytes, now_ms: int) -> KeptReplay:
        row = {"at_ms": now_ms, "name": storable(name), "log": storable(log), "body": body}
        with self._database.write() as connection:
            made = connection.execute(insert(replays).returning(replays), row).one()
        return _replay(made)

    def recent(self, limit: int) -> list[KeptReplay]:
        with self._database.read() as connection:
            return [_replay(row) for row in connection.execute(_RECENT, {"most": limit})]


def _definition(row: AnyRow) -> Definition:
    return Definition(_settings(row.settings), row.at_ms, row.by, row.why)


def _replay(row: AnyRow) -> KeptReplay:
    return KeptReplay(row.num, row.at_ms, row.name, row.log, row.body)
