"""Can this log tell anything about that policy? Numbers, and a refusal where it cannot.

A log knows nothing of what the logging policy never did. How much of the target policy lies there
needs no list of all actions: weights have mean 1 where everything that the target does was
possible, so what is missing from 1 is the share of its probability on actions that were not.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from jhalak.evaluation.likelihood import ratio_interval
from jhalak.evaluation.logged import Logged, by_unit

NEVER: Final = 100.0
"""Default of Limits.never."""


@dataclass(frozen=True, slots=True)
class Limits:
    """When nothing is said. Each is a judgement; docs/off-policy.md gives the reasons."""

    effective: float = 100.0
    """Least effective sample size, in independent units."""
    rewarded: int = 10
    """Least number of units with a reward and a weight. A plain count: to pick logs by how evenly
    their weighted rewards lie (`Support.carried`) picks those that miss heavy ones, and their
    intervals hold less often than they say."""
    rewarded_for_gain: int = 30
    """The same for a gain to be told: with a dozen its 95 % interval was measured to hold the truth
    in 88 to 91 % of logs."""
    thin: float = 0.05
    """Most of the target's probability on actions that are (nearly) never taken. Beyond it is
    what lies beyond with its whole 95 % interval; so with `excess`."""
    never: float = NEVER
    """Nearly never: over so many times seldomer than the target takes it."""
    heaviest: float = 0.05
    """Most of the whole weight on one unit."""
    excess: float = 0.05
    """Most by which the mean weight lies above 1, beyond which probabilities must be wrong."""


@dataclass(frozen=True, slots=True)
class Support:
    """How far a log bears a target policy."""

    rows: int
    units: int
    effective: float
    """Kish's effective sample size of the units' weights: (sum w)^2 / sum w^2. As many units
    logged by the target itself would tell about as much."""
    rewarded: int
    """Units with a reward and a weight."""
    carried: float
    """The effective number of the units' weighted rewards: how many the estimate rests upon."""
    max_weight: float
    """Of a row."""
    heaviest: float
    """Share of the whole weight that lies on the heaviest unit."""
    mean_weight: float
    """1 but for chance, where the probabilities are right and everything was possible."""
    mean_weight_span: tuple[float, float]
    """Its 95 % interval."""
    thin: float
    """Share of the target's probability on actions that the logging policy never takes, or over
    `never` times seldomer; an estimate, kept in [0, 1]."""
    thin_span: tuple[float, float]
    """Its 95 % interval."""
    clipped: float = 0.0
    """Share of the whole weight that clipping took."""
    clipped_rows: int = 0

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


class ThinSupport(Exception):
    """The log cannot bear an estimate of this policy: why, in numbers, and what to do."""

    def __init__(self, support: Support, reasons: list[str]) -> None:
        super().__init__("; ".join(reasons) + ". " + ADVICE)
        self.support = support
        self.reasons = reasons


ADVICE: Final = (
    "Take a longer log, one that explores more, or a target policy nearer to the logging one"
    " (mix the two); clipping does not mend support"
)


def support_of(logged: Logged, clip: float | None = None, never: float = NEVER) -> Support:
    """All the numbers; of weights as they are, before any clipping. O(n log n)"""
    weight = logged.weight
    ones = np.ones(len(weight))
    possible = np.where(weight <= never, weight, 0.0)
    total, earned, borne, size = by_unit(
        logged.unit, weight, weight * logged.reward, possible, ones
    )
    whole = float(total.sum())
    seen = ratio_interval(borne, size)
    kept = weight if clip is None else np.minimum(weight, clip)
    return Support(
        rows=len(weight),
        units=len(total),
        effective=kish(total),
        rewarded=int((earned != 0).sum()),
        carried=kish(earned),
        max_weight=float(weight.max()),
        heaviest=float(total.max()) / whole if whole else 1.0,
        mean_weight=whole / len(weight),
        mean_weight_span=ratio_interval(total, size),
        thin=_share(1.0 - possible.sum() / len(weight)),
        thin_span=(_share(1.0 - seen[1]), _share(1.0 - seen[0])),
        clipped=1.0 - float(kept.sum()) / whole if whole else 0.0,
        clipped_rows=int((kept < weight).sum()),
    )


def refuse_thin(support: Support, limits: Limits) -> None:
    """Raises ThinSupport with every reason that holds."""
    reasons = []
    if support.effective < limits.effective:
        reasons.append(
            f"{support.rows:,} rows weigh as much as {support.effective:,.1f} independent ones,"
            f" fewer than {limits.effective:g}"
        )
    if support.thin_span[0] > limits.thin:
        reasons.append(
            f"{support.thin:.1%} of the target's probability lies on what the logging policy never"
            f" does or over {limits.never:g} times seldomer, more than {limits.thin:.1%}"
        )
    if support.heaviest > limits.heaviest:
        reasons.append(
            f"one unit has {support.heaviest:.1%} of the weight, more than {limits.heaviest:.1%}"
        )
    if support.rewarded < limits.rewarded:
        reasons.append(
            f"{support.rewarded:,} units with a weight have a reward, fewer than {limits.rewarded}"
        )
    if support.mean_weight_span[0] - 1 > limits.excess:
        reasons.append(
            f"the mean weight is {support.mean_weight:.3f}, not 1: logged or target probabilities"
            " are wrong"
        )
    if reasons:
        raise ThinSupport(support, reasons)


def kish(weight: NDArray[np.float64]) -> float:
    """Effective number of what weighs `weight` float64[m]; 0 where nothing does."""
    square = float((weight**2).sum())
    return float(np.abs(weight).sum()) ** 2 / square if square else 0.0


def _share(x: float) -> float:
    return min(max(float(x), 0.0), 1.0)
