"""The contract of EventLog, on every adapter."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jhalak.embedded.event_log import EmbeddedEventLog
from jhalak.ports.errors import Unavailable
from jhalak.ports.event_log import Entry, EventLog, partition_of

pytestmark = pytest.mark.anyio

T = "activity"
DAY = 86_400_000
NOON = 20_000 * DAY + DAY // 2
NOBODY = 999

Open = Callable[..., EventLog]
"""open_log(partitions=1, writable=True): the same log each time."""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(params=["embedded"])
def open_log(tmp_path: Path) -> Iterator[Open]:
    opened: list[EmbeddedEventLog] = []

    def open_log(partitions: int = 1, writable: bool = True) -> EventLog:
        log = EmbeddedEventLog(tmp_path / "log", partitions, writable=writable)
        opened.append(log)
        return log

    yield open_log
    for log in opened:
        log.close()


async def everything(log: EventLog, topic: str = T) -> list[Entry]:
    return [entry for p in range(log.partitions) for entry in await log.read(topic, p, 0, 10_000)]


async def settle(log: EventLog) -> None:
    """Have all appended before on disk: a deletion takes its turn after them."""
    await log.delete_key(T, NOBODY)


async def test_what_was_appended_is_read_back_in_order_and_numbered_from_one(
    open_log: Open,
) -> None:
    log = open_log()
    for i in range(5):
        assert await log.append(T, i, b"%d" % i, NOON + i) == (0, i + 1)
    assert await log.read(T, 0, 0, 100) == [
        Entry(0, i + 1, i, NOON + i, b"%d" % i) for i in range(5)
    ]
    assert [entry.n for entry in await log.read(T, 0, 1, 2)] == [2, 3]
    assert await log.read(T, 0, 5, 100) == []
    assert await log.ends(T) == [5]


async def test_any_bytes_any_key_and_any_size_come_back(open_log: Open) -> None:
    log = open_log()
    payloads = {0: b"", 2**63 - 1: bytes(range(256)), 1: b"\0" * 1_000_000}
    for key, payload in payloads.items():
        await log.append(T, key, payload, NOON)
    assert {entry.key: entry.payload for entry in await everything(log)} == payloads


async def test_an_empty_log_answers(open_log: Open) -> None:
    log = open_log(3)
    assert await log.read(T, 2, 0, 10) == []
    assert await log.read_key(T, 1) == []
    assert await log.ends(T) == [0, 0, 0]
    assert await log.delete_key(T, 1) == 0
    assert await log.drop_before(NOON) == 0


async def test_topics_do_not_mix(open_log: Open) -> None:
    log = open_log()
    await log.append(T, 1, b"a", NOON)
    assert await log.append("orders", 1, b"b", NOON) == (0, 1)
    assert [entry.payload for entry in await everything(log)] == [b"a"]
    assert await log.delete_key("orders", 1) == 1
    assert [entry.payload for entry in await log.read_key(T, 1)] == [b"a"]


async def test_a_key_stays_in_its_partition_and_each_partition_counts_for_itself(
    open_log: Open,
) -> None:
    log = open_log(4)
    for key in range(100):
        partition, _ = await log.append(T, key, b"x", NOON)
        assert partition == partition_of(key, 4)
    ends = await log.ends(T)
    assert sum(ends) == 100 and min(ends) > 10
    for partition, end in enumerate(ends):
        entries = await log.read(T, partition, 0, 1000)
        assert [entry.n for entry in entries] == list(range(1, end + 1))
        assert {entry.partition for entry in entries} == {partition}


async def test_many_appending_at_once_lose_nothing_and_keep_each_keys_order(
    open_log: Open,
) -> None:
    log = open_log(2)

    async def person(key: int) -> None:
        for i in range(40):
            await log.append(T, key, b"%d" % i, NOON, durable=i % 3 > 0)

    await asyncio.gather(*(person(key) for key in range(30)))
    await settle(log)
    for key in range(30):
        assert [int(entry.payload) for entry in await log.read_key(T, key)] == list(range(40))
    assert sum(await log.ends(T)) == 1200


async def test_calls_of_one_key_keep_their_order_without_awaiting_each_other(
    open_log: Open,
) -> None:
    log = open_log()
    await asyncio.gather(
        *(log.append(T, 7, b"%d" % i, NOON, durable=i % 2 == 0) for i in range(200))
    )
    await settle(log)
    assert [int(entry.payload) for entry in await log.read_key(T, 7)] == list(range(200))


async def test_a_record_that_nobody_waits_for_gets_no_number_and_arrives(open_log: Open) -> None:
    log = open_log()
    assert await log.append(T, 1, b"soft", NOON, durable=False) == (0, 0)
    assert await log.append(T, 1, b"hard", NOON) == (0, 2)
    assert [entry.payload for entry in await everything(log)] == [b"soft", b"hard"]


async def test_what_is_appended_soon_arrives_in_the_order_of_calls(open_log: Open) -> None:
    log = open_log(4)
    log.append_soon(T, 7, b"first", NOON)
    await log.append(T, 7, b"second", NOON)
    log.append_soon(T, 7, b"third", NOON)
    await settle(log)
    entries = await log.read_key(T, 7)
    assert [(entry.n, entry.payload) for entry in entries] == [
        (1, b"first"), (2, b"second"), (3, b"third")
    ]  # fmt: skip


async def test_a_record_that_nobody_waits_for_arrives_without_company(open_log: Open) -> None:
    log = open_log()
    await log.append(T, 1, b"alone", NOON, durable=False)
    async with asyncio.timeout(20):
        while not await everything(log):
            await asyncio.sleep(0)


async def test_a_longer_read_is_the_same_as_many_short_ones(open_log: Open) -> None:
    log = open_log()
    for i in range(100):
        await log.append(T, 1, b"%d" % i, NOON, durable=i == 99)
    short: list[Entry] = []
    while page := await log.read(T, 0, short[-1].n if short else 0, 7):
        short += page
    assert short == await log.read(T, 0, 0, 1000)
    assert len(short) == 100


async def test_read_key_starts_after_a_position_and_since_a_time(open_log: Open) -> None:
    log = open_log()
    for i in range(6):
        await log.append(T, i % 2, b"%d" % i, NOON + i * DAY)
    assert [e.payload for e in await log.read_key(T, 1)] == [b"1", b"3", b"5"]
    assert [e.payload for e in await log.read_key(T, 1, after=2)] == [b"3", b"5"]
    assert [e.payload for e in await log.read_key(T, 1, since_ms=NOON + 3 * DAY)] == [b"3", b"5"]
    assert [e.payload for e in await log.read_key(T, 1, since_ms=NOON + 3 * DAY + 1)] == [b"5"]


async def test_numbers_go_on_over_days_and_restarts(open_log: Open) -> None:
    log = open_log()
    await log.append(T, 1, b"a", NOON)
    await log.append(T, 1, b"b", NOON + DAY)
    log.close()  # type: ignore[attr-defined]
    log = open_log()
    assert await log.append(T, 1, b"c", NOON + DAY) == (0, 3)
    assert await log.append(T, 1, b"d", NOON + 2 * DAY) == (0, 4)
    assert [(e.n, e.payload) for e in await log.read(T, 0, 0, 10)] == [
        (1, b"a"), (2, b"b"), (3, b"c"), (4, b"d"),
    ]  # fmt: skip


async def test_records_that_come_late_or_by_a_wrong_clock_keep_their_order(open_log: Open) -> None:
    log = open_log()
    times = [NOON, NOON + DAY, NOON, NOON + 400 * DAY, NOON + DAY, NOON + 2 * DAY]
    for at_ms in times:
        await log.append(T, 1, b"x", at_ms)
    assert [(e.n, e.at_ms) for e in await everything(log)] == list(enumerate(times, start=1))
    assert [e.at_ms for e in await log.read_key(T, 1, since_ms=NOON + DAY)] == [
        at_ms for at_ms in times if at_ms >= NOON + DAY
    ]


async def test_days_appended_together_are_all_there(open_log: Open) -> None:
    log = open_log()
    await asyncio.gather(*(log.append(T, 1, b"%d" % i, NOON + i * DAY // 2) for i in range(10)))
    assert [int(e.payload) for e in await everything(log)] == list(range(10))


async def test_deleting_a_key_removes_it_everywhere_and_leaves_the_rest(open_log: Open) -> None:
    log = open_log()
    for day in range(3):
        for key in (1, 2):
            await log.append(T, key, b"%d" % day, NOON + day * DAY)
    await log.append(T, 1, b"soft", NOON + 2 * DAY, durable=False)
    assert await log.delete_key(T, 1) == 4
    assert await log.read_key(T, 1) == []
    assert [(e.n, e.key) for e in await everything(log)] == [(2, 2), (4, 2), (6, 2)]
    assert await log.delete_key(T, 1) == 0


async def test_numbers_of_deleted_records_are_not_used_again(open_log: Open) -> None:
    log = open_log()
    await log.append(T, 1, b"a", NOON)
    await log.append(T, 2, b"b", NOON)
    assert await log.delete_key(T, 2) == 1
    assert await log.ends(T) == [2]
    log.close()  # type: ignore[attr-defined]
    log = open_log()
    assert await log.ends(T) == [2]
    assert await open_log(writable=False).ends(T) == [2]
    assert await log.delete_key(T, 1) == 1
    assert await log.append(T, 3, b"c", NOON + DAY) == (0, 3)


async def test_what_is_appended_after_a_deletion_stays(open_log: Open) -> None:
    log = open_log()
    await log.append(T, 1, b"old", NOON)
    deletion = asyncio.ensure_future(log.delete_key(T, 1))
    await asyncio.sleep(0)
    await log.append(T, 1, b"new", NOON)
    assert await deletion == 1
    assert [entry.payload for entry in await log.read_key(T, 1)] == [b"new"]


async def test_old_periods_are_dropped_whole(open_log: Open) -> None:
    log = open_log()
    for day in range(4):
        await log.append(T, 1, b"%d" % day, NOON + day * DAY)
    reader = open_log(writable=False)
    assert len(await everything(reader)) == 4
    assert await log.drop_before(NOON + 2 * DAY) == 2
    assert [entry.n for entry in await everything(log)] == [3, 4]
    assert [entry.n for entry in await everything(reader)] == [3, 4]
    assert [entry.n for entry in await reader.read_key(T, 1)] == [3, 4]
    assert await log.drop_before(NOON + 2 * DAY) == 0


async def test_numbers_go_on_when_everything_was_dropped(open_log: Open) -> None:
    log = open_log()
    await log.append(T, 1, b"a", NOON)
    assert await log.drop_before(NOON + 100 * DAY) == 1
    assert await everything(log) == []
    assert await log.ends(T) == [1]
    log.close()  # type: ignore[attr-defined]
    log = open_log()
    assert await log.append(T, 1, b"b", NOON + 90 * DAY) == (0, 2)
    assert [entry.n for entry in await everything(log)] == [2]


async def test_a_reader_beside_the_writer_sees_each_record_once_acknowledged(
    open_log: Open,
) -> None:
    reader = open_log(writable=False)  # even one that was there before the log
    assert await reader.read(T, 0, 0, 10) == []
    log = open_log()
    seen: list[int] = []
    for i in range(30):
        await log.append(T, 1, b"x", NOON + i * DAY // 5)
        assert await reader.ends(T) == [i + 1]
        seen += [entry.n for entry in await reader.read(T, 0, i, 10)]
        assert len(await reader.read_key(T, 1)) == i + 1
    assert seen == list(range(1, 31))


async def test_a_reader_cannot_write(open_log: Open) -> None:
    await open_log().append(T, 1, b"x", NOON)
    reader = open_log(writable=False)
    with pytest.raises(Unavailable):
        await reader.append(T, 1, b"x", NOON)
    with pytest.raises(Unavailable):
        await reader.append(T, 1, b"x", NOON, durable=False)
    with pytest.raises(Unavailable):
        reader.append_soon(T, 1, b"x", NOON)
    with pytest.raises(Unavailable):
        await reader.delete_key(T, 1)
    with pytest.raises(Unavailable):
        await reader.drop_before(NOON)


async def test_closing_writes_what_waits(open_log: Open) -> None:
    log = open_log()
    for i in range(50):
        await log.append(T, 1, b"%d" % i, NOON, durable=False)
    waiting = asyncio.ensure_future(log.append(T, 1, b"50", NOON))
    await asyncio.sleep(0)
    log.close()  # type: ignore[attr-defined]
    assert await waiting == (0, 51)
    with pytest.raises(Unavailable):
        await log.append(T, 1, b"x", NOON)
    assert len(await everything(open_log())) == 51
