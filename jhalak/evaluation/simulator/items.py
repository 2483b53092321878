"""Items that are born and die, with a quality that nobody is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jhalak.catalogue.topics import topic_by_id
from jhalak.evaluation.simulator.rules import DAY_MS, START_MS, Rules
from jhalak.schema.item import EMBEDDING_SIZE, Item, ItemRecord

OWN: float = 0.85
"""Part of quality that is the item's own; the rest is its creator's (OWN^2 + CREATOR^2 = 1)."""
CREATOR: float = (1 - OWN**2) ** 0.5


@dataclass(slots=True, eq=False)
class Items:
    """All items of a run, oldest first; item i has the number i + 1.

    `topic` and `language` are places in the rules' lists, not the indexes of columns.
    """

    topic: NDArray[np.int64]
    language: NDArray[np.int64]
    creator: NDArray[np.int64]
    """From 1 upwards."""
    video: NDArray[np.bool_]
    duration_s: NDArray[np.float64]
    """Of videos; 0 for cards."""
    born_ms: NDArray[np.int64]
    dies_ms: NDArray[np.int64]
    embedding: NDArray[np.float32]
    """float32[n, EMBEDDING_SIZE], unit length"""
    quality: NDArray[np.float64]
    """Standard normal; the fitted spread scales it."""
    bad: NDArray[np.bool_]
    """What viewers report."""

    def __len__(self) -> int:
        return len(self.topic)

    def record(self, at: int, rules: Rules) -> ItemRecord:
        """Item `at` as the records would keep it. Its quality is not in it."""
        topic, language = rules.topics[self.topic[at]], rules.languages[self.language[at]]
        creator = int(self.creator[at])
        item = Item(
            id=f"simulated-{at + 1}", kind="video" if self.video[at] else "card",
            language=language, topic=topic, title=f"{topic} {at + 1}",
            publisher=f"{language} {topic} {creator}", duration_s=float(self.duration_s[at]),
            published_ms=int(self.born_ms[at]), expires_ms=int(self.dies_ms[at]),
        )  # fmt: skip
        packed = np.rint(self.embedding[at] * 127).astype(np.int8).tobytes()
        return ItemRecord(
            num=at + 1, seq=at + 1, status="live", item=item, creator=creator, embedding=packed,
            changed_ms=int(self.born_ms[at]),
        )  # fmt: skip


def centres(rules: Rules) -> NDArray[np.float64]:
    """float64[topics, subjects, EMBEDDING_SIZE], unit length: where embeddings of each subject
    lie. Subjects of a topic are alike, topics are not."""
    rng = np.random.default_rng((rules.seed, 10))
    topics = rng.normal(size=(len(rules.topics), 1, EMBEDDING_SIZE))
    subjects = rng.normal(size=(len(rules.topics), rules.subjects, EMBEDDING_SIZE))
    return _unit(topics + 0.9 * subjects)


def draw_items(rules: Rules) -> Items:
    """A Poisson process of births in each language and topic, as many as keep `live_each` items
    of a language alive; it began long before the run, so that items of all ages live at first."""
    rng = np.random.default_rng((rules.seed, 11))
    each = rules.live_each / len(rules.topics)
    parts = []
    for language in range(len(rules.languages)):
        for topic, name in enumerate(rules.topics):
            life_ms = topic_by_id()[name].lifetime_ms
            span_ms = life_ms + round(rules.days * DAY_MS)
            born = START_MS - life_ms + rng.random(rng.poisson(each * span_ms / life_ms)) * span_ms
            cell = language * len(rules.topics) + topic
            creator = 1 + cell * rules.creators + rng.integers(0, rules.creators, len(born))
            same = np.ones(len(born), np.int64)
            parts.append((same * topic, same * language, creator, born, same * life_ms))
    columns = [np.concatenate(part) for part in zip(*parts, strict=True)]
    order = np.argsort(columns[3], kind="stable")
    topics, languages, creators, born_ms, life = (c[order].astype(np.int64) for c in columns)
    return _furnished(rules, rng, topics, languages, creators, born_ms, born_ms + life)


def _furnished(
    rules: Rules, rng: np.random.Generator, topic: NDArray[np.int64], language: NDArray[np.int64],
    creator: NDArray[np.int64], born_ms: NDArray[np.int64], dies_ms: NDArray[np.int64],
) -> Items:  # fmt: skip
    """Items with all that does not follow from where and when they are born."""
    n = len(topic)
    video = rng.random(n) < rules.videos
    of_creator = rng.normal(size=int(creator.max(initial=0)) + 1)
    subject = rng.integers(0, rules.subjects, n)
    noise = rng.normal(size=(n, EMBEDDING_SIZE)) / EMBEDDING_SIZE**0.5
    return Items(
        topic=topic,
        language=language,
        creator=creator,
        video=video,
        duration_s=np.where(video, rng.uniform(8.0, 60.0, n), 0.0),
        born_ms=born_ms,
        dies_ms=dies_ms,
        embedding=_unit(centres(rules)[topic, subject] + 0.7 * noise).astype(np.float32),
        quality=OWN * rng.normal(size=n) + CREATOR * of_creator[creator],
        bad=rng.random(n) < rules.bad,
    )


def _unit(values: NDArray[Any]) -> NDArray[np.float64]:
    return np.asarray(values / np.linalg.norm(values, axis=-1, keepdims=True), np.float64)
