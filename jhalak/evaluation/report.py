"""What a replay says about the reported days, as plain data."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

import numpy as np

from jhalak.evaluation.log import ACTIONS, Log
from jhalak.evaluation.metrics import auc, grouped_auc, log_loss, sessions
from jhalak.evaluation.replay import ACTION_OF_HEAD, SESSION_GAP_MS, Replayed
from jhalak.learning.model import HEADS

LABELS: Final = {"click": "tap", "long_view": "long", "like": "like"}
"""Reported name to head."""
EPOCH: Final = date(1970, 1, 1)


def day_number(day: date) -> int:
    """Days since 1970."""
    return (day - EPOCH).days


def summary(log: Log, replayed: Replayed, from_day: int | None = None) -> dict[str, Any]:
    """Counts and, by label, the figures of the rows from `from_day` on (days since 1970; None: all
    after the log's first day, where it has several). A figure that the rows cannot give is None."""
    shown = log.impressions
    first = min(int(shown.day[0]) + 1, int(shown.day[-1])) if from_day is None else from_day
    rows = np.flatnonzero(shown.day >= first)
    session = sessions(shown.viewer, shown.at_ms, SESSION_GAP_MS)[rows]
    labels: dict[str, Any] = {}
    for name, head in LABELS.items():
        h = HEADS.index(head)
        label = shown.actions[rows, ACTIONS.index(ACTION_OF_HEAD[head])]
        live, frozen = replayed.live[rows, h], replayed.frozen[rows, h]
        popularity = replayed.popularity[rows, h]
        ranked, popular = (grouped_auc(label, s, session) for s in (frozen, popularity))
        labels[name] = {
            "rate": _figure(float(label.mean()) if len(label) else float("nan")),
            "auc": _figure(auc(label, live)),
            "log_loss": _figure(log_loss(label, live)),
            "auc_frozen": _figure(auc(label, frozen)),
            "session_gauc": _figure(ranked.value),
            "sessions": ranked.groups,
            "popularity": {
                "auc": _figure(auc(label, popularity)),
                "log_loss": _figure(log_loss(label, popularity)),
                "session_gauc": _figure(popular.value),
            },
        }
    n = len(shown.row)
    return {
        "rows": n,
        "copies": log.copies,
        "viewers": len(np.unique(shown.viewer)),
        "histories_left_out": log.left_out,
        "days": [_day(int(shown.day[0])), _day(int(shown.day[-1]))],
        "report_from": _day(first),
        "reported": len(rows),
        "labels": labels,
        "events_per_s": round(n / replayed.cpu_s) if replayed.cpu_s > 0 else 0,
        "cpu_s": round(replayed.cpu_s, 2),
    }


def _figure(value: float) -> float | None:
    return None if np.isnan(value) else round(value, 4)


def _day(number: int) -> str:
    return (EPOCH + timedelta(days=number)).isoformat()
