"""Folds over small logs, and how to look into them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import strategies as st

from jhalak.config.settings import ModelSettings
from jhalak.learning.fold import Fold
from jhalak.learning.model import HEADS
from jhalak.learning.table import KINDS
from jhalak.schema.activity import Activity, Forget, Served, Tick
from tests.learning.records import NOW_MS, event, outcomes, relation, served

WINDOW_S = 120.0
WINDOW_MS = 120_000
JOIN_H = 72.0
HOUR_MS = 3_600_000
COUNTED = KINDS[:7]
AT_ONCE = ModelSettings(batch=1)
"""Each example is learned when its label closes."""


def new_fold(partitions: int = 1, model: ModelSettings = AT_ONCE) -> Fold:
    return Fold(partitions, WINDOW_S, JOIN_H, model)


def run(fold: Fold, records: Sequence[Activity], log: Sequence[Activity] = (), start: int = 0):
    """Apply `records` as the worker does; `log` is where missing served records are read."""
    log = log or records
    for n, record in enumerate(records, start + 1):
        for _, wanted in fold.missing(record):
            found = log[wanted - 1]
            assert isinstance(found, Served)
            fold.remember(found)
        fold.apply(0, n, record)
    return fold


def after(*records: Activity) -> Fold:
    return run(new_fold(), records)


def counts(fold: Fold, item: int) -> dict[str, float]:
    """What happened to an item, as of the log's time: only kinds of which something is left."""
    row = fold.tallies.counters.items.index.get(item)
    if row is None:
        return {}
    now = fold.tallies.counters.items.now(fold.at_ms)[row]
    found = {kind: round(float(now[k]), 3) for k, kind in enumerate(COUNTED)}
    return {kind: count for kind, count in found.items() if count}


def labels(*records: Activity, start: Fold | None = None) -> list[dict[str, int]]:
    """What is known of each example that is learned, by head: 1 or 0."""
    fold = start or new_fold()
    found: list[dict[str, int]] = []

    def add(x, about, label, at_ms) -> None:
        found.append({h: int(y) for h, y in zip(HEADS, label, strict=True) if y >= 0})

    fold.examples.add = add  # type: ignore[method-assign]
    run(fold, records)
    return found


def yes(*heads: str) -> dict[str, int]:
    return {head: int(head in heads) for head in HEADS}


SEEN = {"impression": 1, "judged": 1}


EVENT_NAMES = ("impression", "tap", "dwell", "play", "complete", "share", "report", "undo")
VERBS = ("hides", "likes", "follows")
STEP = st.tuples(
    st.integers(0, 6),  # which kind of record
    st.integers(0, 9),  # of which slate
    st.integers(0, 2),  # position
    st.sampled_from(EVENT_NAMES),
    st.sampled_from([0, 1, 1000, WINDOW_MS, 30 * HOUR_MS, 50 * 24 * HOUR_MS]),  # time that passes
)


def small_log(steps) -> list[Activity]:
    """A log made of what the steps say: slates, events (some again), likes, forgetting, time."""
    now_ms = NOW_MS
    log: list[Activity] = []
    for n, (kind, slate, position, name, passes_ms) in enumerate(steps):
        now_ms += passes_ms
        items = [1 + slate, 20 + slate, 40 + slate]
        item = items[position]
        one = event(
            f"e{n % 9}", name, slate + 1, item, position, value=6000, at_ms=now_ms,
            undoes=f"e{(n + 5) % 9}" if name == "undo" else "",
        )  # fmt: skip
        if kind <= 1:
            log.append(served(slate + 1, items, now_ms, scored=slate != 3, duration_s=20.0 * slate))
        elif kind <= 4:
            log.append(outcomes(one, at_ms=now_ms))
        elif kind == 5:
            log.append(
                relation(
                    f"r{n % 7}", VERBS[position], item, on=n % 3 > 0, slate=slate + 1, at_ms=now_ms
                )
            )
        else:
            log.append(Forget("f", 5, now_ms, -1) if position else Tick(now_ms))
    return log


def busy_log(rng: np.random.Generator, slates: int = 120) -> list[Activity]:
    """Slates of the same few items, so that their embeddings get rows, and what was done."""
    log: list[Activity] = []
    now_ms = NOW_MS
    for slate in range(1, slates + 1):
        now_ms += int(rng.integers(1, 2 * WINDOW_MS))
        items = (1 + rng.permutation(12)[:3]).tolist()
        log.append(served(slate, items, now_ms, duration_s=float(rng.choice([0, 5, 60, 200]))))
        names = rng.choice(EVENT_NAMES[:-1], 4)
        log.append(outcomes(*(
            event(f"{slate}-{n}", str(name), slate, items[n % 3], n % 3, value=9000, at_ms=now_ms)
            for n, name in enumerate(names)
        ), at_ms=now_ms))  # fmt: skip
        now_ms += int(rng.integers(1, 2 * WINDOW_MS))
        verb = VERBS[slate % 3]
        log.append(relation(f"r{slate}", verb, items[0], slate=slate, at_ms=now_ms))
        undo = event(f"u{slate}", "undo", slate, items[1], 1, undoes=f"{slate}-1", at_ms=now_ms)
        log.append(outcomes(undo, at_ms=now_ms))
    return log
