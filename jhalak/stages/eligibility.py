"""Filters for what may be shown here, to this viewer, at all."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from numba import njit

from jhalak.catalogue.live import VIDEO
from jhalak.schema.candidates import Candidates, Mask
from jhalak.schema.query import Query
from jhalak.stages.walk import Walker
from jhalak.stages.world import World


class Language:
    """Filter: only languages that the viewer chose. Closed: never one they did not choose."""

    name: ClassVar[str] = "language"
    fails: ClassVar[Literal["closed", "open"]] = "closed"

    def __init__(self, world: World) -> None:
        self._world = world

    def keep(self, query: Query, candidates: Candidates) -> Mask:
        chosen = sum(1 << language for language in set(query.languages))
        mask: Mask = _spoken(candidates.rows, self._world.catalogue.language, chosen)
        return mask


@njit(cache=True, nogil=True)
def _spoken(rows, language, chosen):  # type: ignore[no-untyped-def]
    """bool[n]: is the language of each of `rows` a bit of `chosen`?"""
    keep = np.empty(len(rows), np.bool_)
    for i in range(len(rows)):
        keep[i] = (chosen >> language[rows[i]]) & 1
    return keep


class CardsOnly:
    """Filter: videos stay off the lock screen."""

    name: ClassVar[str] = "cards only"
    fails: ClassVar[Literal["closed", "open"]] = "closed"

    def __init__(self, world: World) -> None:
        self._world = world

    def keep(self, query: Query, candidates: Candidates) -> Mask:
        mask: Mask = self._world.catalogue.kind[candidates.rows] != VIDEO
        return mask


class AlreadySeen:
    """Filter: nothing that was served within the never-repeat window."""

    name: ClassVar[str] = "already seen"
    fails: ClassVar[Literal["closed", "open"]] = "open"

    def __init__(self, walker: Walker) -> None:
        self._walker = walker

    def keep(self, query: Query, candidates: Candidates) -> Mask:
        return self._walker.unseen(candidates.rows, query.seen)


class Hidden:
    """Filter: no creator, topic or item that the viewer hid or blocked. Closed: it is a wish that
    was acknowledged."""

    name: ClassVar[str] = "hidden"
    fails: ClassVar[Literal["closed", "open"]] = "closed"

    def __init__(self, world: World) -> None:
        self._world = world

    def keep(self, query: Query, candidates: Candidates) -> Mask:
        keep = np.ones(len(candidates), np.bool_)
        state, catalogue, rows = query.state, self._world.catalogue, candidates.rows
        if state is None:
            return keep
        for hidden, column in (
            (state.hidden_creators, catalogue.creator),
            (state.hidden_topics, catalogue.topic),
        ):
            now = [target for target, until_ms in hidden.items() if until_ms > query.now_ms]
            if now:
                keep &= ~np.isin(column[rows], now)
        if state.hidden_items:
            keep &= ~np.isin(catalogue.num[rows], list(state.hidden_items))
        return keep
