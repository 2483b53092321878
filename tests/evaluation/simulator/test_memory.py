"""Ports in memory keep what their ports promise."""

from __future__ import annotations

import asyncio

from jhalak.evaluation.simulator.memory import MemoryLog, MemoryProfiles, MemoryRelations


def test_a_log_gives_back_what_was_appended_in_order_and_without_what_was_erased() -> None:
    async def work() -> None:
        log = MemoryLog(partitions=2)
        places = [await log.append("t", key, bytes([key]), key) for key in (1, 2, 3, 1, 2)]
        by_partition = {p: [n for q, n in places if q == p] for p, _ in places}
        assert all(ns == list(range(1, len(ns) + 1)) for ns in by_partition.values())
        assert await log.ends("t") == [len(by_partition.get(p, [])) for p in range(2)]
        assert await log.ends("other") == [0, 0]
        ones = await log.read_key("t", 1)
        assert [e.payload for e in ones] == [b"\1", b"\1"]
        assert await log.read_key("t", 1, after=ones[0].n) == ones[1:]
        assert await log.read_key("t", 1, since_ms=2) == []
        partition = places[0][0]
        assert await log.delete_key("t", 1) == 2 and await log.delete_key("t", 1) == 0
        left = await log.read("t", partition, 0, 10)
        assert all(e.key != 1 for e in left) and left == sorted(left, key=lambda e: e.n)
        assert await log.read("t", partition, left[-1].n if left else 9, 10) == []
        assert (await log.append("t", 1, b"", 9))[1] == len(by_partition[partition]) + 1
        assert (await log.append("t", 1, b"", 9, durable=False))[1] == 0
        assert await log.drop_before(1 << 60) == 0

    asyncio.run(work())


def test_profiles_are_kept_and_deleted() -> None:
    async def work() -> None:
        profiles = MemoryProfiles()
        await profiles.put_many({1: b"a", 2: b"b"})
        assert await profiles.get(1) == b"a" and await profiles.get(3) is None
        assert await profiles.get_many([2, 3]) == {2: b"b"} and await profiles.count() == 2
        await profiles.delete(1)
        await profiles.delete(1)
        assert await profiles.count() == 1

    asyncio.run(work())


def test_relations_are_put_once_and_taken_back() -> None:
    relations = MemoryRelations()
    row, made = relations.put(1, "likes", "item", 7, 100)
    assert made and row.version == 1
    assert relations.put(1, "likes", "item", 7, 200) == (row, False)
    assert relations.of_viewer(1) == [row] and relations.count("likes", "item", 7) == 1
    assert relations.delete(1, "likes", "item", 7, 300) == (2, True)
    assert relations.delete(1, "likes", "item", 7, 400) == (2, False)
    assert relations.delete(1, "likes", "item", 8, 400) is None
    assert relations.of_viewer(1) == [] and relations.count("likes", "item", 7) == 0
    again, made = relations.put(1, "likes", "item", 7, 500)
    assert made and (again.version, again.at_ms) == (3, 500)
