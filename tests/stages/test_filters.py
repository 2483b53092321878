"""Filters: what may be shown here, to this viewer."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from jhalak.catalogue.topics import topic_by_id
from jhalak.pipeline.stage import Filter
from jhalak.schema.candidates import Candidates
from jhalak.schema.query import Query
from jhalak.schema.viewer_state import ViewerState
from jhalak.stages.eligibility import AlreadySeen, CardsOnly, Hidden, Language
from jhalak.stages.safety import AgeSafe, Live, SafeWhenLocked
from jhalak.stages.walk import Walker
from jhalak.stages.world import World
from tests.worlds import (
    DAY_MS,
    NOW_MS,
    candidates_of,
    make_item,
    names_of,
    query_of,
    record_of,
    world_of,
)


def kept(world: World, stage: Filter[Query], query: Query, found: Candidates | None = None) -> str:
    """Names of the items that a filter keeps, in one string."""
    found = candidates_of(world) if found is None else found
    mask = stage.keep(query, found)
    assert mask.dtype == np.bool_ and len(mask) == len(found)
    return " ".join(names_of(world, found.rows[mask]))


def test_language_keeps_what_the_viewer_chose() -> None:
    items = [make_item(code, language=code) for code in ("en", "hi", "ta", "ur")]
    world = world_of(*items)
    assert kept(world, Language(world), query_of("hi", "ur")) == "hi ur"


def test_cards_only_removes_videos() -> None:
    world = world_of(make_item("card"), make_item("video", kind="video"))
    assert kept(world, CardsOnly(world), query_of()) == "card"


def test_live_removes_what_expired_and_what_was_recalled() -> None:
    world = world_of(
        make_item("old", expires_ms=NOW_MS + 1000), make_item("bad"), make_item("good")
    )
    found = candidates_of(world)
    from jhalak.catalogue.live import prepare

    world.catalogue.commit([prepare(record_of(make_item("bad"), 2, recalled=True))], NOW_MS)
    assert kept(world, Live(world), query_of(now_ms=NOW_MS + 999), found) == "old good"
    assert kept(world, Live(world), query_of(now_ms=NOW_MS + 1000), found) == "good"


def test_already_seen_removes_the_querys_seen_items() -> None:
    world = world_of(*(make_item(name) for name in "abc"))
    stage = AlreadySeen(Walker(world.catalogue))
    assert kept(world, stage, query_of(seen=np.array([2], np.int64))) == "a c"


class TestSafeWhenLocked:
    """Sources 0 and 1 (trending, followed) may bring a sensitive topic; 2 to 4 may not."""

    world = world_of(
        make_item("plain", "food"),
        make_item("vote", "politics"),
        make_item("heart", "health"),
        make_item("faith", "faith"),
        make_item("murder", "crime"),
        make_item("private", "food", sensitive=True),
    )

    @pytest.mark.parametrize("source", ["nearest", "fresh", "exploration"])
    def test_a_sensitive_topic_never_comes_from_an_inferred_taste(self, source: str) -> None:
        bit = 1 << {"nearest": 2, "fresh": 3, "exploration": 4}[source]
        stage = SafeWhenLocked(self.world, chosen=(0, 1))
        assert kept(self.world, stage, query_of(), candidates_of(self.world, bit)) == "plain"

    @pytest.mark.parametrize("source", [0b00001, 0b00010, 0b10101])
    def test_a_sensitive_topic_may_come_because_it_trends_or_was_chosen(self, source: int) -> None:
        stage = SafeWhenLocked(self.world, chosen=(0, 1))
        found = kept(self.world, stage, query_of(), candidates_of(self.world, source))
        assert found == "plain vote heart faith private"

    @pytest.mark.parametrize("source", range(32))
    def test_violence_is_never_shown_whatever_found_it(self, source: int) -> None:
        stage = SafeWhenLocked(self.world, chosen=(0, 1))
        found = kept(self.world, stage, query_of(), candidates_of(self.world, source))
        assert "murder" not in found


def test_nothing_sensitive_is_shown_to_a_minor() -> None:
    world = world_of(make_item("plain", "food"), make_item("vote", "politics"))
    assert kept(world, AgeSafe(world), query_of(minor=True)) == "plain"
    assert kept(world, AgeSafe(world), query_of(minor=False)) == "plain vote"


class TestHidden:
    world = world_of(
        make_item("a1", "food", publisher="A"),
        make_item("a2", "sport", publisher="A"),
        make_item("b1", "food", publisher="B"),
        make_item("c1", "sport", publisher="C"),
    )

    def state(self) -> ViewerState:
        return ViewerState(1)

    def creator(self, name: str) -> int:
        return self.world.catalogue.creator_num[name]

    def test_a_hidden_creator_is_not_shown(self) -> None:
        state = self.state()
        state.hidden_creators[self.creator("A")] = NOW_MS + DAY_MS
        assert kept(self.world, Hidden(self.world), query_of(state=state)) == "b1 c1"

    def test_a_hidden_topic_is_not_shown(self) -> None:
        state = self.state()
        state.hidden_topics[topic_by_id()["sport"].index] = NOW_MS + DAY_MS
        assert kept(self.world, Hidden(self.world), query_of(state=state)) == "a1 b1"

    def test_a_hidden_item_is_not_shown(self) -> None:
        state = self.state()
        state.hidden_items.add(3)
        assert kept(self.world, Hidden(self.world), query_of(state=state)) == "a1 a2 c1"

    def test_a_hide_ends_when_its_time_is_over(self) -> None:
        state = self.state()
        state.hidden_creators[self.creator("A")] = NOW_MS
        assert kept(self.world, Hidden(self.world), query_of(state=state)) == "a1 a2 b1 c1"

    def test_who_hid_nothing_sees_everything(self) -> None:
        stage = Hidden(self.world)
        assert kept(self.world, stage, query_of(state=self.state())) == "a1 a2 b1 c1"
        assert kept(self.world, stage, query_of(state=None)) == "a1 a2 b1 c1"


@pytest.mark.parametrize("kind", [Live, Language, CardsOnly, Hidden, AgeSafe, SafeWhenLocked])
def test_a_filter_that_guards_somebody_fails_closed(kind: Callable[..., Filter[Query]]) -> None:
    assert kind.fails == "closed"  # type: ignore[attr-defined]
