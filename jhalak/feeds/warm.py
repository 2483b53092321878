"""Warming: compiled kernels are loaded before the first viewer waits for them."""

from __future__ import annotations

import time

import numpy as np

from jhalak.config.settings import ValueWeights
from jhalak.feeds.feed import Feed
from jhalak.learning.pairs import EXPORTED
from jhalak.learning.profile import dump, load
from jhalak.learning.taste import count_engaged
from jhalak.learning.viewer import ViewerFold, one_by_one
from jhalak.pipeline.stage import SOURCES, Outcome, Selection
from jhalak.schema.activity import EVENT_INDEX, Outcomes, Served
from jhalak.schema.activity import Outcome as Happened
from jhalak.schema.candidates import Candidates
from jhalak.schema.item import EMBEDDING_SIZE
from jhalak.schema.languages import LANGUAGES
from jhalak.schema.query import Query
from jhalak.schema.viewer_state import ViewerState
from jhalak.stages.explanation import decide
from jhalak.stages.fatigue import CreatorFatigue
from jhalak.stages.prediction import Predictions
from jhalak.stages.retrieval import CoEngaged, Nearest
from jhalak.stages.viewer_states import ViewerStates
from jhalak.stages.walk import Walker
from jhalak.stages.world import World

NOBODY = 0
"""No viewer has this number."""


async def warm(lockscreen: Feed, video: Feed, states: ViewerStates) -> None:
    """Run every kernel once on the types that serving uses. Serves and records nothing."""
    _warm_folds()
    _warm_sources()
    _warm_reasons()
    for surface, feed in enumerate((lockscreen, video)):
        for profiled in (True, False):
            query = Query(
                viewer=NOBODY, surface=surface, now_ms=int(time.time() * 1000),
                languages=tuple(range(len(LANGUAGES))), slots=12, profiled=profiled,
            )  # fmt: skip
            await feed.slate(query)
    states.drop(NOBODY)
    for feed in (lockscreen, video):
        feed.answers = dict.fromkeys(feed.answers, 0)


def _warm_folds() -> None:
    embedding = np.zeros(EMBEDDING_SIZE, np.float32)
    fold = ViewerFold(one_by_one(lambda _: embedding), 1, 1)
    state = ViewerState(NOBODY)
    one = np.ones(1, np.int64).tobytes()
    served = Served(
        slate=1, viewer=NOBODY, surface=0, at_ms=1, level=0, model=0, profiled=True,
        valid_until_ms=0, items=one, propensity=b"", features=b"", contributions=b"",
        reason=b"\0", topic=b"\0", language=b"\0", creator=b"\0\0\0\0", ref=b"\0",
    )  # fmt: skip
    fold.apply(state, 1, served)
    tap = Happened("", EVENT_INDEX["tap"], 1, 0.0, 1, 1, 0, 0, 1, topic=0, language=0, creator=1)
    fold.apply(state, 2, Outcomes(NOBODY, 1, True, (tap,)))
    load(NOBODY, dump(state))
    count_engaged(state, 1.0, -1, (0, 0, 1, -1), embedding)


def _warm_reasons() -> None:
    """What is asked of chosen slots only, and of viewers who have seen something."""
    world, state = World(), ViewerState(NOBODY)
    state.seen_count = 1
    query = Query(viewer=NOBODY, surface=0, now_ms=1, languages=(0,), slots=1, state=state)
    one = Candidates(np.zeros(1, np.int32))
    CreatorFatigue(world).score(query, one)
    one.columns.update(Predictions(world, video=False).score(query, one))
    one.columns[SOURCES] = np.ones(1, np.uint16)
    chosen = Selection(np.zeros(1, np.int64), np.ones(1, np.float32), np.zeros(1, np.bool_))
    decide(world, query, Outcome(one, chosen), 0, ValueWeights())


def _warm_sources() -> None:
    """Those that look into what nobody has: interests, and items engaged with."""
    world, state = World(), ViewerState(NOBODY)
    walker = Walker(world.catalogue)
    world.serving.neighbours = np.full((2, EXPORTED), -1, np.int32)
    world.serving.neighbour_strength = np.zeros((2, EXPORTED), np.float32)
    state.interest_weight[0] = 1.0
    query = Query(viewer=NOBODY, surface=0, now_ms=1, languages=(0,), slots=1, state=state)
    Nearest(world, walker).find(query)
    CoEngaged(world, walker).find(query)
