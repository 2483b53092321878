"""A feed: a ranked pipeline, and what it answers from when that is not enough.

It always answers. When the ranked pipeline fails: popular and new, unranked; when that fails too:
a safe slate made beforehand. When fewer items are left than slots: what was seen the longest ago.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from jhalak.catalogue.live import VIDEO
from jhalak.learning.features import F
from jhalak.learning.value import C
from jhalak.pipeline.runner import Pipeline, SideEffects, StageStats
from jhalak.pipeline.stage import Outcome, SideEffect
from jhalak.schema.ids import new_id
from jhalak.schema.query import Query
from jhalak.schema.reason import REASON_INDEX
from jhalak.schema.slate import SURFACES, Level, Slate
from jhalak.stages.explanation import decide
from jhalak.stages.prediction import FEATURES
from jhalak.stages.world import World

log = logging.getLogger(__name__)

_LOCKSCREEN = SURFACES.index("lockscreen")


class Feed:
    """One surface. `trending_source` is the place of that source in `ranked`."""

    def __init__(
        self,
        world: World,
        *,
        ranked: Pipeline[Query],
        popular: Pipeline[Query],
        again: Pipeline[Query],
        side_effects: Sequence[SideEffect[Slate]],
        trending_source: int,
        valid_ms: int = 0,
        new_slate_id: Callable[[], int] = new_id,
    ) -> None:
        self._world = world
        self._ranked, self._popular, self._again = ranked, popular, again
        self._side_effects = SideEffects(side_effects)
        self._trending_source = trending_source
        self._valid_ms = valid_ms
        self._new_slate_id = new_slate_id
        self.answers = dict.fromkeys(Level, 0)
        """How many answers of each level."""
        self.failures = StageStats("feed", "ranked")

    @property
    def stats(self) -> list[StageStats]:
        """Every stage's counts."""
        return [*self._ranked.stats, *self._side_effects.stats, self.failures]

    async def slate(self, query: Query) -> Slate:
        """The answer to a query. Never raises for what a stage does."""
        slots = query.slots
        serving = self._world.serving
        try:
            outcome = await self._ranked.run(query)
            parts, reasons = decide(self._world, query, outcome, self._trending_source)
            chosen = outcome.selection.index
            rows = outcome.candidates.rows[chosen]
            propensity = outcome.selection.propensity
            x = outcome.candidates[FEATURES][chosen].astype(np.float16)
        except Exception as error:
            self.failures.failed(error)
            query.lower(Level.popular)
            rows = await self._unranked(query)
            propensity, reasons = np.ones(len(rows), np.float32), []
            x, parts = np.zeros((0, F), np.float16), np.zeros((0, C), np.float32)
        reason = np.full(slots, REASON_INDEX["popular"], np.uint8)
        reason[: len(reasons)] = reasons
        ranked = len(rows)
        if ranked < slots:
            rows = await self._fill_up(query, rows, slots)
            again = "repeat" if query.level is Level.exhausted else "popular"
            reason[ranked:] = REASON_INDEX[again]
            propensity = np.append(propensity, np.ones(len(rows) - ranked, np.float32))
            x, parts = _padded(x, ranked, len(rows)), _padded(parts, ranked, len(rows))
        self.answers[query.level] += 1
        return Slate(
            id=self._new_slate_id(),
            viewer=query.viewer,
            surface=query.surface,
            at_ms=query.now_ms,
            level=query.level,
            model=serving.version,
            profiled=query.profiled,
            rows=rows,
            items=self._world.catalogue.num[rows],
            propensity=propensity.astype(np.float32),
            reason=reason[: len(rows)],
            features=x,
            contributions=parts,
            ref=self._held(query, rows),
            valid_until_ms=query.now_ms + self._valid_ms if self._valid_ms else 0,
        )

    def after(self, slate: Slate) -> None:
        """The side effects; call it when the answer is on its way."""
        self._side_effects.run(slate)

    async def _unranked(self, query: Query) -> NDArray[np.int32]:
        """Rows without the ranked pipeline."""
        try:
            outcome = await self._popular.run(query)
            rows = _chosen(outcome)
        except Exception as error:
            self.failures.failed(error)
            rows = np.empty(0, np.int32)
        return rows if len(rows) else self._static(query)

    def _static(self, query: Query) -> NDArray[np.int32]:
        """What was found safe for everyone beforehand, less what was recalled since."""
        query.lower(Level.static)
        catalogue = self._world.catalogue
        safe = catalogue.pools.safe
        pools = [safe[language] for language in query.languages if language in safe]
        rows = np.concatenate(pools) if pools else np.empty(0, np.int32)
        fit = catalogue.live[rows] & (catalogue.expires_ms[rows] > query.now_ms)
        fit &= np.isin(catalogue.language[rows], query.languages)
        if query.surface == _LOCKSCREEN:
            fit &= catalogue.kind[rows] != VIDEO
        if query.state is not None:
            fit &= ~np.isin(catalogue.creator[rows], list(query.state.hidden_creators))
            fit &= ~np.isin(catalogue.topic[rows], list(query.state.hidden_topics))
            fit &= ~np.isin(catalogue.num[rows], list(query.state.hidden_items))
        rows = rows[fit]
        seen = np.isin(catalogue.num[rows], query.seen)
        return np.concatenate([rows[~seen], rows[seen]])[: query.slots]

    async def _fill_up(
        self, query: Query, rows: NDArray[np.int32], slots: int
    ) -> NDArray[np.int32]:
        """`rows`, and what the viewer saw the longest ago."""
        try:
            again = _chosen(await self._again.run(query))
        except Exception as error:
            self.failures.failed(error)
            again = np.empty(0, np.int32)
        again = again[~np.isin(again, rows)][: slots - len(rows)]
        if len(again):
            query.lower(Level.exhausted)
            rows = np.concatenate([rows, again])
        elif not len(rows):
            rows = self._static(query)
        return rows

    def _held(self, query: Query, rows: NDArray[np.int32]) -> NDArray[np.uint8]:
        """uint8[k]: 1 where the card is of the edition that the device named."""
        state = query.state
        if state is None or not query.have or query.have != state.edition:
            return np.zeros(len(rows), np.uint8)
        return np.isin(self._world.catalogue.num[rows], state.edition_items).astype(np.uint8)


def _chosen(outcome: Outcome) -> NDArray[np.int32]:
    return outcome.candidates.rows[outcome.selection.index]


def _padded(values: NDArray[np.floating], used: int, length: int) -> NDArray[np.floating]:
    """`values` of the first `used` slots with zeros for the rest; nothing stays nothing."""
    if not len(values) or length == used:
        return values
    more = np.zeros((length - used, values.shape[1]), values.dtype)
    return np.concatenate([values, more])
