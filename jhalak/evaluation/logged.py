"""What a policy was seen to do, and how probable another one would have made it."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

SLACK: Final = 1e-6
"""Probabilities are stored as float32: so far beyond 1 may they lie."""


class BadLogged(ValueError):
    """Numbers that are no logged decisions: which column, which row, and what is wrong."""


@dataclass(frozen=True, slots=True, eq=False)
class Logged:
    """n decisions of a logging policy, each with what a target policy would have done there.

    Raises BadLogged where a probability is none, lengths differ, or nothing is there.
    """

    action: NDArray[np.int64]
    """int64[n]: what was chosen, any numbers; 0..K - 1 where `policy` is given"""
    reward: NDArray[np.float64]
    """float64[n]: what it earned"""
    propensity: NDArray[np.float64]
    """float64[n], in (0, 1]: the logging policy's probability of what it chose"""
    target: NDArray[np.float64]
    """float64[n], in [0, 1]: the target policy's probability of the same"""
    context: NDArray[Any]
    """float[n, d]: what was known when it was chosen; d may be 0"""
    unit: NDArray[np.int64]
    """int64[n]: rows of one number (a viewer's) hang together; other rows are independent"""
    policy: NDArray[np.float64] | None = None
    """float64[n, K]: the target policy's probability of every action; rows add up to 1"""

    def __post_init__(self) -> None:
        n = len(self.reward)
        if not n:
            raise BadLogged("there are no decisions to judge by")
        for field in fields(self):
            column = getattr(self, field.name)
            if column is not None and len(column) != n:
                raise BadLogged(f"{field.name} has {len(column):,} rows, reward has {n:,}")
        _refuse("reward", ~np.isfinite(self.reward), "is not a number")
        unlikely = ~((self.propensity > 0) & (self.propensity <= 1 + SLACK))
        _refuse("propensity", unlikely, "is not in (0, 1]; what was chosen was possible")
        _refuse("target", ~((self.target >= 0) & (self.target <= 1 + SLACK)), "is not in [0, 1]")
        if self.policy is not None:
            self._check_policy(self.policy)

    def _check_policy(self, policy: NDArray[np.float64]) -> None:
        k = policy.shape[1]
        _refuse("action", (self.action < 0) | (self.action >= k), f"is not in 0..{k - 1}")
        improper = (policy < 0).any(axis=1) | (np.abs(policy.sum(axis=1) - 1) > 1e-3)
        _refuse("policy", improper, "is no distribution")
        chosen = policy[np.arange(len(policy)), self.action]
        _refuse("target", np.abs(chosen - self.target) > SLACK, "is not what the policy says")

    @property
    def weight(self) -> NDArray[np.float64]:
        """float64[n]: how many times likelier the target policy makes what was chosen."""
        return self.target / self.propensity

    def toward(
        self, target: NDArray[np.float64], policy: NDArray[np.float64] | None = None
    ) -> Logged:
        """The same decisions beside another target policy."""
        return replace(self, target=target, policy=policy)


def by_unit(unit: NDArray[np.int64], *columns: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """Each of `columns` float64[n], added up by unit: float64[units]. O(n log n)"""
    _, place = np.unique(unit, return_inverse=True)
    return [np.bincount(place, weights=column).astype(np.float64) for column in columns]


def _refuse(column: str, bad: NDArray[np.bool_], why: str) -> None:
    if bad.any():
        raise BadLogged(f"{column} of row {int(np.flatnonzero(bad)[0])} {why} ({bad.sum():,} rows)")
