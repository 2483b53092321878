"""Peers: what a data team would run beside us, on the same rows and through the same features.

LightGBM is trained on the features that replay computed for each impression before its outcome was
known, so it sees what our model sees: once, on all that lies before the report, or anew at every
midnight of it. Popularity is the item's own rate, the same for everybody.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jhalak.evaluation.log import ACTIONS, Log
from jhalak.schema.candidates import Floats

if TYPE_CHECKING:
    from jhalak.evaluation.replay import Replayed

LIGHTGBM: Final = {
    "objective": "binary", "num_leaves": 31, "learning_rate": 0.05, "seed": 0,
    "deterministic": True, "force_row_wise": True, "verbosity": -1, "num_threads": 1,
}  # fmt: skip
"""One thread: two that wait for each other beside other work cost twenty times the CPU."""
TREES: Final = 200


class LightGbmMissing(ImportError):
    """The package is not installed."""


class Predictions(NamedTuple):
    """What a model expects of n impressions; NaN where it says nothing."""

    name: str
    live: Floats
    """float32[n, len(ACTIONS)]: from the viewer's state just before the impression"""
    frozen: Floats
    """float32[n, len(ACTIONS)]: from their state at the start of the session"""


def ours(replayed: Replayed, name: str = "jhalak") -> Predictions:
    """The learner's own."""
    return Predictions(name, replayed.live, replayed.frozen)


def popularity(replayed: Replayed) -> Predictions:
    """The item's smoothed, decayed rate of each action."""
    return Predictions("popularity", replayed.popularity, replayed.popularity)


def lightgbm(
    log: Log,
    replayed: Replayed,
    reported: int,
    *,
    learned: int | None = None,
    every_midnight: bool = False,
) -> Predictions:
    """What LightGBM expects of the rows from `reported` on, having learned from those before it,
    or from the first `learned` alone.

    With `every_midnight` it is trained anew, before each later day, on all rows before that day.
    Raises LightGbmMissing, or ValueError where replay did not keep its features.
    """
    if replayed.features is None:
        raise ValueError("replay must keep its features for LightGBM to learn from")
    package = _lightgbm()
    shown = log.impressions
    live, frozen = (np.full((len(shown.row), len(ACTIONS)), np.nan, np.float32) for _ in range(2))
    starts = [reported]
    if every_midnight:
        starts += (reported + 1 + np.flatnonzero(np.diff(shown.day[reported:]) > 0)).tolist()
    for action in log.observed:
        a = ACTIONS.index(action)
        for first, last in pairwise([*starts, len(shown.row)]):
            known = first if learned is None else min(first, learned)
            model = _Model(package, replayed.features[:known], shown.actions[:known, a])
            live[first:last, a] = model.predict(replayed.features[first:last])
            if replayed.frozen_features is not None:
                frozen[first:last, a] = model.predict(replayed.frozen_features[first:last])
    return Predictions("lightgbm-daily" if every_midnight else "lightgbm", live, frozen)


class _Model:
    """One label's trees; its rate alone where there is nothing to tell apart."""

    def __init__(self, package: Any, x: Floats, label: NDArray[np.bool_]) -> None:
        self._rate = float(label.mean()) if len(label) else 0.0
        self._trees = None
        if 0 < self._rate < 1:
            rows = package.Dataset(x.astype(np.float32), label.astype(np.float32))
            self._trees = package.train(LIGHTGBM, rows, num_boost_round=TREES)

    def predict(self, x: Floats) -> Floats:
        if self._trees is None or not len(x):
            return np.full(len(x), self._rate, np.float32)
        answer: Floats = self._trees.predict(x.astype(np.float32)).astype(np.float32)
        return answer


def _lightgbm() -> Any:
    try:
        import lightgbm as package
    except ImportError:
        raise LightGbmMissing("this peer needs LightGBM: pip install lightgbm") from None
    except OSError as error:
        raise LightGbmMissing(f"LightGBM cannot start: {error}; on Debian: libgomp1") from None
    return package
