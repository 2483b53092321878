"""One simulated run: people visit, the feeds answer, the learner learns, items come and go."""

from __future__ import annotations

import asyncio
import gc
import math
from collections.abc import Callable
from random import Random
from typing import Final

import numpy as np
from numpy.typing import NDArray

from jhalak.catalogue.topics import topic_by_id
from jhalak.evaluation.simulator import learned
from jhalak.evaluation.simulator.behaviour import Reaction, react
from jhalak.evaluation.simulator.fit import Fitted, fit, probability
from jhalak.evaluation.simulator.house import House
from jhalak.evaluation.simulator.items import Items, centres, draw_items
from jhalak.evaluation.simulator.notes import Curve, Estimate, Notes, Shown, Visit, effective
from jhalak.evaluation.simulator.oracle import Worth, attention
from jhalak.evaluation.simulator.plan import draw_plan
from jhalak.evaluation.simulator.rules import DAY_MS, START_MS, Rules
from jhalak.evaluation.simulator.truth import Truth
from jhalak.evaluation.simulator.viewers import Reals, Viewers
from jhalak.schema.activity import Outcome
from jhalak.schema.languages import LANGUAGE_INDEX
from jhalak.schema.query import Query
from jhalak.schema.slate import SURFACES, Slate

KNOWN: Final = 100
"""Impressions after which an item's value should be known."""
_LOCKSCREEN, _VIDEO = SURFACES.index("lockscreen"), SURFACES.index("video")

Progress = Callable[[int, int], None]
"""Called with (slates so far, slates to come in all)."""


class Simulation:
    """A world, the house that serves it, and what is noted down."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.items: Items = draw_items(rules)
        self.viewers = Viewers(
            rules.seed, rules.viewers, len(rules.topics), rules.nature,
            languages=len(rules.languages), creators=int(self.items.creator.max()) + 1,
            centres=centres(rules),
        )  # fmt: skip
        self.fitted: Fitted = fit(rules, self.viewers, self.items)
        self.plan = draw_plan(rules)
        self.house = House(rules.exploration, rules.viewers, START_MS)
        self.notes = Notes(Curve.of(rules.viewers, True), Curve.of(rules.viewers, False))
        self.notes.impressions = np.zeros(len(self.items), np.int64)
        self._topics = np.array([topic_by_id()[name].index for name in rules.topics])
        """The index, in columns and states, of each of the rules' topics."""
        self._languages = np.array([LANGUAGE_INDEX[code] for code in rules.languages])
        self.truth = Truth(rules, self.viewers, self.items, self.fitted)
        self.popular = self.truth.popular()
        self._born = 0
        self._alive = np.zeros(len(self.items), np.bool_)
        self._estimated = np.zeros(len(self.items), np.bool_)

    async def run(self, progress: Progress = lambda done, total: None) -> Notes:
        """All visits, in time order."""
        step_ms = round(self.rules.publish_min * 60_000)
        end_ms = START_MS + round(self.rules.days * DAY_MS)
        total, done = len(self.plan.viewer), 0
        for now_ms in range(START_MS, end_ms, step_ms):
            self._bear(now_ms)
            await self.house.learn()
            self._estimate()
            until = int(np.searchsorted(self.plan.at_ms, now_ms + step_ms))
            for visit in range(done, until):
                await self._visit(visit)
            done = until
            progress(done, total)
        self._conclude()
        return self.notes

    def _bear(self, now_ms: int) -> None:
        """Items whose time has come are born; those whose time is over die."""
        self.house.now_ms = now_ms
        until = int(np.searchsorted(self.items.born_ms, now_ms, side="right"))
        new = [i for i in range(self._born, until) if self.items.dies_ms[i] > now_ms]
        self.house.renew_catalogue(self.items.record(i, self.rules) for i in new)
        self._born = until
        self._alive[:until] = self.items.dies_ms[:until] > now_ms

    async def _visit(self, visit: int) -> None:
        """An edition, and with some luck a page of videos after it."""
        viewer, at_ms = int(self.plan.viewer[visit]), int(self.plan.at_ms[visit])
        self.house.now_ms = at_ms
        if at_ms >= self.plan.turns_ms[viewer]:
            self.plan.turns_ms[viewer] = 1 << 62
            self.viewers.turn(viewer, np.random.default_rng((self.rules.seed, 21, viewer)))
            self.notes.cold.end(viewer)
            self.notes.turned.count[viewer] = 0
        rng = np.random.default_rng((self.rules.seed, 22, visit))
        await self._look(viewer, _LOCKSCREEN, self.rules.slots, rng)
        if self.plan.page[visit]:
            await self._look(viewer, _VIDEO, self.rules.page_slots, rng)

    async def _look(self, viewer: int, surface: int, slots: int, rng: np.random.Generator) -> None:
        """Ask for one slate, value it, and react to it."""
        now_ms = self.house.now_ms
        self.viewers.rest(viewer, now_ms)
        query = self._query(viewer, surface, slots, Random(int(rng.integers(1 << 62))))
        slate = await self.house.slate(query)
        expected = self.house.expected(query, slate.rows)
        self._value(viewer, surface, query, slate, rng)
        self.notes.levels[slate.level.name] = self.notes.levels.get(slate.level.name, 0) + 1
        await self.house.after(slate)
        await self._react(viewer, slate, expected, rng)

    def _query(self, viewer: int, surface: int, slots: int, rng: Random) -> Query:
        now_ms = self.house.now_ms
        chosen = self._languages[self.viewers.language[viewer] > 0]
        return Query(
            viewer=viewer + 1, surface=surface, now_ms=now_ms,
            languages=tuple(int(code) for code in chosen), slots=slots,
            hour=(now_ms / 3_600_000 + self.house.settings.utc_offset_h) % 24, rng=rng,
        )  # fmt: skip

    def _value(
        self, viewer: int, surface: int, query: Query, slate: Slate, rng: np.random.Generator
    ) -> None:
        """Note what the slate is worth, and what others could have shown instead."""
        fit = self._alive & (self.viewers.language[viewer][self.items.language] > 0)
        fit[query.seen - 1] = False
        if surface == _LOCKSCREEN:
            fit &= ~self.items.video
        chosen = slate.items - 1
        fit[chosen] = True  # also what the feed could not help repeating
        at = np.flatnonzero(fit)
        worth = Worth(
            self.rules.nature, self.truth.logits(viewer, surface, at), self.items.topic[at],
            self.items.creator[at], self.viewers.topic_load[viewer],
            self.viewers.creator_load[viewer], surface,
        )  # fmt: skip
        k = len(chosen)
        popular = np.argsort(-self.popular[surface][at], kind="stable")[:k]
        self.notes.visits.append(
            Visit(
                viewer, surface, query.now_ms, worth.of(np.searchsorted(at, chosen)),
                worth.of(worth.best(k)), worth.of(popular),
                worth.of(rng.permutation(len(at))[:k]),
            )
        )  # fmt: skip

    async def _react(
        self, viewer: int, slate: Slate, expected: NDArray[np.float32], rng: np.random.Generator
    ) -> None:
        """Look at slots from the first on, and tell what was done."""
        at = slate.items - 1
        logits = self.truth.logits(viewer, slate.surface, at)
        items, who = self.items, self.viewers
        topic, creator = items.topic[at], items.creator[at]
        before = probability(logits - who.weariness(viewer, topic, creator)).tolist()
        told: list[Outcome] = []
        slots = zip(
            at.tolist(), topic.tolist(), creator.tolist(), logits.tolist(), before,
            expected.tolist(), items.duration_s[at].tolist(), items.bad[at].tolist(),
            attention(self.rules.nature, len(at), slate.surface).tolist(), strict=True,
        )  # fmt: skip
        for k, (item, t, c, logit, rested, guess, duration_s, bad, heed) in enumerate(slots):
            p = 1 / (1 + math.exp(who.tired(viewer, t, c) - logit))
            did = react(rng, p, heed, duration_s, bad)
            who.see(viewer, t, c)
            self.notes.impressions[item] += 1
            self.notes.shown.append(
                Shown(viewer, item, slate.surface, slate.at_ms, guess, rested, did.tapped)
            )
            told += self._events(slate, k, did)
            if did.tapped or did.hidden:
                await self.house.tell(slate.viewer, told)
                told = []
                await self._relations(slate, k, did)
                if did.tapped:
                    self._engaged(viewer)
            if rng.random() > self.rules.nature.patience:
                break
        await self.house.tell(slate.viewer, told)

    def _events(self, slate: Slate, k: int, did: Reaction) -> list[Outcome]:
        event = self.house.event
        told = [event(slate, k, "impression")]
        if did.tapped:
            told.append(event(slate, k, "tap"))
        if did.play_ms:
            told.append(event(slate, k, "play", did.play_ms))
        else:
            told.append(event(slate, k, "dwell", did.dwell_ms))
        for happened, name in (
            (did.completed, "complete"), (did.shared, "share"), (did.reported, "report"),
        ):  # fmt: skip
            if happened:
                told.append(event(slate, k, name))
        return told

    async def _relations(self, slate: Slate, k: int, did: Reaction) -> None:
        if did.liked:
            await self.house.relate(slate, k, "likes", "item")
        if did.followed:
            await self.house.relate(slate, k, "follows", "creator")
        if did.hidden:
            await self.house.relate(slate, k, "hides", "item")

    def _engaged(self, viewer: int) -> None:
        """One more engagement: is the top topic known?"""
        for curve in (self.notes.cold, self.notes.turned):
            if curve.open(viewer):
                query = self._query(viewer, _LOCKSCREEN, 1, Random(0))
                query.state = self.house.state(viewer + 1)
                top = self._topics[self.viewers.top(viewer)]
                profile = learned.top_topic(query.state, self.house.world.catalogue)
                curve.note(viewer, profile == top, self.house.preferred_topic(query) == top)

    def _estimate(self) -> None:
        """Ask the learner about items that have just had KNOWN impressions."""
        due = np.flatnonzero((self.notes.impressions >= KNOWN) & ~self._estimated & self._alive)
        self._estimated[due] = True
        for surface in (_LOCKSCREEN, _VIDEO):
            at = due[self.items.video[due] == (surface == _VIDEO)]
            rows = self.house.rows_of(at + 1)
            at, rows = at[rows >= 0], rows[rows >= 0]
            if not len(at):
                continue
            guessed = self.truth.mean(at, lambda viewer: self._guess(viewer, surface, rows))  # noqa: B023
            hidden = self.truth.values(surface, at)
            since_ms = np.maximum(self.items.born_ms[at], START_MS)
            hours = (self.house.now_ms - since_ms) / 3_600_000
            for place, *values in zip(at.tolist(), guessed, hidden, hours, strict=True):
                self.notes.estimates.append(Estimate(place, *map(float, values)))

    def _guess(self, viewer: int, surface: int, rows: NDArray[np.int32]) -> Reals:
        """float64[n]: what the feed's scorer expects of the viewer."""
        query = self._query(viewer, surface, 1, Random(0))
        query.state = self.house.state(viewer + 1)
        return self.house.expected(query, rows).astype(np.float64)

    def _conclude(self) -> None:
        """What is only looked at when all is over."""
        self.notes.tastes = [effective(share) for share in self.viewers.share]
        for viewer, shares in enumerate(self.viewers.language):
            chosen = np.flatnonzero(shares)
            if len(chosen) > 1:
                codes = tuple(int(code) for code in self._languages[chosen])
                known = learned.language_shares(self.house.state(viewer + 1), codes)
                pairs = zip(shares[chosen].tolist(), known.tolist(), strict=True)
                self.notes.learned_languages += pairs


def simulate(rules: Rules, progress: Progress = lambda done, total: None) -> Simulation:
    """A finished run. About 1.5 ms of CPU a slate."""
    simulation = Simulation(rules)
    collecting = gc.isenabled()
    gc.disable()  # a run makes millions of small records, none of them in cycles
    try:
        asyncio.run(simulation.run(progress))
    finally:
        if collecting:
            gc.enable()
    return simulation
