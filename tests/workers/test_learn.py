"""The learner's loop: read, fold, publish, checkpoint; and go on as if it had never stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import count
from pathlib import Path

import msgspec
import numpy as np
import pytest

from jhalak.embedded.learned import EmbeddedLearned
from jhalak.learning.joining import Slates
from jhalak.ports.event_log import Entry
from jhalak.ports.learned import Snapshot
from jhalak.schema.activity import (
    EVENT_INDEX,
    Activity,
    Outcome,
    Outcomes,
    Served,
    Tick,
    encode,
)
from jhalak.workers import learn
from jhalak.workers.learn import FOLDER, KEPT, Learner
from tests.worlds import NOW_MS, Clock, Jhalak, Phone


class Log:
    """A log in memory, by partition."""

    def __init__(self, partitions: int = 1) -> None:
        self.partitions = partitions
        self.entries: list[list[Entry]] = [[] for _ in range(partitions)]
        self.reads = 0

    def add(self, *records: Activity, partition: int = 0) -> None:
        mine = self.entries[partition]
        for record in records:
            mine.append(Entry(partition, len(mine) + 1, 1, NOW_MS, encode(record)))

    async def read(self, topic: str, partition: int, after: int, limit: int) -> list[Entry]:
        self.reads += 1
        return self.entries[partition][after : after + limit]


class Blobs:
    def __init__(self) -> None:
        self.blobs: dict[str, bytes] = {}

    async def put(self, path: str, data: bytes) -> None:
        self.blobs[path] = data

    async def get(self, path: str) -> bytes | None:
        return self.blobs.get(path)

    async def delete(self, path: str) -> None:
        self.blobs.pop(path, None)

    async def list(self, prefix: str) -> list[str]:
        return sorted(path for path in self.blobs if path.startswith(prefix))


class Learned:
    """Holds the snapshots that were published."""

    def __init__(self) -> None:
        self.snapshots: list[Snapshot] = []
        self.beats: list[int] = []

    def publish(self, snapshot: Snapshot) -> None:
        self.snapshots.append(snapshot)

    def beat(self, now_ms: int) -> None:
        self.beats.append(now_ms)

    def newest(self, than: int = 0) -> Snapshot | None:
        return self.snapshots[-1] if self.snapshots else None

    def alive_ms(self) -> int:
        return 0


class World:
    def __init__(self, partitions: int = 1) -> None:
        self.log, self.blobs, self.learned = Log(partitions), Blobs(), Learned()
        self.clock = Clock()

    def learner(self) -> Learner:
        """One that starts now."""
        learner = Learner(
            self.log, self.blobs, self.learned, self.clock,  # type: ignore[arg-type]
            publish_s=0.5, checkpoint_s=30.0, label_window_s=120.0, join_h=72.0,
        )  # fmt: skip
        asyncio.run(learner.resume())
        return learner


def catch_up(learner: Learner) -> None:
    async def work() -> None:
        while await learner.step():
            pass

    asyncio.run(work())


def days(count: int, viewer: int = 1) -> list[Activity]:
    """Slates, taps and ticks: something to fold, a minute apart."""
    from jhalak.learning.features import F as width

    rng = np.random.default_rng(viewer)
    records: list[Activity] = []
    for slate in range(1, count + 1):
        at_ms = NOW_MS + slate * 60_000
        k = 4
        items = rng.integers(1, 50, k)
        x = rng.normal(size=(k, width)).astype(np.float16)
        x[:, 0] = 1  # scored
        records.append(
            Served(
                slate=slate + 1000 * viewer, viewer=viewer, surface=0, at_ms=at_ms, level=0,
                model=1, profiled=True, valid_until_ms=0, items=items.astype(np.int64).tobytes(),
                propensity=np.ones(k, np.float32).tobytes(), features=x.tobytes(),
                contributions=b"", reason=bytes(k), topic=bytes([2] * k), language=bytes(k),
                creator=np.full(k, 3, np.int32).tobytes(), ref=bytes(k),
            )
        )  # fmt: skip
        events = [
            Outcome(
                f"{slate}-{p}-{kind}", EVENT_INDEX[kind], at_ms + 1000, 0.0, slate + 1000 * viewer,
                int(items[p]), p, 0, at_ms, topic=2, language=0, creator=3,
            )
            for p in range(k)
            for kind in (("impression", "tap") if rng.random() < 0.4 else ("impression",))
        ]  # fmt: skip
        records.append(Outcomes(viewer, at_ms + 2000, True, tuple(events)))
        records.append(Tick(at_ms + 3000))
    return records


def burst(count: int) -> list[Activity]:
    """Slates that are looked at in one moment: their labels close with one record."""
    records = [r for r in days(count, viewer=2) if not isinstance(r, Tick)]
    at_ms = NOW_MS + 3_600_000
    return [
        msgspec.structs.replace(r, received_ms=at_ms)
        if isinstance(r, Outcomes)
        else msgspec.structs.replace(r, at_ms=at_ms)
        for r in records
    ]


def test_it_folds_every_record_once_whatever_the_size_of_the_log() -> None:
    world = World()
    world.log.add(*days(300))
    learner = world.learner()
    catch_up(learner)
    assert learner.fold.offsets == [900]
    assert learner.fold.counts["records"] == 900
    assert asyncio.run(learner.step()) is False


def test_all_partitions_are_folded() -> None:
    world = World(partitions=3)
    for partition in range(3):
        world.log.add(*days(5 + partition, viewer=partition + 1), partition=partition)
    learner = world.learner()
    catch_up(learner)
    assert learner.fold.offsets == [15, 18, 21]


@pytest.mark.parametrize("cuts", [[1], [10, 11, 12], [100, 250], [299]])
def test_ended_at_any_moment_it_ends_where_it_would_have(cuts: Sequence[int]) -> None:
    records = days(100)
    straight = World()
    straight.log.add(*records)
    whole = straight.learner()
    catch_up(whole)
    world = World()
    done = 0
    for cut in [*cuts, len(records)]:
        world.log.add(*records[done:cut])
        done = cut
        learner = world.learner()
        catch_up(learner)
        if cut != len(records):
            asyncio.run(learner.checkpoint())
    assert learner.fold.dump() == whole.fold.dump()


def test_without_its_newest_checkpoint_it_goes_on_from_the_one_before() -> None:
    records = days(60)
    world = World()
    for part in (records[:60], records[60:120]):
        world.log.add(*part)
        learner = world.learner()
        catch_up(learner)
        asyncio.run(learner.checkpoint())
    newest = sorted(world.blobs.blobs)[-1]
    world.blobs.blobs[newest] = world.blobs.blobs[newest][:-100]
    learner = world.learner()
    assert learner.fold.offsets == [60]
    world.blobs.blobs = dict.fromkeys(world.blobs.blobs, b"torn")
    learner = world.learner()
    assert learner.fold.offsets == [0]
    catch_up(learner)
    assert learner.fold.offsets == [120]


def test_what_is_learned_of_a_backlog_is_published_rarely_and_its_end_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(learn, "BATCH", 5)
    world = World()
    world.log.add(*days(100))
    learner = world.learner()
    began_ms, published = world.clock(), []
    while asyncio.run(learner.step()):
        published += [world.clock()] * (len(world.learned.snapshots) - len(published))
        world.clock.forward(s=0.1)
    took_ms = world.clock() - began_ms
    assert took_ms == 6000
    # At first it may be near the end; once it is known to be behind, every two seconds.
    assert [at - began_ms for at in published] == [0, 500, 2500, 4500]
    beaten = sorted([*published, *world.learned.beats])
    assert max(np.diff(beaten)) <= 500, "those who serve hear it all the time"
    assert world.learned.snapshots[-1].offsets == (300,), "at its end at once"


def test_it_publishes_at_most_so_often_and_beats_in_between() -> None:
    world = World()
    learner = world.learner()
    asyncio.run(learner.step())
    assert len(world.learned.snapshots) == 1, "at once, so that feeds know it is there"
    world.log.add(*days(1))
    asyncio.run(learner.step())
    assert len(world.learned.snapshots) == 1
    world.clock.forward(s=0.5)
    asyncio.run(learner.step())
    assert len(world.learned.snapshots) == 2
    assert world.learned.snapshots[-1].offsets == (3,)
    world.clock.forward(s=0.5)
    asyncio.run(learner.step())
    assert len(world.learned.snapshots) == 2
    assert world.learned.beats == [world.clock()]


def test_a_clock_that_steps_back_holds_up_nothing() -> None:
    world = World()
    learner = world.learner()
    asyncio.run(learner.step())
    world.clock.forward(h=-5)
    world.log.add(*days(1))
    asyncio.run(learner.step())
    assert world.learned.snapshots[-1].offsets == (3,) and len(world.blobs.blobs) == 1
    world.clock.forward(s=0.5)
    asyncio.run(learner.step())
    assert world.learned.beats == [world.clock()]


def test_half_lives_are_weighed_once_a_minute_and_whenever_all_is_wanted() -> None:
    world = World()
    learner = world.learner()
    world.log.add(*days(5))
    catch_up(learner)

    def cards() -> float:
        snapshot = world.learned.newest()
        assert snapshot is not None
        return float(snapshot.arrays["decay_seen"][:, 0].sum())

    learner.publish(world.clock())
    first = cards()
    world.log.add(*days(60, viewer=2))
    catch_up(learner)
    learner.publish(world.clock())
    assert cards() == first
    learner.publish(world.clock(), whole=True)
    assert cards() > first


def test_versions_rise_over_starts() -> None:
    world = World()
    for _ in range(4):
        learner = world.learner()
        world.log.add(*days(1))
        catch_up(learner)
        learner.publish(world.clock())
    versions = [s.version for s in world.learned.snapshots]
    assert versions == sorted(set(versions))


def test_checkpoints_are_written_now_and_then_and_the_oldest_are_dropped() -> None:
    world = World()
    learner = world.learner()
    asyncio.run(learner.step())
    assert not world.blobs.blobs
    for _ in range(KEPT + 3):
        world.log.add(*days(1))
        world.clock.forward(s=30)
        asyncio.run(learner.step())
    assert len(world.blobs.blobs) == KEPT
    assert all(path.startswith(FOLDER) for path in world.blobs.blobs)
    before = dict(world.blobs.blobs)
    world.clock.forward(s=300)
    asyncio.run(learner.step())
    assert world.blobs.blobs == before, "nothing new, nothing written"


def test_checkpoints_that_take_long_are_written_rarely(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jhalak.workers.learn.process_time", count(step=3.0).__next__)
    world = World()
    learner = world.learner()
    written = []
    for _ in range(5):
        world.log.add(*days(1))
        world.clock.forward(s=30)
        asyncio.run(learner.step())
        written.append(len(world.blobs.blobs))
    assert written == [1, 1, 2, 2, 3], "3 s of each minute are a twentieth"


def test_checkpoints_that_cannot_be_read_push_out_none_that_can() -> None:
    world = World()
    others = [f"{FOLDER}/{1000 + n:020d}.msgpack" for n in range(KEPT)]
    world.blobs.blobs = dict.fromkeys(others, b"of another format")
    world.log.add(*days(1))
    learner = world.learner()
    catch_up(learner)
    asyncio.run(learner.checkpoint())
    assert world.learner().fold.offsets == [3], "ended while it catches up it goes on from there"
    for _ in range(400):
        world.log.add(*days(1))
    catch_up(learner)
    asyncio.run(learner.checkpoint())
    assert others[-1] in world.blobs.blobs and len(world.blobs.blobs) == KEPT


@pytest.mark.parametrize("at_hand", [1, 5, 30])
def test_a_served_record_that_fell_out_of_memory_is_read_again(at_hand: int) -> None:
    """Also where one record closes the labels of more slates than are kept at hand."""
    whole = World()
    whole.log.add(*days(40), *burst(40), Tick(NOW_MS + 7_200_000))
    usual = whole.learner()
    catch_up(usual)
    small = whole.learner()
    small.fold.slates = Slates(usual.fold.slates.life_ms, at_hand)
    catch_up(small)
    assert small.fold.model.examples > 0
    assert small.fold.dump() == usual.fold.dump()
    assert small.fold.counts == usual.fold.counts
    assert usual.fold.counts["unread"] == 0


def test_labels_whose_served_record_is_not_in_the_log_any_more_are_counted() -> None:
    world = World()
    world.log.add(*burst(40), Tick(NOW_MS + 7_200_000))
    learner = world.learner()
    learner.fold.slates = Slates(learner.fold.slates.life_ms, 5)
    world.log.entries[0][0] = world.log.entries[0][2]  # the first slate's is read no more
    asyncio.run(learner.step())
    assert learner.fold.counts["unread"] == 4


def test_what_was_learned_reaches_the_feeds(jhalak: Jhalak, phone: Phone) -> None:
    jhalak.learn()
    assert phone.edition()["level"] == "full"
    assert isinstance(jhalak.learner()._learned, EmbeddedLearned)


def test_a_learner_that_is_new_catches_up_with_what_an_older_one_left(
    jhalak: Jhalak, phone: Phone, tmp_path: Path
) -> None:
    for _ in range(3):
        cards = phone.edition()["cards"]
        phone.look(*cards)
        phone.tap(*cards[:4])
    jhalak.learn()
    offsets = list(jhalak.learner().fold.offsets)
    jhalak.restart()
    assert jhalak.services.world.serving.version > 0, "the snapshot outlives both processes"
    jhalak.learn()
    assert jhalak.learner().fold.offsets[0] > offsets[0]
    assert phone.edition()["level"] == "full"
