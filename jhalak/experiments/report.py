"""What is known of an experiment now, as plain data: for the command line, for --json."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from jhalak.config.experiments import ArmSettings, ExperimentSettings
from jhalak.config.settings import ValueWeights
from jhalak.experiments.analysis import compare, guard_alpha, harms, mismatched, spares
from jhalak.experiments.metrics import COLUMN, METRICS, NOBODY, Tally
from jhalak.experiments.stops import Stopped
from jhalak.experiments.table import Table


def report_path(experiment: str) -> str:
    """The blob that says what an experiment shows now: who wants to see need not fold the log."""
    return f"experiments/reports/{experiment}.json"


def state_of(experiment: ExperimentSettings, now_ms: int) -> str:
    """`waits`, `runs` or `ended`, by the clock."""
    start_ms, stop_ms = experiment.span_ms()
    return "waits" if now_ms < start_ms else "runs" if now_ms < stop_ms else "ended"


def summary(
    experiment: ExperimentSettings, table: Table, stops: Mapping[str, Stopped],
    weights: ValueWeights, at_ms: int, now_ms: int,
) -> dict[str, Any]:  # fmt: skip
    """The experiment, its arms, their metrics and guardrails. `at_ms` is the log's time."""
    tallies = table.tallies()
    of = {arm.name: tallies.get(arm.name, NOBODY) for arm in experiment.arms}
    control = of[experiment.control.name]
    running = [arm for arm in experiment.arms if arm.name not in stops]
    return {
        "experiment": experiment.name,
        "layer": experiment.layer,
        "state": state_of(experiment, now_ms),
        "share": experiment.share,
        "alpha": experiment.alpha,
        "crossed": table.crossed,
        "mismatch": mismatched([len(of[a.name]) for a in running], [a.share for a in running]),
        "arms": [
            {
                **_arm(arm, of[arm.name], stops.get(arm.name)),
                "metrics": _metrics(experiment, control, of[arm.name], weights, at_ms),
                "guardrails": _guardrails(experiment, control, of[arm.name], weights, at_ms),
            }
            for arm in experiment.arms
        ],
    }


def _arm(arm: ArmSettings, tally: Tally, stopped: Stopped | None) -> dict[str, Any]:
    sums = tally.counts.sum(0, dtype="int64")
    return {
        "arm": arm.name,
        "share": arm.share,
        "viewers": len(tally),
        "slates": int(sums[COLUMN["slate"]]),
        "impressions": int(sums[COLUMN["impression"]]),
        "stopped": None if stopped is None else msgspec.to_builtins(stopped),
    }


def _metrics(
    experiment: ExperimentSettings, control: Tally, arm: Tally, weights: ValueWeights, at_ms: int
) -> dict[str, Any]:
    """By metric; the first arm is beside nobody, so it has means only."""
    found = compare(METRICS, control, arm, weights, at_ms, experiment.alpha)
    alone = arm is control
    return {
        shown.metric: {
            "mean": shown.arm,
            "difference": None if alone else shown.difference,
            "low": None if alone else shown.low,
            "high": None if alone else shown.high,
            "certain": not alone and shown.certain,
            "variance_left": None if alone else shown.variance_left,
        }
        for shown in found
    }


def _guardrails(
    experiment: ExperimentSettings, control: Tally, arm: Tally, weights: ValueWeights, at_ms: int
) -> list[dict[str, Any]]:
    """One for each guardrail of an arm that has a first arm to be held against."""
    rails = experiment.guardrails if arm is not control else ()
    alpha = guard_alpha(experiment)
    found = compare([rail.metric for rail in rails], control, arm, weights, at_ms, alpha)
    return [
        {
            **msgspec.to_builtins(rail),
            "low": shown.low,
            "high": shown.high,
            "state": "broken" if harms(rail, shown) else "holds" if spares(rail, shown) else "open",
        }
        for rail, shown in zip(rails, found, strict=True)
    ]
