"""A long view is long for a video of its length."""

from __future__ import annotations

import numpy as np
import pytest

from jhalak.learning.watch import EDGES_S, LEAST_S, LONG_SHARE, MOST_S, START_S, WatchTime

SECONDS = [6.0, 12.0, 24.0, 48.0, 96.0, 192.0, 300.0]
"""A duration of each range."""


def played(watch: WatchTime, n: int, seed: int = 1, fraction: float = 0.0):
    """(range, watched seconds, long?) of n plays: people watch a share of any video that does not
    depend on its length, 0.3 of it at the median; of `fraction` a part less or more."""
    rng = np.random.default_rng(seed)
    duration = rng.choice(SECONDS, n) * rng.uniform(0.9, 1.1, n)
    watched = duration * np.minimum(rng.lognormal(np.log(0.3), 0.5, n) * (1 + fraction), 0.99)
    long = [watch.is_long(w, d) for w, d in zip(watched, duration, strict=True)]
    return np.array([watch.range_of(d) for d in duration]), watched, np.array(long)


def shares(ranges: np.ndarray, long: np.ndarray) -> np.ndarray:
    return np.array([long[ranges == at].mean() for at in range(len(SECONDS))])


def test_every_duration_is_in_one_range_and_an_unknown_one_in_the_middle() -> None:
    assert len(START_S) == len(EDGES_S) + 1 == len(SECONDS)
    assert [WatchTime.range_of(s) for s in SECONDS] == list(range(len(SECONDS)))
    assert [WatchTime.range_of(edge) for edge in EDGES_S] == list(range(len(EDGES_S)))
    assert WatchTime.range_of(0.0) == WatchTime.range_of(48.0)


def test_a_longer_video_is_not_watched_for_long_more_often() -> None:
    """Seconds watched are in proportion to the length: one threshold for all would say that
    nobody watches short videos for long and everybody long ones; ours are equal."""
    watch = WatchTime()
    played(watch, 12_000)
    ranges, watched, long = played(watch, 12_000, seed=2)
    ours, fixed = shares(ranges, long), shares(ranges, watched >= 10.0)
    assert ours == pytest.approx(np.full(len(SECONDS), LONG_SHARE), abs=0.04)
    assert fixed[0] < 0.05 and fixed[-1] > 0.95


def test_the_threshold_of_each_range_is_the_quantile_of_its_plays() -> None:
    watch = WatchTime()
    ranges, watched, _ = played(watch, 24_000)
    for at in range(len(SECONDS)):
        expected = np.quantile(watched[ranges == at], 1 - LONG_SHARE)
        assert watch.threshold_s[at] == pytest.approx(max(expected, LEAST_S), rel=0.15)


def test_thresholds_follow_when_people_begin_to_watch_more() -> None:
    watch = WatchTime()
    played(watch, 12_000)
    before = watch.threshold_s.copy()
    played(watch, 12_000, seed=3, fraction=0.5)
    free = slice(1, -1)  # neither at the least nor at the most
    assert (watch.threshold_s[free] > 1.25 * before[free]).all()


def test_plays_of_one_range_do_not_move_the_thresholds_of_others() -> None:
    watch = WatchTime()
    for _ in range(100):
        watch.is_long(60.0, 96.0)
    assert np.flatnonzero(watch.threshold_s != START_S).tolist() == [4]
    assert watch.threshold_s[4] > START_S[4]


def test_a_video_watched_to_its_end_was_watched_for_long_whatever_the_threshold() -> None:
    watch = WatchTime()
    assert watch.is_long(3.0, 3.0)
    assert watch.is_long(3.2, 3.0), "and begun anew"
    assert not watch.is_long(3.0, 7.0)
    assert not watch.is_long(3.0, 0.0), "of unknown length there is no end"


def test_thresholds_stay_within_what_a_person_would_call_long() -> None:
    watch = WatchTime()
    for _ in range(2000):
        watch.is_long(0.0, 6.0)
        watch.is_long(5000.0, 6000.0)
    assert watch.threshold_s[0] == LEAST_S
    assert watch.threshold_s[-1] == MOST_S
