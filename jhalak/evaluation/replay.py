"""Replay: a log's impressions, in time order, through the code that serves and learns.

For each impression: the item's block from the counters, features from the viewer's state, the
prediction; then the outcome is learned by the model and folded into counters and taste; then the
next. Nothing looks ahead: a prediction depends on earlier impressions alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace as copy_of
from time import process_time
from typing import Final, NamedTuple

import numpy as np

from jhalak.evaluation.log import ACTIONS, Histories, Log
from jhalak.evaluation.metrics import sessions
from jhalak.learning import taste
from jhalak.learning.counters import Counters
from jhalak.learning.features import ITEM_BLOCK, features
from jhalak.learning.model import HEADS, H, OnlineModel, predict
from jhalak.schema.candidates import Floats
from jhalak.schema.viewer_state import ViewerState

SESSION_GAP_MS: Final = 30 * 60_000
ACTION_OF_HEAD: Final = {"tap": "tap", "long": "long", "like": "likes", "hide": "hides"}
"""Which action is the yes of each head."""
RATE_OF_HEAD: Final = (0, 2, 3, 4)
"""Columns of the item block: the smoothed rate (logit) of each head."""
STRIDE: Final = 512
"""Impressions between two calls of `progress`."""

_FOLDED: Final = (
    "shown", "engaged", "language_shown", "language_engaged", "creators", "creator_shown",
    "creator_engaged", "vectors",
)  # fmt: skip


class Replayed(NamedTuple):
    """What was expected of each of n impressions before its outcome was known."""

    live: Floats
    """float32[n, H]: probabilities, from the viewer's state just before the impression"""
    frozen: Floats
    """float32[n, H]: the same from the viewer's state at the start of the session"""
    popularity: Floats
    """float32[n, H]: the item's smoothed rate of each action, the same for everybody"""
    cpu_s: float
    """CPU time of the loop: predict and learn, without reading the log"""


class World:
    """Everything that replay changes as it goes: what serving and the learner would hold."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self.counters = Counters()
        self.model = OnlineModel()
        self.blocks = np.zeros((len(log.items.topic), ITEM_BLOCK), np.float32)
        self.states: dict[int, ViewerState] = {}
        self._topic = log.items.topic.tolist()
        self._language = log.items.language.tolist()
        self._creator = log.items.creator.tolist()
        self._number = log.numbers.tolist()
        self._row = np.zeros(1, np.int32)
        self._slot = np.zeros(1, np.int64)

    def state(self, viewer: int) -> ViewerState:
        """The viewer's state; when they come for the first time, what their history says."""
        state = self.states.get(viewer)
        if state is None:
            state = self.states[viewer] = ViewerState(viewer)
            self._warm(state, self.log.histories)
        return state

    def _warm(self, state: ViewerState, past: Histories) -> None:
        state.at_ms = int(past.last_ms[state.viewer])
        for at in range(past.offsets[state.viewer], past.offsets[state.viewer + 1]):
            done = ["tap", "long"] if past.long[at] else []
            if past.like[at]:
                done.append("likes")
            self._taste(state, int(past.row[at]), done)

    def _taste(self, state: ViewerState, row: int, done: list[str]) -> None:
        facts = self._topic[row], self._language[row], self._creator[row]
        taste.count_shown(state, *facts)
        for action in done:
            embedding = self.log.items.embedding[row]
            taste.count_engaged(state, taste.WEIGHT[action], *facts, embedding)

    def look(self, row: int, at_ms: int) -> Floats:
        """float32[ITEM_BLOCK]: bring the item's block up to now."""
        self.blocks[row] = self.counters.block_of(
            self._number[row], self._topic[row], self._language[row], self._creator[row], at_ms
        )
        block: Floats = self.blocks[row]
        return block

    def score(self, row: int, state: ViewerState, at_ms: int, hour: float) -> tuple[Floats, Floats]:
        """(features float32[1, F], probabilities float32[1, H]) of one item for one viewer."""
        self._row[0] = row
        x = features(
            self._row, self.log.items, self.blocks, state, at_ms, hour, video=True, locked=False
        )
        # As in stages/prediction.py: what is logged and learned is float16.
        x = x.astype(np.float16).astype(np.float32)
        return x, predict(self.model.weights, x)

    def learn(
        self, row: int, state: ViewerState, at_ms: int, x: Floats, label: Floats, done: list[str]
    ) -> None:
        """Take in an outcome: `label` float32[1, H], `done` the actions."""
        self.model.learn(x, self._slot, label)
        facts = self._number[row], self._topic[row], self._language[row], self._creator[row]
        self.counters.count("impression", *facts, at_ms)
        for head in np.flatnonzero(label[0] > 0).tolist():
            self.counters.count(HEADS[head], *facts, at_ms)
        taste.fade_to(state, at_ms)
        self._taste(state, row, done)


def replay(log: Log, progress: Callable[[int], None] = lambda done: None) -> Replayed:
    """Predict, then learn, each impression of `log` in order; `progress` gets how many are done.

    About 100 us of CPU an impression."""
    shown = log.impressions
    n = len(shown.row)
    live, frozen, popularity = (np.zeros((n, H), np.float32) for _ in range(3))
    yes = np.stack([shown.actions[:, _action(head)] for head in HEADS], axis=1)
    label = yes.astype(np.float32)[:, None, :]
    session = sessions(shown.viewer, shown.at_ms, SESSION_GAP_MS).tolist()
    at_start: dict[int, tuple[int, ViewerState]] = {}
    rates = np.array(RATE_OF_HEAD)
    world = World(log)
    columns = zip(
        shown.viewer.tolist(), shown.row.tolist(), shown.at_ms.tolist(), shown.hour.tolist(),
        shown.actions, strict=True,
    )  # fmt: skip
    began = process_time()
    for i, (viewer, row, at_ms, hour, actions) in enumerate(columns):
        popularity[i] = world.look(row, at_ms)[rates]
        state = world.state(viewer)
        x, live[i] = world.score(row, state, at_ms, hour)
        known = at_start.get(viewer)
        if known is None or known[0] != session[i]:
            at_start[viewer] = session[i], frozen_copy(state)
            frozen[i] = live[i]
        else:
            _, frozen[i] = world.score(row, known[1], at_ms, hour)
        done = [ACTIONS[a] for a in np.flatnonzero(actions).tolist()]
        world.learn(row, state, at_ms, x, label[i], done)
        if i % STRIDE == 0:
            progress(i)
    cpu_s = process_time() - began
    progress(n)
    return Replayed(live, frozen, (1 / (1 + np.exp(-popularity))).astype(np.float32), cpu_s)


def _action(head: str) -> int:
    return ACTIONS.index(ACTION_OF_HEAD[head])


def frozen_copy(state: ViewerState) -> ViewerState:
    """The state as it is now, whatever is folded into it later."""
    return copy_of(state, **{name: getattr(state, name).copy() for name in _FOLDED})
