"""How fast cards lose their readers is seen in worlds in which it is known."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from jhalak.learning.decay import (
    HALF_LIVES_H,
    HALVINGS,
    Decay,
    nothing_observed,
    observed,
)
from jhalak.learning.features import FEATURES
from jhalak.learning.fold import Fold
from jhalak.learning.joining import Features
from jhalak.learning.model import HEADS, POSITIONS, H
from jhalak.schema.activity import Activity, Served
from jhalak.schema.item import LONGEST_H, SHORTEST_H
from jhalak.schema.viewer_state import TOPICS_MAX
from tests.learning.folding import HOUR_MS, new_fold, run
from tests.learning.records import NOW_MS, event, outcomes, served

SHIPPED_H = 48.0
TAP = 1 << HEADS.index("tap")
FLAT = np.zeros((2, POSITIONS, H), np.float32)
LANGUAGE, TOPIC = 2, 5


def slot(item: int, age_h: float, surface: int = 0, viewer: int = 9) -> Features:
    """One card of the topic, as it was served at that age."""
    x = np.zeros((1, len(FEATURES)), np.float16)
    x[0, FEATURES.index("bias")], x[0, FEATURES.index("age")] = 1, np.log1p(age_h)
    return Features(
        Served(
            slate=1, viewer=viewer, surface=surface, at_ms=NOW_MS, level=0, model=1, profiled=True,
            valid_until_ms=0, items=np.array([item], np.int64).tobytes(), propensity=b"",
            features=x.tobytes(), contributions=b"", reason=b"\0", topic=bytes([TOPIC]),
            language=bytes([LANGUAGE]), creator=bytes(4), ref=b"\0",
        )
    )  # fmt: skip


def world(
    half_life_h: float, cards: int, *, choosy: bool = False, slots: int = 300, lives_h: float = 48.0
) -> Decay:
    """Cards of that half-life, each with its own appeal, `slots` slots a card; with `choosy` a card
    is shown the more, the better it did so far."""
    rng = np.random.default_rng(7)
    decay = Decay()
    appeal = rng.gamma(2.0, 0.05, cards)
    shown, tapped = np.full(cards, 20.0), np.full(cards, 2.0)
    for hour in np.arange(0.5, lives_h, 2.0):
        rate = (tapped / shown) ** (3 if choosy else 0)
        many = rng.multinomial(slots * cards // 24, rate / rate.sum())
        taps = rng.binomial(many, np.minimum(appeal * 2.0 ** (-hour / half_life_h), 1.0))
        shown, tapped = shown + many, tapped + taps
        for card in range(cards):
            for n in range(many[card]):
                yes = TAP if n < taps[card] else 0
                decay.close(slot(card + 1, float(hour)), 0, yes, FLAT, NOW_MS)
    return decay


def told(decay: Decay) -> tuple[float, float]:
    """(hours, gain) of the topic, where SHIPPED_H ships."""
    return observed(decay.arrays()).of_topic(LANGUAGE, TOPIC, SHIPPED_H)


@pytest.mark.parametrize("choosy", [False, True])
@pytest.mark.parametrize("half_life_h", [6.0, 24.0])
def test_a_topics_lifetime_moves_to_three_of_its_half_lives(
    half_life_h: float, choosy: bool
) -> None:
    hours, gain = told(world(half_life_h, 60, choosy=choosy))
    assert hours == pytest.approx(HALVINGS * half_life_h, rel=0.35)
    assert gain > 0.6


@pytest.mark.parametrize("choosy", [False, True])
def test_a_topic_without_decay_lasts_longer_than_ships(choosy: bool) -> None:
    hours, gain = told(world(1e9, 60, choosy=choosy))
    assert hours > 3 * SHIPPED_H and gain > 0.3


def test_with_little_evidence_the_hours_that_ship_stay() -> None:
    assert told(Decay()) == (SHIPPED_H, 0.0)
    few = world(6.0, 2, slots=12)
    hours, gain = told(few)
    assert hours == pytest.approx(SHIPPED_H, rel=0.3) and gain < 0.2


def test_confidence_grows_with_evidence() -> None:
    gains = [told(world(6.0, cards, slots=60))[1] for cards in (2, 8, 32)]
    assert gains == sorted(gains) and gains[0] < gains[-1] - 0.2


def test_a_card_that_does_not_fade_lasts_longer_than_others_of_its_kind() -> None:
    decay = world(6.0, 40)
    rng = np.random.default_rng(1)
    for hour in np.arange(0.5, 48.0, 2.0):
        for card, rate in ((101, 0.1), (102, 0.3 * 2.0 ** (-hour / 2.0))):
            for yes in rng.random(40) < rate:
                decay.close(slot(card, float(hour)), 0, TAP * int(yes), FLAT, NOW_MS)
    seen = observed(decay.arrays())
    usual = seen.of_topic(LANGUAGE, TOPIC, SHIPPED_H).hours
    assert seen.of(101, usual).hours > 1.5 * usual
    assert seen.of(102, usual).hours < 0.75 * usual
    assert seen.of(999, usual) == (usual, 0.0)


def test_a_card_that_slides_down_a_slate_does_not_look_as_if_it_faded() -> None:
    """Its place is tapped less, not the card: the model's position weights say so."""
    rng, places = np.random.default_rng(3), FLAT.copy()
    places[0, 7] = np.log(0.25)
    wrong, right = Decay(), Decay()
    for card in range(40):
        for hour in np.arange(0.5, 48.0, 3.0):
            down = hour > 16
            for yes in rng.random(60) < (0.025 if down else 0.1):
                known = slot(card + 1, float(hour))
                for field in ("items", "topic", "language", "creator"):
                    setattr(known, field, getattr(known, field) * 8)
                assert known.features is not None
                known.features = np.repeat(known.features, 8, axis=0)
                for decay, weights in ((wrong, FLAT), (right, places)):
                    decay.close(known, 7 if down else 0, TAP * int(yes), weights, NOW_MS)
    assert told(right)[0] > 3 * SHIPPED_H > 3 * told(wrong)[0]


def test_only_cards_of_viewers_who_may_be_learned_from_count() -> None:
    decay = Decay()
    decay.close(slot(1, 3.0, surface=1), 0, TAP, FLAT, NOW_MS)
    decay.close(slot(1, 3.0, viewer=0), 0, TAP, FLAT, NOW_MS)
    assert len(decay.cards) == 0


def test_a_late_tap_adds_no_slot() -> None:
    decay = Decay()
    decay.close(slot(1, 3.0), 0, 0, FLAT, NOW_MS)
    decay.close(slot(1, 3.0), 0, TAP, FLAT, NOW_MS, late=True)
    cards = decay.cards
    assert cards.exposed[0].sum() == pytest.approx(1) and cards.taps[0].sum() == pytest.approx(1)


def test_what_nothing_happened_to_is_forgotten() -> None:
    decay = Decay()
    decay.close(slot(1, 3.0), 0, 0, FLAT, NOW_MS)
    decay.close(slot(2, 3.0), 0, 0, FLAT, NOW_MS + HOUR_MS)
    decay.expire(NOW_MS + 2 * HOUR_MS, 5400)
    assert decay.cards.keys[: len(decay.cards)].tolist() == [2]


def read_log(seed: int) -> Iterator[Activity]:
    """Slates of cards that grow older, some tapped."""
    rng = np.random.default_rng(seed)
    for n in range(1, 200):
        now_ms = NOW_MS + n * HOUR_MS // 4
        slate = served(n, (1 + rng.permutation(30)[:6]).tolist(), now_ms)
        yield slate
        items = np.frombuffer(slate.items, np.int64).tolist()
        yield outcomes(*(
            event(f"{n}-{at}", "tap" if rng.random() < 0.3 else "impression", n, item, at,
                  at_ms=now_ms)
            for at, item in enumerate(items)
        ), at_ms=now_ms)  # fmt: skip


def test_what_a_resumed_fold_tells_is_what_one_that_never_stopped_tells() -> None:
    log = list(read_log(0))
    whole = run(new_fold(), log)
    assert len(whole.decay.cards) == 30
    part: Fold = new_fold()
    for at in range(0, len(log), 37):
        run(part, log[at : at + 37], log, start=at)
        part.decay.arrays()  # being asked changes nothing
        part, saved = new_fold(), part.dump()
        part.load(saved)
    assert part.dump() == whole.dump()
    for name, values in whole.decay.arrays().items():
        assert np.array_equal(part.decay.arrays()[name], values), name


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"decay_cells": np.zeros(2, np.int64)},
        {"decay_of_cell": np.zeros((0, 3))},
        {"decay_seen": np.full((0, 4), 1.0)},
    ],
)
def test_a_snapshot_without_half_lives_or_with_others_says_nothing(broken) -> None:
    arrays = {**Decay().arrays(), **broken} if broken else {}
    assert observed(arrays).of_topic(LANGUAGE, TOPIC, SHIPPED_H) == (SHIPPED_H, 0.0)
    assert not nothing_observed().all_seen()


def test_a_snapshot_with_numbers_that_are_none_says_nothing() -> None:
    arrays = world(6.0, 2, slots=12).arrays()
    arrays["decay_of_cell"][:] = np.nan
    assert told_from(arrays) == (SHIPPED_H, 0.0)


def told_from(arrays) -> tuple[float, float]:
    return observed(arrays).of_topic(LANGUAGE, TOPIC, SHIPPED_H)


@settings(max_examples=200, deadline=None)
@given(
    arrays_of.arrays(np.float32, len(HALF_LIVES_H), elements=st.floats(-1e6, 1e6, width=32)),
    st.floats(0.01, 1e5),
)
def test_hours_and_confidence_stay_within_their_bounds_whatever_was_seen(fit, prior_h) -> None:
    arrays = {
        "decay_cells": np.array([LANGUAGE * TOPICS_MAX + TOPIC]), "decay_seen": np.ones((1, 3)),
        "decay_of_cell": fit[None], "decay_items": np.array([4]), "decay_of_item": fit[None],
    }  # fmt: skip
    seen = observed(arrays)
    for hours, gain in (seen.of_topic(LANGUAGE, TOPIC, prior_h), seen.of(4, prior_h)):
        assert SHORTEST_H <= hours <= LONGEST_H
        assert 0.0 <= gain < 1.0
