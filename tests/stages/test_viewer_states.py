"""Viewers' states: profile and log tail, kept current as they act."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from typing import Any

import msgspec
import numpy as np
import pytest

from jhalak.learning.profile import FORMAT, dump, load
from jhalak.learning.viewer import one_by_one
from jhalak.ports.errors import Unavailable
from jhalak.ports.event_log import Entry
from jhalak.ports.relations import RelationRow
from jhalak.schema.activity import (
    EVENT_INDEX,
    TOPIC,
    Activity,
    Forget,
    Outcome,
    Outcomes,
    Relation,
    Served,
    encode,
)
from jhalak.schema.viewer_state import ViewerState
from jhalak.stages.viewer_states import ViewerStates
from tests.worlds import DAY_MS, NOW_MS

VIEWER = 7


class MemoryLog:
    """The records of viewers; `gate` holds reading back."""

    partitions = 1

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.gate: asyncio.Event | None = None
        self.reading = asyncio.Event()

    def add(self, record: Activity, at_ms: int = NOW_MS, viewer: int = VIEWER) -> int:
        n = len(self.entries) + 1
        self.entries.append(Entry(0, n, viewer, at_ms, encode(record)))
        return n

    async def read_key(
        self, topic: str, key: int, after: int = 0, since_ms: int = 0
    ) -> list[Entry]:
        assert topic == TOPIC
        found = [e for e in self.entries if e.key == key and e.n > after and e.at_ms >= since_ms]
        self.reading.set()
        if self.gate is not None:
            await self.gate.wait()
        return found


class MemoryProfiles:
    def __init__(self) -> None:
        self.values: dict[int, bytes] = {}
        self.down = False
        self.reads = 0

    async def get(self, viewer: int) -> bytes | None:
        self.reads += 1
        if self.down:
            raise Unavailable("the profile store is down")
        return self.values.get(viewer)

    async def put_many(self, values: Mapping[int, bytes]) -> None:
        await asyncio.sleep(0)
        if self.down:
            raise Unavailable("the profile store is down")
        self.values.update(values)


class MemoryRelations:
    def __init__(self) -> None:
        self.rows: list[RelationRow] = []
        self.down = False

    def of_viewer(self, viewer: int) -> list[RelationRow]:
        if self.down:
            raise Unavailable("the records are down")
        return [row for row in self.rows if row.viewer == viewer]


class World:
    def __init__(self, size: int = 100) -> None:
        self.log, self.profiles, self.relations = MemoryLog(), MemoryProfiles(), MemoryRelations()
        self.now_ms = NOW_MS
        self.size = size
        self.states = self.fresh()

    def fresh(self) -> ViewerStates:
        """The states of a process that starts now."""
        self.states = ViewerStates(
            self.log, self.profiles, self.relations,  # type: ignore[arg-type]
            one_by_one(lambda item: None), lambda: self.now_ms, size=self.size,
            keep_days=30, hide_days=90,
        )  # fmt: skip
        return self.states

    async def get(self, viewer: int = VIEWER, *, profiled: bool = True) -> ViewerState:
        state, _ = await self.states.get(viewer, profiled=profiled)
        return state

    def act(self, record: Activity, viewer: int = VIEWER) -> None:
        """Append and note, as every writer does."""
        self.states.note(viewer, self.log.add(record, viewer=viewer), record)


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


def served(*items: int, slate: int = 1, at_ms: int = NOW_MS, viewer: int = VIEWER) -> Served:
    k = len(items)
    return Served(
        slate=slate, viewer=viewer, surface=0, at_ms=at_ms, level=0, model=0, profiled=True,
        valid_until_ms=at_ms + 1000, items=np.array(items, np.int64).tobytes(),
        propensity=np.ones(k, np.float32).tobytes(), features=b"", contributions=b"",
        reason=bytes(k), topic=bytes([2] * k), language=bytes(k),
        creator=np.full(k, 5, np.int32).tobytes(), ref=bytes(k),
    )  # fmt: skip


def tap(item: int, name: str = "e", slate: int = 1) -> Outcomes:
    outcome = Outcome(
        name, EVENT_INDEX["tap"], NOW_MS, 0.0, slate, item, 0, 0, NOW_MS, topic=2, language=0,
        creator=5,
    )  # fmt: skip
    return Outcomes(VIEWER, NOW_MS, True, (outcome,))


def hide(creator: int, on: bool = True) -> Relation:
    return Relation("r", VIEWER, NOW_MS, "hides", "creator", creator, on, True)


def row(verb: Any, creator: int) -> RelationRow:
    return RelationRow(VIEWER, verb, "creator", creator, NOW_MS, 1)


def seen(state: ViewerState) -> list[int]:
    return sorted(state.seen[: state.seen_count].tolist())


def same(one: ViewerState, other: ViewerState) -> bool:
    return dump(one) == dump(other) and one.hidden_creators == other.hidden_creators


def test_a_new_viewer_has_an_empty_state() -> None:
    async def work() -> None:
        world = World()
        state, read = await world.states.get(VIEWER)
        assert (seen(state), state.n, read) == ([], 0, True)
        assert world.states.at_hand(VIEWER) is state

    run(work())


def test_a_cold_state_is_the_profile_and_the_log_after_it() -> None:
    async def work() -> None:
        world = World()
        world.log.add(served(1, 2))
        world.log.add(tap(1))
        first = await world.get()
        await world.states.flush()
        world.profiles.values[VIEWER] = dump(first)
        world.log.add(served(3, slate=2))
        world.fresh()
        state = await world.get()
        assert seen(state) == [1, 2, 3]
        assert state.engaged[2] == 1.0, "the tap is in the profile: it is not counted again"
        assert state.n == 3 and state.edition == 2

    run(work())


def test_relations_are_what_the_store_says_whatever_the_log_holds() -> None:
    async def work() -> None:
        world = World()
        world.log.add(hide(5))
        world.relations.rows = [row("blocks", 6), row("follows", 8)]
        state = await world.get()
        assert list(state.hidden_creators) == [6]
        assert state.followed_creators == {8}

    run(work())


def test_a_state_that_left_memory_comes_back_equal() -> None:
    async def work() -> None:
        world = World(size=1)
        await world.get()
        world.act(served(1, 2))
        world.act(tap(2))
        before = load(VIEWER, dump(await world.get()))
        await world.get(8)
        assert await world.states.flush() == 1
        assert world.states.at_hand(VIEWER) is None and len(world.states) == 1
        assert same(await world.get(), before)

    run(work())


def test_a_profile_as_old_as_may_be_ends_at_the_same_state() -> None:
    async def work() -> None:
        world = World()
        await world.get()
        records = [served(1), tap(1), served(2, slate=2), tap(2, "f", 2), Forget("g", 7, 1, 9)]
        states = []
        for record in records:
            states.append(dump(await world.get()))
            world.act(record)
        final = await world.get()
        for profile in states:
            world.profiles.values[VIEWER] = profile
            world.fresh()
            again = await world.get()
            assert seen(again) == seen(final)
            assert again.engaged.tolist() == final.engaged.tolist()

    run(work())


def test_records_that_come_while_a_state_is_loaded_are_in_it_once() -> None:
    async def work() -> None:
        world = World()
        world.log.add(served(1))
        world.log.gate = asyncio.Event()
        loading = asyncio.create_task(world.get())
        await world.log.reading.wait()  # what follows is not in what was read
        world.act(tap(1))
        world.states.note(VIEWER, 0, served(9, slate=2))
        world.log.gate.set()
        state = await loading
        assert seen(state) == [1, 9]
        assert state.engaged[2] == 1.0

    run(work())


def test_a_record_that_the_load_read_too_is_not_counted_twice() -> None:
    async def work() -> None:
        world = World()
        world.log.gate = asyncio.Event()
        world.log.add(served(1))
        n = world.log.add(tap(1))
        loading = asyncio.create_task(world.get())
        await world.log.reading.wait()
        world.states.note(VIEWER, n, tap(1))
        world.log.gate.set()
        assert (await loading).engaged[2] == 1.0

    run(work())


def test_many_who_wait_for_one_viewer_load_once() -> None:
    async def work() -> None:
        world = World()
        states = await asyncio.gather(*(world.get() for _ in range(20)))
        assert world.profiles.reads == 1
        assert all(state is states[0] for state in states)

    run(work())


def test_who_gives_up_waiting_leaves_the_load_to_the_next_one() -> None:
    async def work() -> None:
        world = World()
        world.log.gate = asyncio.Event()
        waiting = asyncio.create_task(world.get())
        await world.log.reading.wait()
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        world.log.gate.set()
        await world.get()
        assert world.profiles.reads == 1

    run(work())


def test_without_a_profile_the_log_says_what_was_seen_and_the_next_call_tries_again() -> None:
    async def work() -> None:
        world = World()
        world.profiles.values[VIEWER] = dump(ViewerState(VIEWER))
        world.log.add(served(1, 2))
        world.profiles.down = True
        state, read = await world.states.get(VIEWER)
        assert (seen(state), read) == ([1, 2], False)
        assert world.states.at_hand(VIEWER) is None, "not as a profiled state"
        assert world.states.failures == 1
        world.profiles.down = False
        state, read = await world.states.get(VIEWER)
        assert (seen(state), read) == ([1, 2], True)
        assert world.states.at_hand(VIEWER) is state

    run(work())


def test_what_happens_while_the_profile_is_read_again_is_not_lost() -> None:
    async def work() -> None:
        world = World()
        world.profiles.down = True
        await world.get()
        world.profiles.down = False
        world.log.gate = asyncio.Event()
        world.log.reading.clear()
        loading = asyncio.create_task(world.get())
        await world.log.reading.wait()
        world.act(served(4))
        world.log.gate.set()
        assert seen(await loading) == [4]

    run(work())


def test_what_was_served_just_now_stays_seen_while_the_profile_store_is_down() -> None:
    async def work() -> None:
        world = World()
        world.profiles.down = True
        await world.get()
        world.states.note(VIEWER, 0, served(4))  # on its way to the log
        assert seen(await world.get()) == [4]

    run(work())


def test_a_state_without_its_profile_never_overwrites_the_profile() -> None:
    async def work() -> None:
        world = World()
        state = ViewerState(VIEWER)
        state.engaged[3] = 5.0
        world.profiles.values[VIEWER] = kept = dump(state)
        world.profiles.down = True
        await world.get()
        world.act(served(1))
        world.profiles.down = False
        await world.states.flush()
        assert world.profiles.values[VIEWER] == kept

    run(work())


def test_a_profile_of_an_older_format_is_made_anew_from_all_that_the_log_has() -> None:
    async def work() -> None:
        world = World()
        world.log.add(served(1), NOW_MS - 60 * DAY_MS)  # longer ago than items count as seen
        world.log.add(served(2), NOW_MS)
        world.profiles.values[VIEWER] = older = msgspec.msgpack.encode({"format": FORMAT - 1})
        state, read = await world.states.get(VIEWER)
        assert read and world.states.failures == 0 and world.states.refolded == 1
        assert seen(state) == [1, 2] and state.n == 2
        world.act(served(3))
        await world.states.flush()
        assert world.profiles.values[VIEWER] != older
        assert load(VIEWER, world.profiles.values[VIEWER]).n >= 2

    run(work())


def test_a_profile_of_a_later_format_counts_as_unreadable_and_is_left_alone() -> None:
    async def work() -> None:
        world = World()
        world.profiles.values[VIEWER] = b"\x81\xa6format\x09"
        _, read = await world.states.get(VIEWER)
        assert not read
        world.act(served(1))
        await world.states.flush()
        assert world.profiles.values[VIEWER] == b"\x81\xa6format\x09"

    run(work())


def test_who_wants_no_profile_has_none_read() -> None:
    async def work() -> None:
        world = World()
        world.log.add(served(1))
        state = await world.get(profiled=False)
        assert seen(state) == [1], "never repeating needs no profile"
        assert world.profiles.reads == 0

    run(work())


def test_when_relations_cannot_be_read_there_is_no_state_and_the_next_call_tries_again() -> None:
    async def work() -> None:
        world = World()
        world.relations.down = True
        with pytest.raises(Unavailable):
            await world.get()
        world.relations.down = False
        assert (await world.get()).n == 0

    run(work())


def test_erased_means_forgotten() -> None:
    async def work() -> None:
        world = World()
        await world.get()
        world.act(served(1))
        world.log.entries.clear()
        world.states.drop(VIEWER)
        assert await world.states.flush() == 0
        assert seen(await world.get()) == []

    run(work())


def test_only_changed_profiles_are_written() -> None:
    async def work() -> None:
        world = World()
        for viewer in range(1, 6):
            await world.get(viewer)
        world.act(served(1, viewer=3), viewer=3)
        assert await world.states.flush() == 1
        assert list(world.profiles.values) == [3]
        assert await world.states.flush() == 0

    run(work())


def test_a_record_that_comes_while_profiles_are_written_is_written_next_time() -> None:
    async def work() -> None:
        world = World()
        await world.get()
        world.act(served(1))
        writing = asyncio.create_task(world.states.flush())
        await asyncio.sleep(0)
        world.act(served(2, slate=2))
        await writing
        assert await world.states.flush() == 1
        assert seen(load(VIEWER, world.profiles.values[VIEWER])) == [1, 2]

    run(work())


def test_profiles_that_could_not_be_written_are_written_later() -> None:
    async def work() -> None:
        world = World()
        await world.get()
        world.act(served(1))
        world.profiles.down = True
        with pytest.raises(Unavailable):
            await world.states.flush()
        world.profiles.down = False
        assert await world.states.flush() == 1

    run(work())


def test_what_is_hidden_and_blocked_stays_away_when_one_is_taken_back() -> None:
    async def work() -> None:
        world = World()
        world.relations.rows = [row("hides", 5), row("blocks", 5)]
        state = await world.get()
        world.relations.rows.pop(0)
        world.act(hide(5, on=False))
        world.states.relate(VIEWER, world.relations.rows)
        assert list(state.hidden_creators) == [5]

    run(work())


def test_what_was_served_longer_ago_than_it_counts_is_not_read() -> None:
    async def work() -> None:
        world = World()
        world.log.add(served(1, at_ms=NOW_MS - 31 * DAY_MS), NOW_MS - 31 * DAY_MS)
        world.log.add(served(2, slate=2))
        assert seen(await world.get()) == [2]

    run(work())
