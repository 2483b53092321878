"""A page of the video feed that begins with what the viewer chose; what is said beside its items.

Who goes on with a video, or wants the next part of a series, gets it as a slot like any other: what
they watch of it is told by events, as ever.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from jhalak.catalogue.live import VIDEO
from jhalak.learning import going
from jhalak.pipeline.stage import Filter
from jhalak.schema.candidates import Candidates, Rows
from jhalak.schema.query import Query
from jhalak.schema.reason import REASON_INDEX
from jhalak.schema.slate import Slate
from jhalak.stages.audience import ForFollowers
from jhalak.stages.eligibility import Hidden
from jhalak.stages.safety import AgeSafe, Live
from jhalak.stages.world import World

log = logging.getLogger(__name__)
_encode = msgspec.json.Encoder().encode
_NONE: Final = np.empty(0, np.int32)


class Chosen:
    """What a viewer may see of what they chose themselves: in any language, seen before or not."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._filters: tuple[Filter[Query], ...] = (
            Live(world), Hidden(world), AgeSafe(world), ForFollowers(world),
        )  # fmt: skip

    def rows(self, query: Query, videos: list[str]) -> Rows:
        """Rows of those that may be shown, in their order; none where nothing is known of the
        viewer, since what they hid is not known either."""
        catalogue = self._world.catalogue
        found = [row for row in (catalogue.by_id.get(one, -1) for one in videos) if row >= 0]
        rows = np.array([row for row in found if catalogue.kind[row] == VIDEO], np.int32)
        if query.state is None or not len(rows):
            return _NONE
        try:
            for one in self._filters:
                rows = rows[one.keep(query, Candidates(rows))]
        except Exception:
            log.exception("what a viewer chose could not be checked, and is not shown")
            return _NONE
        return rows

    def next_part(self, query: Query, video: str) -> str | None:
        """The next part of its series that may be shown."""
        rows = self.rows(query, list(self._world.series.after(video)))
        return self._world.catalogue.record(int(rows[0])).item.id if len(rows) else None

    def begin(self, query: Query, slate: Slate, video: str) -> Slate | None:
        """`slate` with `video` before it; None where it may not be shown. No creator comes twice
        running: what would follow the video of its own creator goes."""
        rows = self.rows(query, [video])
        if not len(rows):
            return None
        creator = self._world.catalogue.creator
        own = int(creator[rows[0]])
        rest = np.flatnonzero(slate.rows != rows[0])
        while len(rest) and own > 0 and creator[slate.rows[rest[0]]] == own:
            rest = rest[1:]
        rest = rest[: max(query.slots - 1, 0)]
        item = self._world.catalogue.num[rows]
        return replace(
            slate,
            rows=np.concatenate([rows, slate.rows[rest]]),
            items=np.concatenate([item, slate.items[rest]]),
            propensity=_before(slate.propensity, rest, 1.0),
            reason=_before(slate.reason, rest, _reason(query, int(item[0]))),
            features=_scored(slate.features, rest),
            contributions=_scored(slate.contributions, rest),
            ref=_before(slate.ref, rest, 0),
        )

    def beside(self, query: Query, slate: Slate) -> dict[int, bytes]:
        """What else is said of a slate's rows: where the viewer left them, which part they are."""
        state, series = query.state, self._world.series
        left: dict[int, going.Begun] = {}
        if state is not None and query.profiled and state.begun:
            left = {one.item: one for one in going.begun(state, query.now_ms)}
        if not left and not len(series):
            return {}
        told: dict[int, bytes] = {}
        for row, item in zip(slate.rows.tolist(), slate.items.tolist(), strict=True):
            said: dict[str, Any] = {}
            if item in left:
                said["resume_ms"] = left[item].position_ms
            part = self.part(query, self._world.catalogue.record(row).item.id)
            if part is not None:
                said["series"] = part
            if said:
                told[row] = b"," + _encode(said)[1:-1]
        return told

    def part(self, query: Query, video: str) -> dict[str, Any] | None:
        """Its place in its series, as an item says it."""
        part = self._world.series.of(video)
        if part is None:
            return None
        return part._asdict() | {"next": self.next_part(query, video)}


def _before(values: NDArray[Any], rest: NDArray[np.int64], first: float) -> NDArray[Any]:
    """`first`, then the `rest` of them."""
    return np.concatenate([np.full((1, *values.shape[1:]), first, values.dtype), values[rest]])


def _scored(values: NDArray[Any], rest: NDArray[np.int64]) -> NDArray[Any]:
    """The same of what was scored, if it was: the chosen one was not."""
    return _before(values, rest, 0.0) if len(values) else values


def _reason(query: Query, item: int) -> int:
    """As close as a reason comes: it was there before, or it is like what was watched."""
    if item in query.seen:
        return REASON_INDEX["repeat"]
    return REASON_INDEX["taste_like" if query.profiled else "popular"]
