"""Peers learn from what lies before the report, through our features, and from nothing else."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from jhalak.evaluation.log import ACTIONS, Log
from jhalak.evaluation.metrics import auc
from jhalak.evaluation.peers import LightGbmMissing, lightgbm, ours, popularity
from tests.evaluation.made_up import FIRST_DAY, TAP, log, replayed

pytest.importorskip("lightgbm")


def flipped(of: Log, rows: slice | np.ndarray) -> Log:
    """The log with another outcome in these rows."""
    actions = of.impressions.actions.copy()
    actions[rows] = ~actions[rows]
    return of._replace(impressions=of.impressions._replace(actions=actions))


def same(a, b, rows=slice(None)) -> bool:
    return np.array_equal(a.live[rows], b.live[rows], equal_nan=True) and np.array_equal(
        a.frozen[rows], b.frozen[rows], equal_nan=True
    )


def test_lightgbm_finds_what_the_features_tell() -> None:
    of = log()
    answer = lightgbm(of, replayed(of), 1500)
    label = of.impressions.actions[1500:, TAP]
    assert auc(label, answer.live[1500:, TAP]) > 0.75
    assert np.array_equal(answer.live[1500:, TAP], answer.frozen[1500:, TAP])
    assert np.isnan(answer.live[:1500]).all()
    unseen = [a for a, name in enumerate(ACTIONS) if name not in of.observed]
    assert np.isnan(answer.live[:, unseen]).all()


def test_nothing_of_the_report_is_learned() -> None:
    of = log()
    before = lightgbm(of, replayed(of), 1500)
    assert same(before, lightgbm(flipped(of, slice(1500, None)), replayed(of), 1500))
    assert not same(before, lightgbm(flipped(of, slice(1499)), replayed(of), 1500))


def test_it_learns_from_the_first_rows_alone_where_learning_ends_early() -> None:
    of = log()
    before = lightgbm(of, replayed(of), 1500, learned=700)
    assert same(before, lightgbm(flipped(of, slice(700, None)), replayed(of), 1500, learned=700))
    assert not same(before, lightgbm(of, replayed(of), 1500))


def test_at_midnight_it_learns_the_day_that_ended() -> None:
    of = log()
    day = of.impressions.day - FIRST_DAY
    start = int(np.flatnonzero(day == 2)[0])
    once, daily = (
        lightgbm(of, replayed(of), start, every_midnight=every) for every in (False, True)
    )
    assert same(once, daily, day == 2)
    assert not same(once, daily, day == 3)
    of_day_three = flipped(of, day == 3)
    assert same(daily, lightgbm(of_day_three, replayed(of), start, every_midnight=True))
    of_day_two = lightgbm(flipped(of, day == 2), replayed(of), start, every_midnight=True)
    assert same(daily, of_day_two, day == 2)
    assert not same(daily, of_day_two, day == 3)


def test_a_label_that_never_came_is_foretold_by_its_rate() -> None:
    of = log()._replace(observed=("tap", "hides"))
    answer = lightgbm(of, replayed(of), 1500)
    assert (answer.live[1500:, ACTIONS.index("hides")] == 0).all()


def test_without_kept_features_there_is_nothing_to_learn_from() -> None:
    of = log(n=40)
    bare = replayed(of)
    bare.features = None
    with pytest.raises(ValueError, match="keep its features"):
        lightgbm(of, bare, 20)


def test_without_the_package_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    of = log(n=40)
    with pytest.raises(LightGbmMissing, match="pip install lightgbm"):
        lightgbm(of, replayed(of), 20)


def test_our_own_and_popularity_are_what_replay_answered() -> None:
    of = log(n=40)
    answer = replayed(of)
    assert ours(answer).live is answer.live
    assert ours(answer).frozen is answer.frozen
    assert popularity(answer).live is popularity(answer).frozen is answer.popularity
