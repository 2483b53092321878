"""Simulated viewers and what they do."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jhalak.evaluation.simulator.behaviour import react
from jhalak.evaluation.simulator.notes import effective
from jhalak.evaluation.simulator.oracle import Worth, attention, best_reference
from jhalak.evaluation.simulator.rules import DAY_MS, START_MS, Nature
from jhalak.evaluation.simulator.viewers import Viewers
from jhalak.schema.slate import SURFACES
from tests.worlds import often

NATURE = Nature()


def people(seed: int = 3, count: int = 40, topics: int = 8) -> Viewers:
    return Viewers(seed, count, topics, NATURE, languages=3, creators=5)


def test_the_same_seed_makes_the_same_people() -> None:
    one, same, other = people(), people(), people(seed=4)
    assert np.array_equal(one.share, same.share) and np.array_equal(one.language, same.language)
    assert not np.array_equal(one.share, other.share)


def test_a_top_interest_is_clear_and_shares_add_up() -> None:
    viewers = people(count=200)
    ordered = np.sort(viewers.share, axis=1)
    assert np.all(ordered[:, -1] >= NATURE.clear * ordered[:, -2])
    assert np.allclose(viewers.share.sum(axis=1), 1) and np.allclose(viewers.language.sum(1), 1)
    chosen = (viewers.language > 0).sum(axis=1)
    assert chosen.min() == 1 and chosen.max() == 3


def test_what_a_viewer_likes_best_appeals_most() -> None:
    viewers, topics = people(), np.arange(8)
    for viewer in range(len(viewers)):
        appeal = viewers.appeal(viewer, topics, np.zeros(8, np.int64))
        assert appeal.argmax() == viewers.top(viewer)


def test_what_was_seen_often_tires_and_rest_heals() -> None:
    viewers, topic, creator = people(), np.array([2, 3]), np.array([1, 1])
    viewers.rest(0, START_MS)
    fresh = viewers.weariness(0, topic, creator)
    for _ in range(10):
        viewers.see(0, 2, 1)
    tired = viewers.weariness(0, topic, creator)
    assert np.all(fresh == 0) and tired[0] > tired[1] > 0  # the creator tires in both
    for place in range(2):
        alone = viewers.tired(0, int(topic[place]), int(creator[place]))
        assert alone == pytest.approx(tired[place])
    viewers.rest(0, START_MS + 10 * DAY_MS)
    assert np.all(viewers.weariness(0, topic, creator) < 0.01)
    assert np.all(viewers.weariness(1, topic, creator) == 0)


def test_a_turn_makes_a_small_interest_the_top_one() -> None:
    viewers = people()
    before, smallest = viewers.top(5), np.argsort(-viewers.share[5])[3:]
    new = viewers.turn(5, np.random.default_rng(1))
    assert viewers.top(5) == new != before and new in smallest
    assert viewers.share[5].sum() == pytest.approx(1)


def test_tastes_walk_a_little_each_day_whatever_the_order_of_visits() -> None:
    one, two = people(), people()
    for viewer in (0, 1):
        one.rest(viewer, START_MS)
    for viewer in (1, 0):
        two.rest(viewer, START_MS)
    before = one.share[0].copy()
    for viewer in (0, 1):
        one.rest(viewer, START_MS + DAY_MS)
    for viewer in (1, 0):
        two.rest(viewer, START_MS + DAY_MS)
    assert np.array_equal(one.share, two.share)
    assert 0 < np.abs(one.share[0] - before).max() < 0.2


def test_what_follows_a_tap_is_about_as_frequent_as_on_kuairand() -> None:
    rng = np.random.default_rng(7)
    did = [react(rng, 0.5, 1.0, 0.0, False) for _ in range(20_000)]
    tapped = [d for d in did if d.tapped]
    assert len(tapped) / len(did) == pytest.approx(0.5, abs=0.02)
    assert np.mean([d.dwell_ms >= 5000 for d in tapped]) == pytest.approx(0.7, abs=0.05)
    assert np.mean([d.liked for d in tapped]) == pytest.approx(0.032, abs=0.006)
    assert all(d.tapped for d in did if d.liked or d.shared or d.followed)
    assert not any(d.tapped and d.hidden for d in did)


def test_videos_are_played_and_end() -> None:
    rng = np.random.default_rng(7)
    did = [react(rng, 0.9, 1.0, 9.0, False) for _ in range(500)]
    assert all(0 <= d.play_ms <= 9000 for d in did)
    assert all(d.completed == (d.play_ms == 9000) for d in did) and any(d.completed for d in did)


def test_bad_items_are_reported_and_attention_scales_taps() -> None:
    rng = np.random.default_rng(7)
    reports = sum(react(rng, 0.1, 1.0, 0.0, True).reported for _ in range(3000))
    assert 50 < reports < 140
    heeded, unheeded = (
        sum(react(rng, 0.5, attention, 0.0, False).tapped for _ in range(3000))
        for attention in (1.0, 0.5)
    )
    assert unheeded / heeded == pytest.approx(0.5, abs=0.06)


@often(60)
@given(seed=st.integers(0, 10_000), n=st.integers(1, 30), slots=st.integers(1, 12))
def test_the_oracles_kernel_finds_what_its_reference_finds(seed: int, n: int, slots: int) -> None:
    rng = np.random.default_rng(seed)
    logit, topic, creator = rng.normal(size=n), rng.integers(0, 4, n), rng.integers(0, 6, n)
    loads = rng.random(4) * 9, rng.random(6) * 9
    worth = Worth(NATURE, logit, topic, creator, *loads, 0)
    best = worth.best(slots)
    reference = best_reference(NATURE, logit, topic, creator, *loads, slots)
    assert len(set(best.tolist())) == len(best) == min(slots, n)
    assert worth.of(best) == pytest.approx(worth.of(np.array(reference)), rel=1e-9)
    assert worth.of(best) >= worth.of(rng.permutation(n)[:slots]) - 0.02


def test_attention_fades_along_a_lock_screen_and_not_from_video_to_video() -> None:
    assert np.all(np.diff(attention(NATURE, 8, SURFACES.index("lockscreen"))) < 0)
    assert np.all(attention(NATURE, 8, SURFACES.index("video")) == 1)


def test_an_effective_number_counts_equal_parts() -> None:
    assert effective(np.array([2.0, 2.0, 2.0])) == pytest.approx(3)
    assert effective(np.array([5.0, 0.0])) == pytest.approx(1)
    assert 1 < effective(np.array([9.0, 1.0])) < 2
