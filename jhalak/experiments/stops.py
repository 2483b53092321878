"""Which arms were stopped: a small blob each, so that every process learns of it and none forgets.

A path says all that serving needs: `experiments/stops/EXPERIMENT/ARM.json`. Nothing is read before
it is written, so that a guardrail and an operator may stop arms at the same time.
"""

from __future__ import annotations

from typing import Final

import msgspec

from jhalak.ports.blob_store import BlobStore

FOLDER: Final = "experiments/stops"


class Stopped(msgspec.Struct, frozen=True):
    """An arm that nobody gets any more."""

    experiment: str
    arm: str
    at_ms: int
    by: str
    """`guardrail`, or `operator:NAME`."""
    reason: str


class Stops:
    """Stopped arms in a blob store. An arm does not start again: name a new experiment."""

    def __init__(self, blobs: BlobStore) -> None:
        self._blobs = blobs

    async def names(self) -> frozenset[tuple[str, str]]:
        """(experiment, arm) of all. Raises what the blob store raises."""
        paths = await self._blobs.list(FOLDER)
        parts = [path.removesuffix(".json").split("/") for path in paths]
        return frozenset((part[-2], part[-1]) for part in parts)

    async def put(self, stopped: Stopped) -> None:
        """Durable on return; serving processes obey within a second or two."""
        path = f"{FOLDER}/{stopped.experiment}/{stopped.arm}.json"
        await self._blobs.put(path, msgspec.json.encode(stopped))

    async def of(self, experiment: str) -> dict[str, Stopped]:
        """What is known of an experiment's stopped arms, by arm."""
        found = {}
        for path in await self._blobs.list(f"{FOLDER}/{experiment}"):
            data = await self._blobs.get(path)
            if data is not None:
                stopped = msgspec.json.decode(data, type=Stopped)
                found[stopped.arm] = stopped
        return found
