"""A whole cell in one process and without HTTP: the real catalogue, feeds, folds and model, on
ports in memory and a clock that the simulator sets."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

import msgspec
import numpy as np

from jhalak.catalogue.live import prepare
from jhalak.catalogue.pools import Pools
from jhalak.config.settings import FeedSettings, Settings
from jhalak.evaluation.simulator.memory import MemoryLog, MemoryProfiles, MemoryRelations
from jhalak.feeds.lockscreen import lockscreen
from jhalak.feeds.video import video
from jhalak.learning.fold import Fold
from jhalak.learning.model import HEADS
from jhalak.learning.serving import lay
from jhalak.schema.activity import (
    EVENT_INDEX,
    TOPIC,
    Activity,
    Outcome,
    Outcomes,
    Relation,
    Served,
    TargetKind,
    Tick,
    Verb,
    decode,
    encode,
)
from jhalak.schema.candidates import Floats, Rows
from jhalak.schema.item import ItemRecord
from jhalak.schema.query import Query
from jhalak.schema.slate import Slate
from jhalak.schema.viewer_state import ViewerState
from jhalak.stages.prediction import Predictions
from jhalak.stages.viewer_states import ViewerStates
from jhalak.stages.world import World

TAP: Final = HEADS.index("tap")
SOME: Final = 4
"""Items of each topic by which the ranker's preference is told."""
READ: Final = 4096
"""Records that the learner reads at once."""


class House:
    """One cell. `now_ms` is its clock; only who drives it moves it."""

    def __init__(self, exploration: float, viewers: int, now_ms: int) -> None:
        feed = msgspec.structs.replace(FeedSettings(), exploration=exploration)
        self.settings = Settings(feed=feed)
        self.now_ms = now_ms
        self.world = World()
        self.log = MemoryLog()
        self.states = ViewerStates(
            self.log, MemoryProfiles(), MemoryRelations(), self.world.catalogue.embedding_of,
            lambda: self.now_ms, size=viewers + 1, keep_days=feed.never_repeat_days,
            hide_days=feed.hide_days,
        )  # fmt: skip
        self.feeds = (
            lockscreen(self.world, self.states, self.log, self.settings),
            video(self.world, self.states, self.log, self.settings),
        )
        rules = self.settings.learning
        self.fold = Fold(1, rules.label_window_s, rules.join_h, rules.model)
        self._scorers = Predictions(self.world, video=False), Predictions(self.world, video=True)
        self._samples: tuple[Pools, dict[int, Rows]] = self.world.catalogue.pools, {}
        self._published = self._slates = self._events = 0

    def renew_catalogue(self, born: Iterable[ItemRecord]) -> None:
        """What came is in, what expired is out."""
        catalogue = self.world.catalogue
        self.world.renew(catalogue.commit([prepare(record) for record in born], self.now_ms))
        catalogue.expire(self.now_ms)
        catalogue.renew_pools()

    async def learn(self) -> None:
        """Fold all there is, publish it, and lay it over the catalogue."""
        await self._append(0, Tick(self.now_ms))
        while entries := await self.log.read(TOPIC, 0, self.fold.offsets[0], READ):
            for entry in entries:
                record = decode(entry.payload)
                for _, n in self.fold.missing(record):
                    await self._recall(n)
                self.fold.apply(entry.partition, entry.n, record)
        self._published += 1
        c = self.world.catalogue
        self.world.renewed.clear()
        arrays = self.fold.arrays()
        self.world.replace(
            lay(self._published, arrays, c.row_of, c.live, c.language, c.topic, c.creator)
        )

    async def _recall(self, n: int) -> None:
        """Put a served record at hand that fell out of the fold's memory."""
        for entry in await self.log.read(TOPIC, 0, n - 1, 1):
            record = decode(entry.payload)
            if isinstance(record, Served):
                self.fold.remember(record)

    async def slate(self, query: Query) -> Slate:
        """What the surface's feed answers; numbered in order, so that runs are alike."""
        self.world.alive_ms = self.now_ms
        await self.states.get(query.viewer)
        slate = await self.feeds[query.surface].slate(query)
        self._slates += 1
        return replace(slate, id=self._slates)

    async def after(self, slate: Slate) -> None:
        """The feed's side effects, done to the end."""
        self.feeds[slate.surface].after(slate)
        await asyncio.sleep(0)

    def expected(self, query: Query, rows: Rows) -> Floats:
        """float32[n]: the probability of a tap of `rows`, as if shown first, that the model of the
        feed's own scorer gives. The query was answered: its state is there."""
        _, p = self._scorers[query.surface].expect(query, rows)
        return p[:, TAP]

    def preferred_topic(self, query: Query) -> int:
        """Index of the topic that the ranker lifts most for the viewer: by the mean over some of
        its items of the log-odds of a tap, less the same for a viewer of whom nothing is known."""
        rows = self._some_of_each_topic(query.languages)
        nobody = replace(query, state=None)
        own, usual = (
            np.log(p / (1 - p)) for p in map(self._careful, (query, nobody), (rows, rows))
        )
        topic = self.world.catalogue.topic[rows]
        lift = np.bincount(topic, own - usual) / np.maximum(np.bincount(topic), 1)
        lift[np.bincount(topic) == 0] = -np.inf
        return int(lift.argmax())

    def _careful(self, query: Query, rows: Rows) -> Floats:
        return np.clip(self.expected(query, rows), 1e-6, 1 - 1e-6)

    def _some_of_each_topic(self, languages: tuple[int, ...]) -> Rows:
        """int32[n]: SOME live items of each language and topic, newest and oldest alike."""
        pools = self.world.catalogue.pools
        if self._samples[0] is not pools:
            self._samples = pools, {}
        known = self._samples[1]
        for code in languages:
            if code not in known and code in pools.by_topic:
                held = pools.by_topic[code]
                parts = np.split(held.rows, held.offsets[1:-1])
                known[code] = np.concatenate([p[:: max(len(p) // SOME, 1)][:SOME] for p in parts])
        return np.concatenate([known[code] for code in languages if code in known])

    def state(self, viewer: int) -> ViewerState:
        """The viewer's state; it is in memory once they were served."""
        return self.states.at_hand(viewer) or ViewerState(viewer)

    def event(self, slate: Slate, position: int, type_: str, value: float = 0.0) -> Outcome:
        """One event of a device, as the API would verify it."""
        self._events += 1
        item = int(slate.items[position])
        topic, language, creator = self.world.catalogue.facts[int(slate.rows[position])]
        return Outcome(
            str(self._events), EVENT_INDEX[type_], self.now_ms, value, slate.id, item, position,
            slate.surface, slate.at_ms, topic=topic, language=language, creator=creator,
        )  # fmt: skip

    async def tell(self, viewer: int, events: Sequence[Outcome]) -> None:
        """A batch of events."""
        if events:
            await self._append(viewer, Outcomes(viewer, self.now_ms, True, tuple(events)))

    async def relate(self, slate: Slate, position: int, verb: Verb, kind: TargetKind) -> None:
        """The viewer likes, follows or hides what a slot showed."""
        self._events += 1
        item = int(slate.items[position])
        topic, language, creator = self.world.catalogue.facts[int(slate.rows[position])]
        target = {"item": item, "creator": creator, "topic": topic}[kind]
        record = Relation(
            str(self._events), slate.viewer, self.now_ms, verb, kind, target, True, True,
            slate.id, item, topic, language, creator,
        )  # fmt: skip
        await self._append(slate.viewer, record)

    async def _append(self, viewer: int, record: Activity) -> None:
        _, n = await self.log.append(TOPIC, viewer, encode(record), self.now_ms)
        if viewer:
            self.states.note(viewer, n, record)

    def rows_of(self, numbers: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Rows:
        """int32[n]: rows of these items; -1 where one is not live."""
        c = self.world.catalogue
        rows = np.full(len(numbers), -1, np.int32)
        known = numbers < len(c.row_of)
        rows[known] = c.row_of[numbers[known]]
        rows[rows >= 0] = np.where(c.live[rows[rows >= 0]], rows[rows >= 0], -1)
        return rows
