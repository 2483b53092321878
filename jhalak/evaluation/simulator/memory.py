"""Ports in memory, for a cell that lives as long as a run. They keep their promises but one:
nothing is on disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from jhalak.ports.event_log import Entry, partition_of
from jhalak.ports.relations import Counted, RelationRow
from jhalak.schema.activity import UNWANTED, TargetKind, Verb


class MemoryLog:
    """EventLog: one list a topic and partition."""

    def __init__(self, partitions: int = 1) -> None:
        self.partitions = partitions
        self._entries: dict[tuple[str, int], list[Entry]] = {}
        self._ends: dict[tuple[str, int], int] = {}

    async def append(
        self, topic: str, key: int, payload: bytes, at_ms: int, *, durable: bool = True
    ) -> tuple[int, int]:
        partition, n = self._put(topic, key, payload, at_ms)
        return partition, n if durable else 0

    def append_soon(self, topic: str, key: int, payload: bytes, at_ms: int) -> None:
        self._put(topic, key, payload, at_ms)

    def _put(self, topic: str, key: int, payload: bytes, at_ms: int) -> tuple[int, int]:
        place = topic, partition_of(key, self.partitions)
        n = self._ends[place] = self._ends.get(place, 0) + 1
        self._entries.setdefault(place, []).append(Entry(place[1], n, key, at_ms, payload))
        return place[1], n

    async def read(self, topic: str, partition: int, after: int, limit: int) -> list[Entry]:
        entries = self._entries.get((topic, partition), [])
        low, high = 0, len(entries)
        while low < high:  # positions rise, but erasure leaves holes
            middle = (low + high) // 2
            if entries[middle].n <= after:
                low = middle + 1
            else:
                high = middle
        return entries[low : low + limit]

    async def read_key(
        self, topic: str, key: int, after: int = 0, since_ms: int = 0
    ) -> list[Entry]:
        entries = self._entries.get((topic, partition_of(key, self.partitions)), [])
        return [e for e in entries if e.key == key and e.n > after and e.at_ms >= since_ms]

    async def delete_key(self, topic: str, key: int) -> int:
        place = topic, partition_of(key, self.partitions)
        entries = self._entries.get(place, [])
        kept = [e for e in entries if e.key != key]
        self._entries[place] = kept
        return len(entries) - len(kept)

    async def ends(self, topic: str) -> list[int]:
        return [self._ends.get((topic, p), 0) for p in range(self.partitions)]

    async def drop_before(self, at_ms: int) -> int:
        return 0  # all of it is one period, which has not ended


class MemoryProfiles:
    """ProfileStore."""

    def __init__(self) -> None:
        self._values: dict[int, bytes] = {}

    async def get(self, viewer: int) -> bytes | None:
        return self._values.get(viewer)

    async def get_many(self, viewers: Sequence[int]) -> dict[int, bytes]:
        return {v: self._values[v] for v in viewers if v in self._values}

    async def put_many(self, values: Mapping[int, bytes]) -> None:
        self._values.update(values)

    async def delete(self, viewer: int) -> None:
        self._values.pop(viewer, None)

    async def count(self) -> int:
        return len(self._values)


_Key = tuple[int, Verb, TargetKind, int]


class MemoryRelations:
    """RelationStore."""

    def __init__(self) -> None:
        self._rows: dict[_Key, tuple[RelationRow, bool]] = {}

    def put(
        self, viewer: int, verb: Verb, kind: TargetKind, target: int, now_ms: int
    ) -> tuple[RelationRow, bool]:
        key = viewer, verb, kind, target
        row, stands = self._rows.get(key, (RelationRow(*key, now_ms, 0), False))
        if not stands:
            row = row._replace(at_ms=now_ms, version=row.version + 1)
            self._rows[key] = row, True
        return row, not stands

    def delete(
        self, viewer: int, verb: Verb, kind: TargetKind, target: int, now_ms: int
    ) -> tuple[int, bool] | None:
        key = viewer, verb, kind, target
        if key not in self._rows:
            return None
        row, stands = self._rows[key]
        if stands:
            row = row._replace(version=row.version + 1)
            self._rows[key] = row, False
        return row.version, stands

    def of_viewer(self, viewer: int) -> list[RelationRow]:
        rows = [row for row, stands in self._rows.values() if stands and row.viewer == viewer]
        return sorted(rows, key=lambda row: -row.at_ms)

    def count(self, verb: Verb, kind: Counted, target: int) -> int:
        named = verb, kind, target
        return sum(stands and key[1:] == named for key, (_, stands) in self._rows.items())

    def unwanted(self, viewer: int) -> frozenset[int]:
        rows = self.of_viewer(viewer)
        return frozenset(r.target for r in rows if r.verb in UNWANTED and r.kind == "creator")

    def between(self, viewer: int, creator: int) -> frozenset[Verb]:
        rows = self.of_viewer(viewer)
        return frozenset(r.verb for r in rows if r.kind == "creator" and r.target == creator)
