"""Time-decayed counts of what happened to items, creators, topics in each language, and scenes.

Every count halves with its half-life of log time. Decay is lazy: a row holds its counts as of
its own last change. Rates are smoothed towards those of the wider group: an item's towards its
topic's in its language, a topic's towards everything's.
"""

from __future__ import annotations

import math
from typing import Any, ClassVar, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from jhalak.learning.features import ITEM_BLOCK, ITEM_OWN, USUAL_RATE
from jhalak.schema.candidates import Floats
from jhalak.schema.languages import LANGUAGES
from jhalak.schema.slate import SURFACES
from jhalak.schema.viewer_state import SCENES, TOPICS_MAX

KINDS: Final = (
    "impression", "judged", "tap", "long", "like", "hide", "complete",
    "fast_impression", "fast_tap",
)  # fmt: skip
"""Columns of the counts. Judged are the impressions of which is known whether they were tapped:
all that are served, not all of an imported history. The fast ones are judged impressions and taps
again, with a short half-life."""
K: Final = len(KINDS)
KIND_INDEX: Final = {kind: index for index, kind in enumerate(KINDS[:7])}
SLOW: Final = 7
"""Columns before this one have the long half-life."""
HALF_LIFE_S: Final = 7 * 86_400.0
FAST_HALF_LIFE_S: Final = 6 * 3_600.0
RATES: Final = ("tap", "long", "like", "hide", "complete")
"""Smoothed rates, in this order: taps of what was judged, the others of what was shown."""
R: Final = len(RATES)
USUAL: Final = {"tap": USUAL_RATE, "long": 0.05, "like": 0.01, "hide": 0.003, "complete": 0.05}
"""Rates of an empty cell."""
_USUAL: Final = np.array(list(USUAL.values()), np.float64)
_HAPPENED: Final = np.array([2, 3, 4, 5, 6])
_OF: Final = np.array([1, 0, 0, 0, 1])
"""Columns of what happened and of what it is a share of, by rate."""
ALL_PRIOR: Final = 20.0
"""Impressions' worth of belief that the cell is usual."""
SCENE_PRIOR: Final = 20.0
TOPIC_PRIOR: Final = np.array([100.0, 100.0, 200.0, 200.0, 100.0])
ITEM_PRIOR: Final = np.array([15.0, 15.0, 50.0, 50.0, 15.0])
"""Impressions' worth of belief that an item is like others of its language and topic."""
FAST_PRIOR: Final = 10.0
CREATOR_PRIOR: Final = 15.0
ITEM_SCENE_PRIOR: Final = 10.0
LEAST, MOST = 0.0005, 0.97
"""Rates are kept inside, so that logits stay small."""


@njit(cache=True, nogil=True)
def bump(counts, last_ms, at, kind, amount, at_ms, half_s, fast_s):  # type: ignore[no-untyped-def]
    """One event of KINDS[:7] at row `at`."""
    gap = (at_ms - last_ms[at]) / 1000.0
    if gap > 0:
        if last_ms[at] > 0:
            slow = math.exp2(-gap / half_s)
            fast = math.exp2(-gap / fast_s)
            for k in range(SLOW):
                counts[at, k] *= slow
            for k in range(SLOW, counts.shape[1]):
                counts[at, k] *= fast
        last_ms[at] = at_ms
    counts[at, kind] += amount
    if kind == 1 or kind == 2:
        counts[at, SLOW - 1 + kind] += amount


@njit(cache=True, nogil=True, inline="always")
def _smooth(happened, shown, prior, usual):  # type: ignore[no-untyped-def]
    rate = (max(happened, 0.0) + prior * usual) / (max(shown, 0.0) + prior)
    return min(max(rate, LEAST), MOST)


@njit(cache=True, nogil=True, inline="always")
def _logit(p):  # type: ignore[no-untyped-def]
    return math.log(p / (1.0 - p))


@njit(cache=True, nogil=True)
def group_rates(counts, last_ms, row, at_ms, usual, prior, out):  # type: ignore[no-untyped-def]
    """out[R]: smoothed rates of a group's row (-1: none yet), towards `usual` float64[R]."""
    keep = 0.0
    if row >= 0:
        keep = math.exp2(-max(at_ms - last_ms[row], 0) / 1000.0 / HALF_LIFE_S)
    for k in range(R):
        happened = counts[row, _HAPPENED[k]] * keep if row >= 0 else 0.0
        shown = counts[row, _OF[k]] * keep if row >= 0 else 0.0
        out[k] = _smooth(happened, shown, prior[k], usual[k])


@njit(cache=True, nogil=True)
def creator_rate(counts, last_ms, row, at_ms, prior):  # type: ignore[no-untyped-def]
    """Smoothed tap rate of the creators' row `row` (-1: unknown)."""
    if row < 0:
        return _smooth(0.0, 0.0, CREATOR_PRIOR, prior)
    keep = math.exp2(-max(at_ms - last_ms[row], 0) / 1000.0 / HALF_LIFE_S)
    return _smooth(counts[row, 2] * keep, counts[row, 1] * keep, CREATOR_PRIOR, prior)


@njit(cache=True, nogil=True)
def scene_lift(counts, last_ms, row, at_ms, item_tap):  # type: ignore[no-untyped-def]
    """How much likelier, in logits, an item is tapped in a scene than anywhere: `row` is that of
    (item, scene), -1 for none; `item_tap` the item's own logit."""
    if row < 0:
        return 0.0
    keep = math.exp2(-max(at_ms - last_ms[row], 0) / 1000.0 / HALF_LIFE_S)
    usual = 1.0 / (1.0 + math.exp(-item_tap))
    rate = _smooth(counts[row, 2] * keep, counts[row, 1] * keep, ITEM_SCENE_PRIOR, usual)
    return _logit(rate) - item_tap


@njit(cache=True, nogil=True)
def item_block(counts, last_ms, row, at_ms, usual, creator, out):  # type: ignore[no-untyped-def]
    """out[:ITEM_OWN] of the items' row `row` (-1: never shown); see `item_blocks`. `usual`
    float64[R] are the rates of its topic in its language, `creator` its creator's tap rate."""
    shown = 0.0
    judged = 0.0
    gap = 0.0
    if row >= 0:
        gap = max(at_ms - last_ms[row], 0) / 1000.0
        keep = math.exp2(-gap / HALF_LIFE_S)
        shown = max(counts[row, 0] * keep, 0.0)
        judged = max(counts[row, 1] * keep, 0.0)
    tap = usual[0]
    for k in range(R):
        rate = usual[k]
        if row >= 0:
            of = judged if _OF[k] == 1 else shown
            rate = _smooth(counts[row, _HAPPENED[k]] * keep, of, ITEM_PRIOR[k], usual[k])
        if k == 0:
            tap = rate
        out[k] = _logit(rate)
    recent = tap
    if row >= 0:
        fast = math.exp2(-gap / FAST_HALF_LIFE_S)
        recent = _smooth(counts[row, SLOW + 1] * fast, counts[row, SLOW] * fast, FAST_PRIOR, tap)
    out[5] = math.log1p(shown)
    out[6] = math.log1p(judged)
    out[7] = _logit(recent) - out[0]
    out[8] = _logit(creator)
    out[9] = _logit(usual[0])
    out[10] = _logit(usual[1])
    out[11] = shown < 0.5


@njit(cache=True, nogil=True)
def _blocks(  # type: ignore[no-untyped-def]
    n, counts, last_ms, cell, creator, cell_rates, creator_counts, creator_ms, scene_row,
    scene_counts, scene_ms, at_ms, out,
):  # fmt: skip
    for row in range(n):
        usual = cell_rates[cell[row]]
        rate = creator_rate(creator_counts, creator_ms, creator[row], at_ms, usual[0])
        item_block(counts, last_ms, row, at_ms, usual, rate, out[row])
        for s in range(scene_row.shape[1]):
            out[row, ITEM_OWN + s] = scene_lift(
                scene_counts, scene_ms, scene_row[row, s], at_ms, out[row, 0]
            )


class Table:
    """Counts float32[n, K] by key (an item's or creator's number), growing as keys come."""

    COLUMNS: ClassVar[tuple[tuple[str, Any, int], ...]] = (
        ("keys", np.int64, 0), ("counts", np.float32, K), ("last_ms", np.int64, 0),
    )  # fmt: skip
    """Name, dtype and width (0: a plain column) of each array; `len(self)` rows are in use."""

    keys: NDArray[np.int64]
    counts: Floats
    last_ms: NDArray[np.int64]

    def __init__(self) -> None:
        self._fill({}, 0)

    def __len__(self) -> int:
        return len(self.index)

    def _fill(self, columns: dict[str, NDArray[Any]], n: int) -> None:
        """Hold these columns of n rows, with room to grow."""
        size = max(n, 256)
        for name, dtype, width in self.COLUMNS:
            column = np.zeros((size, width) if width else size, dtype)
            if n:
                column[:n] = columns[name]
            setattr(self, name, column)
        self.index: dict[int, int] = {int(key): row for row, key in enumerate(self.keys[:n])}

    def at(self, key: int) -> int:
        """The key's row, made if it is new."""
        row = self.index.get(key)
        if row is None:
            row = len(self.index)
            if row == len(self.keys):
                for name, _, _ in self.COLUMNS:
                    old = getattr(self, name)
                    setattr(self, name, np.concatenate([old, np.zeros_like(old)]))
            self.index[key] = row
            self.keys[row] = key
        return row

    def add(self, row: int, kind: int, amount: float, at_ms: int) -> None:
        bump(self.counts, self.last_ms, row, kind, amount, at_ms, HALF_LIFE_S, FAST_HALF_LIFE_S)

    def now(self, at_ms: int) -> Floats:
        """float32[n, K]: all counts as of `at_ms`."""
        n = len(self)
        gap = np.maximum(at_ms - self.last_ms[:n], 0) / 1000.0
        answer = self.counts[:n].copy()
        answer[:, :SLOW] *= np.exp2(-gap / HALF_LIFE_S)[:, None]
        answer[:, SLOW:] *= np.exp2(-gap / FAST_HALF_LIFE_S)[:, None]
        return answer

    def keep(self, rows: NDArray[np.intp]) -> None:
        """Keep only `rows`, in that order."""
        self._fill({name: getattr(self, name)[rows] for name, _, _ in self.COLUMNS}, len(rows))

    def dump(self) -> dict[str, bytes]:
        n = len(self)
        return {name: getattr(self, name)[:n].tobytes() for name, _, _ in self.COLUMNS}

    def load(self, data: dict[str, bytes]) -> None:
        columns = {
            name: np.frombuffer(data[name], dtype).reshape((-1, width) if width else -1)
            for name, dtype, width in self.COLUMNS
        }
        self._fill(columns, len(columns["keys"]))


class ItemTable(Table):
    """Counts of items, with what each item was when it was last served."""

    COLUMNS: ClassVar[tuple[tuple[str, Any, int], ...]] = (
        *Table.COLUMNS, ("cell", np.int32, 0), ("creator", np.int32, 0),
        ("scenes", np.int32, len(SURFACES)),
    )  # fmt: skip
    cell: NDArray[np.int32]
    """language * TOPICS_MAX + topic"""
    creator: NDArray[np.int32]
    """Row of its creator in the creators' table; -1 is unknown."""
    scenes: NDArray[np.int32]
    """Rows of (item, surface) in the table of those, plus 1; 0 is none yet."""


class Counters:
    """Counts of items, creators, each language's topics, scenes, and items in each scene."""

    TABLES: Final = ("items", "creators", "topics", "scenes", "item_scenes")

    def __init__(self) -> None:
        self.items = ItemTable()
        self.creators = Table()
        self.topics = Table()  # key: language * TOPICS_MAX + topic
        self.scenes = Table()  # key: scene; SCENES for all together
        self.item_scenes = Table()  # key: item * SCENES + scene
        self._rates = np.zeros(R)
        self._all = np.zeros(R)
        self._one = np.zeros(ITEM_BLOCK, np.float32)

    def count(
        self, kind: str, item: int, topic: int, language: int, creator: int, at_ms: int,
        amount: float = 1.0, scene: int = -1,
    ) -> None:  # fmt: skip
        """One event of KINDS[:7]; `amount` -1 takes one back; `scene` -1 is not known. An
        impression that is served is judged too: count both."""
        k = KIND_INDEX[kind]
        cell = language * TOPICS_MAX + topic
        row = self.items.at(item)
        creator_row = self.creators.at(creator) if creator > 0 else -1
        self.items.cell[row] = cell
        self.items.creator[row] = creator_row
        self.items.add(row, k, amount, at_ms)
        if creator_row >= 0:
            self.creators.add(creator_row, k, amount, at_ms)
        self.topics.add(self.topics.at(cell), k, amount, at_ms)
        self.scenes.add(self.scenes.at(SCENES), k, amount, at_ms)
        if scene >= 0:
            self.scenes.add(self.scenes.at(scene), k, amount, at_ms)
            at = self.item_scenes.at(item * SCENES + scene)
            self.item_scenes.add(at, k, amount, at_ms)
            if scene < len(SURFACES):
                self.items.scenes[row, scene] = at + 1

    def expire(self, at_ms: int, unused_s: float) -> None:
        """Forget items that nothing happened to for `unused_s` of log time."""
        since_ms = at_ms - unused_s * 1000
        for table in (self.items, self.item_scenes):
            n = len(table)
            used = np.flatnonzero(table.last_ms[:n] >= since_ms)
            if len(used) < n:
                table.keep(used)
        for row, item in enumerate(self.items.keys[: len(self.items)].tolist()):
            for scene in range(len(SURFACES)):
                at = self.item_scenes.index.get(item * SCENES + scene, -1)
                self.items.scenes[row, scene] = at + 1

    def all_rates(self, at_ms: int) -> NDArray[np.float64]:
        """float64[R]: smoothed rates of everything. The array is used again by the next call."""
        table = self.scenes
        prior = np.full(R, ALL_PRIOR)
        group_rates(
            table.counts, table.last_ms, table.index.get(SCENES, -1), at_ms, _USUAL, prior,
            self._all,
        )  # fmt: skip
        return self._all

    def scene_rates(self, at_ms: int) -> Floats:
        """float32[SCENES + 1, 3]: smoothed rates of tap, long and like in each scene, and of all
        together in the last row."""
        table, usual = self.scenes, self.all_rates(at_ms)
        prior, one = np.full(R, SCENE_PRIOR), np.zeros(R)
        out = np.zeros((SCENES + 1, 3), np.float32)
        for scene in range(SCENES):
            row = table.index.get(scene, -1)
            group_rates(table.counts, table.last_ms, row, at_ms, usual, prior, one)
            out[scene] = one[:3]
        out[SCENES] = usual[:3]
        return out

    def _all_topics(self, at_ms: int) -> NDArray[np.float64]:
        """float64[languages * TOPICS_MAX, R]"""
        usual = self.all_rates(at_ms)
        rates = np.empty((len(LANGUAGES) * TOPICS_MAX, R))
        for cell in range(len(rates)):
            row = self.topics.index.get(cell, -1)
            group_rates(
                self.topics.counts, self.topics.last_ms, row, at_ms, usual, TOPIC_PRIOR,
                rates[cell],
            )  # fmt: skip
        return rates

    def topic_rates(self, at_ms: int) -> Floats:
        """float32[languages, TOPICS_MAX, R]: smoothed rates, in the order of RATES."""
        rates = self._all_topics(at_ms).astype(np.float32)
        return rates.reshape(len(LANGUAGES), TOPICS_MAX, R)

    def blocks(self, at_ms: int) -> tuple[NDArray[np.int64], Floats]:
        """(item numbers int64[n], item blocks float32[n, ITEM_BLOCK]) as of `at_ms`.

        About 15 ms for 100,000 items, without the GIL.
        """
        items, creators, n = self.items, self.creators, len(self.items)
        out = np.empty((n, ITEM_BLOCK), np.float32)
        _blocks(
            n, items.counts, items.last_ms, items.cell, items.creator, self._all_topics(at_ms),
            creators.counts, creators.last_ms, items.scenes - 1, self.item_scenes.counts,
            self.item_scenes.last_ms, at_ms, out,
        )  # fmt: skip
        return items.keys[:n].copy(), out

    def block_of(self, item: int, topic: int, language: int, creator: int, at_ms: int) -> Floats:
        """float32[ITEM_BLOCK]: one item's block as of `at_ms`, known or not: what `blocks` says
        of it, or its cold block. The array is used again by the next call."""
        topics, creators = self.topics, self.creators
        cell = topics.index.get(language * TOPICS_MAX + topic, -1)
        group_rates(
            topics.counts, topics.last_ms, cell, at_ms, self.all_rates(at_ms), TOPIC_PRIOR,
            self._rates,
        )  # fmt: skip
        row = creators.index.get(creator, -1) if creator > 0 else -1
        rate = creator_rate(creators.counts, creators.last_ms, row, at_ms, self._rates[0])
        row = self.items.index.get(item, -1)
        item_block(self.items.counts, self.items.last_ms, row, at_ms, self._rates, rate, self._one)
        for scene in range(len(SURFACES)):
            at = self.item_scenes.index.get(item * SCENES + scene, -1)
            self._one[ITEM_OWN + scene] = scene_lift(
                self.item_scenes.counts, self.item_scenes.last_ms, at, at_ms, self._one[0]
            )
        return self._one

    def cold_blocks(self, at_ms: int) -> Floats:
        """float32[languages, TOPICS_MAX, ITEM_BLOCK]: blocks of items never shown."""
        usual = self._all_topics(at_ms)
        blocks = item_blocks(np.zeros((len(usual), K), np.float32), usual, usual[:, 0])
        return blocks.reshape(len(LANGUAGES), TOPICS_MAX, ITEM_BLOCK)

    def dump(self) -> dict[str, dict[str, bytes]]:
        return {name: getattr(self, name).dump() for name in self.TABLES}

    def load(self, data: dict[str, dict[str, bytes]]) -> None:
        for name in self.TABLES:
            getattr(self, name).load(data[name])


def item_blocks(counts: Floats, usual: NDArray[Any], creator_rates: NDArray[Any]) -> Floats:
    """float32[n, ITEM_BLOCK] from counts float32[n, K], the rates of each item's topic in its
    language float[n, R], and its creator's tap rate float[n]; nothing known of single scenes.

    The reference of the kernel `item_block`."""

    def logit(p: NDArray[Any]) -> NDArray[Any]:
        found: NDArray[Any] = np.log(p / (1 - p))
        return found

    shown, judged = np.maximum(counts[:, 0], 0), np.maximum(counts[:, 1], 0)
    of = np.where(_OF == 1, judged[:, None], shown[:, None])
    rates = (np.maximum(counts[:, _HAPPENED], 0) + ITEM_PRIOR * usual) / (of + ITEM_PRIOR)
    rates = np.clip(rates, LEAST, MOST)
    fast = (np.maximum(counts[:, SLOW + 1], 0) + FAST_PRIOR * rates[:, 0]) / (
        np.maximum(counts[:, SLOW], 0) + FAST_PRIOR
    )
    block = np.zeros((len(counts), ITEM_BLOCK), np.float32)
    block[:, :R] = logit(rates)
    block[:, 5], block[:, 6] = np.log1p(shown), np.log1p(judged)
    block[:, 7] = logit(np.clip(fast, LEAST, MOST)) - block[:, 0]
    block[:, 8] = logit(np.clip(creator_rates, LEAST, MOST))
    block[:, 9], block[:, 10] = logit(usual[:, 0]), logit(usual[:, 1])
    block[:, 11] = shown < 0.5
    return block


def trend(counts: Floats, rate_logit: Floats) -> Floats:
    """float32[n]: what is read much now: fast taps above what the impressions explain, plus how
    well the item does at all. Zero for an item that nothing happened to."""
    taps = np.maximum(counts[:, SLOW + 1], 0)
    return (np.log1p(taps) * (1.0 + 1.0 / (1.0 + np.exp(-rate_logit)))).astype(np.float32)
