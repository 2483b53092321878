"""The figures of a model over the reported rows, each with what its interval is made from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from jhalak.evaluation.intervals import (
    Estimate,
    auc_estimate,
    difference,
    grouped_auc_estimate,
    interval,
    log_loss_estimate,
)
from jhalak.evaluation.lists import judge
from jhalak.evaluation.log import ACTIONS, Log
from jhalak.evaluation.metrics import (
    SESSION_GAP_MS,
    Labels,
    Scores,
    calibration,
    calibration_error,
    sessions,
)
from jhalak.evaluation.peers import Predictions

LABELS: Final = {
    "click": "tap", "long_view": "long", "complete": "complete", "like": "likes",
    "share": "share", "follow": "follows", "hide": "hides", "report": "report",
}  # fmt: skip
"""Reported name to action."""
LOWER_IS_BETTER: Final = frozenset({"log_loss", "log_loss_frozen"})


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """The m reported rows, as all figures see them."""

    log: Log
    rows: NDArray[np.int64]
    """int64[m]: places in the log's impressions"""
    session: NDArray[np.int64]
    """int64[m]"""
    viewer: NDArray[np.int64]
    """int64[m]: rows of one viewer hang together"""
    by_request: bool
    """The log knows what was shown at once; else a session stands for it."""
    known: dict[tuple[str, str], dict[str, Estimate]] = field(default_factory=dict)
    """(label, model's name) to figures worked out before."""

    @property
    def lists(self) -> NDArray[np.int64]:
        """int64[m]: what was ranked at once."""
        return self.log.impressions.request[self.rows] if self.by_request else self.session

    def label(self, name: str) -> Labels:
        """bool[m], of a reported name."""
        label: Labels = self.log.impressions.actions[self.rows, ACTIONS.index(LABELS[name])]
        return label

    def names(self) -> list[str]:
        """The labels that the log records."""
        return [name for name, action in LABELS.items() if action in self.log.observed]


def sheet(log: Log, rows: NDArray[np.int64]) -> Sheet:
    """The reported rows of a log. Sessions are those of the whole log. O(n log n)"""
    shown = log.impressions
    return Sheet(
        log, rows, sessions(shown.viewer, shown.at_ms, SESSION_GAP_MS)[rows], shown.viewer[rows],
        by_request=len(np.unique(shown.request)) < len(shown.request),
    )  # fmt: skip


def estimates(page: Sheet, name: str, model: Predictions) -> dict[str, Estimate]:
    """Every figure of one label by its key, `auc` and `log_loss` of live predictions, `_frozen` of
    those from the state at the session's start; a figure that a model cannot give is left out."""
    known = page.known.get((name, model.name))
    if known is not None:
        return known
    label = page.label(name)
    a = ACTIONS.index(LABELS[name])
    live, frozen = model.live[page.rows, a], model.frozen[page.rows, a]
    found = page.known[name, model.name] = {}
    if not np.isnan(live).any():
        found["auc"] = auc_estimate(label, live)
        found["log_loss"] = log_loss_estimate(label, live)
        found["session_gauc_live"] = grouped_auc_estimate(label, live, page.session, by_rows=True)
    if not np.isnan(frozen).any():
        found["auc_frozen"] = auc_estimate(label, frozen)
        found["log_loss_frozen"] = log_loss_estimate(label, frozen)
        found["session_gauc"] = grouped_auc_estimate(label, frozen, page.session, by_rows=True)
    ranked = live if page.by_request else frozen
    if not np.isnan(ranked).any():
        found.update(_ordered(page, label, ranked))
    return found


def _ordered(page: Sheet, label: Labels, score: Scores) -> dict[str, Estimate]:
    kind = "request" if page.by_request else "session"
    judged = judge(label, score, page.lists)
    figures = {f"{kind}_mrr": judged.mrr}
    figures |= {f"{kind}_ndcg_{depth}": each for depth, each in judged.ndcg.items()}
    return {"request_auc": judged.auc, **figures} if page.by_request else figures


def values(found: dict[str, Estimate]) -> dict[str, float | None]:
    """Key to value, rounded."""
    return {key: figure(estimate.value) for key, estimate in found.items()}


def intervals(found: dict[str, Estimate], cluster: NDArray[np.int64]) -> dict[str, Any]:
    """Key to [low, high], or None where there is none."""
    return {key: _pair(*interval(estimate, cluster)) for key, estimate in found.items()}


def of_part(page: Sheet, name: str, model: Predictions, part: NDArray[np.int64]) -> dict[str, Any]:
    """AUC, log-loss and calibration error, live, over some of the rows: `part` int64[k] are places
    in the log's impressions."""
    a = ACTIONS.index(LABELS[name])
    label = page.log.impressions.actions[part, a]
    live, viewer = model.live[part, a], page.log.impressions.viewer[part]
    found = {"auc": auc_estimate(label, live), "log_loss": log_loss_estimate(label, live)}
    return {
        "rows": len(part),
        "rate": figure(float(label.mean()) if len(label) else float("nan")),
        **values(found),
        "calibration": figure(calibration_error(calibration(label, live))),
        "intervals": intervals(found, viewer),
    }


def compare(page: Sheet, a: Predictions, b: Predictions) -> dict[str, Any]:
    """a minus b, by label and figure, with paired 95 % intervals; `better` names the model whose
    figure is better beyond doubt, if one is."""
    labels: dict[str, Any] = {}
    for name in page.names():
        mine, theirs = estimates(page, name, a), estimates(page, name, b)
        labels[name] = {
            key: _gap(key, mine[key], theirs[key], page.viewer, (a.name, b.name))
            for key in mine
            if key in theirs
        }
    return {"a": a.name, "b": b.name, "labels": labels}


def _gap(
    key: str, a: Estimate, b: Estimate, cluster: NDArray[np.int64], names: tuple[str, str]
) -> dict[str, Any]:
    gap = difference(a, b, cluster)
    sign = -1 if key in LOWER_IS_BETTER else 1
    low, high = sorted((sign * gap.low, sign * gap.high))
    return {
        "a": figure(a.value),
        "b": figure(b.value),
        "difference": figure(gap.value),
        "interval": _pair(gap.low, gap.high),
        "better": names[0] if low > 0 else names[1] if high < 0 else None,
    }


def figure(value: float) -> float | None:
    """Rounded for reading; None for NaN, which JSON does not know."""
    return None if np.isnan(value) else round(value, 4)


def _pair(low: float, high: float) -> list[float | None] | None:
    return None if np.isnan(low) or np.isnan(high) else [figure(low), figure(high)]
