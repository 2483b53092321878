"""What experiments measure: counts of each viewer, and ratios of their sums.

| metric | of | unit |
|---|---|---|
| value | what actions were worth by the cell's weights, not the arm's | per impression |
| tap | slots tapped | per impression |
| long | slots looked at or played for so long as below, or completed | per impression |
| regret | slots hidden, blocked or reported | per impression |
| exhausted | slates that showed something seen before | per slate |
| degraded | slates of the levels cached, popular and static | per slate |
| returned | viewers with a slate 24 to 48 h after their first | per viewer met 48 h ago |

The lengths are the experiments' own: a yardstick must not move when the model's labels do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from jhalak.config.experiments import Metric
from jhalak.config.settings import ValueWeights
from jhalak.schema.activity import EVENT_TYPES, Outcome
from jhalak.schema.slate import Level

LONG_DWELL_MS: Final = 5_000
LONG_PLAY_MS: Final = 10_000
DAY_MS: Final = 86_400_000

ACTIONS: Final = (
    "impression", "tap", "long", "complete", "like", "share", "follow", "hide", "report"
)  # fmt: skip
"""What is counted once a slot. The order is stored in checkpoints: append, never reorder."""
COLUMNS: Final = (*ACTIONS, "slate", "exhausted", "degraded", "returned")
"""Counts of a viewer in an experiment. The order is stored likewise."""
COLUMN: Final = {name: number for number, name in enumerate(COLUMNS)}
RELATION_ACTION: Final = {
    "likes": "like", "saves": "like", "follows": "follow", "hides": "hide", "blocks": "hide",
    "mutes": "hide",
}  # fmt: skip
DEGRADED: Final = frozenset({Level.cached, Level.popular, Level.static})
METRICS: Final[tuple[Metric, ...]] = (
    "value", "tap", "long", "regret", "exhausted", "degraded", "returned"
)  # fmt: skip

_PARTS: Final[dict[str, tuple[str, ...]]] = {
    "tap": ("tap",), "long": ("long",), "regret": ("hide", "report"), "exhausted": ("exhausted",),
    "degraded": ("degraded",), "returned": ("returned",),
}  # fmt: skip

Counts = NDArray[np.uint32]
"""uint32[n, len(COLUMNS)], a row a viewer."""
Numbers = NDArray[np.float64]


def actions_of(event: Outcome) -> tuple[str, ...]:
    """What an event counts as, beside the impression that it proves."""
    name = EVENT_TYPES[event.type]
    if name == "complete":
        return ("complete", "long")
    if name == "dwell":
        return ("long",) if event.value >= LONG_DWELL_MS else ()
    if name == "play":
        return ("long",) if event.value >= LONG_PLAY_MS else ()
    return (name,) if name in ("tap", "share", "report") else ()


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """What one arm did: n viewers."""

    counts: Counts
    first_ms: NDArray[np.int64]
    """int64[n]: when each viewer was first exposed."""
    prior: Counts | None = None
    """What each had done before that."""

    def __len__(self) -> int:
        return len(self.first_ms)


NOBODY: Final = Tally(np.zeros((0, len(COLUMNS)), np.uint32), np.zeros(0, np.int64))


def ratio_of(
    metric: Metric, tally: Tally, weights: ValueWeights, at_ms: int
) -> tuple[Numbers, Numbers]:
    """(numerators, denominators), float64[n] each; the metric is the ratio of their sums.
    `at_ms` is the log's time."""
    counts = tally.counts
    if metric == "returned":
        known = (tally.first_ms <= at_ms - 2 * DAY_MS).astype(np.float64)
        return counts[:, COLUMN["returned"]] * known, known
    per = "slate" if metric in ("exhausted", "degraded") else "impression"
    worth = np.zeros(len(COLUMNS))
    for action, weight in _weights_of(metric, weights):
        worth[COLUMN[action]] = weight
    return counts @ worth, counts[:, COLUMN[per]].astype(np.float64)


def _weights_of(metric: Metric, weights: ValueWeights) -> Sequence[tuple[str, float]]:
    if metric != "value":
        return [(part, 1.0) for part in _PARTS[metric]]
    known: dict[str, Any] = {name: getattr(weights, name) for name in weights.__struct_fields__}
    return [(name, float(weight)) for name, weight in known.items() if name in ACTIONS]
