"""Following the sequence of item changes into the search index."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from jhalak.ports.items import ItemStore
from jhalak.ports.search import Document, FindKind, SearchStore
from jhalak.ports.sounds import Sound, SoundStore
from jhalak.schema.item import Item, ItemRecord
from jhalak.understanding.search_words import KIND, LANGUAGE, TAG, hashtags, keys, words

BATCH: Final = 100
"""Of one transaction: a short one, since in SQLite everybody else who writes waits for it."""
REMEMBERED: Final = 100_000
"""Creators, hashtags and sounds that were put; beyond it they are put again."""
_OLD: Final = 500
PURGE_MS: Final = 6 * 3_600_000
"""Between two times that the words of what is gone are taken out of the index: those of an erased
account are gone within a day."""


class IndexSearch:
    """Items as they are published and leave; their creators, hashtags and sounds when they are met
    first: whether one of those has anything to show is known to who answers."""

    def __init__(
        self, items: ItemStore, search: SearchStore, clock: Callable[[], int],
        sounds: SoundStore | None = None,
    ) -> None:  # fmt: skip
        """`sounds`: what creators' sounds are called."""
        self._items, self._search, self._clock = items, search, clock
        self._sounds = sounds
        self._seq = -1
        self._met: set[tuple[FindKind, str]] = set()
        self._purged_ms, self._purging = 0, False

    async def step(self) -> bool:
        """Take the next changes, and out what is gone; True when there may be more."""
        more = await asyncio.to_thread(self._step)
        return await asyncio.to_thread(self._purge) or more

    def _purge(self) -> bool:
        now_ms = self._clock()
        begin = not self._purging and abs(now_ms - self._purged_ms) >= PURGE_MS
        if begin:
            self._purged_ms = now_ms
        if begin or self._purging:
            self._purging = self._search.purge(begin=begin)
        return self._purging

    def _step(self) -> bool:
        if self._seq < 0:
            self._seq = self._search.position()
        now_ms = self._clock()
        records = self._items.changes(self._seq, BATCH)
        gone = self._search.expired(now_ms, _OLD)
        if not records and not gone:
            return False
        known = self._known(records)
        documents: list[Document] = []
        met: list[tuple[FindKind, str]] = []
        for record in records:
            if record.status != "live" or record.withheld or record.item.expires_ms <= now_ms:
                gone.append(("item", record.item.id))
                continue
            documents.append(document_of(record.item))
            if (sound := known.get(record.item.sound)) is not None:
                documents.append(document_of_sound(sound))  # its title may have changed
            for around in documents_around(record.item):
                if (around.kind, around.ref) not in self._met:
                    documents.append(around)
                    met.append((around.kind, around.ref))
        # The last of each: one batch may hold an item twice, but puts it once.
        newest = {(document.kind, document.ref): document for document in documents}
        position = records[-1].seq if records else self._seq
        self._search.put(list(newest.values()), gone, position)
        self._seq = position
        if len(self._met) + len(met) > REMEMBERED:
            self._met.clear()
        self._met.update(met)
        return len(records) == BATCH or len(gone) >= _OLD

    def _known(self, records: Sequence[ItemRecord]) -> dict[str, Sound]:
        """Creators' sounds that are worth finding: others may use them, or they have a name."""
        if self._sounds is None:
            return {}
        heard = [one.item.sound for one in records if one.item.media and one.item.sound]
        found = self._sounds.named(heard)
        return {name: one for name, one in found.items() if one.open or one.title}


def document_of(item: Item) -> Document:
    """How an item is found: by its title, and by what else it says."""
    said = f"{item.title} {item.summary}"
    head = tuple(words(item.title))
    body = tuple(words(f"{item.summary} {item.publisher}"))
    tags = (TAG + tag for tag in hashtags(said))
    terms = (KIND + "item", LANGUAGE + item.language, *tags, *_keys((*head, *body)))
    return Document("item", item.id, head, body, terms, item.expires_ms)


def documents_around(item: Item) -> Iterator[Document]:
    """Its creator, hashtags and, of a publisher's, its sound, whose name it says."""
    if item.publisher:
        yield _named("creator", item.publisher)
    for tag in hashtags(f"{item.title} {item.summary}"):
        yield _named("hashtag", tag)
    if item.sound and not item.media:
        yield _named("sound", item.sound)


def document_of_sound(sound: Sound) -> Document:
    """How a creator's sound is found: by its title, and by whose it is."""
    head, body = tuple(words(sound.title)), tuple(words(sound.handle))
    return Document("sound", sound.id, head, body, (KIND + "sound", *_keys((*head, *body))))


def _named(kind: FindKind, name: str) -> Document:
    head = tuple(words(name))
    return Document(kind, name, head, (), (KIND + kind, *_keys(head)))


def _keys(said: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for word in said for key in keys(word)))
