"""Fitting a world to what real logs show: how often items are tapped, and how much they differ."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jhalak.evaluation.simulator.items import Items
from jhalak.evaluation.simulator.rules import Rules
from jhalak.evaluation.simulator.viewers import Reals, Viewers


class Spread(NamedTuple):
    """Of n items' probabilities of a tap."""

    mean: float
    """Over impressions."""
    sd: float
    """Standard deviation over items, weighted by impressions, without the binomial noise."""


def spread(shown: NDArray[Any], tapped: NDArray[Any], least: int = 2) -> Spread:
    """What a log says: `shown` and `tapped` number[n] count each item's impressions and taps;
    items shown fewer than `least` times (at least 2) do not count.

    The variance of observed rates less the mean of p (1 - p) / (n - 1), the unbiased estimate of
    each rate's own variance."""
    keep = shown >= max(least, 2)
    n, p = shown[keep].astype(np.float64), tapped[keep] / np.maximum(shown[keep], 1)
    if not len(n):
        return Spread(float("nan"), float("nan"))
    mean = float(np.average(p, weights=n))
    noise = np.average(p * (1 - p) / (n - 1), weights=n)
    variance = float(np.average((p - mean) ** 2, weights=n) - noise)
    return Spread(mean, max(variance, 0.0) ** 0.5)


class Fitted(NamedTuple):
    """What makes a world's taps as frequent and as different as the rules say. Log-odds."""

    base: tuple[float, float]
    """Of each surface, in the order of SURFACES."""
    quality: float
    """Log-odds of one standard deviation of an item's quality."""


SAMPLE: int = 240
"""Viewers and items of a fit."""


def sample(rules: Rules, viewers: Viewers, items: Items) -> tuple[Reals, Reals, NDArray[np.intp]]:
    """(appeal float64[viewers, items] NaN where the viewer did not choose the language, quality
    float64[items], the items' places) of random viewers and items."""
    rng = np.random.default_rng((rules.seed, 12))
    who = rng.permutation(len(viewers))[:SAMPLE]
    what = rng.permutation(len(items))[:SAMPLE]
    appeal = np.stack(
        [
            viewers.appeal(int(v), items.topic[what], items.language[what], items.embedding[what])
            for v in who
        ]
    )
    appeal[viewers.language[who][:, items.language[what]] == 0] = np.nan
    return appeal, items.quality[what], what


def fit(rules: Rules, viewers: Viewers, items: Items) -> Fitted:
    """Bisection over a sample: the spread that gives the video feed's items the rules' standard
    deviation, and each surface's base that gives its mean. About 0.5 s."""
    appeal, quality, _ = sample(rules, viewers, items)

    def base(sd: float, rate: float) -> float:
        return _root(lambda b: float(np.mean(_values(appeal, b + sd * quality))) - rate, -8, 6)

    def deviation(sd: float) -> float:
        return float(np.std(_values(appeal, base(sd, rules.video_rate) + sd * quality)))

    sd = _root(lambda s: deviation(s) - rules.video_sd, 0.0, 4.0)
    return Fitted((base(sd, rules.lockscreen_rate), base(sd, rules.video_rate)), sd)


def probability(logit: Any) -> Reals:
    """1 / (1 + exp(-logit))"""
    return np.asarray(1.0 / (1.0 + np.exp(-logit)), np.float64)


def _values(appeal: Reals, of_item: Reals) -> Reals:
    """float64[items]: mean probability of a tap over the viewers who read the item's language."""
    readers = ~np.isnan(appeal)
    p = np.where(readers, probability(np.where(readers, appeal, 0.0) + of_item), 0.0)
    read = readers.sum(axis=0)
    return np.asarray(p.sum(axis=0)[read > 0] / read[read > 0], np.float64)


def _root(rising: Callable[[float], float], low: float, high: float) -> float:
    """Where a rising function crosses zero, within [low, high]; the nearer end if it does not."""
    for _ in range(24):
        middle = (low + high) / 2
        if rising(middle) < 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def measured(
    rules: Rules, viewers: Viewers, items: Items, fitted: Fitted, impressions: int = 40
) -> dict[str, dict[str, float]]:
    """The figures of this world by surface, measured as on a log: random viewers are shown each
    of a sample of items `impressions` times, and tap or do not."""
    rng = np.random.default_rng((rules.seed, 13))
    appeal, quality, _ = sample(rules, viewers, items)
    found = {}
    for surface, name in enumerate(("lockscreen", "video")):
        p = probability(appeal + fitted.base[surface] + fitted.quality * quality)
        shown = np.zeros(p.shape[1], np.int64)
        tapped = np.zeros(p.shape[1], np.int64)
        for at in range(p.shape[1]):
            readers = p[~np.isnan(p[:, at]), at]
            if len(readers):
                chosen = rng.choice(readers, impressions)
                shown[at] = impressions
                tapped[at] = np.count_nonzero(rng.random(impressions) < chosen)
        mean, sd = spread(shown, tapped)
        found[name] = {"mean": mean, "sd": sd}
    return found
