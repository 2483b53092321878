"""What would another policy have earned? Estimates from decisions with logged propensities.

| estimate | is | bias | when |
|---|---|---|---|
| IPS | mean of w r, w = target / propensity | none | probabilities are right |
| SNIPS | sum of w r / sum of w | of order 1/n | steadier where weights vary; cannot leave the |
| | | | range of the rewards |
| DR | mean of q(policy) + w (r - q(action)) | none, if propensities or q are right | a model q of |
| | | | the reward is at hand |

Sources: Horvitz and Thompson (1952); Swaminathan and Joachims (2015); Dudik, Langford and Li
(2011). Clipping (`clip`: weights above are cut to it) trades spread for bias: of rewards that are
never negative IPS then says too little, by at most the greatest reward times `Support.clipped`
times the mean weight. It is off unless asked for.

Each estimate is a ratio of two means, and its interval comes from likelihood.ratio_interval, with
rows added up by unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jhalak.evaluation.likelihood import ratio_interval
from jhalak.evaluation.logged import BadLogged, Logged, by_unit
from jhalak.evaluation.reward_model import Foretold
from jhalak.evaluation.support import Limits, Support, refuse_thin, support_of

IPS, SNIPS, DR = "ips", "snips", "dr"
LIMITS: Final = Limits()


class Estimate(NamedTuple):
    """A value a decision, with its 95 % interval."""

    value: float
    low: float
    high: float

    def holds(self, truth: float) -> bool:
        return self.low <= truth <= self.high


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a log says of a target policy."""

    logging: Estimate
    """What the logging policy earned."""
    estimates: dict[str, Estimate]
    """Of the target policy, by name: IPS, SNIPS and, with a model, DR."""
    gains: dict[str, Estimate]
    """Target minus logging policy on the same decisions, paired; of IPS and DR. None where fewer
    than `Limits.rewarded_for_gain` units have a reward."""
    support: Support
    clip: float | None = None

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "logging": self.logging._asdict(),
            "estimates": {name: one._asdict() for name, one in self.estimates.items()},
            "gains": {name: one._asdict() for name, one in self.gains.items()},
            "support": self.support.as_dict(),
            "clip": self.clip,
        }


def evaluate(
    logged: Logged,
    foretold: Foretold | None = None,
    *,
    clip: float | None = None,
    limits: Limits = LIMITS,
) -> Evaluation:
    """IPS, SNIPS and, given a reward model's `foretold`, DR. O(n log n)

    Raises ThinSupport where the log cannot bear them, and BadLogged.
    """
    if clip is not None and clip <= 0:
        raise BadLogged(f"clip is {clip:g}; weights are cut to a number above 0")
    support = support_of(logged, clip, limits.never)
    refuse_thin(support, limits)
    weight = logged.weight if clip is None else np.minimum(logged.weight, clip)
    one, r, unit = np.ones(len(weight)), logged.reward, logged.unit
    worth = {IPS: weight * r}
    if foretold is not None:
        worth[DR] = doubly_robust(weight, r, foretold)
    estimates = {name: estimate(unit, each, one) for name, each in worth.items()}
    estimates[SNIPS] = estimate(unit, weight * r, weight)
    told = worth if support.rewarded >= limits.rewarded_for_gain else {}
    return Evaluation(
        logging=estimate(unit, r, one),
        estimates={name: estimates[name] for name in (IPS, SNIPS, DR) if name in estimates},
        gains={name: estimate(unit, each - r, one) for name, each in told.items()},
        support=support,
        clip=clip,
    )


def doubly_robust(
    weight: NDArray[np.float64], reward: NDArray[np.float64], foretold: Foretold
) -> NDArray[np.float64]:
    """float64[n], whose mean is the DR estimate: what the model expects of the policy, put right
    by its weighted errors on what was chosen."""
    if len(foretold.chosen) != len(reward) or len(foretold.policy) != len(reward):
        raise BadLogged(f"the reward model foretold {len(foretold.chosen):,} of {len(reward):,}")
    return foretold.policy + weight * (reward - foretold.chosen)


def estimate(unit: NDArray[np.int64], a: NDArray[np.float64], b: NDArray[np.float64]) -> Estimate:
    """sum a / sum b with its interval, where rows of one unit hang together."""
    a, b = by_unit(unit, a, b)
    return Estimate(float(a.sum() / b.sum()), *ratio_interval(a, b))
