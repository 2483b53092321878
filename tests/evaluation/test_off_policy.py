"""Off-policy estimates: right on average, honest about how firm they are, silent where blind."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from jhalak.evaluation.logged import BadLogged, Logged
from jhalak.evaluation.off_policy import DR, IPS, SNIPS, Evaluation, evaluate
from jhalak.evaluation.reward_model import Foretold, cross_fitted, foretold_by
from jhalak.evaluation.support import Limits
from tests.evaluation.bandit_world import World, world

LOGS = 240
ROWS = 400
ANY = Limits(effective=0, rewarded=0, rewarded_for_gain=0, thin=1, heaviest=1, excess=9)
"""Intervals are judged on all logs, not on those that a limit picks."""


def evaluations(of: World, seed: int) -> Iterator[Evaluation]:
    random = np.random.default_rng(seed)
    for _ in range(LOGS):
        logged, _ = of.log(ROWS, random)
        yield evaluate(logged, cross_fitted(logged, random), limits=ANY)


@pytest.fixture(scope="module")
def common() -> tuple[World, list[Evaluation]]:
    """Rewards of a fifth."""
    of = world(seed=1, rate=0.2)
    return of, list(evaluations(of, seed=2))


@pytest.fixture(scope="module")
def rare() -> tuple[World, list[Evaluation]]:
    """Rewards of a thirtieth: a dozen in a log."""
    of = world(seed=3, rate=0.03)
    return of, list(evaluations(of, seed=4))


def values(found: list[Evaluation], name: str) -> NDArray[np.float64]:
    return np.array([each.estimates[name].value for each in found])


@pytest.mark.parametrize("name", [IPS, SNIPS, DR])
@pytest.mark.parametrize("which", ["common", "rare"])
def test_estimates_are_right_on_average(
    which: str, name: str, request: pytest.FixtureRequest
) -> None:
    of, found = request.getfixturevalue(which)
    each = values(found, name)
    error = each.std(ddof=1) / np.sqrt(len(each))
    assert abs(each.mean() - of.truth) < 3 * error


@pytest.mark.parametrize("name", [IPS, SNIPS, DR])
@pytest.mark.parametrize("which", ["common", "rare"])
def test_intervals_hold_the_truth_about_as_often_as_they_say(
    which: str, name: str, request: pytest.FixtureRequest
) -> None:
    """Of 240 logs, 95 % is 228 with a standard deviation of 3.4."""
    of, found = request.getfixturevalue(which)
    held = sum(one.estimates[name].holds(of.truth) for one in found)
    assert 219 <= held <= 238


@pytest.mark.parametrize("name", [IPS, DR])
def test_intervals_of_gains_hold_the_truth_where_rewards_are_not_few(
    name: str, common: tuple[World, list[Evaluation]]
) -> None:
    of, found = common
    gain = of.truth - float((of.logging * of.reward).sum(axis=1).mean())
    assert gain > 0.02
    assert 219 <= sum(one.gains[name].holds(gain) for one in found) <= 238


def test_no_gain_is_told_where_rewards_are_few() -> None:
    logged, _ = world(seed=3, rate=0.03).log(ROWS, np.random.default_rng(4))
    found = evaluate(logged)
    assert 10 <= found.support.rewarded < 30
    assert found.gains == {} and found.estimates[IPS].value > 0


def test_intervals_are_not_wider_than_they_must_be(common: tuple[World, list[Evaluation]]) -> None:
    _, found = common
    for name in (IPS, SNIPS, DR):
        half = np.mean([(e.estimates[name].high - e.estimates[name].low) / 2 for e in found])
        assert half < 1.25 * 1.96 * values(found, name).std(ddof=1)


def test_a_good_reward_model_makes_the_estimate_steadier() -> None:
    of, random = world(seed=5, rate=0.5), np.random.default_rng(6)
    found: dict[str, list[float]] = {IPS: [], "true model": [], "fitted": []}
    for _ in range(60):
        logged, at = of.log(1000, random)
        true = evaluate(logged, foretold_by(logged, of.reward[at])).estimates
        fitted = evaluate(logged, cross_fitted(logged, random)).estimates
        found[IPS].append(true[IPS].value)
        found["true model"].append(true[DR].value)
        found["fitted"].append(fitted[DR].value)
    spread = {name: np.std(each) for name, each in found.items()}
    assert spread["true model"] < 0.75 * spread[IPS]
    assert spread["fitted"] < 0.8 * spread[IPS]


def test_a_bad_reward_model_does_not_bias_the_estimate() -> None:
    of, random = world(seed=7, rate=0.2), np.random.default_rng(8)
    found = []
    for _ in range(200):
        logged, at = of.log(ROWS, random)
        wrong = foretold_by(logged, 0.4 - of.reward[at])
        found.append(evaluate(logged, wrong, limits=ANY).estimates[DR].value)
    assert abs(np.mean(found) - of.truth) < 3 * np.std(found) / np.sqrt(200)


def test_rows_of_one_viewer_hang_together() -> None:
    """Each decision nine times over is no more than each once."""
    logged, _ = world(seed=9, rate=0.3).log(600, np.random.default_rng(10))
    columns = (logged.action, logged.reward, logged.propensity, logged.target, logged.context)
    nine = Logged(*(np.repeat(each, 9, axis=0) for each in (*columns, logged.unit)))
    once, often = evaluate(logged), evaluate(nine)
    for name in (IPS, SNIPS):
        assert often.estimates[name] == pytest.approx(once.estimates[name])
    assert often.support.effective == pytest.approx(once.support.effective)
    assert often.support.rows == 9 * once.support.rows and often.support.units == 600


def test_the_logging_policy_itself_is_worth_what_it_earned() -> None:
    logged, _ = world(seed=11, rate=0.3).log(500, np.random.default_rng(12))
    found = evaluate(logged.toward(logged.propensity))
    assert found.estimates[IPS] == found.estimates[SNIPS] == found.logging
    assert found.gains[IPS] == (0, 0, 0)
    assert found.support.effective == pytest.approx(500)
    assert found.support.thin == 0 and found.support.max_weight == 1


def test_self_normalised_estimates_stay_within_the_rewards() -> None:
    logged, _ = world(seed=13, rate=0.2).log(500, np.random.default_rng(14))
    moved = Logged(
        logged.action, logged.reward + 100, logged.propensity, logged.target, logged.context,
        logged.unit,
    )  # fmt: skip
    found = evaluate(moved).estimates
    assert 100 <= found[SNIPS].low <= found[SNIPS].high <= 101
    assert found[SNIPS].value - 100 == pytest.approx(evaluate(logged).estimates[SNIPS].value)
    assert found[IPS].high - found[IPS].low > 5, "IPS takes the chance of the weights for reward"


def test_clipping_lowers_the_estimate_of_rewards_that_are_never_negative() -> None:
    logged, _ = world(seed=15, rate=0.3).log(2000, np.random.default_rng(16))
    free, cut = evaluate(logged), evaluate(logged, clip=2.0)
    lost = cut.support.clipped * cut.support.mean_weight
    assert free.support.clipped == 0 and lost > 0
    assert cut.support.clipped_rows == (logged.weight > 2).sum()
    fallen = free.estimates[IPS].value - cut.estimates[IPS].value
    assert 0 < fallen <= lost
    assert cut.support.max_weight > 2, "the diagnostics are of the weights as they are"
    assert cut.as_dict()["clip"] == 2.0


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("propensity", 0.0, "propensity of row 3"), ("propensity", 1.1, "propensity of row 3"),
        ("propensity", np.nan, "propensity of row 3"), ("target", -0.1, "target of row 3"),
        ("reward", np.inf, "reward of row 3"), ("action", 6, "action of row 3"),
        ("target", 0.999, "not what the policy says"), ("policy", 0.9, "no distribution"),
    ],
)  # fmt: skip
def test_what_is_no_log_is_refused_with_its_place(column: str, value: float, said: str) -> None:
    logged, _ = world(seed=1, rate=0.2).log(9, np.random.default_rng(0))
    columns = {name: getattr(logged, name).copy() for name in Logged.__dataclass_fields__}
    columns[column][3] = value
    with pytest.raises(BadLogged, match=said):
        Logged(**columns)


def test_columns_of_different_length_and_nothing_at_all_are_refused() -> None:
    logged, _ = world(seed=1, rate=0.2).log(9, np.random.default_rng(0))
    with pytest.raises(BadLogged, match=r"target has 8 rows, reward has 9"):
        logged.toward(logged.target[:8])
    none = np.zeros(0)
    with pytest.raises(BadLogged, match="no decisions"):
        Logged(none.astype(int), none, none, none, none.reshape(0, 1), none.astype(int))
    with pytest.raises(BadLogged, match="clip"):
        evaluate(logged, clip=0.0)
    with pytest.raises(BadLogged, match="foretold 1 of 9"):
        evaluate(logged, Foretold(np.zeros(1), np.zeros(1)), limits=ANY)
