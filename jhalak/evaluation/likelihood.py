"""Intervals of a ratio of means by empirical likelihood.

A value v is in the interval when the observed units, reweighted as little as it takes to make
sum(a) = v sum(b), stay likely enough (Owen 1988, 1990). It needs no bound of the weights, as
empirical-Bernstein intervals do (which are so wide that they say nothing at click rates), no
resampling, as a bootstrap does, and, unlike a mean plus and minus standard errors, it follows the
skew of rewards that are rare and weights that are large: its ends lie where the data put them, and
never below 0 where no reward is. How likely is enough is taken from Student's t, with as many
degrees of freedom as the spread is known by (Satterthwaite): few heavy rows widen it.

Measured coverage of 95 % intervals: docs/off-policy.md.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

Z: Final = 1.959964
LEAST_FREEDOM: Final = 3.0
STEPS: Final = 60
CLOSE: Final = 1e-4
"""How near the ends are found, in standard errors."""
EXACT: Final = 1e-6
"""How near the dual's variable is found, relatively."""
BRIM: Final = 1e-10
"""The dual's variable stays so far, relatively, inside its bounds."""


def ratio_interval(a: NDArray[np.float64], b: NDArray[np.float64]) -> tuple[float, float]:
    """95 % interval of E a / E b from independent units `a`, `b` float64[m], b's sum above 0.

    (NaN, NaN) for fewer than two units. An end beyond which no reweighting leads is where the
    farthest unit lies. O(m) a step, some 200 steps.
    """
    if len(a) < 2:
        return float("nan"), float("nan")
    value = float(a.sum() / b.sum())
    gap = a - value * b
    spread = float(np.sqrt((gap**2).sum()) / b.sum())
    if spread <= 1e-12 * max(abs(value), 1.0):
        return value, value
    enough = t_quantile(freedom(gap)) ** 2
    low, high = (float(_end(a, b, value, step, enough)) for step in (-spread, spread))
    return low, high


@njit(cache=True, nogil=True)
def unlikeliness(a, b, value):  # type: ignore[no-untyped-def]
    """-2 log of the likelihood ratio of E a = value E b: 2 sum log(1 + x g) for g = a - value b, at
    the x where sum g / (1 + x g) = 0, by Newton's steps, halving where one leads outside; infinite
    where all of g lies on one side. O(m)"""
    least, most = np.inf, -np.inf
    for i in range(len(a)):
        gap = a[i] - value * b[i]
        least, most = min(least, gap), max(most, gap)
    if least >= 0 or most <= 0:
        return np.inf
    low, high = -(1 - BRIM) / most, -(1 - BRIM) / least
    x = 0.0
    for _ in range(STEPS):
        slope, bend = 0.0, 0.0
        for i in range(len(a)):
            gap = a[i] - value * b[i]
            tilted = gap / (1 + x * gap)
            slope += tilted
            bend += tilted * tilted
        if slope > 0:
            low = x
        else:
            high = x
        after = x + slope / bend
        if not low < after < high:
            after = (low + high) / 2
        step, x = abs(after - x), after
        if step <= EXACT * abs(x):
            break
    total = 0.0
    for i in range(len(a)):
        total += np.log1p(x * (a[i] - value * b[i]))
    return 2 * total


@njit(cache=True, nogil=True)
def _end(a, b, value, step, enough):  # type: ignore[no-untyped-def]
    """Where the unlikeliness, 0 at `value`, comes to `enough` in the direction of `step`, by
    halving."""
    inner, outer = value, value + 2 * step
    while unlikeliness(a, b, outer) < enough:
        inner, outer = outer, outer + step
    while abs(outer - inner) > CLOSE * abs(step):
        middle = (inner + outer) / 2
        if unlikeliness(a, b, middle) < enough:
            inner = middle
        else:
            outer = middle
    return inner


def freedom(gap: NDArray[np.float64]) -> float:
    """Degrees of freedom by which the spread of `gap` float64[m] is known: 2 s^4 / Var(s^2), at
    least LEAST_FREEDOM; about m for normal units, the number of ones for rare ones and zeros."""
    square = gap**2
    concentration = float((square**2).sum() / square.sum() ** 2) - 1 / len(gap)
    return max(2 / max(concentration, 1e-12), LEAST_FREEDOM)


def t_quantile(degrees: float) -> float:
    """The 97.5 % quantile of Student's t: Cornish and Fisher's series, right to 0.2 % from 5
    degrees on and to 1 % at 3."""
    z, n = Z, degrees
    return (
        z
        + (z**3 + z) / (4 * n)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * n**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * n**3)
    )


def ratio_interval_reference(a: NDArray[np.float64], b: NDArray[np.float64]) -> tuple[float, float]:
    """What `ratio_interval` answers, by halving alone, in both searches."""
    value = float(a.sum() / b.sum())
    gap = a - value * b
    spread = float(np.sqrt((gap**2).sum()) / b.sum())
    enough = t_quantile(freedom(gap)) ** 2

    def inside(v: float) -> bool:
        gap = a - v * b
        if gap.min() >= 0 or gap.max() <= 0:
            return False
        low, high = -(1 - BRIM) / gap.max(), -(1 - BRIM) / gap.min()
        for _ in range(80):
            x = (low + high) / 2
            low, high = (x, high) if (gap / (1 + x * gap)).sum() > 0 else (low, x)
        return bool(2 * np.log1p(x * gap).sum() < enough)

    ends = []
    for step in (-spread, spread):
        inner, outer = value, value + step
        while inside(outer):
            inner, outer = outer, outer + step
        for _ in range(40):
            middle = (inner + outer) / 2
            inner, outer = (middle, outer) if inside(middle) else (inner, middle)
        ends.append(inner)
    return ends[0], ends[1]
