"""What a run says, as plain data: every figure of docs/simulator.md."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from jhalak.evaluation.metrics import Bin, calibration_error, ranks
from jhalak.evaluation.simulator.fit import measured
from jhalak.evaluation.simulator.notes import Curve, Estimate, Notes, effective
from jhalak.evaluation.simulator.observers import ceiling, observer
from jhalak.evaluation.simulator.rules import DAY_MS, START_MS, Rules
from jhalak.evaluation.simulator.run import KNOWN, Progress, Simulation, simulate
from jhalak.evaluation.simulator.viewers import Reals
from jhalak.schema.slate import SURFACES

COLD_AFTER: Final = 8
TURNED_AFTER: Final = 20
BINS: Final = 10
FEW: Final = 200
"""Slots of a language and surface below which nothing is said of calibration."""
VISITS: Final = ("worth", "oracle", "popular", "random")


def summary(run: Simulation) -> dict[str, Any]:
    """All figures of a finished run; one that the run cannot give is None."""
    notes = run.notes
    return {
        "world": world(run),
        "worth": worth(notes),
        "interest": {
            "cold": _curve(notes.cold, COLD_AFTER),
            "observer": _figure(observer(run, COLD_AFTER)),
            "ceiling": _figure(ceiling(run, COLD_AFTER)),
            "turned": _curve(notes.turned, TURNED_AFTER),
        },
        "items": item_values(run),
        "bubble": bubble(run),
        "calibration": calibrations(run),
        "languages": languages(notes),
    }


def trial(rules: Rules, compare: bool, progress: Progress = lambda done, total: None) -> Any:
    """The summary of a run; with `compare`, under "without_exploration" that of the same world
    with exploration off, and under "exploration" what exploring cost and brought."""
    found = summary(simulate(rules, progress))
    if compare and rules.exploration > 0:
        off = msgspec.structs.replace(rules, exploration=0.0)
        found["without_exploration"] = summary(simulate(off, progress))
        found["exploration"] = difference(found, found["without_exploration"])
    return found


def difference(on: dict[str, Any], off: dict[str, Any]) -> dict[str, Any]:
    """What exploration changed: figures of the run with it less those of the run without."""
    pairs = {
        "worth": ("worth", "mean", "worth"),
        "regret": ("worth", "regret"),
        "cold_right": ("interest", "cold", "right"),
        "turned_within": ("interest", "turned", "within"),
        "new_items_known": ("items", "known_share"),
        "new_items_shown_share": ("items", "shown_share"),
        "new_item_correlation": ("items", "correlation"),
        "width": ("bubble", "shown"),
    }
    return {name: _less(_at(on, path), _at(off, path)) for name, path in pairs.items()}


def world(run: Simulation) -> dict[str, Any]:
    """What was simulated, with its fitted figures."""
    rules = run.rules
    return {
        "viewers": rules.viewers, "days": rules.days, "seed": rules.seed,
        "exploration": rules.exploration, "languages": list(rules.languages),
        "items": len(run.items), "born": int((run.items.born_ms > START_MS).sum()),
        "slates": len(run.notes.visits), "impressions": len(run.notes.shown),
        "taps": sum(shown.tapped for shown in run.notes.shown), "levels": run.notes.levels,
        "fitted": {
            name: {key: _figure(value) for key, value in of.items()}
            for name, of in measured(rules, run.viewers, run.items, run.fitted).items()
        },
    }  # fmt: skip


def worth(notes: Notes) -> dict[str, Any]:
    """Expected taps a slate: ours, and what others would have shown at the same moments."""
    if not notes.visits:
        return {"mean": {}, "regret": None, "by_day": []}
    table = np.array([visit[3:] for visit in notes.visits])
    day = (np.array([visit.at_ms for visit in notes.visits]) - START_MS) // DAY_MS
    days = [table[day == d].mean(axis=0) for d in np.unique(day)]
    mean = table.mean(axis=0)
    return {
        "mean": {name: _figure(value) for name, value in zip(VISITS, mean, strict=True)},
        "regret": _figure(1 - mean[0] / mean[1]),
        "regret_by_day": [_figure(1 - t[0] / t[1]) for t in days],
        "by_day": [
            {name: _figure(value) for name, value in zip(VISITS, of_day, strict=True)}
            for of_day in days
        ],
    }


def _curve(curve: Curve, after: int) -> dict[str, Any]:
    """`right`: share of viewers whose learned top topic is the true one right after so many
    engagements; `within`: at some moment up to then; `curve`: the first, for 1 .. CURVE. The
    profile's, and under "ranker" the same for what the ranker prefers."""
    return {
        "after": after,
        "viewers": int((curve.right[:, after - 1] >= 0).sum()),
        **_shares(curve.right, after),
        "ranker": _shares(curve.ranked, after),
    }


def _shares(right: NDArray[np.int8], after: int) -> dict[str, Any]:
    known = right >= 0
    counts = known.sum(axis=0)
    shares = (right == 1).sum(axis=0) / np.maximum(counts, 1)
    there = known[:, after - 1]
    within = (right[there, :after] == 1).any(axis=1)
    return {
        "right": _figure(shares[after - 1]) if there.any() else None,
        "within": _figure(within.mean()) if there.any() else None,
        "curve": [_figure(s) if n else None for s, n in zip(shares, counts, strict=True)],
    }


def item_values(run: Simulation) -> dict[str, Any]:
    """Of the items born during the run: how soon and how well their values were known. `all`
    counts the items of the beginning too, which nobody knew either."""
    born = run.items.born_ms > START_MS
    estimates = run.notes.estimates
    of_born = [e for e in estimates if born[e.item]]
    shown = run.notes.impressions
    return {
        "impressions": KNOWN,
        "known": len(of_born),
        "known_share": _figure(len(of_born) / max(int(born.sum()), 1)),
        "shown_share": _figure(float((shown[born] > 0).mean()) if born.any() else float("nan")),
        "impressions_mean": _figure(float(shown[born].mean()) if born.any() else float("nan")),
        "hours": _figure(float(np.median([e.hours for e in of_born])) if of_born else float("nan")),
        "correlation": _figure(_correlation(run, of_born)),
        "within_topic": _figure(_correlation(run, of_born, by_topic=True)),
        "all": {
            "known": len(estimates),
            "correlation": _figure(_correlation(run, estimates)),
            "within_topic": _figure(_correlation(run, estimates, by_topic=True)),
        },
        "pairs": [
            [_figure(e.estimated), _figure(e.hidden), int(run.items.video[e.item])]
            for e in estimates[:2000]
        ],
    }


def _correlation(
    run: Simulation, estimates: Sequence[Estimate], *, by_topic: bool = False
) -> float:
    """Spearman's, within cards and within videos (whose rates differ), weighted by their numbers;
    `by_topic`: also less the mean rank of each language's topic."""
    total, weight = 0.0, 0
    for video in (False, True):
        part = [e for e in estimates if run.items.video[e.item] == video]
        if len(part) < 3:
            continue
        guessed, hidden = (ranks(np.array(values)) for values in list(zip(*part, strict=True))[1:3])
        if by_topic:
            place = np.array([e.item for e in part])
            cell = run.items.topic[place] * len(run.rules.languages) + run.items.language[place]
            guessed, hidden = _less_mean(guessed, cell), _less_mean(hidden, cell)
        if np.ptp(guessed) and np.ptp(hidden):
            total += len(part) * float(np.corrcoef(guessed, hidden)[0, 1])
        weight += len(part)
    return total / weight if weight else float("nan")


def _less_mean(values: Reals, group: NDArray[np.int64]) -> Reals:
    _, at = np.unique(group, return_inverse=True)
    return np.asarray(values - (np.bincount(at, values) / np.bincount(at))[at], np.float64)


def bubble(run: Simulation) -> dict[str, Any]:
    """Effective number of topics (exp of entropy) that a viewer was shown in a day, and that their
    own taste holds."""
    topics = len(run.rules.topics)
    days = int(np.ceil(run.rules.days))
    counts = np.zeros((days, len(run.viewers), topics))
    for shown in run.notes.shown:
        day = min((shown.at_ms - START_MS) // DAY_MS, days - 1)
        counts[day, shown.viewer, run.items.topic[shown.item]] += 1
    by_day = []
    for of_day in counts:
        enough = of_day[of_day.sum(axis=1) >= topics]
        by_day.append(float(np.mean([effective(c) for c in enough])) if len(enough) else np.nan)
    whole = [effective(c) for c in counts.sum(axis=0) if c.sum() >= topics]
    shown_, taste = float(np.mean(whole or [np.nan])), float(np.mean(run.notes.tastes))
    return {
        "shown": _figure(shown_),
        "taste": _figure(taste),
        "ratio": _figure(shown_ / taste),
        "by_day": [_figure(value) for value in by_day],
    }


def calibrations(run: Simulation) -> dict[str, Any]:
    """By surface and language, over the second half of the run, in BINS bins of equal mass: how
    far probabilities of a tap are from the true ones, as if shown first; and "as_shown", from the
    taps, which grow fewer from slot to slot (no model that leaves positions out can meet them)."""
    since_ms = START_MS + run.rules.days * DAY_MS / 2
    late = [shown for shown in run.notes.shown if shown.at_ms >= since_ms]
    surface = np.array([s.surface for s in late])
    language = run.items.language[np.array([s.item for s in late], np.int64)]
    columns = np.array([(s.expected, s.hidden, s.tapped) for s in late], np.float64)
    expected, hidden, tapped = columns.reshape(-1, 3).T
    found: dict[str, Any] = {}
    for s, name in enumerate(SURFACES):
        for place, code in enumerate(run.rules.languages):
            rows = np.flatnonzero((surface == s) & (language == place))
            if len(rows) >= FEW:
                bins = _bins(expected[rows], hidden[rows])
                as_shown = calibration_error(_bins(expected[rows], tapped[rows]))
                found.setdefault(name, {})[code] = {
                    "error": _figure(calibration_error(bins)),
                    "as_shown": _figure(as_shown),
                    "rows": len(rows),
                    "bins": [[_figure(b.expected), _figure(b.happened)] for b in bins],
                }
    return found


def _bins(expected: Reals, hidden: Reals) -> list[Bin]:
    order = np.argsort(expected, kind="stable")
    return [
        Bin(len(part), float(expected[part].mean()), float(hidden[part].mean()))
        for part in np.array_split(order, BINS)
    ]


def languages(notes: Notes) -> dict[str, Any]:
    """Of viewers with several languages: hidden shares beside learned ones."""
    if len(notes.learned_languages) < 3:
        return {"pairs": 0, "error": None, "correlation": None}
    hidden, learned = np.array(notes.learned_languages).T
    return {
        "pairs": len(hidden),
        "error": _figure(float(np.abs(hidden - learned).mean())),
        "correlation": _figure(float(np.corrcoef(ranks(hidden), ranks(learned))[0, 1])),
    }


def _figure(value: float) -> float | None:
    return None if not np.isfinite(value) else round(float(value), 4)


def _less(a: Any, b: Any) -> float | None:
    return None if a is None or b is None else _figure(a - b)


def _at(data: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        data = data[name]
    return data
