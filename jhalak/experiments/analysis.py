"""What can be said of an arm at any moment, however often one looks.

A metric is a ratio of sums over viewers; its variance is clustered by viewer (delta method, Deng et
al. 2018), and what viewers did before they were exposed is taken out of it (experiments.cuped). The
interval of a difference is an asymptotic confidence sequence: Robbins' Gaussian mixture
(Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas 2021, theorem 2.2; Howard et al. 2021). With
standard error s of the difference and effective count t = 1 / (1/X1 + 1/X0) of denominators,

    difference +- s * sqrt((t r + 1) / (t r) * log((t r + 1) / alpha^2))

covers the truth at all times at once with probability 1 - alpha. So an arm may be stopped the
moment that its interval says so.

Viewers come back, so that observations are not independent in time. It holds all the same: of the
standardised difference Z the correlation between two moments is at least sqrt(t1 / t2), because
nothing that a viewer adds brings more information than an impression of somebody new; and by
Slepian's inequality a Gaussian process whose moments are more alike crosses a bound more rarely.
tests/experiments/test_sequential.py holds it against simulated viewers who return.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from jhalak.config.experiments import ExperimentSettings, GuardrailSettings, Metric
from jhalak.config.settings import ValueWeights
from jhalak.experiments.cuped import Ratio, Sample, adjusted, ratio
from jhalak.experiments.metrics import Tally, ratio_of

LEAST_VIEWERS: Final = 100
"""In each arm, before anything is said: the normal limit needs some."""
TUNED: Final[Mapping[str, float]] = {"returned": 500.0, "exhausted": 2_000.0, "degraded": 2_000.0}
"""Effective counts at which intervals are the tightest; for all others TUNED_IMPRESSIONS. Far from
them they are a little wider, never wrong."""
TUNED_IMPRESSIONS: Final = 20_000.0
UNLIKELY: Final = 0.001
"""Probability with which sound shares of viewers are ever called a mismatch."""
_SURE: Final = 1_000.0
"""Viewers that the prior on the arms' shares is worth."""


@dataclass(frozen=True, slots=True)
class Effect:
    """An arm beside the first arm, in one metric; None while too few viewers were met."""

    metric: Metric
    control: float | None
    arm: float | None
    difference: float | None = None
    low: float | None = None
    """The difference is at least so much, at all times at once with probability 1 - alpha."""
    high: float | None = None
    variance_left: float = 1.0
    """Of the difference's variance, once what viewers did before is taken out (cuped)."""

    @property
    def certain(self) -> bool:
        """Does the interval leave out 0?"""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


@dataclass(frozen=True, slots=True)
class Stop:
    """A guardrail stops an arm, and why."""

    experiment: str
    arm: str
    at_ms: int
    """Log time."""
    effect: Effect
    guardrail: GuardrailSettings
    viewers: tuple[int, int]
    """Of the first arm, of this one."""

    @property
    def reason(self) -> str:
        e, g = self.effect, self.guardrail
        return (
            f"{g.metric} went {g.direction} by more than {g.limit:g}: {e.arm:.6g}, in the first "
            f"arm {e.control:.6g}, difference {e.difference:+.6g} in [{e.low:.6g}, {e.high:.6g}], "
            f"{self.viewers[1]} and {self.viewers[0]} viewers"
        )


def boundary(t: float, tuned: float, alpha: float) -> float:
    """In how many standard errors the difference may lie by chance at effective count `t`, whenever
    one looks. The least at about `tuned`."""
    log_alpha = -2.0 * math.log(alpha)
    tr = t * (log_alpha + math.log(log_alpha + 1.0)) / tuned
    return math.sqrt((tr + 1.0) / tr * (math.log1p(tr) + log_alpha))


def effect(metric: Metric, control: Ratio, arm: Ratio, alpha: float) -> Effect:
    """The difference of two ratios with its always-valid interval.

    The variance is as if one viewer of each arm were like the other arm: an arm that is worse for
    everybody alike (all of its slates degraded) has no variance, and must stop all the same.
    """
    found = arm.mean - control.mean
    variance = control.variance + arm.variance
    variance += found**2 * (1.0 / max(control.viewers, 1) ** 2 + 1.0 / max(arm.viewers, 1) ** 2)
    if not variance > 0:  # NaN, or nothing was ever different
        return Effect(metric, _known(control.mean), _known(arm.mean))
    t = 1.0 / (1.0 / control.total + 1.0 / arm.total)
    half = math.sqrt(variance) * boundary(t, TUNED.get(metric, TUNED_IMPRESSIONS), alpha)
    return Effect(metric, control.mean, arm.mean, found, found - half, found + half)


def compare(
    metrics: Sequence[Metric], control: Tally, arm: Tally, weights: ValueWeights, at_ms: int,
    alpha: float,
) -> list[Effect]:  # fmt: skip
    """An arm beside the first one, in each metric."""
    enough = min(len(control), len(arm)) >= LEAST_VIEWERS
    effects = []
    for metric in metrics:
        one, two = (_sample(metric, of, weights, at_ms) for of in (control, arm))
        first, second = ratio(one.y, one.x), ratio(two.y, two.x)
        found = Effect(metric, _known(first.mean), _known(second.mean))
        if enough:
            steadier = adjusted(one, two)
            shown = effect(metric, *steadier, alpha)
            before, after = (a.variance + b.variance for a, b in ((first, second), steadier))
            found = replace(
                shown, control=found.control, arm=found.arm,
                variance_left=after / before if before > 0 else 1.0,
            )  # fmt: skip
        effects.append(found)
    return effects


def _sample(metric: Metric, of: Tally, weights: ValueWeights, at_ms: int) -> Sample:
    y, x = ratio_of(metric, of, weights, at_ms)
    if of.prior is None or metric == "returned":  # who returned is known of the newly met alone
        return Sample(y, x, np.zeros_like(y), np.zeros_like(x))
    return Sample(y, x, *ratio_of(metric, Tally(of.prior, of.first_ms), weights, at_ms))


def guard_alpha(experiment: ExperimentSettings) -> float:
    """The part of `alpha` that each guardrail of each arm may spend."""
    return experiment.alpha / max(len(experiment.guardrails) * (len(experiment.arms) - 1), 1)


def guard(
    experiment: ExperimentSettings, tallies: Mapping[str, Tally], weights: ValueWeights, at_ms: int
) -> list[Stop]:
    """The arms that guardrails stop, each with the first guardrail that does. All of them together
    ever stop a harmless experiment's arm with probability `alpha` at most."""
    rails, others = experiment.guardrails, experiment.arms[1:]
    control = tallies.get(experiment.control.name)
    if control is None or not rails:
        return []
    alpha = guard_alpha(experiment)
    stops = []
    for arm in others:
        tally = tallies.get(arm.name)
        if tally is None:
            continue
        found = compare([rail.metric for rail in rails], control, tally, weights, at_ms, alpha)
        for rail, shown in zip(rails, found, strict=True):
            if harms(rail, shown):
                viewers = (len(control), len(tally))
                stops.append(Stop(experiment.name, arm.name, at_ms, shown, rail, viewers))
                break
    return stops


def harms(rail: GuardrailSettings, shown: Effect) -> bool:
    """Is the metric certainly worse than the guardrail bears?"""
    if shown.low is None or shown.high is None:
        return False
    return shown.low > rail.limit if rail.direction == "up" else shown.high < -rail.limit


def spares(rail: GuardrailSettings, shown: Effect) -> bool:
    """Is the metric certainly no worse than the guardrail bears?"""
    if shown.low is None or shown.high is None:
        return False
    return shown.high <= rail.limit if rail.direction == "up" else shown.low >= -rail.limit


def mismatched(viewers: Sequence[int], shares: Sequence[float]) -> bool:
    """Do the arms hold viewers in other shares than they were meant to? Then something loses or
    invents exposures, and nothing else can be believed. Always valid: a Dirichlet-multinomial Bayes
    factor (Lindon, Malek 2022) above 1 / UNLIKELY."""
    whole = sum(shares)
    kept = [(n, share / whole) for n, share in zip(viewers, shares, strict=True) if share > 0]
    log_factor = math.lgamma(_SURE) - math.lgamma(_SURE + sum(n for n, _ in kept))
    for n, share in kept:
        prior = _SURE * share
        log_factor += math.lgamma(prior + n) - math.lgamma(prior) - n * math.log(share)
    return log_factor > -math.log(UNLIKELY)


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
