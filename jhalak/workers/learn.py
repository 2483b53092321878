"""The learner's loop: read the log, fold, publish, checkpoint.

A process of its own. It keeps nothing that a checkpoint and the log do not hold: ended at any
moment it goes on from its newest checkpoint and folds the same records to the same end.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from time import process_time
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from jhalak.config.settings import ModelSettings
from jhalak.learning.fold import Fold
from jhalak.learning.lineage import Lineage, from_blob, to_blob
from jhalak.ports.blob_store import BlobStore
from jhalak.ports.event_log import Entry, EventLog
from jhalak.ports.learned import Learned, Snapshot
from jhalak.residency.seal import unseal
from jhalak.schema.activity import TOPIC, Served, decode

log = logging.getLogger(__name__)

BATCH = 256
"""Records read at once."""
WEIGH_MS = 60_000
"""Between two looks at how fast cards lose their readers: half a second for 100,000 of them."""
BEHIND_MS = 1000
"""Who has not come to the log's end for so long catches up with a backlog."""
RARELY = 4
"""Then it publishes so many times as rarely: what is learned of the past is in no hurry, and each
snapshot costs those who serve a walk over the catalogue and what they had in their caches."""
REST: Final = 20
"""Between two checkpoints so many times as long as one takes, of CPU, at least: they grow with what
waits for outcomes, and nothing is learned meanwhile."""
KEPT = 3
"""Checkpoints kept."""
FOLDER = "checkpoints"


class Learner:
    """One learner over all partitions of the activity topic."""

    def __init__(
        self,
        event_log: EventLog,
        blobs: BlobStore,
        learned: Learned,
        clock: Callable[[], int],
        *,
        publish_s: float,
        checkpoint_s: float,
        label_window_s: float,
        join_h: float,
        model: ModelSettings | None = None,
        cell: str = "",
    ) -> None:
        self._log, self._blobs, self._learned, self._clock = event_log, blobs, learned, clock
        self._publish_ms, self._checkpoint_ms = int(publish_s * 1000), int(checkpoint_s * 1000)
        self.fold = Fold(event_log.partitions, label_window_s, join_h, model)
        self.lineage = Lineage(cell)
        self._published_ms = self._checkpointed_ms = clock()
        self._published: list[int] | None = None
        self._at_end_ms = self._beaten_ms = self._published_ms
        self._weighed_ms = self._published_ms - WEIGH_MS
        self._half_lives: dict[str, NDArray[Any]] = {}
        self._checkpointed = list(self.fold.offsets)
        self._rest_ms = 0

    async def resume(self) -> None:
        """Load the newest checkpoint that can be read; with none, start at the log's beginning."""
        for path in reversed(await self._blobs.list(FOLDER)):
            data = await self._blobs.get(path)
            try:
                if data is not None:
                    checkpoint = from_blob(data)
                    self.fold.load(checkpoint.state)
                    self.lineage.go_on(checkpoint.manifest, checkpoint.ancestors)
                    self._checkpointed = list(self.fold.offsets)
                    log.info("the learner goes on from %s", path)
                    return
            except Exception as error:
                log.error("checkpoint %s cannot be used: %s", path, error)
                self.fold = Fold(
                    self._log.partitions, *self.fold.windows, self.fold.model.settings
                )  # nothing half-loaded may stay

    async def step(self) -> bool:
        """Fold the next records of every partition; True when there were any."""
        folded, full = 0, False
        for partition in range(self._log.partitions):
            entries = await self._log.read(TOPIC, partition, self.fold.offsets[partition], BATCH)
            for entry in entries:
                await fold_entry(self._log, self.fold, self.lineage, entry)
            folded, full = folded + len(entries), full or len(entries) == BATCH
        if not full:
            self._at_end_ms = self._clock()
        await self._keep_up()
        return folded > 0

    async def _keep_up(self) -> None:
        """Publish and checkpoint when it is time to, and where the clock has stepped back."""
        now_ms = self._clock()
        behind = now_ms - self._at_end_ms >= BEHIND_MS
        pause_ms = self._publish_ms * (RARELY if behind else 1)
        due = abs(now_ms - self._published_ms) >= pause_ms
        if self._published is None or (due and self._published != self.fold.offsets):
            self.publish(now_ms)
            self._published_ms = self._beaten_ms = now_ms
        elif abs(now_ms - self._beaten_ms) >= self._publish_ms:
            self._learned.beat(now_ms)
            self._beaten_ms = now_ms
        if abs(now_ms - self._checkpointed_ms) >= max(self._checkpoint_ms, self._rest_ms):
            await self.checkpoint()

    def publish(self, now_ms: int, *, whole: bool = False) -> None:
        """Hand what was learned to every process that serves; `whole` with half-lives as of now."""
        if whole or abs(now_ms - self._weighed_ms) >= WEIGH_MS:
            self._weighed_ms, self._half_lives = now_ms, self.fold.decay.arrays()
        arrays = {**self.fold.arrays(), **self._half_lives}
        newest = self._learned.newest()
        version = max(newest.version + 1 if newest else 1, sum(self.fold.offsets) + 1)
        self._learned.publish(
            Snapshot(
                version, now_ms, tuple(self.fold.offsets),
                {name: np.ascontiguousarray(values) for name, values in arrays.items()},
            )
        )  # fmt: skip
        self._published = list(self.fold.offsets)

    async def checkpoint(self) -> None:
        """Write all of it, with its offsets, in one blob; then drop the oldest ones. Those that are
        ahead could not be read (`resume`): they push out none of ours."""
        self._checkpointed_ms = self._clock()
        if self.fold.offsets == self._checkpointed:
            return
        began_s = process_time()
        path = f"{FOLDER}/{sum(self.fold.offsets):020d}.msgpack"
        checkpoint = self.lineage.checkpoint(self.fold)
        await self._blobs.put(path, to_blob(checkpoint))
        self.lineage.go_on(checkpoint.manifest, checkpoint.ancestors)
        self._checkpointed = list(self.fold.offsets)
        behind = [other for other in await self._blobs.list(FOLDER) if other <= path]
        for old in behind[:-KEPT]:
            await self._blobs.delete(old)
        self._rest_ms = int(REST * 1000 * (process_time() - began_s))


async def fold_entry(event_log: EventLog, fold: Fold, lineage: Lineage, entry: Entry) -> None:
    """Fold one entry of the log, the next of its partition, with what it wants read again."""
    payload = unseal(entry.key, entry.payload)
    record = decode(payload)
    for partition, n in fold.missing(record):
        for found in await event_log.read(TOPIC, partition, n - 1, 1):
            served = decode(unseal(found.key, found.payload))
            if found.n == n and isinstance(served, Served):
                fold.remember(served)
    fold.apply(entry.partition, entry.n, record)
    lineage.saw(entry.partition, entry.n, payload, record)
