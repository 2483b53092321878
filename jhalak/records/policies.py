"""The draft and policy stores on SQL."""

from __future__ import annotations

from typing import Final

import msgspec
from sqlalchemy import Connection, bindparam, func, insert, select, update

from jhalak.config.experiments import Override
from jhalak.ports.errors import Conflict
from jhalak.ports.policies import Draft, DraftState, PolicyVersion
from jhalak.records.audit import append_audit
from jhalak.records.database import Database
from jhalak.records.tables import AnyRow, policies, policy_drafts
from jhalak.records.text import storable

_encode = msgspec.json.encode
_override = msgspec.json.Decoder(Override).decode

_DRAFTS: Final = select(policy_drafts)
_DRAFT: Final = _DRAFTS.where(policy_drafts.c.num == bindparam("at"))
_RECENT: Final = _DRAFTS.order_by(policy_drafts.c.num.desc()).limit(bindparam("most"))
_OPEN: Final = (
    _DRAFTS.where(policy_drafts.c.state.in_(("waiting", "running")))
    .order_by(policy_drafts.c.num)
    .limit(1)
)
_CHANGE: Final = update(policy_drafts).where(policy_drafts.c.num == bindparam("at"))
_NEWEST: Final = select(func.max(policies.c.version))
_VERSION: Final = select(policies).where(policies.c.version == bindparam("at"))
_VERSIONS: Final = select(policies).order_by(policies.c.version.desc())


class SqlDraftStore:
    """DraftStore (ports/policies.py) on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, override: Override, base: int, by: str, now_ms: int) -> Draft:
        row = {
            "at_ms": now_ms, "by": storable(by), "override": _encode(override), "base": base,
            "state": "waiting", "done": 0, "total": 0, "result": b"",
        }  # fmt: skip
        with self._database.write() as connection:
            made = connection.execute(insert(policy_drafts).returning(policy_drafts), row)
            return _draft(made.one())

    def find(self, num: int) -> Draft | None:
        with self._database.read() as connection:
            row = connection.execute(_DRAFT, {"at": num}).first()
        return None if row is None else _draft(row)

    def recent(self, limit: int) -> list[Draft]:
        with self._database.read() as connection:
            return [_draft(row) for row in connection.execute(_RECENT, {"most": limit})]

    def take(self) -> Draft | None:
        """Reads before it writes: a worker with nothing to do must not hold up others."""
        with self._database.read() as connection:
            row = connection.execute(_OPEN).first()
        if row is None:
            return None
        self._change(row.num, state="running")
        return _draft(row)._replace(state="running")

    def advance(self, num: int, done: int, total: int) -> None:
        self._change(num, done=done, total=total)

    def finish(self, num: int, state: DraftState, result: bytes) -> None:
        self._change(num, state=state, result=result)

    def _change(self, num: int, **values: object) -> None:
        with self._database.write() as connection:
            connection.execute(_CHANGE.values(**values), {"at": num})


class SqlPolicyStore:
    """PolicyStore (ports/policies.py) on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def newest(self) -> PolicyVersion | None:
        with self._database.read() as connection:
            row = connection.execute(_VERSIONS.limit(1)).first()
        return None if row is None else _policy(row)

    def all(self) -> list[PolicyVersion]:
        with self._database.read() as connection:
            return [_policy(row) for row in connection.execute(_VERSIONS)]

    def save(self, draft: Draft, by: str, why: str, now_ms: int) -> PolicyVersion:
        with self._database.write() as connection:
            held = connection.execute(_NEWEST).scalar() or 0
            if held != draft.base:
                raise Conflict(
                    f"draft {draft.num} was compared with policy {draft.base}, and {held} holds now"
                )
            made = PolicyVersion(
                held + 1, now_ms, storable(by), storable(why), draft.override, draft.num, 0
            )
            return _append(connection, made)

    def bring_back(self, version: int, by: str, why: str, now_ms: int) -> PolicyVersion | None:
        with self._database.write() as connection:
            row = connection.execute(_VERSION, {"at": version}).first()
            if row is None and version != 0:
                return None
            was = None if row is None else _policy(row)
            held = connection.execute(_NEWEST).scalar() or 0
            made = PolicyVersion(
                held + 1, now_ms, storable(by), storable(why),
                was.override if was else Override(), was.draft if was else 0, version,
            )  # fmt: skip
            return _append(connection, made)


def _append(connection: Connection, made: PolicyVersion) -> PolicyVersion:
    """A version and its record in the audit log stand or fall together."""
    connection.execute(insert(policies), {**made._asdict(), "override": _encode(made.override)})
    action = "save policy" if made.draft and not made.back_to else "bring back policy"
    append_audit(
        connection, f"operator:{made.by}", action, f"policy {made.version}", made.why, made.at_ms
    )
    return made


def _draft(row: AnyRow) -> Draft:
    return Draft(
        row.num, row.at_ms, row.by, _override(row.override), row.base, row.state, row.done,
        row.total, row.result,
    )  # fmt: skip


def _policy(row: AnyRow) -> PolicyVersion:
    return PolicyVersion(
        row.version, row.at_ms, row.by, row.why, _override(row.override), row.draft, row.back_to
    )
