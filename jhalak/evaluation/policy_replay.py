"""The effect of a policy before it holds: requests of the own log, answered by it and by today's.

Each chosen request gets two slates from the same candidates, viewer and draw of chance. What they
are expected to bring is what the model foretells for each slot, weighed by how often a slot at that
place is looked at (`policy_log`). Differences are paired, and rows of one viewer hang together.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from jhalak.config.experiments import Override
from jhalak.config.settings import Settings, ValueWeights
from jhalak.evaluation.off_policy import estimate
from jhalak.evaluation.own_slots import slots_of_slates
from jhalak.evaluation.policy_log import POSITIONS, Asked
from jhalak.feeds.feed import Feed
from jhalak.feeds.lockscreen import lockscreen
from jhalak.feeds.video import video
from jhalak.learning.model import HEADS, predict
from jhalak.learning.viewer import ViewerFold
from jhalak.people.age import MINORS
from jhalak.ports.event_log import EventLog
from jhalak.ports.viewers import Viewer, ViewerStore
from jhalak.residency.seal import unseal
from jhalak.schema.activity import TOPIC, Served, decode
from jhalak.schema.languages import LANGUAGE_INDEX
from jhalak.schema.query import Query
from jhalak.schema.reason import REASON_INDEX
from jhalak.schema.slate import Slate
from jhalak.schema.viewer_state import ViewerState
from jhalak.stages.told_states import ToldStates
from jhalak.stages.valuation import worth_of
from jhalak.stages.world import World

LEAST_VIEWERS: Final = 20
FIGURES: Final = ("value", "value_draft", "tap", "long", "like", "regret", "trials", "topics")
"""What is compared: the first six an impression, then shares of slots, and topics a slate."""
_EXPLORE: Final = REASON_INDEX["explore"]
_WEIGHED: Final = 6

Numbers = NDArray[np.float64]
Progress = Callable[[int, int], None]


class TooFew(Exception):
    """The log holds too little to say anything."""


@dataclass(slots=True)
class _Rows:
    """A row a replayed request."""

    viewer: list[int] = field(default_factory=list)
    looks: list[tuple[float, float]] = field(default_factory=list)
    """Impressions to expect of each of the two slates."""
    sums: list[tuple[Numbers, Numbers]] = field(default_factory=list)
    """float64[len(FIGURES)] of each."""
    shared: list[tuple[int, int, int]] = field(default_factory=list)
    """(items in both, places with the same item, slots)"""
    again: list[tuple[int, int]] = field(default_factory=list)
    """(items of the log's slate in today's, slots)"""
    topics: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = field(default_factory=list)


class PolicyReplay:
    """Replays requests under `base` (what holds) and `draft`, both over `settings`."""

    def __init__(
        self, world: World, event_log: EventLog, viewers: ViewerStore, settings: Settings,
        base: Override, draft: Override,
    ) -> None:  # fmt: skip
        self._world, self._log, self._viewers, self._settings = world, event_log, viewers, settings
        self._states = ToldStates()
        make = (lockscreen, video)
        self._feeds: list[Feed] = [m(world, self._states, event_log, settings) for m in make]
        self._sides = (base, draft)
        self._weights = [weights_of(settings, side) for side in self._sides]
        keep = settings.feed.never_repeat_days, settings.feed.hide_days
        ms = [days * 86_400_000 for days in keep]
        self._fold = ViewerFold(world.catalogue.embedding_of, ms[0], ms[1])
        self._live, self._rows = world.catalogue.live.copy(), _Rows()

    async def run(self, asked: Asked, progress: Progress) -> dict[str, Any]:
        """What changes, as plain data. Raises TooFew below LEAST_VIEWERS viewers."""
        began, done = time.process_time(), 0
        if len(asked.viewers) < LEAST_VIEWERS:
            raise TooFew(
                f"the log's newest part holds slates of {len(asked.viewers)} viewers; an effect is"
                f" told from {LEAST_VIEWERS} on"
            )
        for number, chosen in asked.viewers.items():
            viewer = self._viewers.get(number)
            if viewer is not None:  # else erased meanwhile
                await self._viewer(viewer, chosen, asked.seen)
            done += len(chosen)
            progress(done, asked.total)
        report = self._report(asked)
        return {**report, "cpu_s": round(time.process_time() - began, 2)}

    async def _viewer(self, viewer: Viewer, chosen: frozenset[int], seen: Numbers) -> None:
        """Fold the viewer's records, and answer each chosen request where it came."""
        state = self._states.state = ViewerState(viewer.id)
        for entry in await self._log.read_key(TOPIC, viewer.id):
            record = decode(unseal(viewer.id, entry.payload))
            if isinstance(record, Served) and record.slate in chosen:
                await self._request(viewer, record, seen)
            self._fold.apply(state, entry.n, record)

    async def _request(self, viewer: Viewer, served: Served, seen: Numbers) -> None:
        c, rows = self._world.catalogue, self._rows
        # What was published later was not there yet.
        np.logical_and(self._live, c.published_ms <= served.at_ms, out=c.live)
        c.pools = replace(c.pools)  # queues of trials are of what was live when they were made
        self._world.alive_ms = served.at_ms
        feed = self._feeds[served.surface]
        one, other = [
            await feed.slate(self._query(viewer, served, side, weights))
            for side, weights in zip(self._sides, self._weights, strict=True)
        ]
        c.live[:] = self._live  # other records are folded: of any time, with what was live then
        both = self._expected(one, seen), self._expected(other, seen)
        if not both[0][0] or not both[1][0]:
            return
        rows.viewer.append(viewer.id)
        rows.looks.append((float(both[0][0]), float(both[1][0])))
        rows.sums.append((both[0][1], both[1][1]))
        k = min(len(one), len(other))
        same = int((one.items[:k] == other.items[:k]).sum())
        rows.shared.append((int(np.isin(other.items, one.items).sum()), same, len(other)))
        logged = np.frombuffer(served.items, np.int64)
        rows.again.append((int(np.isin(logged, one.items).sum()), len(logged)))
        rows.topics.append((_topics(self._world, one), _topics(self._world, other)))

    def _query(self, viewer: Viewer, served: Served, side: Override, w: ValueWeights) -> Query:
        return Query(
            viewer=viewer.id, surface=served.surface, now_ms=served.at_ms,
            languages=tuple(LANGUAGE_INDEX[code] for code in viewer.languages),
            slots=len(served.reason), minor=viewer.age_band in MINORS,
            hour=(served.at_ms / 3_600_000 + self._settings.utc_offset_h) % 24,
            rng=Random(served.slate), values=w, exploration=side.exploration,
            topic_fade=side.topic_fade, creator_fade=side.creator_fade,
        )  # fmt: skip

    def _expected(self, slate: Slate, seen: Numbers) -> tuple[float, Numbers]:
        """(impressions, sums of FIGURES) to expect of a slate."""
        p = foretold(self._world, slate).astype(np.float64)
        # The bias is 1 wherever a model scored; nothing is foretold of what filled a slate up.
        looks = seen[np.minimum(np.arange(len(slate)), POSITIONS - 1)] * slate.features[:, 0]
        head = {name: p[:, h] for h, name in enumerate(HEADS)}
        slots = [
            *(p @ worth_of(weights).astype(np.float64) for weights in self._weights),
            head["tap"], head["long"], head["like"], head["hide"] + head["report"],
        ]  # fmt: skip
        topics = np.unique(self._world.catalogue.topic[slate.rows])
        tried = float((slate.reason == _EXPLORE).sum())
        return float(looks.sum()), np.array([*(x @ looks for x in slots), tried, len(topics)])

    def _report(self, asked: Asked) -> dict[str, Any]:
        rows, unit = self._rows, np.array(self._rows.viewer, np.int64)
        if len(np.unique(unit)) < LEAST_VIEWERS:
            raise TooFew(f"slates of {len(np.unique(unit))} viewers could be made anew")
        looks, sums = np.array(rows.looks), np.array(rows.sums)
        shared, again = np.array(rows.shared, float), np.array(rows.again, float)
        per = dict.fromkeys(FIGURES[:_WEIGHED], looks)
        per["trials"] = np.stack([shared[:, 2]] * 2, axis=1)
        per["topics"] = np.ones_like(looks)
        span = asked.span_ms()
        return {
            "slates": len(unit), "viewers": len(np.unique(unit)), "from_ms": span[0],
            "to_ms": span[1], "model": self._world.serving.version,
            "figures": [
                _figure(name, unit, sums[:, :, n], per[name]) for n, name in enumerate(FIGURES)
            ],
            "overlap": estimate(unit, shared[:, 0], shared[:, 2])._asdict(),
            "same_place": estimate(unit, shared[:, 1], shared[:, 2])._asdict(),
            "like_the_log": estimate(unit, again[:, 0], again[:, 1])._asdict(),
            "topics": [np.sum([pair[side] for pair in rows.topics], axis=0).tolist()
                       for side in (0, 1)],
            "earned": self._earned(asked),
        }  # fmt: skip

    def _earned(self, asked: Asked) -> dict[str, Any]:
        """What the log's own slots did bring an impression, by each of the two weightings."""
        found: dict[str, Any] = {}
        for name, weights in zip(("base", "draft"), self._weights, strict=True):
            slots = slots_of_slates(asked.slates, msgspec.structs.asdict(weights))
            found["slots"] = len(slots.reward)
            one = np.ones(len(slots.reward))
            told = estimate(slots.viewer, slots.reward, one)._asdict() if len(one) else None
            found[name] = told
        return found


def weights_of(settings: Settings, override: Override) -> ValueWeights:
    """The cell's weights with those of `override` in their place."""
    return msgspec.structs.replace(settings.feed.values, **override.values)


def foretold(world: World, slate: Slate) -> NDArray[np.float32]:
    """float32[k, H]: what the model expects of each slot, as if shown first."""
    c = world.catalogue
    x = slate.features.astype(np.float32)
    ids = world.serving.ids(slate.rows, c.topic, c.language, slate.surface)
    return predict(world.serving.weights, x, ids)


def _topics(world: World, slate: Slate) -> NDArray[np.int64]:
    return np.bincount(world.catalogue.topic[slate.rows], minlength=32)


def _figure(name: str, unit: NDArray[np.int64], sums: Numbers, per: Numbers) -> dict[str, Any]:
    """A figure under both policies, and its paired difference with a 95 % interval. The slates are
    as long as each other but for rare gaps, so the difference is per impression of the first."""
    base, draft = (sums[:, side].sum() / per[:, side].sum() for side in (0, 1))
    gap = sums[:, 1] - sums[:, 0] * per[:, 1] / np.maximum(per[:, 0], 1e-9)
    moved = estimate(unit, gap, per[:, 1])
    return {
        "name": name, "base": float(base), "draft": float(draft),
        "difference": moved.value, "low": moved.low, "high": moved.high,
        "certain": bool(moved.low > 0 or moved.high < 0),
    }  # fmt: skip
