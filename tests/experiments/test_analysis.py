"""Ratios, intervals, guardrails and shares, on numbers that can be checked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from jhalak.config.experiments import GuardrailSettings
from jhalak.config.settings import ValueWeights
from jhalak.experiments.analysis import (
    LEAST_VIEWERS,
    Effect,
    boundary,
    compare,
    effect,
    guard,
    guard_alpha,
    harms,
    mismatched,
    spares,
)
from jhalak.experiments.cuped import ratio
from jhalak.experiments.metrics import COLUMN, COLUMNS, DAY_MS, METRICS, Tally, ratio_of
from tests.experiments.settings_of import HALVES, REGRET, experiment, settings_of
from tests.worlds import NOW_MS

WEIGHTS = ValueWeights()


def tally_of(n: int, **columns: float) -> Tally:
    """n viewers, who all did the same."""
    counts = np.zeros((n, len(COLUMNS)), np.uint32)
    for name, count in columns.items():
        counts[:, COLUMN[name]] = count
    return Tally(counts, np.full(n, NOW_MS))


def drawn(n: int, rate: float, seed: int, column: str = "hide", each: int = 20) -> Tally:
    """n viewers with `each` impressions, and that rate of one action."""
    tally = tally_of(n, slate=2, impression=each)
    tally.counts[:, COLUMN[column]] = np.random.default_rng(seed).binomial(each, rate, n)
    return tally


def test_metrics_are_ratios_of_what_was_counted() -> None:
    tally = tally_of(
        3, slate=4, impression=10, tap=2, long=3, hide=1, report=1, exhausted=1, degraded=2,
        returned=1,
    )  # fmt: skip
    at_ms = NOW_MS + 2 * DAY_MS
    found = {metric: ratio(*ratio_of(metric, tally, WEIGHTS, at_ms)).mean for metric in METRICS}
    worth = {name: getattr(WEIGHTS, name, 0.0) for name in ("tap", "long", "hide", "report")}
    value = (2 * worth["tap"] + 3 * worth["long"] + worth["hide"] + worth["report"]) / 10
    assert found.pop("value") == pytest.approx(value, rel=1e-6)
    assert found == pytest.approx(
        {"tap": 0.2, "long": 0.3, "regret": 0.2, "exhausted": 0.25, "degraded": 0.5, "returned": 1}
    )


def test_who_was_met_less_than_two_days_ago_says_nothing_of_returning() -> None:
    tally = tally_of(5, returned=1)
    tally.first_ms[:3] += 1
    _, known = ratio_of("returned", tally, WEIGHTS, NOW_MS + 2 * DAY_MS)
    assert known.tolist() == [0, 0, 0, 1, 1]


def test_a_ratios_variance_is_that_of_viewers_not_of_impressions() -> None:
    """Against the bootstrap over viewers: half of them tap always, half never."""
    rng = np.random.default_rng(3)
    x = rng.poisson(10, 400).astype(float)
    y = x * (rng.random(400) < 0.5)
    found = ratio(y, x)
    picks = rng.integers(0, 400, (3000, 400))
    again = y[picks].sum(1) / x[picks].sum(1)
    assert math.sqrt(found.variance) == pytest.approx(again.std(), rel=0.1)
    assert found.variance > 5 * 0.25 / x.sum(), "far more than impressions alone would say"


def test_the_boundary_is_robbins_mixture() -> None:
    """Theorem 2.2 of Waudby-Smith et al., with sigma = 1."""
    for t, alpha in ((10, 0.05), (500, 0.05), (10_000, 0.01)):
        rho2 = (-2 * math.log(alpha) + math.log(-2 * math.log(alpha) + 1)) / 500
        half = math.sqrt(
            2 * (t * rho2 + 1) / (t**2 * rho2) * math.log(math.sqrt(t * rho2 + 1) / alpha)
        )
        assert boundary(t, 500, alpha) / math.sqrt(t) == pytest.approx(half)


def test_the_boundary_is_low_about_where_it_is_tuned_and_wider_for_a_smaller_alpha() -> None:
    def width(t: float, tuned: float) -> float:
        return boundary(t, tuned, 0.05)

    assert width(500, 500) < min(width(500, 50), width(500, 5000))
    assert boundary(500, 500, 0.01) > width(500, 500) > 1.96


def test_nothing_is_said_of_few_viewers_nor_where_nothing_ever_differed() -> None:
    few, many = drawn(LEAST_VIEWERS - 1, 0.1, 1), drawn(500, 0.1, 2)
    [shown] = compare(["regret"], many, few, WEIGHTS, NOW_MS, 0.05)
    assert shown.low is None and not shown.certain and shown.arm is not None
    [shown] = compare(["tap"], many, many, WEIGHTS, NOW_MS, 0.05)
    assert shown == Effect("tap", 0.0, 0.0)
    nobody = tally_of(0)
    [shown] = compare(["tap"], nobody, nobody, WEIGHTS, NOW_MS, 0.05)
    assert shown == Effect("tap", None, None)


def test_an_arm_that_is_worse_for_everybody_alike_is_told_apart() -> None:
    fine, broken = tally_of(200, slate=3), tally_of(200, slate=3, degraded=3)
    [shown] = compare(["degraded"], fine, broken, WEIGHTS, NOW_MS, 0.05)
    assert shown.low is not None and 0.9 < shown.low < 1


def test_an_effect_is_the_arm_less_the_first_arm() -> None:
    shown = effect("tap", ratio(*_pair(0.1)), ratio(*_pair(0.2)), 0.05)
    assert shown.difference == pytest.approx(0.1, abs=0.01)
    assert shown.low is not None and 0 < shown.low < 0.1 < (shown.high or 0) and shown.certain


def _pair(rate: float) -> tuple[np.ndarray, np.ndarray]:
    x = np.full(2000, 20.0)
    return np.random.default_rng(1).binomial(20, rate, 2000).astype(float), x


@pytest.mark.parametrize(
    ("direction", "low", "high", "harm", "fine"),
    [
        ("up", 0.02, 0.04, True, False), ("up", 0.005, 0.04, False, False),
        ("up", -0.02, 0.005, False, True), ("down", -0.04, -0.02, True, False),
        ("down", -0.04, 0.0, False, False), ("down", -0.005, 0.1, False, True),
        ("up", None, None, False, False),
    ],
)  # fmt: skip
def test_a_guardrail_is_broken_when_all_of_the_interval_is_worse_than_it_bears(
    direction: str, low: float | None, high: float | None, harm: bool, fine: bool
) -> None:
    rail = GuardrailSettings(metric="tap", direction=direction, limit=0.01)  # type: ignore[arg-type]
    shown = Effect("tap", 0.1, 0.1, 0.0, low, high)
    assert (harms(rail, shown), spares(rail, shown)) == (harm, fine)


def test_a_guardrail_stops_the_harmful_arm_alone_and_says_with_what_numbers() -> None:
    third = [{**HALVES[1], "name": "fine"}]
    arms = [
        {**arm, "share": share}
        for arm, share in zip([*HALVES, *third], (0.4, 0.3, 0.3), strict=True)
    ]
    [settings] = settings_of(experiment(arms=arms, guardrails=[REGRET])).experiments
    tallies = {
        "usual": drawn(800, 0.01, 1), "bold": drawn(700, 0.05, 2), "fine": drawn(600, 0.01, 3)
    }  # fmt: skip
    [stop] = guard(settings, tallies, WEIGHTS, NOW_MS)
    assert (stop.experiment, stop.arm, stop.at_ms) == ("bolder", "bold", NOW_MS)
    assert stop.viewers == (800, 700) and stop.effect.low is not None and stop.effect.low > 0
    for part in ("regret went up", "0.05", "800", "700"):
        assert part in stop.reason
    assert guard(settings, {"bold": tallies["bold"]}, WEIGHTS, NOW_MS) == []
    assert guard(settings, {"usual": tallies["usual"]}, WEIGHTS, NOW_MS) == []


def test_what_is_borne_stops_nothing() -> None:
    rails = [{**REGRET, "limit": 0.1}]
    [settings] = settings_of(experiment(guardrails=rails)).experiments
    tallies = {"usual": drawn(800, 0.01, 1), "bold": drawn(700, 0.05, 2)}
    assert guard(settings, tallies, WEIGHTS, NOW_MS) == []


def test_guardrails_of_all_arms_share_alpha() -> None:
    rails = [REGRET, {"metric": "tap", "direction": "down"}]
    [settings] = settings_of(experiment(guardrails=rails)).experiments
    assert guard_alpha(settings) == pytest.approx(0.025)


def test_shares_of_viewers_that_cannot_be_chance_are_a_mismatch() -> None:
    assert not mismatched([0, 0], [0.5, 0.5])
    assert not mismatched([5050, 4950], [0.5, 0.5])
    assert mismatched([5300, 4700], [0.5, 0.5])
    assert not mismatched([9000, 1000], [0.9, 0.1]) and mismatched([9300, 700], [0.9, 0.1])
    assert not mismatched([3000, 3000], [0.4, 0.4]), "of three arms one was stopped"


def test_sound_shares_are_not_called_a_mismatch_however_often_one_looks() -> None:
    rng = np.random.default_rng(5)
    called = 0
    for _ in range(200):
        arms = np.cumsum(rng.random(3000) < 0.5)
        looks = range(50, 3000, 50)
        called += any(mismatched([int(arms[n]), n + 1 - int(arms[n])], [0.5, 0.5]) for n in looks)
    assert called <= 2
