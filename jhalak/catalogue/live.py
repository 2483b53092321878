"""The live catalogue: every item that may be shown, in columns, in memory.

It follows the one sequence of item changes. A change is prepared anywhere (`prepare`, mostly
JSON) and put in place in one step on the thread that serves (`commit`), so a feed never reads a
half-written row. A row that an item left is used again only after REST_MS: an answer in the
making still means the old item by it, and finds it not live.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from jhalak.catalogue.cards import VideoForms, card_fields, tail, video_forms
from jhalak.catalogue.columns import FACTS, facts_of, packed_of
from jhalak.catalogue.pictures import NO_IMAGE, CardImage, card_image
from jhalak.catalogue.topics import topic_by_id
from jhalak.schema.candidates import Rows
from jhalak.schema.item import EMBEDDING_SIZE, Item, ItemRecord
from jhalak.schema.languages import LANGUAGE_INDEX, LANGUAGES
from jhalak.schema.pool import ByTopic, Shelves, by_language_and_topic, by_topic, no_shelves
from jhalak.schema.viewer_state import TOPICS_MAX

REST_MS: Final = 10_000
SAFE: Final = 200
STORIES: Final = 1 << 62
"""Numbers of stories begin here: above every item's number."""
CARD, VIDEO = 0, 1
_NEVER: Final = 1 << 62
NO_VIDEO: Final = VideoForms(b"", b"")


@dataclass(frozen=True, slots=True)
class Prepared:
    """One changed item, ready to be put in its row."""

    record: ItemRecord
    language: int
    topic: int
    sensitive: bool
    unsafe: bool
    lifetime_h: float
    embedding: NDArray[np.float32] | None
    story: int
    sound: int
    card: bytes
    video: VideoForms
    image: CardImage


def prepare(record: ItemRecord) -> Prepared:
    """Everything about a change that needs no catalogue. About 10 us; safe in any thread."""
    item = record.item
    topic = topic_by_id().get(item.topic) or topic_by_id()["general"]
    embedding = None
    if len(record.embedding) == EMBEDDING_SIZE:
        raw = np.frombuffer(record.embedding, np.int8).astype(np.float32)
        embedding = raw / max(float(np.linalg.norm(raw)), 1e-6)
    return Prepared(
        record=record,
        language=LANGUAGE_INDEX[item.language],
        topic=topic.index,
        sensitive=item.sensitive or topic.sensitive,
        unsafe=bool(item.unsafe),
        lifetime_h=max(item.expires_ms - item.published_ms, 3_600_000) / 3_600_000,
        embedding=embedding,
        story=story_number(item),
        sound=sound_number(item.sound),
        card=tail(card_fields(item)),
        video=video_forms(record),
        image=card_image(record),
    )


def story_number(item: Item) -> int:
    """The item's story in its language as a number from STORIES upwards; 0: alone."""
    if not item.story:
        return 0
    named = blake2b(f"{item.language}\0{item.story}".encode(), digest_size=8).digest()
    return int.from_bytes(named, "little") >> 2 | STORIES


def sound_number(sound: str) -> int:
    """31 bits; 0: none. Two sounds with one number (one pair in two thousand million) are kept
    apart in a slate as if they were one, no more."""
    if not sound:
        return 0
    return int.from_bytes(blake2b(sound.encode(), digest_size=4).digest(), "little") >> 1 or 1


@njit(cache=True)
def _facts(items, row_of, live, topic, language, creator, out):  # type: ignore[no-untyped-def]
    """out[4, n]: row, topic, language and creator of each item number; -1, -1, -1 and 0 where it is
    not live."""
    for i in range(len(items)):
        row = row_of[items[i]] if 0 <= items[i] < len(row_of) else -1
        if row >= 0 and live[row]:
            out[0, i], out[1, i], out[2, i], out[3, i] = (
                row,
                topic[row],
                language[row],
                creator[row],
            )
        else:
            out[0, i], out[1, i], out[2, i], out[3, i] = -1, -1, -1, 0


def _row_of(change: Prepared) -> tuple[Any, ...]:
    """The fields of FACTS."""
    record, item = change.record, change.record.item
    card = item.kind != "video"
    return (
        record.num, item.published_ms, item.expires_ms, change.story,
        change.story if change.story and item.kind == "card" else record.num, record.creator,
        change.sound, change.lifetime_h, item.duration_s, CARD if card else VIDEO, change.language,
        change.topic, change.sensitive, change.unsafe, record.followers_only, record.by_minor, 0,
    )  # fmt: skip


@dataclass(slots=True)
class Pools:
    """Live rows by language, and by language and topic; newest first. Replaced, never changed."""

    fresh: dict[int, Rows] = field(default_factory=dict)
    by_topic: dict[int, ByTopic] = field(default_factory=dict)
    creator: dict[int, Rows] = field(default_factory=dict)
    """Creator number to its rows."""
    shelves: Shelves = field(default_factory=lambda: no_shelves(len(LANGUAGES) * TOPICS_MAX))
    """All of `by_topic` side by side."""
    safe: dict[int, Rows] = field(default_factory=dict)
    """The newest cards and videos that are safe for everyone, at most SAFE a language."""


class LiveCatalogue:
    """Columns over rows; a row is an item. `capacity` grows by doubling; arrays are replaced then.

    Written by the serving thread alone.
    """

    def __init__(self, capacity: int = 4096) -> None:
        self.seq = 0
        """Sequence number up to which changes are in place; set by who follows them."""
        self.row_of = np.full(capacity, -1, np.int32)
        """int32[numbers]: an item's number to its row, -1 for none."""
        self.by_id: dict[str, int] = {}
        """Public id to row, live items only."""
        self.live = np.zeros(capacity, np.bool_)
        self.embedding = np.zeros((capacity, EMBEDDING_SIZE), np.float32)
        self._lay(facts_of(capacity), packed_of(capacity))
        self.facts: list[tuple[int, int, int]] = [(0, 0, 0)] * capacity
        """(topic, language, creator) of each row, for those who ask about one item at a time."""
        self.records: list[ItemRecord | None] = [None] * capacity
        self.card: list[bytes] = [b""] * capacity
        self.video: list[VideoForms] = [NO_VIDEO] * capacity
        self.media: list[str] = [""] * capacity
        """The set of files that a creator's video lies in."""
        self.image: list[CardImage] = [NO_IMAGE] * capacity
        self.creators: dict[int, str] = {}
        """Creator number to name, for those with live items."""
        self.creator_num: dict[str, int] = {}
        self.touched: set[int] = set()
        """Rows that were filled or left since somebody emptied it."""
        self.pools = Pools()
        self.recalled: dict[int, str] = {}
        """Number to public id of every recalled item."""
        self.recalls: list[tuple[int, str, int]] = []
        """(sequence number, public id, Unix ms) of recalls, in order."""
        self._free: list[int] = list(range(capacity - 1, -1, -1))
        self._resting: deque[tuple[int, int]] = deque()
        self._stale = False
        self._soonest_ms = _NEVER

    def _lay(self, facts: NDArray[Any], packed: NDArray[np.int8]) -> None:
        """Let the columns be those of `facts`."""
        self._facts = facts
        self.num: NDArray[np.int64] = facts["num"]
        self.kind: NDArray[np.int8] = facts["kind"]
        self.language: NDArray[np.int8] = facts["language"]
        self.topic: NDArray[np.int8] = facts["topic"]
        self.creator: NDArray[np.int32] = facts["creator"]
        self.story: NDArray[np.int64] = facts["story"]
        """Number of the item's story in its language, 0: alone."""
        self.sound: NDArray[np.int32] = facts["sound"]
        self.trial: NDArray[np.int64] = facts["trial"]
        """Whose first impressions the item's are: its story's for a card that has one, else its
        own number; see learning.trials."""
        self.published_ms: NDArray[np.int64] = facts["published_ms"]
        self.expires_ms: NDArray[np.int64] = facts["expires_ms"]
        self.lifetime_h: NDArray[np.float32] = facts["lifetime_h"]
        self.duration_s: NDArray[np.float32] = facts["duration_s"]
        self.sensitive: NDArray[np.bool_] = facts["sensitive"]
        self.unsafe: NDArray[np.bool_] = facts["unsafe"]
        """Never on a locked screen: violence, sexual content and the like in its text."""
        self.followers_only: NDArray[np.bool_] = facts["followers_only"]
        """Only for its creator and who follows them: stages/audience.py. In no pool but its
        creator's."""
        self.by_minor: NDArray[np.bool_] = facts["by_minor"]
        self.packed: NDArray[np.int8] = packed
        """`embedding` in units of 1/127: a row is one line of memory, which is what scoring waits
        for."""

    @property
    def capacity(self) -> int:
        return len(self.num)

    def __len__(self) -> int:
        return len(self.by_id)

    def commit(self, changes: Sequence[Prepared], now_ms: int) -> Rows:
        """Put changes in place, in their order; answers the rows that hold new items now."""
        self._wake(now_ms)
        new: list[int] = []
        filled: dict[int, Prepared] = {}
        for change in changes:
            record = change.record
            row = self.by_id.get(record.item.id)
            if record.status == "recalled" and record.num not in self.recalled:
                self.recalled[record.num] = record.item.id
                self.recalls.append((record.seq, record.item.id, record.changed_ms))
            # A recall is for good: a change that was read before it may be put in place after it.
            gone = record.withheld or record.item.expires_ms <= now_ms
            if record.num in self.recalled or gone:
                if row is not None:
                    filled.pop(row, None)
                    self._leave(row, now_ms)
                continue
            if row is None:
                row = self._allot(record)
                new.append(row)
            self._fill(row, change)
            filled[row] = change
        if filled:
            self._fill_columns(list(filled), list(filled.values()))
        if changes:
            self._stale = True
        return np.array(new, np.int32)

    def expire(self, now_ms: int) -> int:
        """Take out what expired; answers how many. Nothing is looked at before the first is due."""
        if now_ms < self._soonest_ms:
            return 0
        live = np.flatnonzero(self.live)
        due = self.expires_ms[live]
        rows = live[due <= now_ms]
        for row in rows.tolist():
            self._leave(row, now_ms)
        self._soonest_ms = int(due[due > now_ms].min(initial=_NEVER))
        return len(rows)

    def find(self, item: int) -> int:
        """The live row of an item's number, or -1."""
        if 0 <= item < len(self.row_of):
            row = int(self.row_of[item])
            if row >= 0 and self.live[row]:
                return row
        return -1

    def facts_of(self, items: NDArray[np.int64]) -> NDArray[np.int64]:
        """int64[4, n]: row (-1: not live), topic, language and creator of items by number. 3 us for
        50, where `find` and `facts` take 15."""
        out = np.empty((4, len(items)), np.int64)
        _facts(items, self.row_of, self.live, self.topic, self.language, self.creator, out)
        return out

    def embedding_of(
        self, items: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """(rows int64[n], -1 for items that are not live; the embeddings that they are of)."""
        return self.facts_of(items)[0], self.embedding

    def record(self, row: int) -> ItemRecord:
        record = self.records[row]
        if record is None:
            raise KeyError(f"row {row} holds no item")
        return record

    def renew_pools(self) -> bool:
        """Rebuild the pools if the catalogue changed; answers whether. 20 ms at 100,000 items,
        most of it sorting without the GIL: call it in a thread. Reads columns only."""
        if not self._stale:
            return False
        self._stale = False
        rows = np.flatnonzero(self.live).astype(np.int32)
        rows = rows[np.lexsort((-self.num[rows], -self.published_ms[rows]))]
        named = rows[self.creator[rows] > 0]
        # Found by whom it is for, and by nobody else: it takes no other's place among candidates.
        rows = rows[~self.followers_only[rows]]
        language = self.language[rows].astype(np.int64)
        fresh = _split(rows, language)
        self.pools = Pools(
            fresh=fresh,
            by_topic={key: by_topic(part, self.topic[part]) for key, part in fresh.items()},
            creator=_split(named, self.creator[named]),
            shelves=by_language_and_topic(rows, self.language[rows], self.topic[rows]),
            safe={
                key: part[~(self.sensitive | self.unsafe)[part]][:SAFE]
                for key, part in fresh.items()
            },
        )
        return True

    def _allot(self, record: ItemRecord) -> int:
        if not self._free:
            self._grow()
        row = self._free.pop()
        if record.num >= len(self.row_of):
            more = np.full(max(record.num + 1, 2 * len(self.row_of)), -1, np.int32)
            more[: len(self.row_of)] = self.row_of
            self.row_of = more
        return row

    def _fill(self, row: int, change: Prepared) -> None:
        record, item = change.record, change.record.item
        self._soonest_ms = min(self._soonest_ms, item.expires_ms)
        self.facts[row] = (change.topic, change.language, record.creator)
        self.records[row] = record
        self.card[row] = change.card
        self.video[row] = change.video
        self.media[row] = item.media
        self.image[row] = change.image
        if record.creator:
            self.creators[record.creator] = item.publisher
            self.creator_num[item.publisher] = record.creator
        self.row_of[record.num] = row
        self.by_id[item.id] = row
        self.touched.add(row)

    def _fill_columns(self, rows: list[int], changes: list[Prepared]) -> None:
        """Put the columns of all in place at once, a fifth of what one by one takes; they live when
        all is there, since threads read beside."""
        self._facts[rows] = np.array([_row_of(change) for change in changes], FACTS)
        embedding = np.zeros((len(rows), EMBEDDING_SIZE), np.float32)
        for at, change in enumerate(changes):
            if change.embedding is not None:
                embedding[at] = change.embedding
        self.embedding[rows] = embedding
        self.packed[rows] = np.rint(embedding * 127)
        self.live[rows] = True

    def _leave(self, row: int, now_ms: int) -> None:
        record = self.record(row)
        self.live[row] = False
        self.row_of[record.num] = -1
        del self.by_id[record.item.id]
        self._resting.append((now_ms + REST_MS, row))
        self._stale = True
        self.touched.add(row)

    def _wake(self, now_ms: int) -> None:
        while self._resting and self._resting[0][0] <= now_ms:
            row = self._resting.popleft()[1]
            self.records[row] = None
            self.card[row], self.video[row], self.media[row] = b"", NO_VIDEO, ""
            self.image[row] = NO_IMAGE
            self._free.append(row)

    def _grow(self) -> None:
        old = self.capacity
        facts, packed = facts_of(2 * old), packed_of(2 * old)
        facts[:old], packed[:old] = self._facts, self.packed
        self.live = np.concatenate([self.live, np.zeros_like(self.live)])
        self.embedding = np.concatenate([self.embedding, np.zeros_like(self.embedding)])
        self._lay(facts, packed)
        self.card.extend([b""] * old)
        self.video.extend([NO_VIDEO] * old)
        self.media.extend([""] * old)
        self.image.extend([NO_IMAGE] * old)
        self.facts.extend([(0, 0, 0)] * old)
        self.records.extend([None] * old)
        self._free = list(range(2 * old - 1, old - 1, -1))


def _split(rows: Rows, keys: NDArray[np.integer]) -> dict[int, Rows]:
    """Rows by key, each part in the order of `rows`."""
    order = np.argsort(keys, kind="stable")
    cuts = np.flatnonzero(np.diff(keys[order])) + 1
    parts = np.split(order, cuts)
    return {int(keys[part[0]]): rows[part] for part in parts if len(part)}
