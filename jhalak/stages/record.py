"""Side effect: write down what was served, as it was scored."""

from __future__ import annotations

import asyncio
import logging
from typing import ClassVar

import numpy as np

from jhalak.catalogue.live import STORIES
from jhalak.ports.event_log import EventLog
from jhalak.residency.seal import seal
from jhalak.schema.activity import TOPIC, Served, encode
from jhalak.schema.slate import Slate
from jhalak.stages.viewer_states import ViewerStates
from jhalak.stages.world import World

log = logging.getLogger(__name__)


def served_record(world: World, slate: Slate) -> Served:
    """The record of a slate, with what is known of its items now."""
    c, rows = world.catalogue, slate.rows
    return Served(
        slate=slate.id,
        viewer=slate.viewer,
        surface=slate.surface,
        at_ms=slate.at_ms,
        level=int(slate.level),
        model=slate.model,
        profiled=slate.profiled,
        valid_until_ms=slate.valid_until_ms,
        items=slate.items.tobytes(),
        propensity=slate.propensity.tobytes(),
        features=slate.features.tobytes(),
        contributions=slate.contributions.tobytes(),
        reason=slate.reason.tobytes(),
        topic=c.topic[rows].astype(np.uint8).tobytes(),
        language=c.language[rows].astype(np.uint8).tobytes(),
        creator=c.creator[rows].tobytes(),
        ref=slate.ref.tobytes(),
        # A video is tried for itself: its trials are not its story's.
        story=np.where(c.trial[rows] >= STORIES, c.trial[rows], 0).tobytes(),
        arms=slate.arms,
    )


class RecordServed:
    """Side effect: append the served record (on disk within 100 ms) and count the items as seen."""

    name: ClassVar[str] = "record served"

    def __init__(self, world: World, event_log: EventLog, states: ViewerStates) -> None:
        self._world, self._log, self._states = world, event_log, states
        self._appending: set[asyncio.Task[tuple[int, int]]] = set()
        self.lost = 0
        """Records that the log did not take."""

    def run(self, answer: Slate) -> None:
        if answer.viewer in self._states.erased:
            return
        record = served_record(self._world, answer)
        # Seen at once: the viewer's next slate may be asked for before the record is on disk.
        self._states.note(answer.viewer, 0, record)
        payload = seal(answer.viewer, encode(record))
        append = self._log.append(TOPIC, answer.viewer, payload, answer.at_ms, durable=False)
        task = asyncio.ensure_future(append)
        self._appending.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[tuple[int, int]]) -> None:
        self._appending.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self.lost += 1
            if self.lost == 1:
                log.error("a served record was lost: %s", error)
