"""What is quick to know about texts on their way in: topic, safety, lifetime, wording.

Everything here costs a third of a millisecond an item. What is slow (what a text means, its
story) follows in workers/understand.py, from the store, once the item is live.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from jhalak.catalogue.topics import GENERAL, topic_by_id
from jhalak.ingest.compose import Composed
from jhalak.ports.embedder import Embedder
from jhalak.ports.items import Draft
from jhalak.schema.item import Item
from jhalak.understanding.lifetime import HOUR_MS, lifetime_h
from jhalak.understanding.linear import BadModel
from jhalak.understanding.safety import Verdict, verdicts
from jhalak.understanding.topic import FILE, model_at, topics_of
from jhalak.understanding.words import Words

log = logging.getLogger(__name__)

VAGUE: Final = (GENERAL, "news")
"""Topics that say where an entry stood and not what it is about: the text may say more."""
SUMMARY: Final = 300
"""Letters of the summary that are read."""


def text_of(title: str, summary: str) -> str:
    """What is read of an item."""
    return f"{title} {summary[:SUMMARY]}".strip()


@dataclass(frozen=True, slots=True)
class Quick:
    """The one call for new entries, whoever brings them: ingest, a feed, a publisher."""

    embedder: Embedder | None
    """None: a sentence encoder will give the item its embedding; until then it has none."""
    words: Words
    topics: Path | None = None
    """An operator's own topic model."""

    def __call__(self, batch: Sequence[Composed]) -> list[Draft]:
        """Drafts to be stored, in the order of `batch`. Never raises for a text: a topic that
        cannot be told stays, and a text that cannot be checked is unsafe."""
        texts = [text_of(one.title, one.item.summary) for one in batch]
        languages = [one.item.language for one in batch]
        found = verdicts(texts, languages, self.words)
        topics = self._topics(batch, texts)
        vectors = self.embedder.embed(texts) if self.embedder is not None else None
        drafts = []
        for at, one in enumerate(batch):
            item, lifetime_ms = understood(
                one.item, topics[at], found[at], texts[at], one.lifetime_ms
            )
            embedding = b"" if vectors is None else vectors[at].tobytes()
            drafts.append(Draft(item, embedding, lifetime_ms, one.text))
        return drafts

    def _topics(self, batch: Sequence[Composed], texts: Sequence[str]) -> list[str]:
        topics = [one.item.topic for one in batch]
        open_ = [at for at, topic in enumerate(topics) if topic in VAGUE]
        try:
            told = topics_of(model_at(self.topics), [texts[at] for at in open_])
        except (BadModel, OSError) as error:
            log.error("topics were not told from texts: %s", error)
            return topics
        for at, (topic, _) in zip(open_, told, strict=True):
            topics[at] = better(topics[at], topic)
        return topics


def understood(
    item: Item, topic: str, verdict: Verdict, text: str, lifetime_ms: int
) -> tuple[Item, int]:
    """The item with its topic and what was found in its text, and how long it stays good.

    `lifetime_ms` is what was thought so far: an end that follows from it moves with it.
    """
    known = topic_by_id()[topic]
    hours, _ = lifetime_h(text, known.lifetime_ms / HOUR_MS)
    good_ms = int(hours * HOUR_MS)
    expires_ms = item.expires_ms
    if item.published_ms and expires_ms == item.published_ms + lifetime_ms:
        expires_ms = item.published_ms + good_ms
    changed = msgspec.structs.replace(
        item, topic=topic, sensitive=item.sensitive or known.sensitive, expires_ms=expires_ms,
        unsafe=verdict.classes, bait=round(verdict.bait, 2),
    )  # fmt: skip
    return changed, good_ms


def better(label: str, told: str) -> str:
    """The topic that a text tells, where its label is vague and the text is not."""
    return told if label in VAGUE and told not in VAGUE else label


def quick(embedder: Embedder | None, data: Path) -> Callable[[Sequence[Composed]], list[Draft]]:
    """For a data folder: its own word lists and topic model count, if it has any."""
    return Quick(embedder, Words(data / "words"), data / "models" / FILE)
