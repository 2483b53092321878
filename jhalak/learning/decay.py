"""How fast cards lose their readers: half-lives of their taps, by language and topic and by item.

Counted are a card's closed slots and taps by its age when it was served; an exposure is a slot
times how much likelier than the first its place is tapped (the model's position weights, learned
beside all else that decides a tap). Assumed is that a card is tapped in each exposure at the rate

    q (FLOOR + (1 - FLOOR) 2^(-age / h))

with its own q, Gamma-distributed about the mean of its language and topic, and its own h,
log-normal about theirs. q is integrated out card by card, so a card is compared with itself when
young: that only good cards are still shown when old does not look like lasting. What the ranker
knew of a card from its taps is in the counts too, so its choice cancels; what it knew besides (a
taste, the hour of day) is taken to be alike at all ages. One much-read card counts as one opinion
about h, not as its thousands of taps.

Learned state is the counts, 180 bytes a card; a card that nothing happened to for 45 days is
forgotten, and with it what it said. 1.5 us a slot.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from jhalak.learning.features import FEATURES
from jhalak.learning.joining import Features
from jhalak.learning.model import HEADS, POSITIONS
from jhalak.learning.table import Table
from jhalak.schema.candidates import Floats
from jhalak.schema.item import bounded_lifetime
from jhalak.schema.slate import SURFACES
from jhalak.schema.viewer_state import TOPICS_MAX

NAME: Final = "decay-1"
HALVINGS: Final = 3.0
"""Half-lives in a lifetime: what the feature `fresh` means by one."""
AGE_H: Final = np.array(
    [0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 512, 1024, 2048], np.float64
)
"""float64[AGES]: the ages at which is counted, hours. What happens between two of them counts at
both, more at the nearer, so that its mean age stays what it was."""
AGES: Final = len(AGE_H)
HALF_LIVES_H: Final = np.geomspace(0.1, 7200.0, 32)
"""float64[G]: those that are weighed against each other, hours: well beyond what a lifetime may be,
so that the ends pull nothing."""
FLOOR: Final = 0.02
"""Share of its taps that a card keeps at any age: by mistake, or found late."""
SHAPE: Final = 1.0
"""Of the Gamma distribution of q: its spread is its mean."""
ITEM_SPREAD: Final = 0.5
"""Of cards' half-lives about those of their language and topic, as a natural logarithm."""
CELL_SPREAD: Final = math.log(3.0)
"""Of those about the hours that ship."""
DOUBT: Final = 0.2
"""Spread that no evidence takes away: no decay is quite what is assumed here. Where it was known,
estimates from 4,000 taps were off by so much."""
MOST_TIMES: Final = 8.0
"""What counts say lengthens or shortens hours at most so often."""
LEAST_TAPS: Final = 10.0
"""Of a card before it says something of itself."""
LEAST_LIKELY: Final = -500.0
"""Log-likelihoods are cut to it."""
_FLUSH: Final = 512
"""Slots counted at once."""
_CARDS: Final = SURFACES.index("lockscreen")
_AGE: Final = FEATURES.index("age")
_TAP: Final = HEADS.index("tap")
_LOG_H: Final = np.log(HALF_LIVES_H)
_KEPT: Final = FLOOR + (1 - FLOOR) * np.exp2(-AGE_H[:, None] / HALF_LIVES_H)
"""float64[AGES, G]: what is left of a card's rate."""
_LOG_KEPT: Final = np.log(_KEPT)


_NEAR: Final = int(3 * ITEM_SPREAD / (_LOG_H[1] - _LOG_H[0]))
"""Half-lives further off than so many are too far from their cell's to be weighed."""
_OFF: Final = np.arange(-_NEAR, _NEAR + 1) * (_LOG_H[1] - _LOG_H[0]) / ITEM_SPREAD
_ABOUT: Final = np.exp(-0.5 * _OFF**2) / np.exp(-0.5 * _OFF**2).sum()
"""float64[2 * _NEAR + 1]: how likely a card's half-life is that lies so many from its cell's."""


@njit(cache=True, nogil=True)
def count(row, hours, exposure, tap, age_h, exposed, taps):  # type: ignore[no-untyped-def]
    """Count n slots of the cards `row` at the ages `hours`."""
    last = len(age_h) - 1
    for i in range(len(row)):
        hour = min(max(hours[i], 0.0), age_h[last])
        after = 1
        while age_h[after] < hour:
            after += 1
        share = (hour - age_h[after - 1]) / (age_h[after] - age_h[after - 1])
        exposed[row[i], after - 1] += exposure[i] * (1.0 - share)
        exposed[row[i], after] += exposure[i] * share
        taps[row[i], after - 1] += tap[i] * (1.0 - share)
        taps[row[i], after] += tap[i] * share


@njit(cache=True, nogil=True)
def _means(exposed, taps, cell, kept, seen, sums):  # type: ignore[no-untyped-def]
    """seen[cells, 3]: cards, exposures and taps of each cell; sums[cells, G]: its exposures, each
    worth what is left of its card's rate."""
    for i in range(len(cell)):
        of = cell[i]
        seen[of, 0] += 1.0
        for b in range(exposed.shape[1]):
            if exposed[i, b] > 0.0 or taps[i, b] > 0.0:
                seen[of, 1] += exposed[i, b]
                seen[of, 2] += taps[i, b]
                sums[of] += exposed[i, b] * kept[b]


@njit(cache=True, nogil=True)
def _weigh(exposed, taps, cell, kept, log_kept, mean, about, shape, of_cell, of_item):  # type: ignore[no-untyped-def]
    """Log-likelihoods: of_item[n, G] of each card's half-life, 0 for the likeliest; of_cell[cells,
    G] of its cell's, summed. `mean` float64[cells, G] are the cells' rates when young."""
    size, near = kept.shape[1], len(about) // 2
    odds, left, fit = np.empty(size + 2 * near), np.empty(size), np.empty(size)
    for i in range(len(cell)):
        left[:] = 0.0
        fit[:] = 0.0
        said = 0.0
        for b in range(taps.shape[1]):
            if exposed[i, b] > 0.0:
                left += exposed[i, b] * kept[b]
            if taps[i, b] > 0.0:
                said += taps[i, b]
                fit += taps[i, b] * log_kept[b]
        for g in range(size):
            rate = mean[cell[i], g]
            fit[g] += said * math.log(rate) - (shape + said) * math.log1p(left[g] * rate / shape)
        fit -= fit.max()
        of_item[i] = fit
        for g in range(size):
            odds[near + g] = math.exp(fit[g])
        odds[:near], odds[near + size :] = odds[near], odds[near + size - 1]
        for c in range(size):
            likely = 1e-300
            for k in range(2 * near + 1):
                likely += about[k] * odds[c + k]
            of_cell[cell[i], c] += math.log(likely)


class Cards(Table):
    """Counts of cards by age."""

    COLUMNS: ClassVar[tuple[tuple[str, Any, int], ...]] = (
        ("keys", np.int64, 0), ("exposed", np.float32, AGES), ("taps", np.float32, AGES),
        ("cell", np.int32, 0), ("last_ms", np.int64, 0),
    )  # fmt: skip
    exposed: Floats
    taps: Floats
    cell: NDArray[np.int32]
    """language * TOPICS_MAX + topic, when it was last seen."""


class Decay:
    """The counts, and how a closed slot changes them."""

    def __init__(self) -> None:
        self._cards = Cards()
        self._waiting: list[tuple[Any, ...]] = []

    @property
    def cards(self) -> Cards:
        self._flush()
        return self._cards

    def close(
        self, known: Features, position: int, yes: int, places: Floats, at_ms: int, *,
        late: bool = False,
    ) -> None:  # fmt: skip
        """The labels of a slot closed, as bits of HEADS; or some came `late`, after that. `places`
        float32[surfaces, POSITIONS, H] are the model's position weights, in logits."""
        tap, x = yes >> _TAP & 1, known.features
        if known.surface != _CARDS or not known.viewer or x is None or not x.item(position, 0):
            return
        if late and not tap:
            return
        # A late one was counted as a slot when it closed.
        place = position if position < POSITIONS else POSITIONS - 1
        weight = -math.inf if late else places.item(_CARDS, place, _TAP)
        cell = known.language[position] * TOPICS_MAX + known.topic[position]
        self._waiting.append((
            known.items[position], cell, at_ms, tap, x.item(position, _AGE), weight
        ))  # fmt: skip
        if len(self._waiting) >= _FLUSH:
            self._flush()

    def _flush(self) -> None:
        """Count what waits."""
        if not self._waiting:
            return
        *whole, ages, weights = zip(*self._waiting, strict=True)
        self._waiting.clear()
        cards = self._cards
        # In the order in which they came: a checkpoint must not depend on when this is done.
        row = np.array([cards.at(item) for item in whole[0]])
        _, cells, times, taps = np.array(whole, np.int64)
        cards.cell[row], cards.last_ms[row] = cells, times
        hours, weight = np.expm1(np.array(ages)), np.array(weights)
        exposure = np.where(weight > -math.inf, np.exp(np.clip(weight, -3, 1)), 0)
        count(row, hours, exposure, taps, AGE_H, cards.exposed, cards.taps)

    def expire(self, at_ms: int, unused_s: float) -> None:
        """Forget cards that nothing happened to for `unused_s` of log time."""
        cards = self.cards
        n = len(cards)
        used = np.flatnonzero(cards.last_ms[:n] >= at_ms - int(unused_s * 1000))
        if len(used) < n:
            cards.keep(used)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """For the snapshot; see `observed`. 5 us a card."""
        cards, n = self.cards, len(self.cards)
        cells, cell = np.unique(cards.cell[:n], return_inverse=True)
        exposed, taps = cards.exposed[:n], cards.taps[:n]
        seen, sums = np.zeros((len(cells), 3)), np.zeros((len(cells), len(HALF_LIVES_H)))
        _means(exposed, taps, cell, _KEPT, seen, sums)
        mean = (seen[:, 2:] + 1.0) / (sums + 20.0)
        of_cell, of_item = np.zeros_like(sums), np.empty((n, len(HALF_LIVES_H)), np.float32)
        _weigh(exposed, taps, cell, _KEPT, _LOG_KEPT, mean, _ABOUT, SHAPE, of_cell, of_item)
        many = np.flatnonzero(taps.sum(axis=1) >= LEAST_TAPS)
        return {
            "decay_cells": cells.astype(np.int64),
            "decay_seen": seen.astype(np.float32),
            "decay_of_cell": (of_cell - of_cell.max(axis=1, keepdims=True)).astype(np.float32),
            "decay_items": cards.keys[:n][many],
            # Of half the width: they are written with every snapshot.
            "decay_of_item": np.maximum(of_item[many], LEAST_LIKELY).astype(np.float16),
        }

    def dump(self) -> dict[str, bytes]:
        return self.cards.dump()

    def load(self, data: Mapping[str, bytes]) -> None:
        """Continue from a checkpoint."""
        self._cards.load(dict(data))


class Estimate(NamedTuple):
    """A lifetime."""

    hours: float
    gain: float
    """How much surer the counts made it, from 0 to 1: the share of the spread that is gone."""


class Seen(NamedTuple):
    """What an estimate of a language's topic rests on."""

    language: int
    topic: int
    cards: int
    exposures: float
    """Slots, as if each had stood first."""
    taps: float


@dataclass(frozen=True, slots=True, eq=False)
class Observed:
    """Half-lives out of a snapshot, on their way to lifetimes."""

    cells: dict[int, int]
    """language * TOPICS_MAX + topic to its row."""
    seen: Floats
    of_cell: Floats
    items: dict[int, int]
    of_item: Floats

    def of_topic(self, language: int, topic: int, prior_h: float) -> Estimate:
        """Of a topic in a language, where `prior_h` ships."""
        row = self.cells.get(language * TOPICS_MAX + topic)
        return _estimate(None if row is None else self.of_cell[row], prior_h, CELL_SPREAD)

    def of(self, num: int, prior_h: float) -> Estimate:
        """Of one card, where others like it have `prior_h`."""
        row = self.items.get(num)
        return _estimate(None if row is None else self.of_item[row], prior_h, ITEM_SPREAD)

    def all_seen(self) -> list[Seen]:
        """Every language's topic of which something was seen."""
        return [
            Seen(*divmod(cell, TOPICS_MAX), int(cards), exposures, taps)
            for cell, (cards, exposures, taps) in zip(self.cells, self.seen.tolist(), strict=True)
        ]


def nothing_observed() -> Observed:
    """Of a cell that never learned."""
    none = np.zeros((0, len(HALF_LIVES_H)), np.float32)
    return Observed({}, np.zeros((0, 3), np.float32), none, {}, none)


def observed(arrays: Mapping[str, NDArray[Any]]) -> Observed:
    """Half-lives out of a snapshot's arrays; nothing out of one that has none, or others."""
    names = ("cells", "seen", "of_cell", "items", "of_item")
    cells, seen, of_cell, items, of_item = (
        np.array(arrays.get(f"decay_{name}", ())) for name in names
    )
    size = len(HALF_LIVES_H)
    shapes = (len(cells), 3), (len(cells), size), (len(items), size)
    found = seen, of_cell, of_item
    if not all(a.shape == s and np.isfinite(a).all() for a, s in zip(found, shapes, strict=True)):
        return nothing_observed()
    rows = ({int(key): row for row, key in enumerate(keys)} for keys in (cells, items))
    return Observed(next(rows), seen, of_cell, next(rows), of_item)


def _estimate(fit: Floats | None, prior_h: float, sd: float) -> Estimate:
    """What log-likelihoods float[G] make of a belief in `prior_h` hours: the mean of the
    logarithm, which moves as far as it does for half-lives. Within the bounds of a lifetime."""
    if fit is None:
        return Estimate(bounded_lifetime(prior_h), 0.0)
    belief = np.exp(-0.5 * ((_LOG_H - math.log(bounded_lifetime(prior_h) / HALVINGS)) / sd) ** 2)
    before, sd_before = _moments(belief)
    after, sd_after = _moments(belief * np.exp(np.maximum(fit - fit.max(), LEAST_LIKELY)))
    times = min(max(math.exp(after - before), 1 / MOST_TIMES), MOST_TIMES)
    gain = max(1.0 - math.hypot(sd_after, DOUBT) / sd_before, 0.0)
    return Estimate(bounded_lifetime(bounded_lifetime(prior_h) * times), gain)


def _moments(weights: NDArray[np.float64]) -> tuple[float, float]:
    """Mean and spread of the logarithm of half-lives with these weights."""
    shares = weights / weights.sum()
    mean = float(shares @ _LOG_H)
    return mean, math.sqrt(max(float(shares @ (_LOG_H - mean) ** 2), 0.0))
