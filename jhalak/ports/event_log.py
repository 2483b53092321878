"""The event log: the truth from which all derived state is folded."""

from __future__ import annotations

from typing import NamedTuple, Protocol


class Entry(NamedTuple):
    """One record in the log."""

    partition: int
    n: int
    """Position in (topic, partition): rises by one, from 1; erasure leaves holes."""
    key: int
    """Whose record it is: a viewer, or 0 for nobody's."""
    at_ms: int
    """Unix milliseconds at which it was appended."""
    payload: bytes


class SoonLog(Protocol):
    """What those need of the log who wait for nothing."""

    def append_soon(self, topic: str, key: int, payload: bytes, at_ms: int) -> None:
        """What `EventLog.append` does without `durable`: the record keeps its place among those of
        its key. Raises Unavailable; then nothing was appended."""


class EventLog(SoonLog, Protocol):
    """Append-only topics, each in partitions; an offset is (topic, partition, n)."""

    partitions: int

    async def append(
        self, topic: str, key: int, payload: bytes, at_ms: int, *, durable: bool = True
    ) -> tuple[int, int]:
        """Append one record to the partition of `key`; answers its (partition, n).

        With `durable` it returns when the record is on disk, together with whatever else was
        waiting (group commit). Without, it returns at once with (partition, 0) and the record is
        on disk within 100 ms. Records of one key keep the order of their calls.
        Raises DiskFull or Unavailable; then nothing was appended.
        """

    async def read(self, topic: str, partition: int, after: int, limit: int) -> list[Entry]:
        """Up to `limit` durable records with n > after, in order. Works beside a running writer."""

    async def read_key(
        self, topic: str, key: int, after: int = 0, since_ms: int = 0
    ) -> list[Entry]:
        """All durable records of one key with n > after and at_ms >= since_ms, in order."""

    async def delete_key(self, topic: str, key: int) -> int:
        """Remove all records of one key for good; answers how many. Their n is not reused."""

    async def ends(self, topic: str) -> list[int]:
        """The greatest n ever given in each partition, 0 where none was."""

    async def drop_before(self, at_ms: int) -> int:
        """Drop whole periods that lie before `at_ms`; answers how many periods."""


def partition_of(key: int, partitions: int) -> int:
    """Which partition a key belongs to: splitmix64's finaliser, then modulo."""
    mixed = key & 0xFFFFFFFFFFFFFFFF
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9 & 0xFFFFFFFFFFFFFFFF
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB & 0xFFFFFFFFFFFFFFFF
    return (mixed ^ (mixed >> 31)) % partitions
