"""Records of exposed slates and what came back, for folds."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from jhalak.schema.activity import EVENT_INDEX, Outcome, Outcomes, Relation, Served
from tests.worlds import NOW_MS

_ids = itertools.count(1)
BOLD, USUAL = (("bolder", "bold"),), (("bolder", "usual"),)


def served(
    slate: int, viewer: int = 1, arms: tuple[tuple[str, str], ...] = BOLD, at_ms: int = NOW_MS,
    k: int = 4, level: int = 0,
) -> Served:  # fmt: skip
    """A slate of the items 1 to k."""
    return Served(
        slate=slate, viewer=viewer, surface=0, at_ms=at_ms, level=level, model=1, profiled=True,
        valid_until_ms=0, items=np.arange(1, k + 1, dtype=np.int64).tobytes(),
        propensity=np.ones(k, np.float32).tobytes(), features=b"", contributions=b"",
        reason=bytes(k), topic=bytes(k), language=bytes(k), creator=bytes(4 * k), ref=bytes(k),
        arms=arms,
    )  # fmt: skip


def event(kind: str, slate: int, position: int = 0, value: float = 0.0, **more: Any) -> Outcome:
    usual = {"id": f"e{next(_ids)}", "issued_ms": NOW_MS, "surface": 0}
    return Outcome(
        type=EVENT_INDEX[kind], at_ms=NOW_MS, value=value, slate=slate, item=position + 1,
        position=position, **{**usual, **more},
    )  # fmt: skip


def outcomes(
    *events: Outcome, viewer: int = 1, at_ms: int = NOW_MS, profiled: bool = True
) -> Outcomes:
    return Outcomes(viewer, at_ms, profiled, events)


def relation(verb: Any, slate: int, item: int = 1, *, on: bool = True, viewer: int = 1) -> Relation:
    return Relation(
        id=f"r{next(_ids)}", viewer=viewer, at_ms=NOW_MS, verb=verb, kind="item", target=item,
        on=on, profiled=True, slate=slate, item=item,
    )  # fmt: skip
