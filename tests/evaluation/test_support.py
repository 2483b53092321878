"""What a log can bear, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from jhalak.evaluation.logged import Logged
from jhalak.evaluation.off_policy import IPS, evaluate
from jhalak.evaluation.support import Limits, Support, ThinSupport, kish, refuse_thin, support_of


def log_of(
    propensity: list[float], target: list[float], reward: list[float], times: int = 1
) -> Logged:
    """These decisions, `times` over, all independent."""
    n = len(reward) * times
    p, t, r = (np.tile(np.array(each, np.float64), times) for each in (propensity, target, reward))
    return Logged(np.zeros(n, np.int64), r, p, t, np.zeros((n, 0)), np.arange(n))


def refused(logged: Logged, limits: Limits = Limits()) -> ThinSupport:
    with pytest.raises(ThinSupport) as caught:
        evaluate(logged, limits=limits)
    return caught.value


def test_the_effective_sample_size_is_that_of_kish() -> None:
    assert kish(np.ones(7)) == 7
    assert kish(np.array([1.0, 0, 0])) == 1
    assert kish(np.array([3.0, 1.0])) == pytest.approx(1.6)
    assert kish(np.zeros(3)) == 0


def test_numbers_of_a_small_log_by_eye() -> None:
    """Weights 2, 2, 0.5, 0: mean 1.125."""
    found = support_of(log_of([0.4, 0.4, 0.8, 0.2], [0.8, 0.8, 0.4, 0.0], [1, 0, 1, 1]), clip=1.5)
    assert (found.rows, found.units) == (4, 4)
    assert found.mean_weight == pytest.approx(1.125)
    assert found.effective == pytest.approx(4.5**2 / 8.25)
    assert found.rewarded == 2
    assert found.carried == pytest.approx(2.5**2 / 4.25)
    assert found.max_weight == pytest.approx(2)
    assert found.heaviest == pytest.approx(2 / 4.5)
    assert (found.clipped, found.clipped_rows) == (pytest.approx(1 / 4.5), 2)
    assert found.thin == 0


def test_what_the_logging_policy_never_does_is_missing_from_the_mean_weight() -> None:
    """Two actions of three are logged, half each; the target takes the third with 0.4."""
    logged = log_of([0.5, 0.5], [0.3, 0.3], [1, 0], times=500)
    found = support_of(logged)
    assert found.thin == pytest.approx(0.4)
    error = refused(logged)
    assert "40.0% of the target's probability" in str(error) and "explores more" in str(error)
    assert error.support == found and len(error.reasons) == 1


def test_what_it_nearly_never_does_counts_as_never_even_when_it_was_met() -> None:
    """One row in a thousand stands for a fifth of the target, with a weight of 200."""
    logged = log_of([0.001] + [0.999] * 999, [0.2] + [0.8] * 999, [1.0] * 1000, times=3)
    found = support_of(logged)
    assert found.mean_weight == pytest.approx(1, abs=1e-3)
    assert found.thin == pytest.approx(0.2, abs=1e-3)
    assert "20.0% of the target's" in str(refused(logged))


def test_chance_alone_is_not_refused() -> None:
    """Weights of mean 1 whose sample mean is a little less."""
    logged = log_of([0.5, 0.5], [0.9, 0.1], [1, 0], times=100)
    fewer = Logged(
        *(getattr(logged, c)[11:] for c in ("action", "reward", "propensity", "target", "context")),
        unit=logged.unit[11:],
    )  # fmt: skip
    found = evaluate(fewer).support
    assert found.thin_span[0] <= found.thin <= found.thin_span[1] < 0.2


def test_one_heavy_row_is_refused_whatever_the_number_of_rows() -> None:
    logged = log_of([1e-6] + [0.9] * 9999, [0.002] + [0.9] * 9999, [1.0] * 10_000)
    reasons = refused(logged).reasons
    assert any("weigh as much as" in each for each in reasons)
    assert any("one unit has" in each for each in reasons)


def test_rows_of_one_viewer_are_one_when_support_is_judged() -> None:
    logged = log_of([0.5, 0.5], [0.5, 0.5], [1, 0], times=5000)
    few = Logged(
        logged.action, logged.reward, logged.propensity, logged.target, logged.context,
        logged.unit % 40,
    )  # fmt: skip
    assert evaluate(logged).estimates[IPS].value == 0.5
    assert "as much as 40.0 independent ones, fewer than 100" in str(refused(few))


def test_no_reward_and_few_rewards_are_refused() -> None:
    none = log_of([0.5], [0.5], [0.0], times=1000)
    assert "0 units with a weight have a reward, fewer than 10" in str(refused(none))
    without_weight = log_of([0.5] * 100, [0.5] * 50 + [0.0] * 50, [0.0] * 50 + [1.0] * 50, times=9)
    assert support_of(without_weight).rewarded == 0


def test_weights_that_are_too_great_on_average_mean_wrong_probabilities() -> None:
    logged = log_of([0.25, 0.25], [0.5, 0.4], [1, 0], times=500)
    assert "mean weight is 1.800, not 1" in str(refused(logged))


def test_limits_can_be_set_and_every_reason_is_given() -> None:
    logged = log_of([0.5, 0.5], [0.3, 0.3], [1, 0], times=50)
    assert evaluate(logged, limits=Limits(thin=0.5)).support.thin == pytest.approx(0.4)
    assert len(refused(logged, Limits(effective=1000, rewarded=60, heaviest=0.001)).reasons) == 4


def test_numbers_become_json() -> None:
    found = support_of(log_of([0.5], [0.5], [1.0], times=2))
    assert set(found.as_dict()) == set(Support.__dataclass_fields__)
    refuse_thin(found, Limits(effective=2, rewarded=2, heaviest=0.5))
