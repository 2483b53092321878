"""Claims: how well real logs are foretold, learning as they go, beside what a data team would run.

The logs lie in the folder that `--data` names; without one its figures are left out, and said to
be.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from benchmarks.result import NotHere, Result
from benchmarks.setting import Setting
from jhalak.evaluation.log import BadLog, Log
from jhalak.evaluation.models import Models
from jhalak.evaluation.report import day_number, reported_rows, summary

KUAIRAND: Final = "kuairand-pure"
REPORT_FROM: Final = "2022-04-28"
MIND: Final = "mind"
LEARN_SHARE: Final = 0.8
"""Of MIND's requests: the report is of the others, as of `jhalak replay mind`."""
QUICK: Final = 20_000
"""Impressions of a short pass."""
LEAST_PER_S: Final = 20_000
CALIBRATED: Final = 0.015
LEAST_REQUEST_AUC: Final = 0.61


class Goal(NamedTuple):
    """What is wanted of one label."""

    label: str
    auc: float
    log_loss: float | None
    """The most it may be; None: nothing is wanted."""


CLICK: Final = Goal("click", 0.760, 0.576)
LONG_VIEW: Final = Goal("long_view", 0.765, 0.522)
LIKE: Final = Goal("like", 0.880, None)


def click(setting: Setting) -> Result:
    """Of the last three days of KuaiRand-Pure, learned from the first on, in one pass."""
    return _label(setting, CLICK)


def long_view(setting: Setting) -> Result:
    """The same of long views."""
    return _label(setting, LONG_VIEW)


def like(setting: Setting) -> Result:
    """The same of likes."""
    return _label(setting, LIKE)


def _label(setting: Setting, goal: Goal) -> Result:
    report, _ = _kuairand(setting.data, setting.quick)
    mine = report["labels"][goal.label]
    once, daily = (_against(report, name)[goal.label] for name in ("lightgbm", "lightgbm-daily"))
    wanted = f"at least {goal.auc:g}"
    met = mine["auc"] >= goal.auc
    if goal.log_loss is not None:
        wanted += f", log-loss at most {goal.log_loss:g}"
        met = met and mine["log_loss"] <= goal.log_loss
    return Result(
        benchmark=f"replay_{goal.label}",
        what=f"AUC of {goal.label.replace('_', ' ')} (log-loss {mine['log_loss']:g})",
        figure=mine["auc"],
        unit="",
        anchor="LightGBM trained anew every midnight",
        anchor_figure=daily["auc"]["b"],
        ratio=mine["auc"] / daily["auc"]["b"],
        target=wanted,
        met=met,
        details={
            "of": _of(report),
            **{key: mine[key] for key in ("auc", "log_loss", "calibration", "intervals")},
            "popularity": mine["popularity"], "less_lightgbm": once, "less_lightgbm_daily": daily,
        },
    )  # fmt: skip


def sessions(setting: Setting) -> Result:
    """Order within a session, with the viewer's state as it was at the session's start."""
    report, _ = _kuairand(setting.data, setting.quick)
    gaps = {
        label: of["session_gauc"] for label, of in _against(report, "lightgbm").items()
        if label in ("click", "long_view", "like")
    }  # fmt: skip
    clicks = gaps["click"]
    return Result(
        benchmark="replay_sessions",
        what="frozen session GAUC of clicks",
        figure=clicks["a"],
        unit="",
        anchor="LightGBM trained once",
        anchor_figure=clicks["b"],
        ratio=clicks["a"] / clicks["b"],
        target="for clicks and long views the paired 95 % interval above 0",
        met=all(gaps[label]["interval"][0] > 0 for label in ("click", "long_view")),
        details={"of": _of(report), "difference": gaps},
    )


def calibration(setting: Setting) -> Result:
    """The worst of the three labels."""
    report, _ = _kuairand(setting.data, setting.quick)
    labels = [goal.label for goal in (CLICK, LONG_VIEW, LIKE)]
    mine = {label: report["labels"][label]["calibration"] for label in labels}
    worst = max(mine, key=lambda label: mine[label])
    base = report["labels"][worst]["rate"]
    return Result(
        benchmark="replay_calibration",
        what=f"calibration error, worst of {len(labels)} labels ({worst.replace('_', ' ')})",
        figure=mine[worst],
        unit="",
        anchor="the label's own share",
        anchor_figure=base,
        ratio=mine[worst] / base,
        target=f"at most {CALIBRATED:g}",
        met=mine[worst] <= CALIBRATED,
        details={"of": _of(report), "each": mine},
    )


def speed(setting: Setting) -> Result:
    """Impressions foretold twice, live and frozen, and learned, a CPU second."""
    report, trees_s = _kuairand(setting.data, setting.quick)
    trees = report["rows"] / trees_s
    return Result(
        benchmark="replay_speed",
        what="impressions foretold and learned a CPU second, eight actions",
        figure=report["events_per_s"],
        unit="/s",
        anchor="LightGBM trained anew every midnight, features given",
        anchor_figure=trees,
        ratio=report["events_per_s"] / trees,
        target=f"at least {LEAST_PER_S:,}/s",
        met=report["events_per_s"] >= LEAST_PER_S,
        details={"of": _of(report), "cpu_s": report["cpu_s"], "trees_cpu_s": trees_s},
    )


def mind(setting: Setting) -> Result:
    """Mean AUC of a request's candidates, of the last fifth of the requests."""
    from jhalak.evaluation.mind import read_mind

    log = _read(read_mind, setting.data / MIND)
    report, _ = _report(log, None, LEARN_SHARE, ("lightgbm", "popularity"))
    mine = report["labels"]["click"]
    trees, rate = (_against(report, name)["click"] for name in ("lightgbm", "popularity"))
    return Result(
        benchmark="replay_mind",
        what="mean AUC of a request's candidates",
        figure=mine["request_auc"],
        unit="",
        anchor="LightGBM trained once",
        anchor_figure=trees["request_auc"]["b"],
        ratio=mine["request_auc"] / trees["request_auc"]["b"],
        target=f"at least {LEAST_REQUEST_AUC:g}",
        met=mine["request_auc"] >= LEAST_REQUEST_AUC,
        details={
            "of": _of(report), "requests": mine["requests"],
            "less_lightgbm": trees, "less_popularity": rate,
        },
    )  # fmt: skip


@lru_cache(maxsize=1)
def _kuairand(data: Path, quick: bool) -> tuple[dict[str, Any], float]:
    """(report, CPU seconds of LightGBM's midnights), replayed once for all figures."""
    from jhalak.evaluation.kuairand import read_kuairand

    log = _read(read_kuairand, data / KUAIRAND)
    if quick:
        log = log._replace(impressions=log.impressions.first(QUICK))
    return _report(log, None if quick else REPORT_FROM, None, ("lightgbm", "lightgbm-daily"))


def _read(read: Callable[[Path], Log], folder: Path) -> Log:
    try:
        return read(folder)
    except BadLog as error:
        raise NotHere(str(error)) from None


def _report(
    log: Log, day: str | None, share: float | None, peers: tuple[str, str]
) -> tuple[dict[str, Any], float]:
    """(report with ours less each peer's, CPU seconds of the last peer). The first pass warms the
    kernels up, so that speed is not that of compiling them."""
    from_day = None if day is None else day_number(date.fromisoformat(day))
    first = int(reported_rows(log, from_day, share)[0])
    few = log._replace(impressions=log.impressions.first(min(2_000, len(log.impressions.row))))
    Models(few, 0, None, _unwatched, wanted=[]).replayed()
    models = Models(log, first, None, _unwatched, wanted=peers)
    replayed = models.replayed()
    ours = models.predictions("jhalak")
    compared = []
    for name in peers:
        before = time.process_time()
        compared.append((ours, models.predictions(name)))
        spent_s = time.process_time() - before
    return summary(log, replayed, from_day, learn_share=share, compared=compared), spent_s


def _unwatched(_: str) -> Callable[[int], None]:
    return lambda done: None


def _against(report: dict[str, Any], peer: str) -> dict[str, Any]:
    """By label and figure: ours (`a`), the peer's (`b`), the difference and its interval."""
    found: dict[str, Any] = next(of for of in report["comparisons"] if of["b"] == peer)["labels"]
    return found


def _of(report: dict[str, Any]) -> dict[str, Any]:
    return {key: report[key] for key in ("rows", "copies", "reported", "report_from")}
