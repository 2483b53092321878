"""Following stopped arms into this process."""

from __future__ import annotations

from jhalak.experiments.assignment import Assignment
from jhalak.experiments.stops import Stops
from jhalak.ports.blob_store import BlobStore


class FollowStops:
    """Hands the stopped arms to whoever assigns viewers. Until they could be read once nobody gets
    any arm: a stop must outlive a restart."""

    def __init__(self, assignment: Assignment, blobs: BlobStore) -> None:
        self._assignment, self._stops = assignment, Stops(blobs)

    async def step(self) -> bool:
        """Look once; never more to do at once."""
        if self._assignment.any:
            self._assignment.stop(await self._stops.names())
        return False
