"""Lineage: every checkpoint says what its weights have seen, and folding again proves it."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import msgspec
import pytest

from jhalak.learning.lineage import Manifest, from_blob, hash_of, to_blob
from jhalak.schema.activity import Activity, Outcomes, Tick, decode, encode
from jhalak.workers.learn import FOLDER, KEPT, Learner
from jhalak.workers.prove import Proof, prove
from tests.workers.test_learn import World, catch_up, days
from tests.worlds import NOW_MS

END = Tick(NOW_MS + 10**7)


def learned(*parts: list[Activity], restart: bool = False, partitions: int = 1) -> World:
    """A learner that wrote a checkpoint after each part; with `restart` a new one for each."""
    world = World(partitions)
    learner = world.learner()
    for part in parts:
        for number in range(partitions):
            world.log.add(*part, partition=number)
        if restart:
            learner = world.learner()
        catch_up(learner)
        asyncio.run(learner.checkpoint())
    return world


def manifest(world: World) -> Manifest:
    return from_blob(world.blobs.blobs[max(world.blobs.blobs)]).manifest


def proof(world: World, *, whole: bool = False) -> Proof:
    return asyncio.run(prove(world.log, world.blobs, whole=whole))  # type: ignore[arg-type]


def parts_of(records: list[Activity], *cuts: int) -> list[list[Activity]]:
    ends = [0, *cuts, len(records)]
    return [records[a:b] for a, b in pairwise(ends)]


RECORDS = [*days(60), END]


def test_two_learners_over_the_same_log_write_the_same_manifest() -> None:
    one, two = learned(RECORDS), learned(RECORDS)
    assert manifest(one) == manifest(two)
    assert one.blobs.blobs == two.blobs.blobs


def test_a_restart_changes_nothing_bit_for_bit() -> None:
    parts = parts_of(RECORDS, 50, 120)
    straight, stopped = learned(*parts), learned(*parts, restart=True)
    assert straight.blobs.blobs == stopped.blobs.blobs
    once = manifest(learned(RECORDS))
    cut = manifest(stopped)
    assert (cut.log, cut.weights, cut.state, cut.records, cut.examples) == (
        once.log, once.weights, once.state, once.records, once.examples
    )  # fmt: skip


def test_a_changed_record_changes_the_hashes() -> None:
    other = list(RECORDS)
    batch = other[1]
    assert isinstance(batch, Outcomes)
    other[1] = msgspec.structs.replace(batch, events=batch.events[:-1])
    one, two = manifest(learned(RECORDS)), manifest(learned(other))
    assert one.log != two.log and one.weights != two.weights
    assert one.records == two.records


def test_the_order_of_records_is_part_of_the_hash() -> None:
    other = [RECORDS[0], RECORDS[3], *RECORDS[1:3], *RECORDS[4:]]
    one, two = manifest(learned(RECORDS)), manifest(learned(other))
    assert one.log != two.log and one.records == two.records


def test_a_manifest_counts_what_the_weights_have_seen() -> None:
    world = World()
    world.log.add(*RECORDS)
    learner = Learner(
        world.log, world.blobs, world.learned, world.clock,  # type: ignore[arg-type]
        publish_s=0.5, checkpoint_s=30.0, label_window_s=120.0, join_h=72.0, cell="delhi",
    )  # fmt: skip
    catch_up(learner)
    asyncio.run(learner.checkpoint())
    found = manifest(world)
    assert found.cell == "delhi" and found.code.startswith("0.") and "numpy" in found.built
    assert found.records == {"outcomes": 60, "served": 60, "tick": 61}
    assert found.offsets == (181,) and found.parent == ""
    assert (found.from_ms, found.to_ms) == (NOW_MS + 60_000, END.at_ms)
    assert found.settings["label_window_s"] == 120.0
    no, yes = found.examples["lockscreen"]["tap"]
    assert no + yes == learner.fold.model.examples > 0
    taps = sum(e.type == 2 for r in RECORDS if isinstance(r, Outcomes) for e in r.events)
    assert 0 < yes <= taps
    assert found.examples["video"]["tap"] == (0, 0)


def test_each_checkpoint_names_the_one_before_it() -> None:
    world = learned(*parts_of(RECORDS, 30, 60, 90, 120))
    newest = from_blob(world.blobs.blobs[max(world.blobs.blobs)])
    assert len(world.blobs.blobs) == KEPT and len(newest.ancestors) == 4
    line = [*newest.ancestors, newest.manifest]
    assert line[0].parent == ""
    for before, after in pairwise(line):
        assert after.parent == hash_of(before)


@pytest.mark.parametrize("what", ["cell", "records", "log", "weights", "to_ms"])
def test_a_manifest_that_was_changed_is_told_apart(what: str) -> None:
    world = learned(*parts_of(RECORDS, 90))
    path = max(world.blobs.blobs)
    checkpoint = from_blob(world.blobs.blobs[path])
    other = {"cell": "else", "records": {"served": 1}, "log": "00" * 32, "weights": "00" * 32,
             "to_ms": 1}  # fmt: skip
    first = msgspec.structs.replace(checkpoint.ancestors[0], **{what: other[what]})
    with pytest.raises(ValueError, match="parent"):
        from_blob(to_blob(checkpoint._replace(ancestors=(first,))))
    with pytest.raises(ValueError, match="state"):
        from_blob(to_blob(checkpoint._replace(state=checkpoint.state + b"\0")))
    if what in ("log", "weights", "records"):
        newest = msgspec.structs.replace(checkpoint.manifest, **{what: other[what]})
        world.blobs.blobs[path] = to_blob(checkpoint._replace(manifest=newest))
        assert proof(world).outcome == "different"


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("partitions", [1, 3])
def test_folding_the_log_again_proves_a_checkpoint(whole: bool, partitions: int) -> None:
    world = learned(*parts_of(RECORDS, 40, 80, 100, 130), partitions=partitions)
    found = proof(world, whole=whole)
    assert found.outcome == "proven", found
    oldest = min(world.blobs.blobs)
    assert found.base == ("" if whole else oldest)
    since = 0 if whole else 100
    assert found.records == (len(RECORDS) - since) * partitions


def test_a_record_that_was_changed_in_the_log_is_found() -> None:
    world = learned(*parts_of(RECORDS, 90))
    entry = world.log.entries[0][100]
    record = decode(entry.payload)
    assert isinstance(record, Outcomes)
    forged = msgspec.structs.replace(record, received_ms=record.received_ms + 1)
    world.log.entries[0][100] = entry._replace(payload=encode(forged))
    found = proof(world)
    assert found.outcome == "different" and "other records" in found.why


def test_where_a_record_was_erased_it_is_said_how_many_are_missing() -> None:
    world = learned(*parts_of(RECORDS, 90))
    entries = world.log.entries[0]

    async def read(topic: str, partition: int, after: int, limit: int):
        return [e for e in entries if e.n > after and e.n not in (100, 101)][:limit]

    world.log.read = read  # type: ignore[method-assign]
    found = proof(world)
    assert found.outcome == "not provable" and found.why.startswith("2 records")


def test_of_other_code_the_records_are_proven_and_the_weights_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from jhalak.learning import lineage

    monkeypatch.setattr(lineage, "code_version", lambda: "0.0+another")
    world = learned(*parts_of(RECORDS, 90))
    monkeypatch.undo()
    path = max(world.blobs.blobs)
    checkpoint = from_blob(world.blobs.blobs[path])
    other = msgspec.structs.replace(checkpoint.manifest, weights="00" * 32)
    world.blobs.blobs[path] = to_blob(checkpoint._replace(manifest=other))
    found = proof(world)
    assert found.outcome == "records proven" and "another" in found.why


def test_without_a_checkpoint_nothing_can_be_proven() -> None:
    world = World()
    world.blobs.blobs[f"{FOLDER}/1.msgpack"] = b"of another version"
    with pytest.raises(ValueError, match="no checkpoint"):
        proof(world)
