"""Whom a video is for: followers only; and no stranger's taste where its maker is young."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from jhalak.catalogue.live import prepare
from jhalak.pipeline.stage import SOURCES
from jhalak.schema.candidates import Candidates
from jhalak.schema.viewer_state import ViewerState
from jhalak.stages.audience import ForFollowers, NotByTasteAlone
from jhalak.stages.world import World
from tests.worlds import NOW_MS, candidates_of, make_item, names_of, query_of, record_of


def world_of(**facts: dict[str, bool]) -> World:
    """A video of each name by `@name`, with these facts of its record."""
    world = World()
    for num, (name, fact) in enumerate(facts.items(), 1):
        only = fact.pop("followers_only", False)
        item = make_item(name, kind="video", publisher=f"@{name}", followers_only=only)
        record = msgspec.structs.replace(record_of(item, num), **fact)
        world.renew(world.catalogue.commit([prepare(record)], NOW_MS))
    world.catalogue.renew_pools()
    return world


def follows(world: World, *names: str) -> ViewerState:
    state = ViewerState(5)
    state.followed_creators = {world.catalogue.creator_num[f"@{name}"] for name in names}
    return state


def kept(world: World, state: ViewerState | None) -> list[str]:
    query, found = query_of(), candidates_of(world)
    query.state = state
    return names_of(world, found.rows[ForFollowers(world).keep(query, found)])


@pytest.fixture
def world() -> World:
    return world_of(open={}, closed={"followers_only": True}, private={"private": True})


def test_what_is_for_followers_goes_to_them_alone(world: World) -> None:
    assert kept(world, follows(world)) == ["open"]
    assert kept(world, follows(world, "closed")) == ["open", "closed"]
    assert kept(world, follows(world, "closed", "private")) == ["open", "closed", "private"]


def test_of_whom_nothing_is_known_only_sees_what_is_for_everyone(world: World) -> None:
    assert kept(world, None) == ["open"]


def test_a_catalogue_without_such_keeps_all() -> None:
    world = world_of(a={}, b={})
    assert kept(world, None) == ["a", "b"]


def test_what_is_for_followers_stands_in_no_pool_but_its_creators(world: World) -> None:
    pools = world.catalogue.pools
    assert names_of(world, pools.fresh[0]) == names_of(world, pools.safe[0]) == ["open"]
    assert names_of(world, pools.by_topic[0].rows) == ["open"]
    creator = world.catalogue.creator_num["@closed"]
    assert names_of(world, pools.creator[creator]) == ["closed"]


def test_an_account_that_is_private_no_more_shows_its_videos_again(world: World) -> None:
    row = world.catalogue.by_id["private"]
    record = msgspec.structs.replace(world.catalogue.record(row), private=False)
    world.catalogue.commit([prepare(record)], NOW_MS)
    assert kept(world, None) == ["open", "private"]
    world.catalogue.renew_pools()
    assert names_of(world, world.catalogue.pools.fresh[0]) == ["private", "open"]


def test_what_is_withheld_leaves_and_comes_back() -> None:
    world = world_of(a={}, b={})
    record = world.catalogue.record(world.catalogue.by_id["a"])
    held = msgspec.structs.replace(record, withheld=True)
    world.catalogue.commit([prepare(held)], NOW_MS)
    assert kept(world, None) == ["b"] and world.catalogue.find(record.num) == -1
    assert world.catalogue.recalls == []  # it may come back, and no device is told to drop it
    world.catalogue.commit([prepare(record)], NOW_MS)
    assert kept(world, None) == ["a", "b"]


@pytest.mark.parametrize("minor", [False, True])
def test_a_minors_video_comes_to_an_adult_by_more_than_taste(minor: bool) -> None:
    world = world_of(grown={}, young={"by_minor": True})
    taste = NotByTasteAlone(world, taste=(3, 4))
    query = query_of()
    query.minor = minor
    rows = candidates_of(world).rows
    for sources, young in ((0b01000, minor), (0b11000, minor), (0b01001, True), (0b100, True)):
        found = Candidates(rows, {SOURCES: np.full(len(rows), sources, np.uint16)})
        names = names_of(world, rows[taste.keep(query, found)])
        assert names == ["grown", *(["young"] if young else [])], sources
