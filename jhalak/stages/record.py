"""Side effect: write down what was served, as it was scored."""

from __future__ import annotations

import logging
from typing import ClassVar

import numpy as np
from numba import njit

from jhalak.catalogue.live import STORIES
from jhalak.ports.errors import PortError
from jhalak.ports.event_log import SoonLog
from jhalak.residency.seal import seal
from jhalak.schema.activity import TOPIC, Served, encode
from jhalak.schema.candidates import Rows
from jhalak.schema.slate import Slate
from jhalak.stages.viewer_states import ViewerStates
from jhalak.stages.world import World

log = logging.getLogger(__name__)


def served_record(world: World, slate: Slate) -> Served:
    """The record of a slate, with what is known of its items now."""
    topic, language, creator, story = _known(world, slate.rows)
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
        topic=topic,
        language=language,
        creator=creator,
        ref=slate.ref.tobytes(),
        story=story,
        arms=slate.arms,
        taste=slate.taste,
    )


def _known(world: World, rows: Rows) -> tuple[bytes, bytes, bytes, bytes]:
    """Topics, languages, creators and stories of `rows`, as Served has them."""
    k = len(rows)
    out = np.empty(14 * k, np.uint8)
    _lay_known(rows, world.catalogue.lines, out)
    raw = out.tobytes()
    return raw[12 * k : 13 * k], raw[13 * k :], raw[8 * k : 12 * k], raw[: 8 * k]


@njit(cache=True, nogil=True)
def _lay_known(rows, facts, out):  # type: ignore[no-untyped-def]
    """out uint8[14 k]: int64[k] stories, int32[k] creators, uint8[k] topics, uint8[k] languages."""
    k = len(rows)
    story, creator = out[: 8 * k].view(np.int64), out[8 * k : 12 * k].view(np.int32)
    for i in range(k):
        row = rows[i]
        # A video is tried for itself: its trials are not its story's.
        story[i] = facts.trial[row] if facts.trial[row] >= STORIES else 0
        creator[i] = facts.creator[row]
        out[12 * k + i] = facts.topic[row]
        out[13 * k + i] = facts.language[row]


class RecordServed:
    """Side effect: append the served record (on disk within 100 ms) and count the items as seen."""

    name: ClassVar[str] = "record served"

    def __init__(self, world: World, event_log: SoonLog, states: ViewerStates) -> None:
        self._world, self._log, self._states = world, event_log, states
        self.lost = 0
        """Records that the log did not take."""

    def run(self, answer: Slate) -> None:
        if answer.viewer in self._states.erased:
            return
        record = served_record(self._world, answer)
        # Seen at once: the viewer's next slate may be asked for before the record is on disk.
        self._states.note(answer.viewer, 0, record)
        payload = seal(answer.viewer, encode(record))
        try:
            self._log.append_soon(TOPIC, answer.viewer, payload, answer.at_ms)
        except PortError as error:
            self.lost += 1
            if self.lost == 1:
                log.error("a served record was lost: %s", error)
