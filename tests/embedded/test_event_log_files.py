"""The embedded event log beyond its contract: files, locks, bounds, and what is really erased."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from jhalak.embedded.event_log import EmbeddedEventLog
from jhalak.ports.errors import Conflict, Unavailable

pytestmark = pytest.mark.anyio

T = "activity"
DAY = 86_400_000
NOON = 1_795_435_200_000  # 2026-11-23 12:00 UTC


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data" / "log"


@pytest.fixture
def log(folder: Path) -> Iterator[EmbeddedEventLog]:
    log = EmbeddedEventLog(folder, 1)
    yield log
    log.close()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.sqlite"))


async def test_each_utc_day_is_a_file(log: EmbeddedEventLog, folder: Path) -> None:
    for hours in (0, 11.999, 12, 13):
        await log.append(T, 1, b"x", int(NOON + hours * 3_600_000))
    assert names(folder) == ["2026-11-23-000001.sqlite", "2026-11-24-000002.sqlite"]


async def test_dropped_days_leave_no_file_behind(log: EmbeddedEventLog, folder: Path) -> None:
    await log.append(T, 1, b"x", NOON)
    await log.append(T, 1, b"y", NOON + DAY)
    await log.drop_before(NOON + DAY)
    assert not list(folder.glob("2026-11-23*"))


async def test_only_one_writes(log: EmbeddedEventLog, folder: Path) -> None:
    with pytest.raises(Unavailable, match="another process is writing"):
        EmbeddedEventLog(folder, 1)
    await log.append(T, 1, b"the first one goes on", NOON)
    log.close()
    EmbeddedEventLog(folder, 1).close()


@pytest.mark.parametrize("writable", [True, False])
async def test_the_number_of_partitions_is_fixed(
    log: EmbeddedEventLog, folder: Path, writable: bool
) -> None:
    await log.append(T, 1, b"x", NOON)
    log.close()
    with pytest.raises(Conflict, match="made with 1 partitions, the settings say 2"):
        EmbeddedEventLog(folder, 2, writable=writable)
    EmbeddedEventLog(folder, 1).close()


async def test_what_a_kill_left_half_made_is_cleared_away(
    log: EmbeddedEventLog, folder: Path
) -> None:
    await log.append(T, 1, b"x", NOON)
    log.close()
    leftovers = ["2026-11-24-000002.sqlite.new", "2026-11-24-000002.sqlite.new-wal",
                 "2026-01-01-000000.sqlite-wal", "2026-01-01-000000.sqlite-shm"]  # fmt: skip
    for name in leftovers:
        (folder / name).write_bytes(b"torn")
    log = EmbeddedEventLog(folder, 1)
    assert not any((folder / name).exists() for name in leftovers)
    assert await log.append(T, 1, b"y", NOON + DAY) == (0, 2)
    log.close()


async def test_erased_bytes_are_in_no_file(log: EmbeddedEventLog, folder: Path) -> None:
    secret = b"what Asha read last night" * 400  # spills onto overflow pages
    for day in range(2):
        await log.append(T, 1, secret, NOON + day * DAY)
        await log.append(T, 2, b"somebody else's", NOON + day * DAY)
    assert any(secret[:60] in path.read_bytes() for path in folder.iterdir())
    await log.delete_key(T, 1)
    assert not any(secret[:60] in path.read_bytes() for path in folder.iterdir())


async def test_too_much_waiting_is_refused(folder: Path) -> None:
    log = EmbeddedEventLog(folder, 1, most_records=10, most_bytes=1000)
    with pytest.raises(Unavailable, match="wait to be written"):
        await log.append(T, 1, b"x" * 1001, NOON)
    answers = await asyncio.gather(
        *(log.append(T, 1, b"%d" % i, NOON) for i in range(5000)), return_exceptions=True
    )
    refused = [answer for answer in answers if isinstance(answer, Unavailable)]
    taken = [answer for answer in answers if isinstance(answer, tuple)]
    assert refused and len(taken) >= 10 and len(refused) + len(taken) == 5000
    assert [n for _, n in taken] == list(range(1, len(taken) + 1))
    assert len(await log.read(T, 0, 0, 5000)) == len(taken)
    log.close()


@pytest.mark.parametrize(
    ("topic", "key", "at_ms"),
    [("No Topic", 1, NOON), ("a;b", 1, NOON), (T, 2**63, NOON), (T, 1, -1), (T, 1, 10**18)],
)
async def test_what_cannot_be_written_is_refused_alone(
    log: EmbeddedEventLog, topic: str, key: int, at_ms: int
) -> None:
    good = asyncio.ensure_future(log.append(T, 1, b"good", NOON))
    with pytest.raises(ValueError):
        await log.append(topic, key, b"bad", at_ms)
    assert await good == (0, 1)


async def test_whoever_gives_up_waiting_disturbs_nobody(log: EmbeddedEventLog) -> None:
    impatient = asyncio.ensure_future(log.append(T, 1, b"a", NOON))
    patient = asyncio.ensure_future(log.append(T, 1, b"b", NOON))
    await asyncio.sleep(0)
    impatient.cancel()
    assert await patient == (0, 2)
