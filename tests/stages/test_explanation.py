"""Reasons: the part of the score that decided, in words."""

from __future__ import annotations

import numpy as np
import pytest

from jhalak.catalogue.topics import topic_by_id
from jhalak.config.settings import ValueWeights
from jhalak.learning.features import CENTRE, SPREAD
from jhalak.learning.features import FEATURES as NAMES
from jhalak.learning.model import predict
from jhalak.learning.value import PARTS, C
from jhalak.pipeline.stage import Outcome, Selection
from jhalak.schema.languages import LANGUAGE_INDEX, LANGUAGES
from jhalak.schema.query import Query
from jhalak.schema.reason import REASONS
from jhalak.schema.viewer_state import ViewerState
from jhalak.stages.explanation import Sentences, decide
from jhalak.stages.prediction import FEATURES, PREDICTIONS
from tests.worlds import candidates_of, make_item, query_of, world_of

WORLD = world_of(make_item("one", publisher="P"), make_item("two", publisher="Q"))
WORLD.serving.weights.views()["C"][:] = 0  # only what features mean, not a network's first draw


def outcome_of(x: np.ndarray, selection: Selection, sources: int = 1) -> Outcome:
    """What was chosen of the world's two items with features x float32[2, F]."""
    found = candidates_of(WORLD, sources)
    serving, catalogue, rows = WORLD.serving, WORLD.catalogue, found.rows
    ids = serving.ids(rows, catalogue.topic, catalogue.language, 0)
    found.columns[FEATURES] = x
    found.columns[PREDICTIONS] = predict(serving.weights, x, ids)
    return Outcome(found, selection)


def reason(query: Query, sources: int = 1, explored: bool = False, **features: float) -> str:
    """The reason of an item that has these features so many spreads above the usual candidate."""
    x = np.stack([CENTRE, CENTRE])
    for name, value in features.items():
        f = NAMES.index(name)
        x[0, f] += value * SPREAD[f]
    selection = Selection(np.array([0]), np.ones(1, np.float32), np.array([explored]))
    outcome = outcome_of(x, selection, sources)
    parts, reasons = decide(WORLD, query, outcome, trending_source=0, weights=ValueWeights())
    assert parts.shape == (1, C)
    return REASONS[reasons[0]]


def knows(**fields: object) -> Query:
    return query_of(state=ViewerState(1), **fields)


def test_the_part_that_lifts_most_is_the_reason() -> None:
    assert reason(knows(), taste_topic=2.0, like_short=0.2) == "taste_topic"
    assert reason(knows(), like_long=3.0, taste_topic=0.1) == "taste_like"
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
    assert reason(knows(), sources=0b10, item_tap=3.0) == "popular"


def test_what_nothing_lifts_is_said_to_be_popular() -> None:
    assert reason(knows()) == "popular"
    assert reason(knows(), taste_share=-1.0, taste_topic=-1.0) == "popular"


def test_a_reason_is_one_of_what_the_slate_was_weighed_by() -> None:
    x = np.stack([CENTRE, CENTRE])
    x[0, NAMES.index("followed")] = 1
    one = Selection(np.array([0]), np.ones(1, np.float32), np.zeros(1, np.bool_))
    nothing = ValueWeights(**dict.fromkeys(ValueWeights.__struct_fields__, 0.0))
    outcome = outcome_of(x, one)
    usual, _ = decide(WORLD, knows(), outcome, 0, ValueWeights())
    assert usual[0].any()
    for weights, query in ((nothing, knows()), (ValueWeights(), knows(values=nothing))):
        parts, reasons = decide(WORLD, query, outcome, 0, weights)
        assert not parts.any()
        assert REASONS[reasons[0]] == "popular"


@pytest.mark.parametrize("query", [query_of(state=None), knows(profiled=False)])
def test_no_taste_is_claimed_where_no_profile_was_read(query: Query) -> None:
    assert reason(query, sources=0b10, taste_topic=2.0) == "popular"
    assert reason(query, sources=0b01, taste_topic=2.0) == "trending"


def test_no_taste_is_named_for_what_is_sensitive_where_anyone_may_read_the_reason() -> None:
    sensitive = WORLD.catalogue.sensitive
    sensitive[0] = True
    try:
        for taste in ("taste_topic", "taste_creator", "like_long"):
            assert reason(knows(), sources=0b10, **{taste: 3.0}) == "popular"
            assert reason(knows(), fresh=0.1, **{taste: 3.0}) == "fresh"
        assert reason(knows(), item_tap=0.1, taste_topic=3.0) == "trending"
        assert reason(knows(), followed=0.1, taste_topic=3.0) == "followed_topic"
        assert reason(knows(surface=1), taste_topic=3.0) == "taste_topic", "in one's own hands"
    finally:
        sensitive[0] = False


def test_an_empty_slate_has_no_reasons() -> None:
    nothing = Selection(np.empty(0, np.int64), np.empty(0, np.float32), np.empty(0, np.bool_))
    outcome = outcome_of(np.stack([CENTRE, CENTRE]), nothing)
    parts, reasons = decide(WORLD, knows(), outcome, trending_source=0, weights=ValueWeights())
    assert parts.shape == (0, C) and len(reasons) == 0


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
