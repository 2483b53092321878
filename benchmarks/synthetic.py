"""Made-up items, viewers and activity, the same for the same seed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from struct import Struct
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import insert

from jhalak.assembly import Records
from jhalak.catalogue.topics import topics
from jhalak.embedded.event_log import EmbeddedEventLog
from jhalak.learning.engagers import taste_bytes
from jhalak.learning.features import CENTRE, FEATURES, SPREAD, F
from jhalak.learning.model import HEADS, SIDE, H, Ids, predict, starting_weights
from jhalak.learning.taste import LONG_DWELL_MS
from jhalak.learning.value import C
from jhalak.ports.items import Draft
from jhalak.records.tables import viewers as viewers_table
from jhalak.schema.activity import EVENT_INDEX, TOPIC, Activity, Outcome, Outcomes, Served, encode
from jhalak.schema.candidates import Floats
from jhalak.schema.ids import spell
from jhalak.schema.item import EMBEDDING_SIZE, Item, Rendition
from jhalak.schema.languages import LANGUAGES

CREATORS: Final = 2000
VIDEOS: Final = 0.3
DAY_MS: Final = 86_400_000
SLOTS: Final = 24
"""Slots of a synthetic slate; its batch then has about 50 events."""
_WORDS: Final = (
    "river", "market", "cricket", "monsoon", "station", "garden", "teacher", "festival", "bridge",
    "kitchen", "morning", "village", "minister", "cinema", "doctor", "harvest", "railway",
    "science", "evening", "mountain", "library", "orchestra", "summit",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Columns:
    """What the synthetic activity needs of the items; row i is item number i + 1."""

    topic: NDArray[np.int64]
    language: NDArray[np.int64]
    creator: NDArray[np.int64]


def draw_columns(count: int, seed: int) -> Columns:
    """Topic, language and creator of `count` items: languages alike, topics and creators not."""
    rng = np.random.default_rng(seed)
    weight = 1 / np.arange(1, len(topics()) + 1) ** 0.5
    creator_weight = 1 / np.arange(1, CREATORS + 1) ** 0.8
    return Columns(
        rng.choice(len(topics()), count, p=weight / weight.sum()),
        np.arange(count) % len(LANGUAGES),
        rng.choice(CREATORS, count, p=creator_weight / creator_weight.sum()),
    )


def write_items(records: Records, columns: Columns, now_ms: int, seed: int) -> None:
    """Put the items into the store, 1,000 a transaction."""
    rng = np.random.default_rng(seed)
    count = len(columns.topic)
    # Items of one topic lie near each other, as real embeddings do.
    centres = rng.normal(size=(len(topics()), EMBEDDING_SIZE))
    age_ms = rng.integers(0, 2 * DAY_MS, count)
    for start in range(0, count, 1000):
        drafts = []
        for i in range(start, min(start + 1000, count)):
            vector = centres[columns.topic[i]] + rng.normal(size=EMBEDDING_SIZE)
            raw = np.clip(vector * 30, -127, 127).astype(np.int8).tobytes()
            item = _item(i, columns, now_ms - int(age_ms[i]), rng)
            drafts.append(Draft(item, raw, 30 * DAY_MS))
        records.items.put(drafts, now_ms)


def item_row(number: int, columns: Columns, rng: np.random.Generator) -> dict[str, Any]:
    """An item as a row of a source's JSON Lines."""
    return {
        "id": f"bench-{number}",
        "language": LANGUAGES[columns.language[number]],
        "topic": topics()[columns.topic[number]].id,
        "title": f"{_words(rng, 6).capitalize()} {number}",
        "summary": f"{_words(rng, 14).capitalize()}. {_words(rng, 10).capitalize()}.",
        "publisher": f"Publisher {columns.creator[number]}",
    }


def _item(number: int, columns: Columns, published_ms: int, rng: np.random.Generator) -> Item:
    video = rng.random() < VIDEOS
    sizes = ((360, 400_000), (720, 1_200_000)) if video else ()
    return Item(
        **item_row(number, columns, rng),
        kind="video" if video else "card",
        published_ms=published_ms,
        duration_s=float(rng.integers(8, 60)) if video else 0.0,
        renditions=tuple(
            Rendition(src=f"/v/{number}/{height}.mp4", height=height, bitrate=bitrate)
            for height, bitrate in sizes
        ),
    )


def _words(rng: np.random.Generator, count: int) -> str:
    return " ".join(_WORDS[i] for i in rng.integers(0, len(_WORDS), count))


def write_viewers(records: Records, count: int, now_ms: int, seed: int) -> NDArray[np.int64]:
    """Make `count` known viewers, many a transaction; answers their numbers, int64[count]."""
    rng = np.random.default_rng(seed)
    numbers = np.unique(rng.integers(1, 1 << 62, 2 * count))
    rng.shuffle(numbers)
    numbers = numbers[:count]
    for start in range(0, count, 5000):
        rows = [
            {
                "id": number, "created_ms": now_ms - 10 * DAY_MS, "age_band": "25-34",
                "languages": LANGUAGES[number % len(LANGUAGES)], "profiled": True,
                "data_budget_bytes": 5_000_000, "epoch": 0, "version": 0,
            }
            for number in numbers[start : start + 5000].tolist()
        ]  # fmt: skip
        with records.database.write() as connection:
            connection.execute(insert(viewers_table), rows)
    return numbers


class Activity24:
    """Slates of 24 served to many viewers, and the 50 or so events that came back for each.

    What a slot has of outcomes is drawn from its features as served, by what features mean before
    anything is learned (`starting_weights`). A model that learns from features that say nothing
    ranks by chance, and nothing that is measured of what it ranks means anything.
    """

    def __init__(self, columns: Columns, viewers: NDArray[np.int64], seed: int) -> None:
        self._columns, self._viewers = columns, viewers
        self._rng = np.random.default_rng(seed)
        liking = self._rng.beta(4, 8, len(columns.topic))
        self._own_tap = np.log(liking / (1 - liking))
        self._means = starting_weights()
        # Popular items are shown more; the order within a language is by chance.
        self._pools = [
            self._rng.permutation(np.flatnonzero(columns.language == language))
            for language in range(len(LANGUAGES))
        ]
        self._nothing = np.zeros((SLOTS, C), np.float32).tobytes()

    def records(self, slates: int, from_ms: int, until_ms: int) -> Iterator[tuple[Activity, int]]:
        """(record, log time) of `slates` slates and their batches, spread evenly over the time."""
        for k in range(slates):
            at_ms = from_ms + (until_ms - from_ms) * k // slates
            viewer = int(self._viewers[self._rng.integers(len(self._viewers))])
            served, chosen, chance = self._served(viewer, at_ms)
            yield served, at_ms
            yield self._outcomes(served, chosen, chance, at_ms), at_ms + 1

    def _features(self, chosen: NDArray[np.int64]) -> tuple[NDArray[np.float16], Floats]:
        """(features float16[k, F], the chance of each action float32[k, H]) of items shown."""
        k = len(chosen)
        x = CENTRE + SPREAD * self._rng.standard_normal((k, F), np.float32)
        x[:, FEATURES.index("bias")] = 1
        x[:, FEATURES.index("item_tap")] = self._own_tap[chosen]
        none = np.zeros(k, np.int8)
        ids = Ids(np.zeros((k, SIDE), np.float32), np.zeros((k, H), np.float32), none, none, none)
        return x.astype(np.float16), predict(self._means, x, ids)

    def _served(self, viewer: int, at_ms: int) -> tuple[Served, NDArray[np.int64], Floats]:
        rng, columns = self._rng, self._columns
        pool = self._pools[viewer % len(LANGUAGES)]
        places = np.unique((len(pool) * rng.random(4 * SLOTS) ** 2.5).astype(np.int64))
        chosen = pool[rng.permutation(places)[:SLOTS]]
        k = len(chosen)
        x, chance = self._features(chosen)
        served = Served(
            slate=int(rng.integers(1, 1 << 62)), viewer=viewer, surface=0, at_ms=at_ms, level=0,
            model=1, profiled=True, valid_until_ms=at_ms + DAY_MS // 4,
            items=(chosen + 1).astype(np.int64).tobytes(),
            propensity=np.ones(k, np.float32).tobytes(),
            features=x.tobytes(),
            contributions=self._nothing[: 4 * C * k],
            reason=bytes(k), topic=columns.topic[chosen].astype(np.uint8).tobytes(),
            language=columns.language[chosen].astype(np.uint8).tobytes(),
            creator=(columns.creator[chosen] + 1).astype(np.int32).tobytes(), ref=bytes(k),
            taste=taste_bytes(rng.standard_normal(EMBEDDING_SIZE, np.float32)),
        )  # fmt: skip
        return served, chosen, chance

    def _outcomes(
        self, served: Served, chosen: NDArray[np.int64], chance: Floats, at_ms: int
    ) -> Outcomes:
        events: list[Outcome] = []
        done = self._rng.random(chance.shape) < chance
        tapped, shared = (done[:, HEADS.index(head)] for head in ("tap", "share"))
        dwell = np.where(
            done[:, HEADS.index("long")], LONG_DWELL_MS, self._rng.exponential(1200, len(chosen))
        )

        def add(kind: str, position: int, value: float = 0.0) -> None:
            row = int(chosen[position])
            events.append(
                Outcome(
                    f"{spell(served.slate)}-{len(events)}", EVENT_INDEX[kind], at_ms, value,
                    served.slate, row + 1, position, 0, served.at_ms, (), "",
                    int(self._columns.topic[row]), int(self._columns.language[row]),
                    int(self._columns.creator[row]) + 1,
                )
            )  # fmt: skip

        for position in range(len(chosen)):
            add("impression", position)
            add("dwell", position, float(int(dwell[position])))
            if tapped[position]:
                add("tap", position)
            if shared[position]:
                add("share", position)
        return Outcomes(served.viewer, at_ms + 1, True, tuple(events))


def repeated(
    records: Iterator[tuple[Activity, int]], times: int, step_ms: int
) -> Iterator[tuple[int, bytes, int]]:
    """(viewer, payload, log time) of the records, `times` over: each time with new slates,
    `step_ms` later. Rewriting bytes is ten times quicker than making records."""
    made = [(record, at_ms, encode(record)) for record, at_ms in records]
    rng = np.random.default_rng(11)
    for turn in range(times):
        for served, outcomes in zip(made[::2], made[1::2], strict=True):
            slate, new = served[0].slate, int(rng.integers(1 << 61, 1 << 62))  # type: ignore[union-attr]
            at_ms, later_ms = served[1], served[1] + turn * step_ms
            for record, _, payload in (served, outcomes):
                for old, value in (
                    (slate, new), (at_ms + 1, later_ms + 1), (at_ms, later_ms),
                ):  # fmt: skip
                    payload = payload.replace(_NUMBER.pack(0xCF, old), _NUMBER.pack(0xCF, value))
                yield record.viewer, payload, later_ms  # type: ignore[union-attr]


_NUMBER: Final = Struct(">BQ")
"""MessagePack's uint 64."""


async def write_log(log: EmbeddedEventLog, records: Iterator[tuple[Activity, int]]) -> int:
    """Append the records in order; answers how many events they hold."""
    events = 0

    def payloads() -> Iterator[tuple[int, bytes, int]]:
        nonlocal events
        for record, at_ms in records:
            events += len(record.events) if isinstance(record, Outcomes) else 0
            yield record.viewer, encode(record), at_ms  # type: ignore[union-attr]

    await append(log, payloads())
    return events


async def append(log: EmbeddedEventLog, payloads: Iterator[tuple[int, bytes, int]]) -> None:
    """Append (viewer, payload, log time), 500 at once."""
    chunk: list[Any] = []
    for viewer, payload, at_ms in payloads:
        chunk.append(log.append(TOPIC, viewer, payload, at_ms))
        if len(chunk) == 500:
            await asyncio.gather(*chunk)
            chunk.clear()
    await asyncio.gather(*chunk)


def tastes(rng: np.random.Generator) -> Sequence[str]:
    """Three topics that a viewer likes."""
    names = [topic.id for topic in topics()]
    return [names[i] for i in rng.choice(len(names), 3, replace=False)]
