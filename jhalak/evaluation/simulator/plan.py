"""Who comes when: the same in every run of a seed, whatever is tried in it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from jhalak.evaluation.simulator.rules import DAY_MS, START_MS, Rules


class Plan(NamedTuple):
    """All visits, in time order."""

    viewer: NDArray[np.int64]
    at_ms: NDArray[np.int64]
    page: NDArray[np.bool_]
    """The visit goes on to the video feed."""
    turns_ms: NDArray[np.int64]
    """int64[viewers]: when the viewer's top interest gives way; never: beyond the run."""


def draw_plan(rules: Rules) -> Plan:
    """Visits of each viewer are a Poisson process from when they joined."""
    rng = np.random.default_rng((rules.seed, 20))
    end_ms = START_MS + round(rules.days * DAY_MS)
    early = rng.random(rules.viewers) < rules.early
    late = rng.random(rules.viewers) * 0.5 * rules.days
    joined = np.where(early, rng.random(rules.viewers) / rules.visits_a_day, late)
    who: list[NDArray[np.int64]] = []
    when: list[NDArray[np.int64]] = []
    for viewer in range(rules.viewers):
        days = rules.days - joined[viewer]
        visits = joined[viewer] + np.sort(rng.random(rng.poisson(days * rules.visits_a_day))) * days
        who.append(np.full(len(visits), viewer, np.int64))
        when.append(START_MS + (visits * DAY_MS).astype(np.int64))
    at_ms = np.concatenate(when)
    order = np.argsort(at_ms, kind="stable")
    turns = early & (rng.random(rules.viewers) < rules.turning)
    middle = START_MS + ((0.4 + 0.15 * rng.random(rules.viewers)) * rules.days * DAY_MS)
    return Plan(
        viewer=np.concatenate(who)[order],
        at_ms=at_ms[order],
        page=rng.random(len(order)) < rules.pages,
        turns_ms=np.where(turns, middle, end_ms + DAY_MS).astype(np.int64),
    )
