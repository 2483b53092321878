"""What viewers did before they were exposed, taken out of what they did after.

Viewers differ far more than arms do, and most of that was there before: a viewer who tapped much
goes on to. The part of a metric that the time before explains is the same in all arms but for
chance, so it is subtracted (CUPED: Deng, Xu, Kohavi, Walker 2013, "Improving the sensitivity of
online controlled experiments by utilizing pre-experiment data"). What remains has the same
expectation and less variance.

A ratio of sums is taken by its influence, e = (y - R x) / mean(x) of each viewer, and regressed on
two covariates of the time before, both 0 for whoever is new:

    z1 = y0 - R0 x0              how far their sum was from the usual
    z2 = z1 / (x0 + STEADY)      how far their own rate was, held firm where little is known

The coefficients are of both arms together, within arms, so that no arm's own effect is in them.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from jhalak.experiments.metrics import Numbers

STEADY: Final = 20.0
"""Denominators before exposure at which a viewer's own rate counts half."""
LEAST_KNOWN: Final = 100
"""Viewers of whom something is known from before; with fewer nothing is subtracted."""


class Ratio(NamedTuple):
    """A ratio of sums over viewers."""

    mean: float
    variance: float
    """Of the mean, clustered by viewer."""
    total: float
    """Sum of the denominators."""
    viewers: int


class Sample(NamedTuple):
    """An arm in one metric, float64[n] each, a viewer an entry."""

    y: Numbers
    x: Numbers
    """Numerators and denominators."""
    y0: Numbers
    x0: Numbers
    """The same, before exposure."""


def ratio(y: Numbers, x: Numbers) -> Ratio:
    """Sum of `y` over sum of `x`, float64[n] each, a viewer an entry. NaN where x has no sum."""
    n, total = len(x), float(x.sum())
    if n < 2 or total <= 0:
        return Ratio(np.nan, np.nan, total, n)
    mean = float(y.sum()) / total
    left = y - mean * x
    return Ratio(mean, float(left @ left) * n / (n - 1) / total**2, total, n)


def adjusted(first: Sample, second: Sample) -> tuple[Ratio, Ratio]:
    """Both arms' ratios without what the time before explains of them: their difference is what is
    to be looked at, each alone is as if its viewers had been usual ones. Plain ratios where too
    little is known from before, or an arm has no sum. O(n)."""
    arms = (first, second)
    plain = ratio(first.y, first.x), ratio(second.y, second.x)
    x0 = np.concatenate([arm.x0 for arm in arms])
    if np.count_nonzero(x0) < LEAST_KNOWN or not all(r.variance >= 0 for r in plain):
        return plain
    usual = sum(float(arm.y0.sum()) for arm in arms) / float(x0.sum())
    covariates = [_covariates(arm, usual) for arm in arms]
    middle = np.concatenate(covariates).mean(axis=0)
    centred = [z - z.mean(axis=0) for z in covariates]
    influence = [
        (arm.y - r.mean * arm.x) / (r.total / r.viewers) for arm, r in zip(arms, plain, strict=True)
    ]
    theta, *_ = np.linalg.lstsq(np.concatenate(centred), np.concatenate(influence), rcond=None)
    made = []
    for r, z, within, e in zip(plain, covariates, centred, influence, strict=True):
        left = e - within @ theta
        variance = float(left @ left) / (r.viewers * (r.viewers - 1))
        shift = float((z.mean(axis=0) - middle) @ theta)
        made.append(r._replace(mean=r.mean - shift, variance=variance))
    return made[0], made[1]


def _covariates(arm: Sample, usual: float) -> Numbers:
    """float64[n, 2]"""
    off = arm.y0 - usual * arm.x0
    return np.stack([off, off / (arm.x0 + STEADY)], axis=1)
