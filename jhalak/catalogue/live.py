"""The live catalogue: every item that may be shown, in columns, in memory.

It follows the one sequence of item changes. A change is prepared anywhere (`prepare`, mostly
JSON) and put in place in one step on the thread that serves (`commit`), so a feed never reads a
half-written row. A row that an item left is used again only after REST_MS: an answer in the
making still means the old item by it, and finds it not live.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import Any, Final, NamedTuple, TypeVar

import numpy as np
from numba import njit
from numpy.typing import NDArray

from jhalak.catalogue.cards import card_fields, small_video_form, tail, video_form
from jhalak.catalogue.columns import FACTS, facts_of, pack_facts, packed_of
from jhalak.catalogue.hashtags import tags_of_item
from jhalak.catalogue.pictures import CardImage, card_image
from jhalak.catalogue.pools import Pools, pools_of
from jhalak.catalogue.topics import topic_by_id
from jhalak.schema.candidates import Rows
from jhalak.schema.item import EMBEDDING_SIZE, ItemRecord
from jhalak.schema.languages import LANGUAGE_INDEX
from jhalak.schema.stored import ItemHead, StoredItem, stored

REST_MS: Final = 10_000
STORIES: Final = 1 << 62
"""Numbers of stories begin here: above every item's number."""
CARD, VIDEO = 0, 1
_NEVER: Final = 1 << 62
_NO_EMBEDDING: Final = bytes(EMBEDDING_SIZE)
_LONG_S: Final = 1e30
"""More seconds than a column of float32 need hold."""


class Prepared(NamedTuple):
    """One changed item, ready to be put in its row."""

    stored: StoredItem
    head: ItemHead
    facts: bytes
    """A row of FACTS."""
    place: tuple[int, int, int]
    """Topic, language, creator."""
    tags: tuple[str, ...]


def prepare(record: ItemRecord) -> Prepared:
    """Everything about a change that needs no catalogue. Safe in any thread."""
    return prepare_stored(stored(record))


def prepare_stored(change: StoredItem) -> Prepared:
    """The same of what is still encoded. About 3 us."""
    item = change.head()
    topics = topic_by_id()
    topic = topics.get(item.topic) or topics["general"]
    language, video = LANGUAGE_INDEX[item.language], item.kind == "video"
    story = story_number(item)
    lifetime_h = max(item.expires_ms - item.published_ms, 3_600_000) / 3_600_000
    facts = pack_facts(
        change.num, item.published_ms, item.expires_ms, story,
        story if story and item.kind == "card" else change.num, change.creator,
        sound_number(item.sound), lifetime_h, min(item.duration_s, _LONG_S),
        VIDEO if video else CARD, language, topic.index, item.sensitive or topic.sensitive,
        bool(item.unsafe), change.private or item.followers_only, change.by_minor,
        item.image is not None and not change.pictured(item.image),
    )  # fmt: skip
    return Prepared(
        change, item, facts, (topic.index, language, change.creator), tags_of_item(change)
    )


def columns_of(changes: Sequence[Prepared]) -> tuple[NDArray[Any], NDArray[np.float32]]:
    """(FACTS[n], embeddings float32[n, EMBEDDING_SIZE] of unit length; zeros where there is
    none)."""
    facts = np.frombuffer(b"".join([change.facts for change in changes]), FACTS)
    parts = [change.stored.embedding for change in changes]
    raw = b"".join([one if len(one) == EMBEDDING_SIZE else _NO_EMBEDDING for one in parts])
    embedding = np.frombuffer(raw, np.int8).reshape(-1, EMBEDDING_SIZE).astype(np.float32)
    length = np.linalg.norm(embedding, axis=1, keepdims=True)
    embedding /= np.maximum(length, np.float32(1e-6))
    return facts, embedding


def story_number(item: ItemHead) -> int:
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


T = TypeVar("T")


class Forms(dict[int, T]):
    """What is made of a row's record when it is first asked for, and then kept. Most items of a
    catalogue are never shown."""

    def __init__(self, make: Callable[[ItemRecord], T], record: Callable[[int], ItemRecord]):
        self._make, self._record = make, record

    def __missing__(self, row: int) -> T:
        made = self[row] = self._make(self._record(row))
        return made


class Records:
    """The record in each row, decoded when it is asked for: 3 us."""

    def __init__(self, stored: list[StoredItem | None]) -> None:
        self._stored = stored

    def __getitem__(self, row: int) -> ItemRecord | None:
        found = self._stored[row]
        return None if found is None else found.record()


class LiveCatalogue:
    """Columns over rows; a row is an item. `capacity` grows by doubling; arrays are replaced then.

    Written by the serving thread alone, which alone asks for `card`, `video` and `image`.
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
        self.stored: list[StoredItem | None] = [None] * capacity
        self.records = Records(self.stored)
        self.card: Forms[bytes] = Forms(lambda record: tail(card_fields(record.item)), self.record)
        self.video: Forms[bytes] = Forms(video_form, self.record)
        self.small_video: Forms[bytes] = Forms(small_video_form, self.record)
        self.image: Forms[CardImage] = Forms(card_image, self.record)
        self.media: list[str] = [""] * capacity
        """The set of files that a creator's video lies in."""
        self.tags: dict[int, tuple[str, ...]] = {}
        """Hashtags, folded, of rows whose item has any."""
        self.changed = np.zeros(capacity, np.int32)
        """int32[rows]: rises when a row was filled or left, after all else of it is in place."""
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
        self.lines = facts
        """FACTS[rows]: the columns that follow, each row one line of memory."""
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
        self.unpictured: NDArray[np.bool_] = facts["unpictured"]
        """It names a picture that is not made yet."""
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
            item = change.stored
            name, expires_ms = change.head.id, change.head.expires_ms
            row = self.by_id.get(name)
            if item.status == "recalled" and item.num not in self.recalled:
                self.recalled[item.num] = name
                self.recalls.append((item.seq, name, item.changed_ms))
            # A recall is for good: a change that was read before it may be put in place after it.
            gone = item.withheld or expires_ms <= now_ms
            if item.num in self.recalled or gone:
                if row is not None:
                    filled.pop(row, None)
                    self._leave(row, now_ms)
                continue
            if row is None:
                row = self._allot(item.num)
                new.append(row)
            else:
                self._forget(row)
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

    def unfit_for_minors(self, item: int) -> bool:
        """Of an item's number; of what is not live nothing is known that would make it fit."""
        row = self.find(item)
        return row < 0 or bool(self.sensitive[row] or self.unsafe[row])

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

    def count_unpictured(self) -> int:
        """How many live items name a picture that is not made yet."""
        return int(self.unpictured[np.flatnonzero(self.live)].sum())

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
        self.pools = pools_of(self.live, self.lines)
        return True

    def _allot(self, num: int) -> int:
        if not self._free:
            self._grow()
        row = self._free.pop()
        if num >= len(self.row_of):
            more = np.full(max(num + 1, 2 * len(self.row_of)), -1, np.int32)
            more[: len(self.row_of)] = self.row_of
            self.row_of = more
        return row

    def _fill(self, row: int, change: Prepared) -> None:
        item, head = change.stored, change.head
        if head.expires_ms < self._soonest_ms:
            self._soonest_ms = head.expires_ms
        self.facts[row] = change.place
        self.stored[row] = item
        self.media[row] = head.media
        if change.tags:
            self.tags[row] = change.tags
        if item.creator:
            self.creators[item.creator] = head.publisher
            self.creator_num[head.publisher] = item.creator
        self.row_of[item.num] = row
        self.by_id[head.id] = row
        self.touched.add(row)

    def _fill_columns(self, rows: list[int], changes: list[Prepared]) -> None:
        """Put the columns of all in place at once, a fifth of what one by one takes; they live when
        all is there, since threads read beside."""
        self.lines[rows], embedding = columns_of(changes)
        self.embedding[rows] = embedding
        self.packed[rows] = np.rint(embedding * 127)
        self.live[rows] = True
        self.changed[rows] += 1

    def _leave(self, row: int, now_ms: int) -> None:
        left = self.stored[row]
        if left is None:
            raise KeyError(f"row {row} holds no item")
        self.live[row] = False
        self.changed[row] += 1
        self.row_of[left.num] = -1
        del self.by_id[left.head().id]
        self._resting.append((now_ms + REST_MS, row))
        self._stale = True
        self.touched.add(row)

    def _forget(self, row: int) -> None:
        """What was made of another record than the row's."""
        self.card.pop(row, None)
        self.video.pop(row, None)
        self.small_video.pop(row, None)
        self.image.pop(row, None)
        self.tags.pop(row, None)

    def _wake(self, now_ms: int) -> None:
        while self._resting and self._resting[0][0] <= now_ms:
            row = self._resting.popleft()[1]
            self.stored[row], self.media[row] = None, ""
            self._forget(row)
            self._free.append(row)

    def _grow(self) -> None:
        old = self.capacity
        facts, packed = facts_of(2 * old), packed_of(2 * old)
        facts[:old], packed[:old] = self.lines, self.packed
        self.live = np.concatenate([self.live, np.zeros_like(self.live)])
        self.embedding = np.concatenate([self.embedding, np.zeros_like(self.embedding)])
        self._lay(facts, packed)
        self.changed = np.concatenate([self.changed, np.zeros_like(self.changed)])
        self.media.extend([""] * old)
        self.facts.extend([(0, 0, 0)] * old)
        self.stored.extend([None] * old)
        self._free = list(range(2 * old - 1, old - 1, -1))
