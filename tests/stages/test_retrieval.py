"""Candidate sources on worlds small enough to know the answer by eye."""

from __future__ import annotations

import numpy as np

from jhalak.catalogue.topics import topic_by_id
from jhalak.schema.languages import LANGUAGE_INDEX
from jhalak.schema.pool import by_topic
from jhalak.schema.query import Query
from jhalak.schema.viewer_state import ViewerState
from jhalak.stages.retrieval import (
    Followed,
    Fresh,
    LongestAgo,
    Nearest,
    Newest,
    Trending,
)
from jhalak.stages.walk import Walker
from jhalak.stages.world import World
from tests.worlds import NOW_MS, make_items, names_of, query_of, world_of

ITEMS = [
    *make_items({"food": 4, "sport": 4}, "en", publishers=2),
    *make_items({"food": 3}, "hi", publishers=1),
]


def topic(name: str) -> int:
    return topic_by_id()[name].index


def found(source: object, world: World, query: Query) -> list[str]:
    rows = source.find(query)  # type: ignore[attr-defined]
    assert rows.dtype == np.int32
    names = names_of(world, rows)
    assert len(names) == len(set(names)), "a source finds each item once"
    return names


def trending_world(*names: str) -> World:
    """A world in which `names` are read much, best first."""
    world = world_of(*ITEMS)
    c = world.catalogue
    for code in ("en", "hi"):
        index = LANGUAGE_INDEX[code]
        rows = np.array([c.by_id[n] for n in names if n.startswith(code)], np.int32)
        world.serving.trending[index] = rows
        world.serving.by_topic[index] = by_topic(rows, c.topic[rows])
    return world


def numbers(world: World, *names: str) -> np.ndarray:
    return np.array([world.catalogue.num[world.catalogue.by_id[n]] for n in names], np.int64)


def test_trending_finds_the_most_read_of_each_language_less_what_was_seen() -> None:
    world = trending_world("en-sport-2", "en-food-1", "hi-food-0")
    source = Trending(world, Walker(world.catalogue))
    assert found(source, world, query_of("en")) == ["en-sport-2", "en-food-1"]
    assert found(source, world, query_of("hi", "en")) == ["hi-food-0", "en-sport-2", "en-food-1"]
    seen = numbers(world, "en-sport-2")
    assert found(source, world, query_of("en", seen=seen)) == ["en-food-1"]
    assert found(source, world, query_of("ta")) == []


def test_nearest_finds_the_topics_that_the_viewer_engages_with() -> None:
    world = trending_world("en-sport-2", "en-food-1")
    source = Nearest(world, Walker(world.catalogue))
    state = ViewerState(1)
    state.engaged[topic("sport")] = 3.0
    names = source.find(query_of(state=state))
    assert {name.split("-")[1] for name in names_of(world, names)} == {"sport"}


def test_nearest_finds_nothing_for_who_has_no_taste_or_wants_no_profile() -> None:
    world = world_of(*ITEMS)
    source = Nearest(world, Walker(world.catalogue))
    state = ViewerState(1)
    assert found(source, world, query_of(state=None)) == []
    assert found(source, world, query_of(state=state)) == []
    state.engaged[topic("sport")] = -3.0
    assert found(source, world, query_of(state=state)) == []
    state.engaged[topic("sport")] = 3.0
    assert found(source, world, query_of(state=state, profiled=False)) == []


def test_fresh_finds_the_newest_of_every_topic() -> None:
    world = world_of(*ITEMS)
    source = Fresh(world, Walker(world.catalogue), wanted=4)
    names = found(source, world, query_of("en"))
    assert sorted(names) == ["en-food-0", "en-food-1", "en-sport-0", "en-sport-1"]


def test_followed_finds_the_newest_of_followed_creators_and_topics() -> None:
    world = world_of(*ITEMS)
    source = Followed(world, Walker(world.catalogue))
    state = ViewerState(1)
    assert found(source, world, query_of(state=state)) == []
    state.followed_creators.add(world.catalogue.creator_num["en sport 1"])
    assert found(source, world, query_of(state=state)) == ["en-sport-1", "en-sport-3"]
    state.followed_creators.clear()
    state.followed_topics.add(topic("food"))
    assert found(source, world, query_of(state=state)) == [f"en-food-{i}" for i in range(4)]
    assert found(source, world, query_of(state=state, profiled=False)) == []
    assert found(source, world, query_of(state=None)) == []


def test_a_followed_creator_that_has_no_live_item_finds_nothing() -> None:
    world = world_of(*ITEMS)
    state = ViewerState(1)
    state.followed_creators.add(123_456_789)
    assert found(Followed(world, Walker(world.catalogue)), world, query_of(state=state)) == []


def test_longest_ago_finds_what_was_seen_in_the_order_of_seeing() -> None:
    world = world_of(*ITEMS)
    state = ViewerState(1)
    state.seen = numbers(world, "en-food-0", "hi-food-1", "en-sport-0")
    state.seen_ms = np.array([NOW_MS - 10, NOW_MS - 20, NOW_MS - 30], np.int64)
    state.seen_count = 3
    source = LongestAgo(world)
    assert found(source, world, query_of("en", state=state)) == ["en-sport-0", "en-food-0"]
    assert found(source, world, query_of("en", "hi", state=state))[1] == "hi-food-1"
    assert found(source, world, query_of(state=None)) == []


def test_newest_finds_the_newest_of_each_language_less_what_was_seen() -> None:
    world = world_of(*ITEMS)
    source = Newest(world, Walker(world.catalogue))
    assert found(source, world, query_of("hi")) == ["hi-food-0", "hi-food-1", "hi-food-2"]
    seen = numbers(world, "hi-food-0")
    assert found(source, world, query_of("hi", seen=seen)) == ["hi-food-1", "hi-food-2"]


def test_no_source_finds_anything_in_an_empty_catalogue() -> None:
    world = world_of()
    walker = Walker(world.catalogue)
    state = ViewerState(1)
    state.engaged[:] = 1.0
    state.followed_topics.add(1)
    for kind in (Trending, Nearest, Fresh, Followed, Newest):
        assert found(kind(world, walker), world, query_of("en", "hi", state=state)) == []
