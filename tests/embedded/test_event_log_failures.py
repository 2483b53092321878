"""The embedded event log when the disk is full or fails: what it says is what is there."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pysqlite3 import dbapi2

from jhalak.embedded import log_files, log_writer
from jhalak.embedded.event_log import EmbeddedEventLog
from jhalak.embedded.sqlite import connect
from jhalak.ports.errors import DiskFull, PortError, Unavailable

pytestmark = pytest.mark.anyio

T = "activity"
DAY = 86_400_000
NOON = 20_000 * DAY + DAY // 2
IOERR_FSYNC = 1034


class Disk:
    """Stands between the writer and SQLite, and fails when told to."""

    def __init__(self) -> None:
        self.fails_at = ""
        """Beginning of the statement that fails."""
        self.error: Exception = dbapi2.OperationalError()
        self.connections: list[Any] = []

    def connect(self, path: Path, **options: Any) -> Any:
        self.connections.append(Connection(self, connect(path, **options)))
        return self.connections[-1]

    def fail(self, statement: str, code: int = IOERR_FSYNC) -> None:
        self.fails_at = statement
        self.error = dbapi2.OperationalError("disk I/O error")
        self.error.sqlite_errorcode = code  # type: ignore[attr-defined]

    def heal(self) -> None:
        self.fails_at = ""

    def max_pages(self, pages: int) -> None:
        self.connections[-1].execute(f"PRAGMA max_page_count = {pages}")


class Connection:
    def __init__(self, disk: Disk, inner: Any) -> None:
        self._disk = disk
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def execute(self, statement: str, *values: Any) -> Any:
        if self._disk.fails_at and statement.startswith(self._disk.fails_at):
            raise self._disk.error
        return self._inner.execute(statement, *values)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    disk = Disk()
    monkeypatch.setattr(log_writer, "connect", disk.connect)
    return disk


@pytest.fixture
def log(tmp_path: Path, disk: Disk) -> Iterator[EmbeddedEventLog]:
    log = EmbeddedEventLog(tmp_path / "log", 1)
    yield log
    disk.heal()
    log.close()


async def append_many(log: EmbeddedEventLog, count: int, size: int = 4000) -> list[Any]:
    return await asyncio.gather(
        *(log.append(T, i, b"x" * size, NOON) for i in range(count)), return_exceptions=True
    )


async def test_a_full_disk_fails_what_did_not_fit_and_the_log_goes_on_when_space_is_back(
    log: EmbeddedEventLog, disk: Disk
) -> None:
    await log.append(T, 1, b"before", NOON)
    disk.max_pages(30)
    answers = []
    for _ in range(10):
        answers += await append_many(log, 10)
    kept = [answer for answer in answers if isinstance(answer, tuple)]
    assert all(isinstance(a, DiskFull) for a in answers if not isinstance(a, tuple))
    assert 0 < len(kept) < 100
    assert [e.n for e in await log.read(T, 0, 1, 200)] == [n for _, n in kept]
    disk.max_pages(1_000_000)
    assert await log.append(T, 1, b"after", NOON) == (0, kept[-1][1] + 1)


@pytest.mark.parametrize("statement", ["BEGIN", "INSERT", "COMMIT"])
@pytest.mark.parametrize("count", [3, 100])
async def test_an_error_anywhere_in_a_transaction_fails_exactly_that_transaction(
    log: EmbeddedEventLog, disk: Disk, statement: str, count: int
) -> None:
    await log.append(T, 1, b"before", NOON)
    disk.fail(statement)
    answers = await append_many(log, count)
    disk.heal()
    stored = [entry.n for entry in await log.read(T, 0, 1, 1000)]
    said = [answer[1] for answer in answers if isinstance(answer, tuple)]
    assert stored == said  # one statement alone is its own transaction: it has no COMMIT
    assert all(isinstance(a, Unavailable) for a in answers if not isinstance(a, tuple))
    assert statement != "INSERT" or not said
    assert await log.append(T, 1, b"after", NOON) == (0, 2 + len(said))


async def test_records_that_nobody_waits_for_are_counted_when_they_are_lost(
    log: EmbeddedEventLog, disk: Disk
) -> None:
    await log.append(T, 1, b"before", NOON)
    disk.fail("INSERT")
    await log.append(T, 1, b"soft", NOON, durable=False)
    with pytest.raises(Unavailable):
        await log.append(T, 1, b"hard", NOON)
    assert log.lost == 1
    disk.heal()
    assert await log.append(T, 1, b"after", NOON) == (0, 2)


async def test_a_day_that_cannot_begin_fails_its_records_and_begins_later(
    log: EmbeddedEventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    await log.append(T, 1, b"a", NOON)

    def full(*_: object) -> Any:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(log_writer, "create_period", full)
        with pytest.raises(DiskFull):
            await log.append(T, 1, b"b", NOON + DAY)
        assert await log.append(T, 1, b"late", NOON) == (0, 2)  # the old day still takes its own
    assert await log.append(T, 1, b"b", NOON + DAY) == (0, 3)
    assert [entry.payload for entry in await log.read(T, 0, 0, 10)] == [b"a", b"late", b"b"]


async def test_a_file_that_cannot_roll_back_is_opened_again(
    log: EmbeddedEventLog, disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await log.append(T, 1, b"a", NOON)

    def worse(connection: Connection, statement: str, *values: Any) -> Any:
        if statement in ("COMMIT", "ROLLBACK"):
            raise disk.error
        return connection._inner.execute(statement, *values)

    disk.fail("nothing")
    with monkeypatch.context() as patch:
        patch.setattr(Connection, "execute", worse)
        answers = await append_many(log, 200)
    assert any(isinstance(answer, PortError) for answer in answers)
    said = [answer[1] for answer in answers if isinstance(answer, tuple)]
    assert await log.append(T, 1, b"b", NOON) == (0, 2 + len(said))
    assert [e.n for e in await log.read(T, 0, 0, 1000)] == list(range(1, 3 + len(said)))
    assert len(disk.connections) > 1


async def test_a_deletion_that_fails_removes_nothing_and_says_so(
    log: EmbeddedEventLog, disk: Disk
) -> None:
    await log.append(T, 1, b"a", NOON)
    disk.fail("DELETE")
    with pytest.raises(Unavailable):
        await log.delete_key(T, 1)
    disk.heal()
    assert len(await log.read_key(T, 1)) == 1
    assert await log.delete_key(T, 1) == 1


async def test_a_scrubbing_that_failed_is_done_with_the_next_batch(
    log: EmbeddedEventLog, disk: Disk, tmp_path: Path
) -> None:
    await log.append(T, 1, b"what nobody may read again" * 20, NOON)
    disk.fail("PRAGMA wal_checkpoint")
    assert await log.delete_key(T, 1) == 1
    disk.heal()
    await log.append(T, 2, b"x", NOON)
    await log.ends(T)
    log.close()
    files = list((tmp_path / "log").iterdir())
    assert not any(b"what nobody may read again" in path.read_bytes() for path in files)


async def test_once_a_newer_day_has_its_file_nothing_is_written_to_an_older_one(
    log: EmbeddedEventLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await log.append(T, 1, b"a", NOON)
    reader = EmbeddedEventLog(tmp_path / "log", 1, writable=False)

    def fails(_: Path) -> None:
        raise OSError(5, "I/O error")

    with monkeypatch.context() as patch:
        patch.setattr(log_files, "sync_folder", fails)  # the last step of making a file
        with pytest.raises(Unavailable):
            await log.append(T, 1, b"lost", NOON + DAY)
    assert len(await reader.read(T, 0, 0, 10)) == 1
    await log.append(T, 1, b"late", NOON)
    await log.append(T, 1, b"b", NOON + DAY)
    found = await reader.read(T, 0, 1, 10)
    assert [(entry.n, entry.payload) for entry in found] == [(2, b"late"), (3, b"b")]
    reader.close()


async def test_a_log_opens_though_nothing_can_be_scrubbed(
    log: EmbeddedEventLog, disk: Disk, tmp_path: Path
) -> None:
    await log.append(T, 1, b"a", NOON)
    log.close()
    disk.fail("PRAGMA wal_checkpoint")
    again = EmbeddedEventLog(tmp_path / "log", 1)
    assert len(await again.read_key(T, 1)) == 1
    disk.heal()
    assert await again.append(T, 1, b"b", NOON) == (0, 2)
    again.close()
