"""Reasons: the part of the score that decided, in words."""

from __future__ import annotations

import numpy as np
import pytest

from jhalak.catalogue.topics import topic_by_id
from jhalak.learning.features import FEATURES as NAMES
from jhalak.learning.features import F
from jhalak.learning.value import PARTS, C
from jhalak.pipeline.stage import Outcome, Selection
from jhalak.schema.languages import LANGUAGE_INDEX, LANGUAGES
from jhalak.schema.query import Query
from jhalak.schema.reason import REASONS
from jhalak.schema.viewer_state import ViewerState
from jhalak.stages.explanation import Sentences, decide
from jhalak.stages.prediction import FEATURES
from tests.worlds import candidates_of, make_item, query_of, world_of

WORLD = world_of(make_item("one", publisher="P"), make_item("two", publisher="Q"))


def reason(query: Query, sources: int = 1, explored: bool = False, **features: float) -> str:
    """The reason of an item that has these features above those of the usual candidate."""
    found = candidates_of(WORLD, sources)
    x = np.zeros((2, F), np.float32)
    for name, value in features.items():
        x[0, NAMES.index(name)] = value
    found.columns[FEATURES] = x
    selection = Selection(np.array([0]), np.ones(1, np.float32), np.array([explored]))
    parts, reasons = decide(WORLD, query, Outcome(found, selection), trending_source=0)
    assert parts.shape == (1, C)
    return REASONS[reasons[0]]


def knows(**fields: object) -> Query:
    return query_of(state=ViewerState(1), **fields)


def test_the_part_that_lifts_most_is_the_reason() -> None:
    assert reason(knows(), taste_topic=2.0, like_short=0.2) == "taste_topic"
    assert reason(knows(), like_short=2.0, taste_topic=0.1) == "taste_like"
    assert reason(knows(), taste_creator=3.0) == "taste_publisher"
    assert reason(knows(), fresh=1.0) == "fresh"


def test_what_was_explored_says_so_whatever_its_score() -> None:
    assert reason(knows(), explored=True, taste_topic=2.0) == "explore"


def test_a_follow_is_named_as_what_it_is() -> None:
    query = knows()
    assert reason(query, followed=1.0) == "followed_topic"
    assert query.state is not None
    query.state.followed_creators.add(WORLD.catalogue.creator_num["P"])
    assert reason(query, followed=1.0) == "followed"


def test_only_what_trends_is_said_to_trend() -> None:
    assert reason(knows(), sources=0b01, item_tap=3.0) == "trending"
    assert reason(knows(), sources=0b10, item_tap=3.0) == "fresh"


def test_a_lift_too_small_to_decide_is_no_reason() -> None:
    assert reason(knows(), sources=0b10, taste_topic=0.001) == "fresh"


@pytest.mark.parametrize("query", [query_of(state=None), knows(profiled=False)])
def test_no_taste_is_claimed_where_no_profile_was_read(query: Query) -> None:
    assert reason(query, sources=0b10, taste_topic=2.0) == "popular"
    assert reason(query, sources=0b01, taste_topic=2.0) == "trending"


def test_an_empty_slate_has_no_reasons() -> None:
    found = candidates_of(WORLD)
    found.columns[FEATURES] = np.zeros((2, F), np.float32)
    nothing = Selection(np.empty(0, np.int64), np.empty(0, np.float32), np.empty(0, np.bool_))
    parts, reasons = decide(WORLD, knows(), Outcome(found, nothing), trending_source=0)
    assert parts.shape == (0, C) and reasons == []


@pytest.mark.parametrize("to", LANGUAGES)
def test_every_reason_has_a_sentence_in_every_language(to: str) -> None:
    sentences = Sentences()
    sport, hindi = topic_by_id()["sport"].index, LANGUAGE_INDEX["hi"]
    for name in REASONS:
        said = sentences.say(name, to, sport, hindi, "The Paper")
        assert said.strip() and "{" not in said
        if name in ("taste_publisher", "followed"):
            assert "The Paper" in said


def test_a_publisher_nobody_knows_is_not_named() -> None:
    sentences = Sentences()
    assert sentences.say("followed", "en", 2, 0, "") == sentences.say("taste_like", "en", 2, 0, "")


def test_every_feature_belongs_to_one_part() -> None:
    members = [name for part in PARTS.values() for name in part]
    assert sorted(members) == sorted(NAMES)
