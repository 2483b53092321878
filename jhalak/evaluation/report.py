"""What a replay says about the reported rows, as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from jhalak.evaluation.figures import (
    LABELS,
    Sheet,
    compare,
    estimates,
    figure,
    intervals,
    of_part,
    sheet,
    values,
)
from jhalak.evaluation.lists import coverage
from jhalak.evaluation.log import ACTIONS, Log
from jhalak.evaluation.metrics import calibration, calibration_error
from jhalak.evaluation.peers import Predictions, ours, popularity
from jhalak.evaluation.slices import slices

if TYPE_CHECKING:
    from jhalak.evaluation.replay import Replayed

EPOCH: Final = date(1970, 1, 1)
PEER_FIGURES: Final = ("auc", "log_loss", "session_gauc", "request_auc")


def day_number(day: date) -> int:
    """Days since 1970."""
    return (day - EPOCH).days


def reported_rows(
    log: Log, from_day: int | None = None, learn_share: float | None = None
) -> NDArray[np.int64]:
    """int64[m]: rows from `from_day` on (days since 1970); else, with `learn_share`, those of the
    requests after that share of them; else all after the log's first day, where it has several."""
    shown = log.impressions
    if from_day is None and learn_share is not None:
        starts = np.flatnonzero(np.diff(shown.request, prepend=-1))
        if not len(starts):
            return starts
        return np.arange(starts[int(len(starts) * learn_share)], len(shown.row))
    if from_day is None:
        from_day = min(int(shown.day[0]) + 1, int(shown.day[-1])) if len(shown.day) else 0
    return np.flatnonzero(shown.day >= from_day)


def summary(
    log: Log,
    replayed: Replayed,
    from_day: int | None = None,
    *,
    learn_share: float | None = None,
    train_until_day: int | None = None,
    compared: Sequence[tuple[Predictions, Predictions]] = (),
) -> dict[str, Any]:
    """Counts; by label, the figures of the reported rows (see reported_rows); and, for each pair of
    models in `compared`, how they differ on them. A figure that the rows cannot give is None."""
    page = sheet(log, reported_rows(log, from_day, learn_share))
    shown = log.impressions
    n = len(shown.row)
    return {
        "rows": n,
        "copies": log.copies,
        "viewers": len(np.unique(shown.viewer)),
        "histories_left_out": log.left_out,
        "omitted": {what: count for what, count in log.omitted if count},
        "days": [_day(shown.day[0]), _day(shown.day[-1])] if n else [],
        "report_from": _day(shown.day[page.rows[0]] if len(page.rows) else from_day or 0),
        "train_until": None if train_until_day is None else _day(train_until_day),
        "reported": len(page.rows),
        "labels": {name: _label(page, name, replayed) for name in page.names()},
        "comparisons": [compare(page, a, b) for a, b in compared],
        "events_per_s": round(n / replayed.cpu_s) if replayed.cpu_s > 0 else 0,
        "cpu_s": round(replayed.cpu_s, 2),
    }


def _label(page: Sheet, name: str, replayed: Replayed) -> dict[str, Any]:
    model, peer = ours(replayed), popularity(replayed)
    label = page.label(name)
    live = model.live[page.rows, ACTIONS.index(LABELS[name])]
    curve = calibration(label, live)
    mine, others = estimates(page, name, model), estimates(page, name, peer)
    answer = {
        "rate": figure(float(label.mean()) if len(label) else float("nan")),
        "positives": int(label.sum()),
        **values(mine),
        "sessions": mine["session_gauc"].groups,
        "calibration": figure(calibration_error(curve)),
        "intervals": intervals(mine, page.viewer),
        "curve": [
            {
                "rows": part.rows,
                "expected": figure(part.expected),
                "happened": figure(part.happened),
            }
            for part in curve
        ],
        "coverage": _coverage(page, name, model),
        "days": _days(page, name, model),
        "slices": [
            {"kind": part.kind, "name": part.name, **of_part(page, name, model, part.rows)}
            for part in slices(page.log, page.rows)
        ],
        "popularity": {key: figure(others[key].value) for key in PEER_FIGURES if key in others}
        | {"coverage": _coverage(page, name, peer)},
    }
    if page.by_request:
        answer["requests"] = mine["request_auc"].groups
    return answer


def _coverage(page: Sheet, name: str, model: Predictions) -> dict[str, float | None]:
    a = ACTIONS.index(LABELS[name])
    score = (model.live if page.by_request else model.frozen)[page.rows, a]
    found = coverage(page.log.impressions.row[page.rows], score, page.lists)
    return {str(depth): None if x is None else figure(x) for depth, x in found.items()}


def _days(page: Sheet, name: str, model: Predictions) -> list[dict[str, Any]]:
    day = page.log.impressions.day[page.rows]
    return [
        {"day": _day(number), **of_part(page, name, model, page.rows[day == number])}
        for number in np.unique(day).tolist()
    ]


def _day(number: int | np.integer[Any]) -> str:
    return (EPOCH + timedelta(days=int(number))).isoformat()
