"""A simple model of the reward for the doubly robust estimate, learned from the log itself.

Ridge regression on the context: one for all actions, and for each action a second one on what the
first leaves, pulled to 0: an action seen seldom is foretold like the others. It is cross-fitted
(Chernozhukov et al. 2018): what a row is foretold by has not seen that row, nor another of its
unit, so that the model's own errors do not bias the estimate. How strong the pull is, the errors on
unseen rows decide. All is in closed form: no library of learning is needed, and the estimate is as
right without a good model, only wider.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jhalak.evaluation.logged import BadLogged, Logged

FOLDS: Final = 5
PULLS: Final = (3.0, 30.0, 300.0, 3000.0)
"""Tried strengths of the actions' pull towards what holds for all, in rows."""
COMMON_PULL: Final = 1.0

Matrix = NDArray[np.float64]


class Foretold(NamedTuple):
    """What a reward model expects."""

    chosen: NDArray[np.float64]
    """float64[n]: of the action that was chosen"""
    policy: NDArray[np.float64]
    """float64[n]: of the target policy, over all its actions"""


def foretold_by(logged: Logged, expected: Matrix) -> Foretold:
    """From a model that is given: `expected` float64[n, K], of every action. Raises BadLogged
    where the log does not hold the target's probability of every action."""
    return Foretold(
        expected[np.arange(len(expected)), logged.action],
        np.einsum("nk,nk->n", _policy(logged), expected),
    )


def cross_fitted(logged: Logged, random: np.random.Generator, folds: int = FOLDS) -> Foretold:
    """From the model of this module. `random` deals units into folds. Raises BadLogged, as
    foretold_by does. O(n d^2 + n K d + folds K d^3), d the context's columns"""
    policy = _policy(logged)
    x = _standard(logged.context)
    _, unit = np.unique(logged.unit, return_inverse=True)
    fold = random.permutation(np.arange(unit.max() + 1) % folds)[unit]
    tried = [Foretold(np.zeros(len(x)), np.zeros(len(x))) for _ in PULLS]
    for f in range(folds):
        held = fold == f
        if not held.any():
            continue
        moments = _moments(x[~held], logged.action[~held], logged.reward[~held], policy.shape[1])
        for pull, found in zip(PULLS, tried, strict=True):
            expected = x[held] @ _ridge(*moments, pull).T
            found.chosen[held] = expected[np.arange(len(expected)), logged.action[held]]
            found.policy[held] = np.einsum("nk,nk->n", policy[held], expected)
    return min(tried, key=lambda found: float(((logged.reward - found.chosen) ** 2).sum()))


def _policy(logged: Logged) -> Matrix:
    if logged.policy is None:
        raise BadLogged("a reward model needs the target's probability of every action")
    return logged.policy


def _standard(context: NDArray[np.floating]) -> Matrix:
    """float64[n, 1 + d]: a column of ones, then columns of mean 0 and spread 1 or 0."""
    wide = context.astype(np.float64)
    if not np.isfinite(wide).all():
        raise BadLogged("the context holds what is no number")
    spread = wide.std(axis=0)
    scaled: Matrix = (wide - wide.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    return np.column_stack([np.ones(len(wide)), scaled])


def _moments(
    x: Matrix, action: NDArray[np.int64], reward: NDArray[np.float64], actions: int
) -> tuple[Matrix, Matrix]:
    """By action, x'x float64[K, d, d] and x'r float64[K, d]."""
    d = x.shape[1]
    square, product = np.zeros((actions, d, d)), np.zeros((actions, d))
    order = np.argsort(action, kind="stable")
    ends = np.searchsorted(action[order], np.arange(actions + 1))
    for a in range(actions):
        rows = order[ends[a] : ends[a + 1]]
        square[a], product[a] = x[rows].T @ x[rows], x[rows].T @ reward[rows]
    return square, product


def _ridge(square: Matrix, product: Matrix, pull: float) -> Matrix:
    """float64[K, d]: coefficients by action."""
    unit = np.eye(square.shape[1])
    whole = square.sum(axis=0) + COMMON_PULL * unit
    common = np.asarray(np.linalg.solve(whole, product.sum(axis=0)), np.float64)
    left = product - square @ common
    own: Matrix = np.asarray(np.linalg.solve(square + pull * unit, left[..., None]), np.float64)
    return common + own[..., 0]
