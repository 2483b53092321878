"""Small logs, and what a replay of them might have answered, without any learning."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from jhalak.evaluation.gather import in_time_order
from jhalak.evaluation.log import ACTIONS, Log, bare_items, no_histories

DAY_MS = 86_400_000
START_MS = 20_000 * DAY_MS
TAP, LIKE = ACTIONS.index("tap"), ACTIONS.index("likes")
FIRST_DAY = 20_000
DAYS = 4


def log(
    n: int = 2000, viewers: int = 40, items: int = 60, by_request: int = 1, seed: int = 0
) -> Log:
    """Viewers of four days, with `by_request` impressions a request. What is tapped depends on an
    item's hidden worth, which its duration tells."""
    rng = np.random.default_rng(seed)
    requests = n // by_request
    request = np.repeat(np.arange(requests), by_request)
    row = rng.integers(0, items, len(request)).astype(np.int32)
    worth = rng.normal(size=items)
    actions = np.zeros((len(request), len(ACTIONS)), bool)
    chance = 1 / (1 + np.exp(1 - 2 * worth[row]))
    actions[:, TAP] = rng.random(len(row)) < chance
    actions[:, LIKE] = actions[:, TAP] & (rng.random(len(row)) < 0.3)
    language = rng.integers(0, 3, items).astype(np.int8)
    return Log(
        impressions=in_time_order(
            viewer=rng.integers(0, viewers, requests)[request], row=row,
            at_ms=START_MS + request * (DAYS * DAY_MS // requests), request=request,
            actions=actions, scene=(request % 2).astype(np.int8),
        ),
        histories=no_histories(viewers),
        items=bare_items(items, START_MS, 24.0)._replace(
            duration_s=(worth + 3).astype(np.float32), language=language
        ),
        numbers=np.arange(1, items + 1),
        viewers=viewers,
        copies=3,
        left_out=0,
        observed=("tap", "likes"),
        scenes=("lockscreen", "video"),
        omitted=(("rows that were odd", 2), ("rows that were even", 0)),
    )  # fmt: skip


def replayed(of: Log, noise: float = 0.5, seed: int = 1) -> Any:
    """As `replay` answers: live predictions are good, frozen ones worse, popularity a constant."""
    rng = np.random.default_rng(seed)
    n = len(of.impressions.row)
    worth = of.items.duration_s[of.impressions.row] - 3

    def foretold(spread: float) -> np.ndarray:
        scores = 2 * worth[:, None] - 1 + spread * rng.normal(size=(n, len(ACTIONS)))
        return (1 / (1 + np.exp(-scores))).astype(np.float32)

    features = np.stack([worth, rng.normal(size=n)], axis=1).astype(np.float16)
    return SimpleNamespace(
        live=foretold(noise), frozen=foretold(3 * noise),
        popularity=np.full((n, len(ACTIONS)), 0.3, np.float32), features=features,
        frozen_features=features, cpu_s=0.5,
    )  # fmt: skip
