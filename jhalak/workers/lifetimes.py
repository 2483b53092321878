"""How long cards stay good: by their topic and words, and by how fast others of their kind, and
they themselves, lose their readers."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from typing import Final, NamedTuple

import msgspec

from jhalak.catalogue.topics import topic_by_id
from jhalak.ingest.quick import text_of
from jhalak.learning.decay import NAME as DECAY
from jhalak.learning.decay import Estimate, Observed, nothing_observed, observed
from jhalak.ports.learned import Learned
from jhalak.ports.understandings import Understanding, UnderstandingStore, Understood
from jhalak.schema.item import Item, ItemRecord
from jhalak.schema.languages import LANGUAGES
from jhalak.understanding.lifetime import HOUR_MS, lifetime_h
from jhalak.understanding.lifetime import NAME as WORDS

ENOUGH: Final = 1.1
"""A card's end moves when its lifetime is so many times what it was, or a part of that."""
EVERY_MS: Final = 600_000
"""Between two looks at all live cards."""
PAGE: Final = 100
"""Cards looked at in one step: 10 ms, and where all of them move 40 ms of its one writer."""


class Lifetime(NamedTuple):
    """How long a card stays good, how sure that is, and what says so."""

    hours: float
    confidence: float
    model: str


class Lifetimes:
    """What is known of lifetimes by the newest snapshot; without one, topic and words alone."""

    def __init__(self, learned: Learned | None) -> None:
        self._learned, self._version = learned, 0
        self.observed: Observed = nothing_observed()
        self._of_topic: dict[tuple[str, str], Estimate] = {}

    def look(self) -> bool:
        """Take the newest snapshot; was there a newer one?"""
        found = self._learned.newest(self._version) if self._learned is not None else None
        if found is None:
            return False
        self._version, self.observed = found.version, observed(found.arrays)
        self._of_topic.clear()
        return True

    def of_topic(self, language: str, topic: str) -> Estimate:
        """Of a topic in a language."""
        estimate = self._of_topic.get((language, topic))
        if estimate is None:
            known = topic_by_id()[topic]
            place = LANGUAGES.index(language), known.index
            estimate = self.observed.of_topic(*place, known.lifetime_ms / HOUR_MS)
            self._of_topic[language, topic] = estimate
        return estimate

    def of(self, num: int, item: Item, text: str) -> Lifetime:
        """Of the item with that number. What two things say makes it surer than each."""
        cell = self.of_topic(item.language, item.topic)
        hours, sure = lifetime_h(text, cell.hours)
        own = self.observed.of(num, hours)
        seen = 1 - (1 - cell.gain) * (1 - own.gain)
        model = f"{WORDS} + {DECAY}" if seen else WORDS
        return Lifetime(own.hours, 1 - (1 - sure) * (1 - seen), model)


def moved(before: Item, item: Item, text: str, hours: float) -> Item:
    """The item with the end that `hours` give it, where its end followed from a lifetime: what its
    source, or who made a video, said of its end stands. `before` is as it was read."""
    lasts_ms, good_ms = before.expires_ms - before.published_ms, int(hours * HOUR_MS)
    shipped_h, _ = lifetime_h(text, topic_by_id()[before.topic].lifetime_ms / HOUR_MS)
    follows = lasts_ms > 0 and lasts_ms in (before.lifetime_ms, int(shipped_h * HOUR_MS))
    if item.kind != "card" or not follows or abs(math.log(good_ms / lasts_ms)) < math.log(ENOUGH):
        return item
    return msgspec.structs.replace(
        item, expires_ms=item.published_ms + good_ms, lifetime_ms=good_ms
    )


class RenewLifetimes:
    """The loop: goes over live cards again, when something new was learned."""

    def __init__(
        self, store: UnderstandingStore, lifetimes: Lifetimes, clock: Callable[[], int]
    ) -> None:
        self._store, self._lifetimes, self._clock = store, lifetimes, clock
        self._began_ms, self._after = clock() - EVERY_MS, -1
        """The number of the last card looked at; -1: all were."""

    async def step(self) -> bool:
        """Look at the next page of cards; True when there are more. Raises Unavailable."""
        return await asyncio.to_thread(self.renew)

    def renew(self) -> bool:
        """The same, at once."""
        now_ms = self._clock()
        if self._after < 0:
            if abs(now_ms - self._began_ms) < EVERY_MS:
                return False
            self._began_ms = now_ms
            self._lifetimes.look()
            if not self._lifetimes.observed.cells:
                return False
            self._after = 0
        records = self._store.live(self._after, now_ms, PAGE)
        done = [one for record in records if (one := self._renewed(record, now_ms)) is not None]
        self._store.put("", done, now_ms, whole=False)
        self._after = records[-1].num if records else -1
        return bool(records)

    def _renewed(self, record: ItemRecord, now_ms: int) -> Understood | None:
        """What became of one card; None: nothing."""
        text = text_of(record.item.title, record.item.summary)
        said = self._lifetimes.of(record.num, record.item, text)
        item = moved(record.item, record.item, text, said.hours)
        if item == record.item:
            return None
        told = Understanding(
            record.num, "lifetime", f"{said.hours:.1f} h", said.confidence, said.model, now_ms
        )
        return Understood(record, item, record.embedding, b"", (told,))
