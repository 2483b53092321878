"""Looking again and again does not stop what harms nobody, and soon stops what does.

Simulated viewers enter over time and return; each has rates of their own. At every look the whole
experiment is judged as it is then.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pytest

from jhalak.config.settings import ValueWeights
from jhalak.experiments.analysis import effect, guard
from jhalak.experiments.cuped import ratio
from jhalak.experiments.metrics import COLUMN, COLUMNS, Tally
from tests.experiments.settings_of import REGRET, experiment, settings_of
from tests.worlds import NOW_MS

ALPHA = 0.05


class Stream(NamedTuple):
    """Runs of an experiment: `taps` and `shown` float[looks, runs, viewers], cumulative."""

    taps: np.ndarray
    shown: np.ndarray
    bold: np.ndarray
    """bool[runs, viewers]"""
    entered: np.ndarray
    """int[looks]: viewers who have entered."""


@lru_cache(maxsize=8)
def stream(
    seed: int, runs: int, *, rate: float = 0.1, spread: float = 8.0, lift: float = 0.0,
    share: float = 0.5, each_look: int = 25, looks: int = 40, panel: int = 0, back: float = 0.3,
) -> Stream:  # fmt: skip
    """`rate` of taps, Beta over viewers with concentration `spread`; `panel` viewers are there
    from the first look on, `each_look` enter at each; a viewer returns with chance `back`."""
    rng = np.random.default_rng(seed)
    entered = panel + each_look * np.arange(1, looks + 1)
    viewers = int(entered[-1])
    bold = rng.random((runs, viewers)) < share
    rates = rng.beta(rate * spread, (1 - rate) * spread, (runs, viewers))
    rates = np.clip(rates * np.where(bold, 1 + lift, 1), 0, 1)
    often = rng.random((runs, viewers)) * 2 * back
    taps = np.zeros((looks, runs, viewers), np.float32)
    shown = np.zeros_like(taps)
    for look, n in enumerate(entered):
        comes = rng.random((runs, n)) < often[:, :n]
        comes[:, entered[look - 1] if look else 0 :] = True
        more = rng.binomial(12, 0.5, (runs, n)) * comes
        shown[look, :, :n] = more
        taps[look, :, :n] = rng.binomial(more, rates[:, :n])
    return Stream(np.cumsum(taps, 0), np.cumsum(shown, 0), bold, entered)


def first_certain(s: Stream, run: int, alpha: float = ALPHA, *, naive: bool = False) -> int | None:
    """The first look at which the interval leaves out 0; with `naive` one of 1.96 errors."""
    for look, n in enumerate(s.entered):
        y, x = (v[look, run, :n].astype(float) for v in (s.taps, s.shown))
        bold = s.bold[run, :n]
        if min(bold.sum(), n - bold.sum()) < 100:
            continue
        one, other = ratio(y[~bold], x[~bold]), ratio(y[bold], x[bold])
        if naive:
            variance = one.variance + other.variance
            if abs(other.mean - one.mean) > 1.96 * variance**0.5:
                return look
        elif effect("tap", one, other, alpha).certain:
            return look
    return None


CASES = {
    "viewers enter and return": {},
    "viewers much alike": {"spread": 500.0},
    "viewers very unlike": {"spread": 1.5},
    "a rare action": {"rate": 0.01, "spread": 50.0},
    "a small arm": {"share": 0.2, "each_look": 30},
    "a panel that stays": {"panel": 500, "each_look": 0, "back": 0.5, "spread": 1000.0},
}


@pytest.mark.parametrize("case", CASES)
def test_an_arm_that_changes_nothing_is_rarely_told_apart_however_often_one_looks(
    case: str,
) -> None:
    s = stream(11, 200, **CASES[case])
    told = sum(first_certain(s, run) is not None for run in range(200))
    assert told <= 200 * ALPHA


def test_looking_as_often_with_a_fixed_interval_would_be_wrong_many_times() -> None:
    s = stream(11, 200)
    assert sum(first_certain(s, run, naive=True) is not None for run in range(200)) > 200 * 0.12


def test_an_effect_is_found() -> None:
    s = stream(12, 60, lift=0.6)
    found = [first_certain(s, run) for run in range(60)]
    assert sum(look is not None for look in found) >= 57


def test_the_interval_holds_the_true_difference_at_all_looks_at_once() -> None:
    s = stream(13, 100, lift=0.3)
    missed = 0
    for run in range(100):
        shown = []
        for look, n in enumerate(s.entered):
            y, x, bold = s.taps[look, run, :n], s.shown[look, run, :n], s.bold[run, :n]
            if min(bold.sum(), n - bold.sum()) >= 100:
                one, other = (ratio(y[m].astype(float), x[m].astype(float)) for m in (~bold, bold))
                shown.append(effect("tap", one, other, ALPHA))
        # The lift is clipped at 1 for few viewers only: 0.1 x 0.3 within 0.001.
        missed += any(not e.low - 1e-3 <= 0.03 <= e.high + 1e-3 for e in shown)
    assert missed <= 5


def stopped(s: Stream, run: int) -> int | None:
    """The look at which a guardrail over regret stops the arm; taps of the stream are hides."""
    [settings] = settings_of(experiment(guardrails=[REGRET])).experiments
    for look, n in enumerate(s.entered):
        counts = np.zeros((n, len(COLUMNS)), np.uint32)
        counts[:, COLUMN["hide"]] = s.taps[look, run, :n]
        counts[:, COLUMN["impression"]] = s.shown[look, run, :n]
        bold, first_ms = s.bold[run, :n], np.full(n, NOW_MS)
        tallies = {
            "usual": Tally(counts[~bold], first_ms[~bold]),
            "bold": Tally(counts[bold], first_ms[bold]),
        }
        if guard(settings, tallies, ValueWeights(), NOW_MS):
            return look
    return None


def test_a_guardrail_stops_a_harmful_arm_before_long_and_a_harmless_one_hardly_ever() -> None:
    harmful = stream(14, 25, rate=0.02, spread=50.0, lift=2.0)
    looks = [stopped(harmful, run) for run in range(25)]
    assert None not in looks and np.median([x for x in looks if x is not None]) < 20
    harmless = stream(15, 60, rate=0.02, spread=50.0)
    assert sum(stopped(harmless, run) is not None for run in range(60)) <= 3


def test_an_arm_that_is_better_is_not_stopped() -> None:
    better = stream(16, 20, rate=0.06, spread=50.0, lift=-0.6)
    assert all(stopped(better, run) is None for run in range(20))
