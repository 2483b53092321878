"""A feed: a ranked pipeline, and what it answers from when that is not enough.

It always answers. When the ranked pipeline fails, or finds fewer items than slots: whatever else is
unseen, newest first; when that is not enough: what was seen the longest ago; when that fails too: a
safe slate made beforehand. Where the ranked pipeline would show a creator twice running, and where
it found too few, the rest is chosen from all of that, so that they do so only when nothing else is
left; then the answer says `narrow`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from jhalak.catalogue.live import VIDEO
from jhalak.config.settings import ValueWeights
from jhalak.learning.engagers import taste_bytes
from jhalak.learning.features import F
from jhalak.learning.value import C
from jhalak.pipeline.runner import Pipeline, SideEffects, StageStats
from jhalak.pipeline.side_by_side import step
from jhalak.pipeline.stage import SideEffect
from jhalak.schema.candidates import Rows
from jhalak.schema.ids import new_id
from jhalak.schema.query import Query
from jhalak.schema.reason import REASON_INDEX
from jhalak.schema.slate import SURFACES, Level, Slate
from jhalak.stages.audience import may_see
from jhalak.stages.diversity import creator_before, parted, runs
from jhalak.stages.explanation import decide
from jhalak.stages.prediction import FEATURES
from jhalak.stages.world import World

log = logging.getLogger(__name__)

_LOCKSCREEN = SURFACES.index("lockscreen")
_NO_ROWS = np.empty(0, np.int32)
NO_SOURCE: Final = 15
"""A place that no source has: nothing trends or is tried there."""
ALL = 1 << 30
"""Limit of a pipeline that may look at every live item."""


class Feed:
    """One surface. `trending_source` is the place of that source in `ranked`; `again` None: nothing
    comes again; `alone`: nothing takes the place of what its sources find, and an answer may be
    shorter or empty; `reason`: why all of it is shown, "": as each slot's is found."""

    def __init__(
        self,
        world: World,
        *,
        ranked: Pipeline[Query],
        unranked: Pipeline[Query],
        again: Pipeline[Query] | None,
        side_effects: Sequence[SideEffect[Slate]],
        trending_source: int,
        values: ValueWeights,
        valid_ms: int = 0,
        alone: bool = False,
        reason: str = "",
        new_slate_id: Callable[[], int] = new_id,
    ) -> None:
        self._world = world
        self._ranked, self._unranked, self._again = ranked, unranked, again
        self._side_effects = SideEffects(side_effects)
        self._trending_source, self._values = trending_source, values
        self._valid_ms, self._alone, self._reason = valid_ms, alone, reason
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
        serving, taste = self._world.serving, b""
        try:
            outcome = await self._ranked.run(query)
            if query.beside:
                await step()
            parts, reason = decide(self._world, query, outcome, self._trending_source, self._values)
            chosen = outcome.selection.index
            rows = outcome.candidates.rows[chosen]
            propensity = outcome.selection.propensity
            x = outcome.candidates[FEATURES][chosen].astype(np.float16)
            if query.profiled and query.state is not None:
                taste = taste_bytes(query.state.vectors[0])
        except Exception as error:
            self.failures.failed(error)
            query.lower(Level.popular)
            rows = _NO_ROWS
            propensity, reason = np.ones(0, np.float32), np.zeros(0, np.uint8)
            x, parts = np.zeros((0, F), np.float16), np.zeros((0, C), np.float32)
        creator, last = self._world.catalogue.creator, creator_before(self._world, query)
        whole = runs(creator[rows], last)
        # Where all is one creator's there is nobody to look for among all live items.
        if len(rows) < slots or (whole < slots and len(self._world.catalogue.creators) > 1):
            ranked = rows
            rows, repeats_from = await self._fill_up(query, rows[:whole], rows[whole:], last)
            at = _places(rows, ranked)
            propensity = np.where(at == np.arange(len(at)), _laid(propensity, at, 1.0), 1.0)
            reason = _laid(reason, at, REASON_INDEX["popular"])
            reason[repeats_from:] = REASON_INDEX["repeat"]
            x, parts = _laid(x, at, 0.0), _laid(parts, at, 0.0)
        if self._reason:
            reason.fill(REASON_INDEX[self._reason])
        if whole < slots and runs(creator[rows]) < len(rows):
            query.lower(Level.narrow)
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
            reason=reason,
            features=x,
            contributions=parts,
            ref=self._held(query, rows),
            valid_until_ms=query.now_ms + self._valid_ms if self._valid_ms else 0,
            arms=query.arms,
            taste=taste,
        )

    def after(self, slate: Slate) -> None:
        """The side effects; call it when the answer is on its way."""
        self._side_effects.run(slate)

    def _static(self, query: Query) -> NDArray[np.int32]:
        """What was found safe for everyone beforehand, less what was recalled since."""
        query.lower(Level.static)
        catalogue = self._world.catalogue
        safe = catalogue.pools.safe
        pools = [safe[language] for language in query.languages if language in safe]
        rows = np.concatenate(pools) if pools else np.empty(0, np.int32)
        fit = catalogue.live[rows] & (catalogue.expires_ms[rows] > query.now_ms)
        fit &= np.isin(catalogue.language[rows], query.languages)
        fit &= may_see(self._world, query.state, rows)
        if query.surface == _LOCKSCREEN:
            fit &= catalogue.kind[rows] != VIDEO
        if query.state is not None:
            fit &= ~np.isin(catalogue.creator[rows], list(query.state.hidden_creators))
            fit &= ~np.isin(catalogue.topic[rows], list(query.state.hidden_topics))
            fit &= ~np.isin(catalogue.num[rows], list(query.state.hidden_items))
        rows = rows[fit]
        seen = np.isin(catalogue.num[rows], query.seen)
        return np.concatenate([rows[~seen], rows[seen]])[: query.slots]

    async def _fill_up(self, query: Query, rows: Rows, rest: Rows, last: int) -> tuple[Rows, int]:
        """`rows` and what else there is, and the place from which on it repeats: first the `rest`
        of what was ranked and whatever is unseen, newest first (the sources reach only so deep),
        then what was seen the longest ago, at last, unless it is alone, what was found safe
        beforehand."""
        slots, world = query.slots, self._world
        unranked = await self._found(self._unranked, query)
        more = rest if unranked is None else np.concatenate([rest, unranked])
        rows = parted(rows, more, slots, world, last)
        unseen = len(rows)
        if self._again is not None and unranked is not None and unseen < slots:
            again = await self._found(self._again, query)
            if again is not None:
                rows = parted(rows, again, slots, world, last)
            if len(rows) > unseen:
                query.lower(Level.exhausted)
        if self._alone:
            if len(rows) < slots:
                query.lower(Level.exhausted)
        elif unranked is None or not len(rows):
            rows = parted(rows, self._static(query), slots, world, last)
            unseen = len(rows)
        return rows, unseen

    async def _found(self, pipeline: Pipeline[Query], query: Query) -> Rows | None:
        """What `pipeline` finds; None where it fails."""
        try:
            outcome = await pipeline.run(query)
        except Exception as error:
            self.failures.failed(error)
            return None
        return outcome.candidates.rows[outcome.selection.index]

    def _held(self, query: Query, rows: NDArray[np.int32]) -> NDArray[np.uint8]:
        """uint8[k]: 1 where the card is of the edition that the device named."""
        state = query.state
        if state is None or not query.have or query.have != state.edition:
            return np.zeros(len(rows), np.uint8)
        return np.isin(self._world.catalogue.num[rows], state.edition_items).astype(np.uint8)


def _places(rows: Rows, ranked: Rows) -> NDArray[np.int64]:
    """int64[len(rows)]: where each stands in `ranked`; -1 where it does not."""
    place = {row: at for at, row in enumerate(ranked.tolist())}
    return np.array([place.get(row, -1) for row in rows.tolist()], np.int64)


def _laid(values: NDArray[Any], at: NDArray[np.int64], default: float) -> NDArray[Any]:
    """`values` of the places `at`, and `default` where that is -1."""
    laid = np.full((len(at), *values.shape[1:]), default, values.dtype)
    laid[at >= 0] = values[at[at >= 0]]
    return laid
