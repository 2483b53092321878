"""Understanding items from the store, newest first: what is slow, after the item is live.

One batch: language and safety as they were told on the way in, the topic once more with what the
text means, the lifetime with what was seen of it, the embedding, and the story. A process of its
own: a sentence encoder takes 20 to 40 ms of CPU a headline. Without one the same steps run on words
alone.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from jhalak.catalogue.topics import topic_by_id
from jhalak.ingest.quick import VAGUE, better, text_of
from jhalak.ports.embedder import Embedder, Encoder
from jhalak.ports.understandings import Understanding, UnderstandingStore, Understood
from jhalak.schema.item import Item, ItemRecord
from jhalak.understanding import safety
from jhalak.understanding.language import NAME as LANGUAGE
from jhalak.understanding.language import classify
from jhalak.understanding.linear import Linear
from jhalak.understanding.meaning import Drift, Meaning
from jhalak.understanding.nearby import Nearby
from jhalak.understanding.story import OWN, Stories, Told
from jhalak.understanding.topic import of_scores
from jhalak.understanding.words import Words
from jhalak.workers.lifetimes import Lifetimes, moved

log = logging.getLogger(__name__)

BATCH: Final = 32
"""Items of one step: a second with a sentence encoder."""
PAGE: Final = 500
"""Items read at once where all are gone through."""
WHAT: Final = ("language", "topic", "safety", "lifetime", "meaning", "story")
"""What can be understood of an item."""


@dataclass(frozen=True, slots=True)
class Models:
    """What items are understood with."""

    embedder: Embedder
    """For items' embeddings where there is no encoder."""
    words: Words
    topics: Linear
    encoder: Encoder | None = None
    meaning: Meaning | None = None
    """Centres and projection of the encoder; there when it is."""

    @property
    def name(self) -> str:
        """Changes when items are to be understood anew."""
        by = self.meaning.model if self.meaning is not None else self.embedder.model
        return f"{by}+{self.topics.name}"


class Understand:
    """The loop: what `jhalak work understand` and `jhalak understand --again` run."""

    def __init__(
        self, store: UnderstandingStore, models: Models, lifetimes: Lifetimes,
        clock: Callable[[], int],
    ) -> None:  # fmt: skip
        self._store, self._models, self._clock = store, models, clock
        self._lifetimes = lifetimes
        self.stories = Stories()
        self._drift, self._nearby = Drift(), Nearby()
        self._resumed = False

    async def step(self) -> bool:
        """Understand the newest items that wait; True when there were any."""
        return await asyncio.to_thread(self.take, BATCH) > 0

    def take(self, limit: int) -> int:
        """Understand up to `limit` waiting items; answers how many. Raises Unavailable."""
        self._resume()
        records = self._store.pending(self._models.name, self._clock(), limit)
        # Oldest first within the batch: the first to tell a story begins it.
        self.understand(records[::-1], WHAT)
        return len(records)

    def again(self, what: Collection[str], tell: Callable[[int], None], after: int = 0) -> int:
        """Understand every live item anew, by number; `tell` hears how many are done."""
        self._resume(full="story" not in what)
        done = 0
        while records := self._store.live(after, self._clock(), PAGE):
            for start in range(0, len(records), BATCH):
                part = records[start : start + BATCH]
                self.understand(part, what)
                done += len(part)
                tell(done)
            after = records[-1].num
        return done

    def backlog(self) -> int:
        """Items that wait: a metric."""
        return self._store.backlog(self._models.name, self._clock())

    def understand(self, records: Sequence[ItemRecord], what: Collection[str]) -> None:
        """Understand these and keep it."""
        if not records:
            return
        self._lifetimes.look()
        models, now_ms = self._models, self._clock()
        texts = [text_of(record.item.title, record.item.summary) for record in records]
        languages = [record.item.language for record in records]
        vectors = models.encoder.encode(texts) if models.encoder is not None else None
        centred = None
        if vectors is not None and models.meaning is not None:
            centred = models.meaning.centred(vectors, languages)
            embeddings = models.meaning.embeddings(centred)
        else:
            embeddings = models.embedder.embed(texts)
        usable = (
            centred if models.encoder and models.topics.encoder == models.encoder.model else None
        )
        near = None if usable is None else self._drift.off(usable, languages)
        scores = models.topics.of_texts(texts, near)
        if usable is not None:
            scores = self._nearby.beside(usable, languages, scores)
        topics = of_scores(models.topics, scores)
        found = safety.verdicts(texts, languages, models.words, usable)
        done = []
        for at, record in enumerate(records):
            one = _One(record, texts[at], now_ms, models)
            if "language" in what:
                one.language()
            if "topic" in what:
                one.topic(*topics[at])
            if "safety" in what:
                one.safety(found[at])
            if "lifetime" in what:
                one.lifetime(self._lifetimes)
            if "meaning" in what:
                one.meaning(embeddings[at])
            if "story" in what:
                one.story(self._told(record, texts[at], embeddings[at], centred, at))
            vector = b"" if centred is None else centred[at].astype(np.float16).tobytes()
            done.append(Understood(record, one.item, one.embedding, vector, tuple(one.found)))
        self._store.put(models.name, done, now_ms, whole=set(what) == set(WHAT))

    def _told(
        self, record: ItemRecord, text: str, embedding: NDArray[np.int8],
        centred: NDArray[np.float32] | None, at: int,
    ) -> tuple[str, float]:  # fmt: skip
        item = record.item
        telling = Told(
            record.num, item.language, item.publisher, text, item.published_ms,
            embedding, None if centred is None else centred[at],
        )  # fmt: skip
        return self.stories.story_of(telling, self._clock())

    def _resume(self, full: bool = True) -> None:
        """Once: remember the stories of live items that were understood before."""
        if self._resumed:
            return
        self._resumed = True
        if not full:
            return
        after, name = 0, self._models.name
        while records := self._store.live(after, self._clock(), PAGE):
            after = records[-1].num
            bodies = self._store.vectors([record.num for record in records], name)
            for record in records:
                item = record.item
                if not item.story or len(record.embedding) == 0:
                    continue
                body = bodies.get(record.num)
                vector = None if body is None else np.frombuffer(body, np.float16)
                told = Told(
                    record.num, item.language, item.publisher,
                    text_of(item.title, item.summary), item.published_ms,
                    np.frombuffer(record.embedding, np.int8),
                    None if vector is None else vector.astype(np.float32),
                )  # fmt: skip
                self.stories.remember(told, item.story)


class _One:
    """One item on its way to being understood."""

    def __init__(self, record: ItemRecord, text: str, now_ms: int, models: Models) -> None:
        self.item: Item = record.item
        self.embedding = record.embedding
        self.found: list[Understanding] = []
        self._record, self._text, self._now_ms, self._models = record, text, now_ms, models

    def language(self) -> None:
        """How sure the text itself is of its language: the language stays its source's."""
        said, sure = classify(self._text, self.item.language)
        self._say("language", said, sure, LANGUAGE)

    def topic(self, told: str, sure: float) -> None:
        topic = self.item.topic
        if topic in VAGUE:
            topic = better(topic, told)
        self._change(topic=topic, sensitive=self.item.sensitive or topic_by_id()[topic].sensitive)
        self._say("topic", told, sure, self._models.topics.name)

    def safety(self, verdict: safety.Verdict) -> None:
        self._change(unsafe=verdict.classes, bait=round(verdict.bait, 2))
        self._say(
            "safety", ",".join(verdict.classes) or safety.CLEAN, verdict.confidence, safety.NAME
        )

    def lifetime(self, lifetimes: Lifetimes) -> None:
        said = lifetimes.of(self._record.num, self.item, self._text)
        self.item = moved(self._record.item, self.item, self._text, said.hours)
        self._say("lifetime", f"{said.hours:.1f} h", said.confidence, said.model)

    def meaning(self, embedding: NDArray[np.int8]) -> None:
        self.embedding = embedding.tobytes()
        model = self._models.meaning.model if self._models.meaning else self._models.embedder.model
        self._say("meaning", f"{len(embedding)} numbers", 1.0, model)

    def story(self, told: tuple[str, float]) -> None:
        story, sure = told
        if not self.item.story or self.item.story.startswith(OWN):
            # A source that names stories knows better.
            self._change(story=story)
        self._say("story", story, sure, self._story_model())

    def _story_model(self) -> str:
        by = self._models.meaning.model if self._models.meaning else self._models.embedder.model
        return f"story-1 on {by}"

    def _change(self, **fields: object) -> None:
        self.item = msgspec.structs.replace(self.item, **fields)

    def _say(self, what: str, value: str, sure: float, model: str) -> None:
        self.found.append(
            Understanding(self._record.num, what, value, float(sure), model, self._now_ms)
        )
