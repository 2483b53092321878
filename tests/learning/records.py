"""Records of a small log, as the API and the feeds write them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from jhalak.learning.features import FEATURES, F
from jhalak.schema.activity import EVENT_INDEX, Outcome, Outcomes, Relation, Served, Verb

NOW_MS = 1_790_000_000_000
VIEWER = 5


def facts_of(item: int) -> tuple[int, int, int]:
    """(topic, language, creator) of an item of these tests."""
    return item % 7, item % 3, 100 + item % 4


def served(
    slate: int, items: Sequence[int], at_ms: int = NOW_MS, *, scored: bool = True,
    valid_until_ms: int = 0, duration_s: float = 0.0,
) -> Served:  # fmt: skip
    """A slate with features that follow from its number; its items are `duration_s` long."""
    k = len(items)
    facts = np.array([facts_of(item) for item in items], np.int64).reshape(k, 3)
    x = np.random.default_rng(slate).normal(size=(k, F)).astype(np.float16)
    x[:, FEATURES.index("bias")] = 1
    x[:, FEATURES.index("length")] = np.log1p(duration_s)
    return Served(
        slate=slate, viewer=VIEWER, surface=0, at_ms=at_ms, level=0, model=1, profiled=True,
        valid_until_ms=valid_until_ms,
        items=np.array(items, np.int64).tobytes(),
        propensity=np.ones(k, np.float32).tobytes(),
        features=x.tobytes() if scored else b"",
        contributions=b"",
        reason=bytes(k),
        topic=facts[:, 0].astype(np.uint8).tobytes(),
        language=facts[:, 1].astype(np.uint8).tobytes(),
        creator=facts[:, 2].astype(np.int32).tobytes(),
        ref=bytes(k),
    )  # fmt: skip


def event(
    id: str, name: str, slate: int, item: int, position: int = 0, *, value: float = 0.0,
    at_ms: int = NOW_MS, undoes: str = "", live: bool = True,
) -> Outcome:  # fmt: skip
    """One event of a device; `live` False: the item was gone when it came."""
    topic, language, creator = facts_of(item) if live else (-1, -1, 0)
    return Outcome(
        id=id, type=EVENT_INDEX[name], at_ms=at_ms, value=value, slate=slate, item=item,
        position=position, surface=0, issued_ms=at_ms, undoes=undoes, topic=topic,
        language=language, creator=creator,
    )  # fmt: skip


def outcomes(*events: Outcome, at_ms: int = NOW_MS, profiled: bool = True) -> Outcomes:
    return Outcomes(viewer=VIEWER, received_ms=at_ms, profiled=profiled, events=events)


def relation(
    id: str, verb: Verb, item: int, *, on: bool = True, slate: int = 0, at_ms: int = NOW_MS,
    kind: Any = "item", target: int | None = None, profiled: bool = True,
) -> Relation:  # fmt: skip
    topic, language, creator = facts_of(item)
    return Relation(
        id=id, viewer=VIEWER, at_ms=at_ms, verb=verb, kind=kind,
        target=item if target is None else target, on=on, profiled=profiled, slate=slate,
        item=item, topic=topic, language=language, creator=creator,
    )  # fmt: skip
