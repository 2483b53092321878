"""The queue of jobs on SQL. One statement claims: on PostgreSQL it passes over the rows that
others are claiming (SKIP LOCKED), on SQLite there is one writer at a time."""

from __future__ import annotations

from sqlalchemy import Connection, and_, bindparam, case, func, insert, or_, select, update

from jhalak.ports.jobs import CRASHES, Failure, Job, JobState
from jhalak.records.database import Database
from jhalak.records.tables import AnyRow, jobs
from jhalak.records.text import storable

_JOB = (
    jobs.c.num, jobs.c.kind, jobs.c.subject, jobs.c.rank, jobs.c.state, jobs.c.progress,
    jobs.c.crashes, jobs.c.note,
)  # fmt: skip
_FIND = select(*_JOB).where(
    jobs.c.kind == bindparam("of_kind"), jobs.c.subject == bindparam("of_subject")
)
_ADD = insert(jobs).returning(*_JOB)
_LOST = and_(jobs.c.state == "running", jobs.c.until_ms <= bindparam("now"))
_OPEN = or_(jobs.c.state == "waiting", _LOST)
_ANY = select(jobs.c.num).where(_OPEN).limit(1)
_NEXT = (
    select(jobs.c.num)
    .where(_OPEN)
    .order_by(jobs.c.rank, jobs.c.num)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_GIVE_UP = (
    update(jobs)
    .where(_LOST, jobs.c.crashes + 1 >= CRASHES)
    .values(
        state="quarantined", owner="", crashes=jobs.c.crashes + 1, note="its worker crashed",
        changed_ms=bindparam("now"),
    )
)  # fmt: skip
_CLAIM = (
    update(jobs)
    .where(jobs.c.num == _NEXT.scalar_subquery(), _OPEN)
    .values(
        state="running", owner=bindparam("by"), until_ms=bindparam("until"), progress=0.0,
        crashes=jobs.c.crashes + case((jobs.c.state == "running", 1), else_=0),
        changed_ms=bindparam("now"),
    )
    .returning(*_JOB)
)  # fmt: skip
_MINE = (
    update(jobs)
    .where(
        jobs.c.num == bindparam("at"), jobs.c.owner == bindparam("by"), jobs.c.state == "running"
    )
    .returning(jobs.c.num)
)
_AGAIN = (
    update(jobs)
    .where(jobs.c.num == bindparam("at"), jobs.c.state != "running")
    .values(state="waiting", progress=0.0, crashes=0, note="", changed_ms=bindparam("now"))
    .returning(*_JOB)
)
_COUNTS = select(jobs.c.state, func.count()).group_by(jobs.c.state)


class SqlJobStore:
    """JobStore and JobCounts (ports/jobs.py) on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, kind: str, subject: str, rank: int, now_ms: int, *, again: bool = False) -> Job:
        """Raises Conflict where another adds the same at this moment; it is there then."""
        with self._database.write() as connection:
            job = add_job(connection, kind, subject, rank, now_ms)
            if again and job.state in ("done", "failed", "quarantined"):
                anew = connection.execute(_AGAIN, {"at": job.num, "now": now_ms}).first()
                job = job if anew is None else _job(anew)
        return job

    def find(self, kind: str, subject: str) -> Job | None:
        with self._database.read() as connection:
            row = connection.execute(_FIND, {"of_kind": kind, "of_subject": subject}).first()
        return None if row is None else _job(row)

    def claim(self, owner: str, now_ms: int, lease_ms: int) -> Job | None:
        """Reads before it writes: a worker with nothing to do must not hold up others."""
        with self._database.read() as connection:
            if connection.execute(_ANY, {"now": now_ms}).first() is None:
                return None
        with self._database.write() as connection:
            connection.execute(_GIVE_UP, {"now": now_ms})
            values = {"by": owner, "now": now_ms, "until": now_ms + lease_ms}
            row = connection.execute(_CLAIM, values).first()
        return None if row is None else _job(row)

    def beat(self, num: int, owner: str, progress: float, until_ms: int) -> bool:
        return self._mine(num, owner, progress=progress, until_ms=until_ms)

    def done(self, num: int, owner: str, now_ms: int) -> bool:
        return self._mine(num, owner, state="done", progress=1.0, note="", changed_ms=now_ms)

    def fail(self, num: int, owner: str, note: str, now_ms: int, how: Failure) -> bool:
        values: dict[str, object] = {"state": "waiting" if how == "stopped" else "failed"}
        if how == "crashed":
            last = jobs.c.crashes + 1 >= CRASHES
            values = {
                "state": case((last, "quarantined"), else_="waiting"),
                "crashes": jobs.c.crashes + 1,
            }
        return self._mine(num, owner, note=storable(note), changed_ms=now_ms, **values)

    def counts(self) -> dict[JobState, int]:
        with self._database.read() as connection:
            return {row[0]: row[1] for row in connection.execute(_COUNTS)}

    def _mine(self, num: int, owner: str, **values: object) -> bool:
        with self._database.write() as connection:
            found = connection.execute(_MINE.values(**values), {"at": num, "by": owner}).first()
        return found is not None


def add_job(connection: Connection, kind: str, subject: str, rank: int, now_ms: int) -> Job:
    """Within a transaction: a job that waits, or the one that is there."""
    found = connection.execute(_FIND, {"of_kind": kind, "of_subject": subject}).first()
    if found is None:
        row = {
            "kind": kind, "subject": subject, "rank": rank, "state": "waiting", "owner": "",
            "until_ms": 0, "progress": 0.0, "crashes": 0, "note": "", "created_ms": now_ms,
            "changed_ms": now_ms,
        }  # fmt: skip
        found = connection.execute(_ADD, row).one()
    return _job(found)


def _job(row: AnyRow) -> Job:
    return Job(*row)
