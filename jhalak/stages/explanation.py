"""Why a slot is there: the part of the score that decided, and its sentence."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from jhalak.catalogue.topics import topics
from jhalak.config.settings import ValueWeights
from jhalak.learning.features import followed_of
from jhalak.learning.model import INPUTS, SIDE, H, lay_inputs
from jhalak.learning.scoring import probable
from jhalak.learning.serving import gather
from jhalak.learning.value import PART_OF, PARTS, C, layers, lost, mean_into, take_away
from jhalak.pipeline.stage import SOURCES, Outcome
from jhalak.schema.candidates import Floats
from jhalak.schema.languages import LANGUAGES
from jhalak.schema.query import Query
from jhalak.schema.reason import REASON_INDEX
from jhalak.schema.slate import SURFACES
from jhalak.stages.prediction import FEATURES, PREDICTIONS
from jhalak.stages.valuation import worth_of
from jhalak.stages.world import World

_PARTS: Final = tuple(PARTS)
_NAMED: Final = _PARTS.index("other")
"""Parts before this one can be a reason."""
_TASTES: Final = _PARTS.index("followed")
"""Parts before this one are tastes that were inferred."""
_REASONS: Final = np.array([REASON_INDEX[part] for part in _PARTS[:_NAMED]], np.uint8)
"""What is said where a part decided."""
_EXPLORE, _POPULAR, _TRENDING, _FOLLOWED, _FOLLOWED_TOPIC = (
    np.uint8(REASON_INDEX[name])
    for name in ("explore", "popular", "trending", "followed", "followed_topic")
)
_LOCKSCREEN: Final = SURFACES.index("lockscreen")
_NOBODY: Final = np.empty(0, np.int32)
NAMING: Final = ("taste_publisher", "followed")
"""Reasons whose sentences name the publisher."""


def decide(
    world: World, query: Query, outcome: Outcome, trending_source: int, weights: ValueWeights
) -> tuple[Floats, NDArray[np.uint8]]:
    """(contributions float32[k, C], reason uint8[k], index into REASONS) of a scored outcome.
    `weights` are what the value model used, unless the query says others."""
    chosen = outcome.selection.index
    k = len(chosen)
    parts, reason = np.empty((k, C), np.float32), np.empty(k, np.uint8)
    if not k:
        return parts, reason
    candidates, serving = outcome.candidates, world.serving
    model, predictions = serving.weights, candidates[PREDICTIONS]
    state = query.state if query.profiled else None
    many, bias = np.empty((k * (1 + C), INPUTS), np.float32), np.empty((k * (1 + C), H), np.float32)
    _lay(
        chosen, candidates.rows, candidates[FEATURES], world.catalogue.lines, query.surface,
        serving.items, serving.creators, serving.at, model.calibration, PART_OF,
        model.views()["groups"], many, bias,
    )  # fmt: skip
    p, both = layers(model, serving.joined(), many)
    _explain(
        p, both, bias, predictions[chosen[0]], worth_of(query.values or weights), chosen,
        candidates.rows, candidates[SOURCES], np.uint16(1 << trending_source),
        world.catalogue.lines, outcome.selection.explored, state is not None,
        query.surface == _LOCKSCREEN, _NOBODY if state is None else followed_of(state)[0], parts,
        reason,
    )  # fmt: skip
    return parts, reason


@njit(cache=True, nogil=True)
def _lay(  # type: ignore[no-untyped-def]
    chosen, rows, x, facts, scene, items, creators, at, calibration, part_of, groups, many, bias
):
    """`value.take_away` of the chosen ones."""
    k = len(chosen)
    usual = np.zeros(x.shape[1], np.float32)
    mean_into(x, usual)
    here, mine = np.empty(k, np.int32), np.empty((k, x.shape[1]), np.float32)
    for i in range(k):
        here[i] = rows[chosen[i]]
        mine[i] = x[chosen[i]]
    side, item_bias = np.empty((k, SIDE), np.float32), np.empty((k, bias.shape[1]), np.float32)
    of = np.empty((3, k), np.int8)
    gather(items, creators, at, facts.topic, facts.language, here, scene, side, item_bias, of)
    inputs = np.empty((k, INPUTS), np.float32)
    lay_inputs(mine, side, groups, of[0], of[1], of[2], inputs)
    take_away(inputs, item_bias, of[2], of[1], calibration, usual, part_of, many, bias)


@njit(cache=True, nogil=True)
def _explain(  # type: ignore[no-untyped-def]
    p, both, bias, levelled, worth, chosen, rows, sources, trending, facts, explored, personal,
    locked, followed, parts, reason,
):  # fmt: skip
    """Fill parts[k, C] (`value.contributions` of the chosen) and reason[k]. Where it is `locked` no
    taste is named for what is sensitive: features keep it out there, so what a part of it adds is
    that the usual candidate is disliked, and anyone nearby may read the reason."""
    probable(p, both, bias)
    lost(p, levelled, worth, parts)
    k = len(chosen)
    for i in range(k):
        most = _TASTES if locked and facts.sensitive[rows[chosen[i]]] else 0
        for part in range(most + 1, _NAMED):
            if parts[i, part] > parts[i, most]:
                most = part
        if explored[i]:
            reason[i] = _EXPLORE
            continue
        told = _REASONS[most] if personal and parts[i, most] > 0 else _POPULAR
        trends = (sources[chosen[i]] & trending) > 0
        if not personal and trends:
            told = _TRENDING
        elif told == _FOLLOWED:
            told = _FOLLOWED_TOPIC
            for creator in followed:
                if creator == facts.creator[rows[chosen[i]]]:
                    told = _FOLLOWED
        elif personal and told == _TRENDING and not trends:
            told = _POPULAR
        reason[i] = told


class Sentences:
    """The sentence of each reason, in each language."""

    def __init__(self) -> None:
        table = _table()
        self._texts: dict[str, dict[str, str]] = table["reasons"]
        self._languages: dict[str, dict[str, str]] = table["languages"]

    def names(self, reason: str, what: str) -> bool:
        """Does any language's sentence for `reason` name it: `topic`, `language`, `publisher`?"""
        return any(f"{{{what}}}" in text for text in self._texts[reason].values())

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
