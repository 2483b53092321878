"""The screen answers what its filters answer one by one."""

from __future__ import annotations

import numpy as np
import pytest

from jhalak.pipeline.stage import SOURCES, Filter
from jhalak.schema.candidates import Candidates
from jhalak.schema.query import Query
from jhalak.schema.viewer_state import ViewerState
from jhalak.stages.audience import ForFollowers, NotByTasteAlone
from jhalak.stages.eligibility import AlreadySeen, CardsOnly, Hidden, Language
from jhalak.stages.safety import AgeSafe, Live, SafeWhenLocked
from jhalak.stages.screen import Screen
from jhalak.stages.walk import Walker
from jhalak.stages.world import World
from tests.worlds import NOW_MS, make_items, query_of, world_of

ROWS = 60


def any_world(rng: np.random.Generator) -> World:
    """Items of every kind, some of them gone."""
    world = world_of(*make_items({"food": 20, "politics": 20, "crime": 20}))
    c = world.catalogue
    c.live[:ROWS] = rng.random(ROWS) < 0.8
    c.expires_ms[:ROWS] = NOW_MS + rng.integers(-5, 20, ROWS)
    c.kind[:ROWS] = rng.random(ROWS) < 0.2
    c.language[:ROWS] = rng.integers(0, 4, ROWS)
    c.creator[:ROWS] = rng.integers(0, 5, ROWS)
    c.sensitive[:ROWS] |= rng.random(ROWS) < 0.1
    c.unsafe[:ROWS] = rng.random(ROWS) < 0.1
    c.followers_only[:ROWS] = rng.random(ROWS) < 0.2
    c.by_minor[:ROWS] = rng.random(ROWS) < 0.2
    return world


def any_query(rng: np.random.Generator, world: World) -> Query:
    numbers = world.catalogue.num[:ROWS]
    state = ViewerState(1)
    if rng.random() < 0.7:
        later = [NOW_MS + int(ms) for ms in rng.integers(-9, 9, 3)]
        state.hidden_creators = dict(zip(rng.integers(0, 5, 3).tolist(), later, strict=True))
        state.hidden_topics = {int(world.catalogue.topic[rng.integers(ROWS)]): later[0]}
        state.followed_creators = set(rng.integers(0, 5, 2).tolist())
        state.hidden_items = set(rng.choice(numbers, 3).tolist())
    return query_of(
        *rng.choice(["en", "hi", "ta"], rng.integers(1, 3), replace=False).tolist(),
        state=None if rng.random() < 0.1 else state, minor=bool(rng.random() < 0.3),
        seen=rng.choice(numbers, rng.integers(0, 9)),
    )  # fmt: skip


class Odd:
    """A filter that no screen knows."""

    name, fails = "odd", "closed"

    def keep(self, query: Query, candidates: Candidates) -> np.ndarray:
        return candidates.rows % 2 == 1


@pytest.mark.parametrize("seed", range(40))
def test_a_screen_keeps_what_all_of_its_filters_keep_and_counts_for_each(seed: int) -> None:
    rng = np.random.default_rng(seed)
    world = any_world(rng)
    walker = Walker(world.catalogue)
    filters: list[Filter[Query]] = [
        Live(world), Language(world), CardsOnly(world), Hidden(world), AgeSafe(world),
        AlreadySeen(walker), SafeWhenLocked(world, chosen=(0, 2)), ForFollowers(world),
        NotByTasteAlone(world, taste=(1, 2)),
    ]  # fmt: skip
    filters = [one for one in filters if rng.random() < 0.7]
    filters.insert(int(rng.integers(len(filters) + 1)), Odd())
    rng.shuffle(filters)  # type: ignore[arg-type]
    screen = Screen(world, walker, filters)
    asked = [filters[place] for place in screen.covers]
    assert sorted(one.name for one in asked) == sorted(f.name for f in filters if f.name != "odd")
    rows = rng.permutation(ROWS)[: rng.integers(0, ROWS)].astype(np.int32)
    found = Candidates(rows, {SOURCES: rng.integers(0, 8, len(rows)).astype(np.uint16)})
    query = any_query(rng, world)
    keep, kept = screen.keep(query, found)
    masks = [one.keep(query, found) for one in asked]
    assert keep.tolist() == np.logical_and.reduce([np.ones(len(rows), bool), *masks]).tolist()
    assert kept == [int(mask.sum()) for mask in masks]
