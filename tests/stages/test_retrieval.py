"""Candidate sources on worlds small enough to know the answer by eye."""

from __future__ import annotations

import math

import numpy as np
import pytest

from jhalak.catalogue.channels import ChannelRows, channel_number, shipped
from jhalak.catalogue.live import prepare
from jhalak.catalogue.topics import topic_by_id
from jhalak.learning.pairs import EXPORTED
from jhalak.learning.serving import NEAR, shelve
from jhalak.schema.candidates import Rows
from jhalak.schema.pool import Shelves
from jhalak.schema.query import Query
from jhalak.schema.viewer_state import TAPPED, TOPICS_MAX, ViewerState
from jhalak.stages.retrieval import (
    CoEngaged,
    Followed,
    Fresh,
    LongestAgo,
    Nearest,
    Newest,
    Topical,
    Trending,
)
from jhalak.stages.rising import rising_rows
from jhalak.stages.walk import Walker, first_reference
from jhalak.stages.world import World
from tests.worlds import (
    NOW_MS,
    make_item,
    make_items,
    names_of,
    query_of,
    record_of,
    world_of,
)

ITEMS = [
    *make_items({"food": 4, "sport": 4}, "en", publishers=2),
    *make_items({"food": 3}, "hi", publishers=1),
]


def topic(name: str) -> int:
    return topic_by_id()[name].index


def best_first(world: World, rows: Rows) -> tuple[Shelves, Shelves]:
    """Shelves on which `rows` stand in their order."""
    falling = np.arange(len(rows), 0, -1, dtype=np.float32)
    return shelve(rows.astype(np.int32), falling, world.catalogue.language, world.catalogue.topic)


def found(source: object, world: World, query: Query) -> list[str]:
    rows = source.find(query)  # type: ignore[attr-defined]
    assert rows.dtype == np.int32
    names = names_of(world, rows)
    assert len(names) == len(set(names)), "a source finds each item once"
    return names


def test_stories_that_rise_come_first_each_by_the_card_that_stands_first() -> None:
    told = [
        make_item(
            f"{story}-{k}", "food", "en", story=story, publisher=f"paper {k}",
            published_ms=NOW_MS - 60_000 * (k + 1),
        )
        for story, tellers in (("flood", 6), ("quiet", 2))
        for k in range(tellers)
    ]  # fmt: skip
    noise = [
        make_item(f"noise-{k}", "food", "en", story="noise", publisher="one",
                  published_ms=NOW_MS - 1000 * k)
        for k in range(50)
    ]  # fmt: skip
    world = world_of(*ITEMS, *told, *noise)
    c = world.catalogue
    rows = np.array([c.by_id["en-food-0"], c.by_id["flood-0"]], np.int32)
    world.serving.trending, _ = best_first(world, rows)
    source = Trending(world, Walker(c))
    assert found(source, world, query_of("en")) == ["en-food-0", "flood-0"]
    world.rising = rising_rows(c, NOW_MS)
    assert found(source, world, query_of("en")) == ["flood-5", "en-food-0", "flood-0"]
    assert found(source, world, query_of("hi")) == []
    seen = np.array([c.num[c.by_id["flood-5"]]])
    assert found(source, world, query_of("en", seen=seen)) == ["en-food-0", "flood-0"]


def trending_world(*names: str) -> World:
    """A world in which `names` are read much, best first."""
    world = world_of(*ITEMS)
    c = world.catalogue
    rows = np.array([c.by_id[n] for n in names], np.int32)
    world.serving.trending, world.serving.by_topic = best_first(world, rows)
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


def test_each_language_gets_its_share() -> None:
    names = [f"en-food-{i}" for i in range(40)] + [f"hi-food-{i}" for i in range(40)]
    world = world_of(*make_items({"food": 40}, "en"), *make_items({"food": 40}, "hi"))
    c = world.catalogue
    rows = np.array([c.by_id[name] for name in names], np.int32)
    world.serving.trending, _ = best_first(world, rows)
    source = Trending(world, Walker(c), wanted=50)
    shares = np.array([0.2, 0.8], np.float32)
    some = found(source, world, query_of("en", "hi", shares=shares))
    assert [sum(name.startswith(code) for name in some) for code in ("en", "hi")] == [24, 40]
    fresh = found(Fresh(world, Walker(c), wanted=30), world, query_of("en", "hi", shares=shares))
    assert [sum(name.startswith(code) for name in fresh) for code in ("en", "hi")] == [6, 24]


def test_topical_finds_the_topics_that_the_viewer_engages_with() -> None:
    world = trending_world("en-sport-2", "en-food-1")
    source = Topical(world, Walker(world.catalogue))
    state = ViewerState(1)
    state.engaged[topic("sport")] = 3.0
    names = source.find(query_of(state=state))
    assert {name.split("-")[1] for name in names_of(world, names)} == {"sport"}
    state.engaged[topic("sport")] = -3.0
    assert found(source, world, query_of(state=state)) == []


def like(world: World, *names: str) -> ViewerState:
    """A viewer with an interest in each of these items."""
    state = ViewerState(1)
    for j, name in enumerate(names):
        state.interests[j] = world.catalogue.embedding[world.catalogue.by_id[name]]
        state.interest_weight[j] = 1.0 + j
    return state


def test_nearest_finds_what_is_like_each_interest_nearest_first() -> None:
    world = world_of(*ITEMS)
    c = world.catalogue
    source = Nearest(world, Walker(c), wanted=3)
    state = like(world, "en-food-2", "en-sport-1")
    names = found(source, world, query_of("en", state=state))
    assert names[0] == "en-food-2"
    assert names[1] == "en-sport-1"
    cosine = c.embedding[[c.by_id[n] for n in names[1:]]] @ state.interests[1]
    assert (np.diff(cosine) <= 0).all()
    seen = numbers(world, "en-sport-1")
    assert "en-sport-1" not in found(source, world, query_of("en", state=state, seen=seen))
    both = found(source, world, query_of("en", "hi", state=state))
    assert {name[:2] for name in both} == {"en", "hi"}


def test_nearest_follows_the_catalogue() -> None:
    world = world_of(*ITEMS)
    state = like(world, "en-food-2")
    gone = record_of(ITEMS[2], 3, seq=99, recalled=True)
    assert gone.item.id == "en-food-2"
    world.catalogue.commit([prepare(gone)], NOW_MS)
    source = Nearest(world, Walker(world.catalogue))
    assert "en-food-2" not in found(source, world, query_of("en", state=state))
    new = record_of(make_item("en-new", "food"), 90)
    world.renew(world.catalogue.commit([prepare(new)], NOW_MS))
    assert "en-new" in found(source, world, query_of("en", state=state))
    assert len(world.index) == len(world.catalogue)


def test_sources_of_taste_find_nothing_for_who_has_none_or_wants_no_profile() -> None:
    world = trending_world("en-sport-2")
    walker = Walker(world.catalogue)
    likes = like(world, "en-sport-2")
    likes.engaged[topic("sport")] = 3.0
    for kind in (Topical, Nearest, CoEngaged):
        source = kind(world, walker)
        assert found(source, world, query_of(state=None)) == []
        assert found(source, world, query_of(state=ViewerState(1))) == []
        assert found(source, world, query_of(state=likes, profiled=False)) == []


def liked_together(world: World, pairs: dict[str, list[str]]) -> None:
    """The learner found these neighbours, strongest first."""
    c, serving = world.catalogue, world.serving
    serving.neighbours = np.full((1 + len(pairs), EXPORTED), -1, np.int32)
    serving.neighbour_strength = np.zeros((1 + len(pairs), EXPORTED), np.float32)
    for at, (name, others) in enumerate(pairs.items(), 1):
        serving.at[c.by_id[name], NEAR] = at
        serving.neighbours[at, : len(others)] = [c.by_id[other] for other in others]
        serving.neighbour_strength[at, : len(others)] = 1.0 / np.arange(1, len(others) + 1)


def engaged_with(world: World, *names: str) -> ViewerState:
    """Newest last."""
    state = ViewerState(1)
    state.items[-len(names) :] = numbers(world, *names)
    state.items_done[-len(names) :] = TAPPED
    return state


def test_co_engaged_finds_neighbours_of_what_was_engaged_with_lately() -> None:
    world = world_of(*ITEMS)
    source = CoEngaged(world, Walker(world.catalogue))
    state = engaged_with(world, "en-food-0", "en-sport-0")
    assert found(source, world, query_of("en", state=state)) == []
    liked_together(
        world,
        {
            "en-food-0": ["en-food-1", "en-sport-3", "hi-food-0"],
            "en-sport-0": ["en-sport-1", "en-sport-3"],
        },
    )
    names = found(source, world, query_of("en", state=state))
    assert names == ["en-sport-1", "en-sport-3", "en-food-1"]
    seen = numbers(world, "en-sport-1")
    assert found(source, world, query_of("en", state=state, seen=seen))[0] == "en-sport-3"
    assert "hi-food-0" in found(source, world, query_of("en", "hi", state=state))
    few = CoEngaged(world, Walker(world.catalogue), wanted=1)
    assert found(few, world, query_of("en", state=state)) == ["en-sport-1"]


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


def test_followed_finds_the_newest_of_followed_channels() -> None:
    world = world_of(*ITEMS)
    rows = {name: ChannelRows()(world.catalogue, shipped())[name] for name in ("food", "comedy")}
    world.channel_rows = rows
    source = Followed(world, Walker(world.catalogue))
    state = ViewerState(1)
    state.followed_channels.update(map(channel_number, ("food", "comedy", "gone")))
    foods = [f"en-food-{i}" for i in range(4)]
    assert found(source, world, query_of("en", state=state)) == foods
    assert "hi-food-0" in found(source, world, query_of("hi", "en", state=state))
    state.followed_creators.add(world.catalogue.creator_num["en food 1"])
    again = found(source, world, query_of("en", state=state))
    assert sorted(again) == foods and again[:2] == ["en-food-1", "en-food-3"]


def test_of_many_followed_creators_each_has_a_place() -> None:
    world = world_of(*make_items({"food": 200}, "en", publishers=25))
    state = ViewerState(1)
    state.followed_creators.update(world.catalogue.creator_num.values())
    names = found(Followed(world, Walker(world.catalogue)), world, query_of(state=state))
    assert len(names) == 40
    assert {int(name.split("-")[2]) % 25 for name in names} == set(range(20))


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
    state.interest_weight[0] = 1.0
    for kind in (Trending, Topical, Nearest, CoEngaged, Fresh, Followed, Newest):
        assert found(kind(world, walker), world, query_of("en", "hi", state=state)) == []


@pytest.mark.parametrize("seed", range(30))
def test_pools_are_walked_language_by_language_as_the_reference_walks_one(seed: int) -> None:
    rng = np.random.default_rng(seed)
    world = world_of(
        *make_items({"food": 20, "sport": 9, "travel": 1}, "en"),
        *make_items({"food": 3, "health": 30}, "hi"),
    )
    c = world.catalogue
    rows = rng.permutation(np.flatnonzero(c.live))[:40].astype(np.int32)
    world.serving.trending, world.serving.by_topic = best_first(world, rows)
    c.live[rng.choice(rows, 6)] = False
    state = ViewerState(1)
    state.engaged[: len(topic_by_id())] = rng.exponential(1.0, len(topic_by_id()))
    query = query_of(
        "hi", "en", "ta", state=state, seen=rng.choice(c.num[rows], 8),
        shares=np.array([0.3, 0.6, 0.1], np.float32),
    )  # fmt: skip
    quotas = [
        (lg, lambda many, s=s: math.ceil(many * float(s) - 0.01))
        for lg, s in zip(query.languages, query.shares, strict=True)
    ]  # type: ignore[arg-type]
    walker = Walker(c)

    def first(pool: np.ndarray, many: int) -> list[int]:
        return first_reference(c, pool, many, query.seen).tolist()

    by = world.serving.by_topic, c.pools.shelves
    trending = [
        r
        for lg, q in quotas
        for r in first(world.serving.trending.of(lg), max(q(30), Trending.LEAST))
    ]
    assert Trending(world, walker, wanted=30).find(query).tolist() == trending
    engaged = np.maximum(state.engaged.astype(float), 0)
    topical = [
        r for shelves in by for lg, q in quotas for t in range(TOPICS_MAX)
        for r in first(
            shelves.rows[slice(*shelves.offsets[lg * TOPICS_MAX + t :][:2])],
            math.ceil(engaged[t] * max(q(20), 1) / engaged.sum() - 0.05),
        )
    ]  # fmt: skip
    assert Topical(world, walker, wanted=40).find(query).tolist() == topical
    fresh = []
    for lg, q in quotas:
        held = [
            c.pools.fresh[lg][c.topic[c.pools.fresh[lg]] == t]
            for t in range(TOPICS_MAX)
            if lg in c.pools.fresh
        ]
        held = [pool for pool in held if len(pool)]
        for pool in held:
            fresh += first(pool, max(max(q(30), 1) // len(held), 2))
    assert Fresh(world, walker, wanted=30).find(query).tolist() == fresh
