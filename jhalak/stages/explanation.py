"""Why a slot is there: the part of the score that decided, and its sentence."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

import numpy as np

from jhalak.catalogue.topics import topics
from jhalak.config.settings import ValueWeights
from jhalak.learning.value import PARTS, C, contributions, mean_of
from jhalak.pipeline.stage import SOURCES, Outcome
from jhalak.schema.candidates import Floats
from jhalak.schema.languages import LANGUAGES
from jhalak.schema.query import Query
from jhalak.schema.reason import REASON_INDEX
from jhalak.stages.prediction import FEATURES, PREDICTIONS
from jhalak.stages.valuation import worth_of
from jhalak.stages.world import World

_PARTS: Final = tuple(PARTS)
_NAMED: Final = _PARTS.index("other")
"""Parts before this one can be a reason."""
NAMING: Final = ("taste_publisher", "followed")
"""Reasons whose sentences name the publisher."""


def decide(
    world: World, query: Query, outcome: Outcome, trending_source: int, weights: ValueWeights
) -> tuple[Floats, list[int]]:
    """(contributions float32[k, C], reason of each slot) of a scored outcome. `weights` are what
    the value model used, unless the query says others."""
    chosen = outcome.selection.index
    if not len(chosen):
        return np.zeros((0, C), np.float32), []
    candidates, catalogue = outcome.candidates, world.catalogue
    x = candidates[FEATURES]
    rows = candidates.rows[chosen]
    ids = world.serving.ids(rows, catalogue.topic, catalogue.language, query.surface)
    parts = contributions(
        world.serving.weights, x[chosen], mean_of(x), ids, candidates[PREDICTIONS][chosen[0]],
        worth_of(query.values or weights),
    )  # fmt: skip
    trends = (candidates[SOURCES][chosen] & np.uint16(1 << trending_source)) > 0
    best = parts[:, :_NAMED].argmax(axis=1)
    lift = parts[np.arange(len(chosen)), best]
    creators = catalogue.creator[rows].tolist()
    reasons = []
    for slot, (part, explored) in enumerate(
        zip(best.tolist(), outcome.selection.explored.tolist(), strict=True)
    ):
        name = _PARTS[part] if lift[slot] > 0 else "popular"
        if explored:
            name = "explore"
        elif not query.profiled or query.state is None:
            name = "trending" if trends[slot] else "popular"
        elif name == "followed":
            follows = creators[slot] in query.state.followed_creators
            name = "followed" if follows else "followed_topic"
        elif name == "trending" and not trends[slot]:
            name = "popular"
        reasons.append(REASON_INDEX[name])
    return parts, reasons


class Sentences:
    """The sentence of each reason, in each language."""

    def __init__(self) -> None:
        table = _table()
        self._texts: dict[str, dict[str, str]] = table["reasons"]
        self._languages: dict[str, dict[str, str]] = table["languages"]

    def say(self, reason: str, to: str, topic: int, language: int, publisher: str) -> str:
        """The sentence for `reason`, told in the language `to` (a code)."""
        if not publisher and reason in NAMING:
            reason = "taste_like"
        text = self._texts[reason][to]
        if "{" not in text:
            return text
        return text.format(
            topic=topics()[topic].names[to],
            language=self._languages[LANGUAGES[language]][to],
            publisher=publisher,
        )


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    return tomllib.loads(files("jhalak.stages").joinpath("reasons.toml").read_text("utf-8"))
