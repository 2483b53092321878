"""Time-decayed counts of what happened to items, creators, topics in each language, and scenes."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from jhalak.learning.features import ITEM_BLOCK, ITEM_OWN
from jhalak.learning.rates import (
    ALL_PRIOR,
    SCENE_PRIOR,
    TOPIC_PRIOR,
    USUAL_RATES,
    R,
    all_blocks,
    creator_rate,
    group_rates,
    item_block,
    item_blocks,
    scene_lift,
)
from jhalak.learning.table import (
    FAST_HALF_LIFE_S,
    HALF_LIFE_S,
    KIND_INDEX,
    SLOW,
    ItemTable,
    K,
    Table,
    bump_all,
)
from jhalak.schema.candidates import Floats
from jhalak.schema.languages import LANGUAGES
from jhalak.schema.slate import SURFACES
from jhalak.schema.viewer_state import SCENES, TOPICS_MAX

STEPS: Final = 512
"""What waits to be counted at once: a call of the kernel costs as much as a count."""
PLACES_MOST: Final = 200_000
"""Places remembered: 30 MB."""
_Place = tuple[int, int, int, int, int]
"""(item, topic, language, creator, scene)"""


class Counters:
    """Counts of items, creators, each language's topics, scenes, and items in each scene.

    What is counted waits for company; whoever asks for a table, or for what follows from one, gets
    it with all counts in it, as if each had been added at once.
    """

    TABLES: Final = ("items", "creators", "topics", "scenes", "item_scenes")

    def __init__(self) -> None:
        self._items = ItemTable()
        self._creators = Table()
        self._topics = Table()
        self._scenes = Table()
        self._item_scenes = Table()
        self._rates = np.zeros(R)
        self._all = np.zeros(R)
        self._one = np.zeros(ITEM_BLOCK, np.float32)
        self._steps: list[int] = []
        """Of what waits: place, bits of kinds, amount, time; see table.bump_all."""
        self._place_of: dict[_Place, int] = {}
        self._new: list[int] = []
        """The newest of `_places`, not in it yet."""
        self._places = np.zeros((256, 8), np.int64)
        """Rows of item, creator (-1: unknown), topic, everything, scene (-1: not known), item in
        the scene; the item's cell; the scene."""

    @property
    def items(self) -> ItemTable:
        self._settle()
        return self._items

    @property
    def creators(self) -> Table:
        self._settle()
        return self._creators

    @property
    def topics(self) -> Table:
        """Key: language * TOPICS_MAX + topic."""
        self._settle()
        return self._topics

    @property
    def scenes(self) -> Table:
        """Key: scene; SCENES for all together."""
        self._settle()
        return self._scenes

    @property
    def item_scenes(self) -> Table:
        """Key: item * SCENES + scene."""
        self._settle()
        return self._item_scenes

    def count(
        self, kind: str, item: int, topic: int, language: int, creator: int, at_ms: int,
        amount: float = 1.0, scene: int = -1,
    ) -> None:  # fmt: skip
        """One event of KINDS[:7]; `amount` -1 takes one back; `scene` -1 is not known. An
        impression that is served is judged too: count both."""
        place = item, topic, language, creator, scene
        self.count_all(1 << KIND_INDEX[kind], place, at_ms, int(amount))

    def count_all(self, kinds: int, place: _Place, at_ms: int, amount: int = 1) -> None:
        """Events of one moment, as bits of kinds: see table.bump_all. 0.4 us each."""
        at = self._place_of.get(place)
        if at is None:
            at = self._new_place(place)
        self._steps += (at, kinds, amount, at_ms)
        if len(self._steps) >= 4 * STEPS:
            self._settle()

    def _new_place(self, place: _Place) -> int:
        item, topic, language, creator, scene = place
        at = len(self._place_of)
        if at >= PLACES_MOST:
            self._forget_places()
            at = 0
        cell = language * TOPICS_MAX + topic
        self._new += (
            self._items.at(item), self._creators.at(creator) if creator > 0 else -1,
            self._topics.at(cell), self._scenes.at(SCENES),
            self._scenes.at(scene) if scene >= 0 else -1,
            self._item_scenes.at(item * SCENES + scene) if scene >= 0 else -1, cell, scene,
        )  # fmt: skip
        self._place_of[place] = at
        return at

    def _forget_places(self) -> None:
        self._settle()
        self._place_of.clear()

    def _settle(self) -> None:
        """Count what waits."""
        if not self._steps:
            return
        if self._new:
            end, new = len(self._place_of), np.array(self._new, np.int64).reshape(-1, 8)
            self._new.clear()
            while end > len(self._places):
                self._places = np.concatenate([self._places, np.zeros_like(self._places)])
            self._places[end - len(new) : end] = new
        steps = np.array(self._steps, np.int64).reshape(-1, 4)
        self._steps.clear()
        items, creators, topics = self._items, self._creators, self._topics
        scenes, item_scenes = self._scenes, self._item_scenes
        bump_all(
            steps, self._places, HALF_LIFE_S, FAST_HALF_LIFE_S, items.counts, items.last_ms,
            items.cell, items.creator, items.scenes, creators.counts, creators.last_ms,
            topics.counts, topics.last_ms, scenes.counts, scenes.last_ms, item_scenes.counts,
            item_scenes.last_ms,
        )  # fmt: skip

    def expire(self, at_ms: int, unused_s: float) -> None:
        """Forget items that nothing happened to for `unused_s` of log time."""
        self._forget_places()
        since_ms = at_ms - unused_s * 1000
        for table in (self.items, self.item_scenes):
            n = len(table)
            used = np.flatnonzero(table.last_ms[:n] >= since_ms)
            if len(used) < n:
                table.keep(used)
        n, find = len(self.items), self.item_scenes.index.get
        for scene in range(len(SURFACES)):
            keys = self.items.keys[:n] * SCENES + scene
            self.items.scenes[:n, scene] = [find(key, -1) + 1 for key in keys.tolist()]

    def all_rates(self, at_ms: int) -> NDArray[np.float64]:
        """float64[R]: smoothed rates of everything. The array is used again by the next call."""
        table = self.scenes
        prior = np.full(R, ALL_PRIOR)
        group_rates(
            table.counts, table.last_ms, table.index.get(SCENES, -1), at_ms, USUAL_RATES, prior,
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
        all_blocks(
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
        self._forget_places()
        for name in self.TABLES:
            getattr(self, name).load(data[name])


def trend(counts: Floats, rate_logit: Floats) -> Floats:
    """float32[n]: what is read much now: fast taps above what the impressions explain, plus how
    well the item does at all. Zero for an item that nothing happened to."""
    taps = np.maximum(counts[:, SLOW + 1], 0)
    return (np.log1p(taps) * (1.0 + 1.0 / (1.0 + np.exp(-rate_logit)))).astype(np.float32)
