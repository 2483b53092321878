"""Search: what a viewer asks for by words, in any of our scripts or spelt as it sounds.

The index says what fits (ports/search.py); which of it may be seen and what comes first is decided
here, by the match of the words and by the viewer's taste. It fails closed: what no filter could
look at is not found.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from jhalak.catalogue.live import sound_number
from jhalak.pipeline.stage import Filter
from jhalak.ports.search import Alternative, FindKind, Found, SearchWords
from jhalak.schema.candidates import Candidates, Floats, Mask, Rows
from jhalak.schema.item import ItemRecord
from jhalak.schema.languages import LANGUAGES
from jhalak.schema.query import Query
from jhalak.schema.viewer_state import ViewerState
from jhalak.stages.audience import ForFollowers
from jhalak.stages.eligibility import Hidden, Language
from jhalak.stages.safety import AgeSafe, Live
from jhalak.stages.world import World
from jhalak.understanding.search_words import KIND, LANGUAGE, TAG, asked_keys, hashtags, keys, words

log = logging.getLogger(__name__)

WORDS: Final = 8
"""Of a query; more are not looked at."""
CANDIDATES: Final = 200
"""Documents that are weighed; of more that fit, the newest."""
COUNTED: Final = 99
"""Items that are counted for a creator, hashtag or sound."""
SPELLINGS: Final = 3
SHORTEST_OPEN: Final = 2
"""Letters from which a word that is being typed finds longer ones."""

EXACT, TAGGED, BEGUN, SOUNDS, NEAR = 1.0, 0.9, 0.8, 0.65, 0.5
"""What a word of a query is worth by how it was met."""
IN_BODY: Final = 0.5
"""Of that, where it does not stand in the title or name."""
PHRASE: Final = 0.3
"""More, where the words stand side by side as they were asked."""
TASTE: Final = 0.25
"""More at most, for how near an item is to what the viewer likes."""
FRESH: Final = 0.15
"""More for a new item; half of it after FRESH_DAYS."""
FRESH_DAYS: Final = 3.0
NO_ROWS: Final = np.zeros(0, np.int32)
_DAY_MS: Final = 86_400_000
_TAG: Final = re.compile(r"[#＃]\S*")


@dataclass(frozen=True, slots=True)
class Part:
    """One word of a query, and how it may be met."""

    word: str
    """"": a hashtag."""
    tag: str
    sounds: frozenset[str]
    near: tuple[str, ...]
    open: bool
    """It is still being typed."""

    def alternatives(self) -> list[Alternative]:
        if self.tag:
            return [Alternative(TAG + self.tag, self.open)]
        found = [Alternative(self.word, self.open), *map(Alternative, sorted(self.sounds))]
        return found + [Alternative(word) for word in self.near]

    def met(self, head: Sequence[str], body: Sequence[str], tags: frozenset[str]) -> float:
        """How well a document meets it; 0: not."""
        if self.tag:
            return TAGGED
        tagged = TAGGED if self.word in tags else 0.0
        # No word of the body is worth more than the least in the head: it need not be read.
        return max(tagged, self._in(head) or IN_BODY * self._in(body))

    def _in(self, said: Sequence[str]) -> float:
        if self.word in said:
            return EXACT
        if self.open and any(word.startswith(self.word) for word in said):
            return BEGUN
        if self.sounds and any(not self.sounds.isdisjoint(keys(word)) for word in said):
            return SOUNDS
        return NEAR if any(word in said for word in self.near) else 0.0


class Weighed(NamedTuple):
    """A document and what its words are worth."""

    found: Found
    worth: float


class ItemFound(NamedTuple):
    """An item that may be seen."""

    record: ItemRecord
    row: int
    worth: float


def parts_of(text: str, store: SearchWords, *, typing: bool) -> list[Part]:
    """What is asked for. A word that no document says may be misspelt."""
    asked: list[Part] = []
    tags = hashtags(text)
    said = words(_TAG.sub(" ", text))
    ends = bool(text) and not text[-1].isspace()
    for at, tag in enumerate(tags):
        last = typing and ends and not said and at == len(tags) - 1
        asked.append(Part("", tag, frozenset(), (), last))
    for at, word in enumerate(said[:WORDS]):
        last = typing and ends and at == len(said) - 1 and len(word) >= SHORTEST_OPEN
        near = () if store.holds(word) else tuple(store.near(word, SPELLINGS))
        asked.append(Part(word, "", frozenset(asked_keys(word)), near, last))
    return asked[:WORDS]


def matches(
    store: SearchWords, asked: Sequence[Part], kind: FindKind, languages: Sequence[int]
) -> list[Weighed]:
    """Documents of one kind, best first; of items, in these languages. For a thread."""
    if not asked:
        return []
    of = [Alternative(KIND + kind)]
    limits = [of]
    if kind == "item":
        limits.append([Alternative(LANGUAGE + LANGUAGES[language]) for language in languages])
    query = [part.alternatives() for part in asked]
    found = store.find([*query, *limits], CANDIDATES)
    if not found and len(asked) > 1:  # some of the words, then
        found = store.find([[one for part in query for one in part], *limits], CANDIDATES)
    weighed = [Weighed(document, _worth(asked, document)) for document in found]
    weighed.sort(key=lambda one: -one.worth)  # stable: the newest of the same worth first
    return weighed


def _worth(asked: Sequence[Part], found: Found) -> float:
    tags = frozenset((found.ref,)) if found.kind == "hashtag" else frozenset()
    met = sum(part.met(found.head, found.body, tags) for part in asked) / len(asked)
    said = tuple(part.word for part in asked)
    runs = len(said) > 1 and any(
        found.head[at : at + len(said)] == said for at in range(len(found.head))
    )
    return met + (PHRASE if runs else 0.0)


def tagged(store: SearchWords, tag: str, languages: Sequence[int]) -> list[str]:
    """Ids of the newest items with a hashtag, in these languages. For a thread."""
    spoken = [Alternative(LANGUAGE + LANGUAGES[language]) for language in languages]
    found = store.find([[Alternative(TAG + tag)], [Alternative(KIND + "item")], spoken], COUNTED)
    return [one.ref for one in found]


class Search:
    """Items that a viewer may see, among those that fit."""

    def __init__(self, world: World, more: Sequence[Filter[Query]] = ()) -> None:
        self._world = world
        self._filters: list[Filter[Query]] = [
            Live(world), Language(world), Hidden(world), AgeSafe(world),
            ForFollowers(world), *more,
        ]  # fmt: skip

    def items(
        self, query: Query, weighed: Sequence[Weighed], limit: int, *, safe: bool
    ) -> list[ItemFound]:
        """Best first. `safe`: nothing violent or sexual, nor what is only for adults."""
        c = self._world.catalogue
        known = [(c.by_id.get(one.found.ref, -1), one.worth) for one in weighed]
        known = [(row, worth) for row, worth in known if row >= 0]
        rows = np.array([row for row, _ in known], np.int32)
        worths = np.array([worth for _, worth in known], np.float32)
        keep = self.allowed(query, rows, safe=safe or query.minor)
        rows, worths = rows[keep], worths[keep]
        if not len(rows):
            return []
        age_days = np.maximum((query.now_ms - c.published_ms[rows]) / _DAY_MS, 0)
        worths += (FRESH * 0.5 ** (age_days / FRESH_DAYS)).astype(np.float32)
        if query.profiled and query.state is not None:
            worths += TASTE * likeness(query.state, c.embedding[rows])
        order = np.argsort(-worths, kind="stable")[:limit]
        return [
            ItemFound(c.record(int(rows[at])), int(rows[at]), float(worths[at])) for at in order
        ]

    def of_creator(self, name: str) -> Rows:
        """int32[n]: rows of a creator's items, newest first."""
        c = self._world.catalogue
        return c.pools.creator.get(c.creator_num.get(name, 0), NO_ROWS)

    def of_sound(self, sound: str) -> Rows:
        """int32[n]: rows of the items that it is heard in."""
        rows = np.flatnonzero(self._world.catalogue.sound == sound_number(sound))
        return rows.astype(np.int32)

    def of_ids(self, ids: Sequence[str]) -> Rows:
        """int32[n]: rows of those that are live."""
        known = (self._world.catalogue.by_id.get(name, -1) for name in ids)
        return np.array([row for row in known if row >= 0], np.int32)

    def count(self, query: Query, rows: Rows, *, safe: bool) -> int:
        """How many of the first COUNTED the viewer may see."""
        return int(self.allowed(query, rows[:COUNTED], safe=safe or query.minor).sum())

    def allowed(self, query: Query, rows: Rows, *, safe: bool) -> Mask:
        """bool[n]: which of them the viewer may see."""
        candidates, keep = Candidates(rows), np.ones(len(rows), np.bool_)
        c = self._world.catalogue
        for one in self._filters:
            try:
                keep &= one.keep(query, candidates)
            except Exception:
                log.exception("search finds nothing: the filter %s failed", one.name)
                return np.zeros(len(rows), np.bool_)
        if safe:
            keep &= ~c.unsafe[rows]
        return keep


def likeness(state: ViewerState, embedding: Floats) -> Floats:
    """float32[n] in [0, 1]: how near embeddings are to the nearest interest; 0 without any."""
    held = state.interests[state.interest_weight > 0]
    if not len(held):
        return np.zeros(len(embedding), np.float32)
    near: Floats = np.clip((embedding @ held.T).max(1), 0.0, 1.0)
    return near
