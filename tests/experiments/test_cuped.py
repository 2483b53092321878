"""What viewers did before is taken out of what they did after: the interval holds and narrows."""

from __future__ import annotations

import numpy as np
import pytest

from jhalak.config.settings import ValueWeights
from jhalak.experiments.analysis import Effect, boundary, compare, effect
from jhalak.experiments.cuped import LEAST_KNOWN, Sample, adjusted, ratio
from jhalak.experiments.metrics import COLUMN, COLUMNS, Tally
from tests.worlds import NOW_MS

ALPHA = 0.05
RATE = 0.1


def world(
    rng: np.random.Generator, n: int = 1_000, *, spread: float = 8.0, lift: float = 0.0,
    known: float = 1.0, before: float = 40.0,
) -> tuple[Sample, Sample]:  # fmt: skip
    """Two arms of n viewers, each with a rate of their own (Beta with concentration `spread`) and
    as many impressions as they usually have; `known` of them were there before."""
    arms = []
    for change in (0.0, lift):
        rate = rng.beta(RATE * spread, (1 - RATE) * spread, n)
        busy = rng.gamma(2.0, 0.5, n)
        x0 = (rng.poisson(before * busy) * (rng.random(n) < known)).astype(float)
        x = rng.poisson(20 * busy).astype(float)
        y0 = rng.binomial(x0.astype(int), rate).astype(float)
        y = rng.binomial(x.astype(int), np.clip(rate * (1 + change), 0, 1)).astype(float)
        arms.append(Sample(y, x, y0, x0))
    return arms[0], arms[1]


def variances(first: Sample, second: Sample) -> tuple[float, float]:
    """Of the difference: plain and adjusted."""
    plain = ratio(first.y, first.x).variance + ratio(second.y, second.x).variance
    return plain, sum(r.variance for r in adjusted(first, second))


def test_the_variance_falls_by_what_the_time_before_explains() -> None:
    rng = np.random.default_rng(1)
    left = [after / plain for plain, after in (variances(*world(rng)) for _ in range(20))]
    assert np.mean(left) < 0.5
    half = [b / a for a, b in (variances(*world(rng, known=0.5)) for _ in range(20))]
    assert np.mean(left) < np.mean(half) < 0.9, "half of the viewers are new"
    alike = [b / a for a, b in (variances(*world(rng, spread=1e6)) for _ in range(20))]
    assert 0.97 < np.mean(alike) <= 1.001, "viewers who are all alike: nothing to explain"


@pytest.mark.parametrize("lift", [0.0, 0.2])
def test_the_adjusted_difference_is_the_true_one_and_its_variance_is_what_it_says(
    lift: float,
) -> None:
    rng = np.random.default_rng(2)
    found, said, plain = [], [], []
    for _ in range(400):
        first, second = world(rng, 400, lift=lift)
        a, b = adjusted(first, second)
        found.append(b.mean - a.mean)
        said.append(a.variance + b.variance)
        plain.append(ratio(second.y, second.x).mean - ratio(first.y, first.x).mean)
    assert np.mean(found) == pytest.approx(RATE * lift, abs=4 * np.std(found) / 20 + 2e-4)
    assert np.var(found) == pytest.approx(np.mean(said), rel=0.2)
    assert np.var(found) < 0.6 * np.var(plain)


def test_of_arms_that_are_the_same_a_fixed_interval_covers_nought_as_often_as_it_says() -> None:
    rng = np.random.default_rng(3)
    runs = 1_000
    missed = 0
    for _ in range(runs):
        a, b = adjusted(*world(rng, 300, known=0.7))
        missed += abs(b.mean - a.mean) > 1.96 * np.sqrt(a.variance + b.variance)
    error = 4 * np.sqrt(0.05 * 0.95 / runs)
    assert missed / runs == pytest.approx(0.05, abs=error)


def looks(first: Sample, second: Sample, count: int) -> list[Effect]:
    """An experiment looked at `count` times, as viewers enter."""
    ends = [len(first.x) * look // count for look in range(1, count + 1)]
    parts = [[Sample(*(v[:end] for v in arm)) for arm in (first, second)] for end in ends]
    return [effect("tap", *adjusted(*arms), ALPHA) for arms in parts]


@pytest.mark.parametrize(("lift", "spread"), [(0.0, 8.0), (0.0, 2.0), (0.3, 8.0)])
def test_the_interval_holds_the_truth_at_all_looks_at_once(lift: float, spread: float) -> None:
    rng = np.random.default_rng(4)
    missed = 0
    for _ in range(150):
        arms = world(rng, 2_000, lift=lift, spread=spread)
        truth = RATE * lift  # but for rates that 1 cuts: within 0.001
        seen = [(e.low or 0, e.high or 0) for e in looks(*arms, 15)]
        missed += any(not low - 1e-3 <= truth <= high + 1e-3 for low, high in seen)
    assert missed <= 150 * ALPHA


def test_an_effect_is_told_apart_with_fewer_viewers() -> None:
    rng = np.random.default_rng(5)

    def first_certain(*, adjust: bool) -> float:
        found = []
        for _ in range(12):
            first, second = world(rng, 6_000, lift=0.15)
            for n in range(200, 6_001, 200):
                arms = [Sample(*(values[:n] for values in arm)) for arm in (first, second)]
                pair = adjusted(*arms) if adjust else tuple(ratio(a.y, a.x) for a in arms)
                if effect("tap", *pair, ALPHA).certain:
                    found.append(n)
                    break
            else:
                found.append(6_000)
        return float(np.mean(found))

    assert first_certain(adjust=True) < 0.75 * first_certain(adjust=False)


def test_with_little_known_from_before_nothing_is_changed() -> None:
    rng = np.random.default_rng(6)
    first, second = world(rng, 500, known=0.0)
    assert adjusted(first, second) == (ratio(first.y, first.x), ratio(second.y, second.x))
    few = LEAST_KNOWN // 2 - 1
    some = [arm._replace(x0=np.where(np.arange(500) < few, 9.0, 0.0)) for arm in (first, second)]
    assert adjusted(*some) == (ratio(first.y, first.x), ratio(second.y, second.x))
    empty = Sample(*(np.zeros(0) for _ in range(4)))
    assert adjusted(empty, second)[1].viewers == 500


def test_a_comparison_says_how_much_variance_is_left_and_shows_plain_means() -> None:
    rng = np.random.default_rng(7)
    tallies = []
    for sample in world(rng, 800, lift=0.2):
        counts, prior = (np.zeros((800, len(COLUMNS)), np.uint32) for _ in range(2))
        counts[:, COLUMN["tap"]], counts[:, COLUMN["impression"]] = sample.y, sample.x
        prior[:, COLUMN["tap"]], prior[:, COLUMN["impression"]] = sample.y0, sample.x0
        tallies.append((Tally(counts, np.full(800, NOW_MS), prior), sample))
    (one, a), (two, b) = tallies
    [shown] = compare(["tap"], one, two, ValueWeights(), NOW_MS, ALPHA)
    assert shown.control == ratio(a.y, a.x).mean and shown.arm == ratio(b.y, b.x).mean
    plain, after = variances(a, b)
    assert shown.variance_left == pytest.approx(after / plain) and shown.variance_left < 0.6
    half = ((shown.high or 0) - (shown.low or 0)) / 2
    t = 1 / (1 / a.x.sum() + 1 / b.x.sum())
    assert half == pytest.approx(np.sqrt(after) * boundary(t, 20_000, ALPHA), rel=0.01)
    [alone] = compare(["returned"], one, two, ValueWeights(), NOW_MS, ALPHA)
    assert alone.variance_left == 1.0
