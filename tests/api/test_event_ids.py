"""The ids that a viewer has sent: exact, whoever comes side by side and whatever is let go."""

from __future__ import annotations

import asyncio

from jhalak.api.event_ids import DAYS, EventIds
from jhalak.ports.event_log import Entry
from jhalak.schema.activity import Outcome, Outcomes, Relation, encode
from tests.worlds import DAY_MS, NOW_MS


class Log:
    """Entries by viewer; every reading is counted."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.reads: list[int] = []

    def add(self, viewer: int, *names: str, at_ms: int = NOW_MS) -> None:
        events = tuple(Outcome(n, 0, at_ms, 0.0, 1, 1, 0, 0, at_ms) for n in names)
        payload = encode(Outcomes(viewer, at_ms, True, events))
        self.entries.append(Entry(0, len(self.entries) + 1, viewer, at_ms, payload))

    async def read_key(
        self, topic: str, key: int, after: int = 0, since_ms: int = 0
    ) -> list[Entry]:
        self.reads.append(key)
        await asyncio.sleep(0)
        return [e for e in self.entries if e.key == key and e.at_ms >= since_ms]


async def known(ids: EventIds, viewer: int, *new: str) -> set[str]:
    """The viewer's ids before `new` are added."""
    async with ids.of(viewer, NOW_MS) as mine:
        before = set(mine)
        mine.update(new)
        return before


def make(log: Log, kept: int = 1000) -> EventIds:
    return EventIds(log, kept)  # type: ignore[arg-type]


def test_ids_of_the_last_seven_days_are_read_from_the_log_once() -> None:
    async def work() -> None:
        log = Log()
        log.add(7, "a", "b")
        log.add(7, "old", at_ms=NOW_MS - DAYS * DAY_MS - 1)
        log.add(8, "c")
        relation = Relation("r", 7, NOW_MS, "likes", "item", 1, True, True)
        log.entries.append(Entry(0, 99, 7, NOW_MS, encode(relation)))
        ids = make(log)
        assert await known(ids, 7, "d") == {"a", "b", "r"}
        assert await known(ids, 7) == {"a", "b", "r", "d"}
        assert log.reads == [7]

    asyncio.run(work())


def test_one_viewers_batches_are_never_side_by_side() -> None:
    """Also when one comes just as another has left and a third is waiting."""

    async def work() -> None:
        ids = make(Log())
        inside = most = 0
        turns = [asyncio.Event() for _ in range(12)]

        async def batch(turn: int) -> None:
            nonlocal inside, most
            await turns[turn].wait()
            async with ids.of(7, NOW_MS):
                inside += 1
                most = max(most, inside)
                for _ in range(3):
                    await asyncio.sleep(0)
                inside -= 1

        tasks = [asyncio.create_task(batch(turn)) for turn in range(12)]
        for turn in turns:
            turn.set()
            for _ in range(2):
                await asyncio.sleep(0)
        await asyncio.gather(*tasks)
        assert most == 1
        assert not ids._locks, "nobody waits: nothing is kept"

    asyncio.run(work())


def test_viewers_do_not_wait_for_each_other() -> None:
    async def work() -> None:
        ids = make(Log())
        async with ids.of(7, NOW_MS), asyncio.timeout(5), ids.of(8, NOW_MS):
            pass

    asyncio.run(work())


def test_a_batch_that_fails_lets_the_next_one_in() -> None:
    async def work() -> None:
        ids = make(Log())
        try:
            async with ids.of(7, NOW_MS) as mine:
                mine.add("half")
                raise RuntimeError
        except RuntimeError:
            pass
        assert await known(ids, 7) == {"half"}

    asyncio.run(work())


def test_the_least_recently_used_are_let_go_and_read_again() -> None:
    async def work() -> None:
        log = Log()
        ids = make(log, kept=20)
        for viewer in range(1, 8):
            names = [f"{viewer}-{n}" for n in range(4)]
            await known(ids, viewer, *names)
            log.add(viewer, *names)
        log.reads.clear()
        assert await known(ids, 7) == {f"7-{n}" for n in range(4)} and log.reads == []
        assert await known(ids, 1) == {f"1-{n}" for n in range(4)} and log.reads == [1]
        assert len(ids._ids) < 7

    asyncio.run(work())


def test_a_viewer_with_more_ids_than_are_kept_is_kept_nonetheless() -> None:
    async def work() -> None:
        log = Log()
        ids = make(log, kept=3)
        await known(ids, 1, *map(str, range(10)))
        assert len(await known(ids, 1)) == 10 and log.reads == [1]

    asyncio.run(work())


def test_a_new_viewer_needs_no_reading_and_a_dropped_one_is_read_again() -> None:
    async def work() -> None:
        log = Log()
        ids = make(log)
        ids.new(7)
        assert await known(ids, 7, "a") == set() and log.reads == []
        ids.drop(7)
        assert await known(ids, 7) == set() and log.reads == [7]

    asyncio.run(work())
