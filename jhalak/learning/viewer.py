"""A viewer's state as a fold over their own records.

The same fold runs wherever a viewer's state is needed: a process that serves them keeps it in
memory and folds each record as it appends it; one that meets the viewer anew reads the profile
and folds the records that came after it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
from numba import njit

from jhalak.learning import taste
from jhalak.learning.relating import note_relation
from jhalak.learning.taste import add, creator_place, look, mark
from jhalak.schema.activity import (
    EVENT_INDEX,
    EVENT_TYPES,
    Activity,
    Forget,
    Outcome,
    Outcomes,
    Relation,
    Served,
)
from jhalak.schema.candidates import Floats
from jhalak.schema.item import EMBEDDING_SIZE
from jhalak.schema.viewer_state import (
    COMPLETED,
    ENGAGED,
    IMPRESSED,
    LONGED,
    TAPPED,
    ViewerState,
)

EmbeddingOf = Callable[[int], Floats | None]
"""Item number to its embedding float32[EMBEDDING_SIZE], None when it is not live."""


@njit(cache=True)
def _see(seen, seen_ms, flags, count, items, at_ms):  # type: ignore[no-untyped-def]
    """Note `items` as served; those seen before move to their newest time. Answers the count."""
    for i in range(len(items)):
        found = False
        for j in range(count):
            if seen[j] == items[i]:
                seen_ms[j] = at_ms
                found = True
                break
        if found:
            flags[j] = 0  # a new slot: what is done with it counts anew
        else:
            seen[count] = items[i]
            seen_ms[count] = at_ms
            flags[count] = 0
            count += 1
    return count


@njit(cache=True)
def _happen(  # type: ignore[no-untyped-def]
    item, once, topic, language, creator, scene, column, bit, weight, learn, seen, flags, count,
    counts, creators, vectors, items, items_done, row_of, embeddings, counted,
):  # fmt: skip
    """Fold the first looks and the counts of k events (columns int64[k], weight float32[k]) into a
    state's arrays. `once` is the flag of what counts once a slot, else 0. `row_of` is the row of
    each event's item in `embeddings`, -1 for none. Marks in `counted` bool[k] whose weight
    counts."""
    none = embeddings[:0, 0]
    for i in range(len(item)):
        at = -1
        for j in range(count - 1, -1, -1):  # what was served last is what is acted on
            if seen[j] == item[i]:
                at = j
                break
        if at < 0:
            continue  # what was served is lost: that it counts once could not be known
        first_look = flags[at] & IMPRESSED == 0
        first_time = flags[at] & once[i] == 0
        flags[at] |= IMPRESSED | once[i]
        if not learn or topic[i] < 0:
            continue
        if first_look:
            embedding = embeddings[row_of[i]] if row_of[i] >= 0 else none
            look(
                counts, creators, vectors, items, items_done, item[i], topic[i], language[i],
                creator[i], scene[i], True, embedding, 1.0,
            )  # fmt: skip
        if first_time:
            if bit[i]:
                mark(items, items_done, item[i], bit[i])
            if weight[i] != 0.0:
                place = creator_place(creators, counts, creator[i])
                if column[i] >= 0:
                    add(counts, topic[i], language[i], place, scene[i], column[i], 1.0)
                add(counts, topic[i], language[i], place, scene[i], ENGAGED, weight[i])
                counted[i] = True


class ViewerFold:
    """How one record changes a viewer's state. `keep_ms`: how long a served item counts as seen;
    `hide_ms`: how long a hide of a creator or topic holds."""

    def __init__(self, embedding_of: EmbeddingOf, keep_ms: int, hide_ms: int) -> None:
        self._embedding_of = embedding_of
        self._keep_ms = keep_ms
        self._hide_ms = hide_ms

    def apply(self, state: ViewerState, n: int, record: Activity) -> None:
        """Fold one record; `n` is its position, 0 when it is not known yet."""
        if isinstance(record, Served):
            self._served(state, record)
        elif isinstance(record, Outcomes):
            if record.profiled:
                taste.fade_to(state, record.received_ms)
            self._outcomes(state, record)
            state.events_since_edition += len(record.events)
        elif isinstance(record, Relation):
            self._relation(state, record)
            state.events_since_edition += 1
        elif isinstance(record, Forget):
            taste.forget(state, record.topic)
            state.events_since_edition += 1
        state.n = max(state.n, n)

    def _served(self, state: ViewerState, record: Served) -> None:
        items = np.frombuffer(record.items, np.int64)
        if state.seen_count + len(items) > len(state.seen):
            self._make_room(state, len(items), record.at_ms)
        state.seen_count = _see(
            state.seen, state.seen_ms, state.seen_flags, state.seen_count, items, record.at_ms
        )
        if record.valid_until_ms:
            state.edition = record.slate
            state.edition_items = tuple(items.tolist())
            state.edition_valid_ms = record.valid_until_ms
            state.events_since_edition = 0

    def _make_room(self, state: ViewerState, more: int, now_ms: int) -> None:
        """Drop what may be shown again, then make place for `more`."""
        fresh = np.flatnonzero(state.seen_ms[: state.seen_count] >= now_ms - self._keep_ms)
        size = max(64, int(1.5 * len(fresh)) + more)
        for name in ("seen", "seen_ms", "seen_flags"):
            old = getattr(state, name)
            new = np.zeros(size, old.dtype)
            new[: len(fresh)] = old[fresh]
            setattr(state, name, new)
        state.seen_count = len(fresh)

    def _outcomes(self, state: ViewerState, record: Outcomes) -> None:
        events = [event for event in record.events if event.type != _UNDO]
        if events:
            self._happen(state, events, record.profiled)
        for event in record.events:
            if event.type == _UNDO and record.profiled:
                taken = state.recent.pop(event.undoes, None)
                if taken is not None:
                    weight, column, topic, language, creator, scene, item = taken
                    facts = topic, language, creator, scene
                    embedding = self._embedding_of(item)
                    taste.take_back(state, weight, column, facts, embedding)

    def _happen(self, state: ViewerState, events: list[Outcome], profiled: bool) -> None:
        does = [_does(e.type, e.value) for e in events]
        facts = np.array(
            [
                (e.item, d.once, e.topic, e.language, e.creator, e.surface, d.column, d.bit)
                for e, d in zip(events, does, strict=True)
            ],
            np.int64,
        )  # fmt: skip
        weight = np.array([d.weight for d in does], np.float32)
        embeddings = [self._embedding_of(e.item) for e in events]
        known = [e for e in embeddings if e is not None]
        row_of = np.array([-1 if e is None else 0 for e in embeddings], np.int64)
        row_of[row_of == 0] = np.arange(len(known))
        counted = np.zeros(len(events), np.bool_)
        _happen(
            facts[:, 0], facts[:, 1], facts[:, 2], facts[:, 3], facts[:, 4], facts[:, 5],
            facts[:, 6], facts[:, 7], weight, profiled, state.seen, state.seen_flags,
            state.seen_count, state.counts, state.creators, state.vectors, state.items,
            state.items_done, row_of,
            np.array(known) if known else _NOTHING, counted,
        )  # fmt: skip
        for i in np.flatnonzero(counted).tolist():
            e = events[i]
            state.recent[e.id] = (
                does[i].weight, does[i].column, e.topic, e.language, e.creator, e.surface, e.item
            )  # fmt: skip
            embedding = embeddings[i]
            if embedding is not None:
                taste.lean(
                    state.vectors, state.interests, state.interest_weight, does[i].weight,
                    embedding, 1.0,
                )  # fmt: skip
        while len(state.recent) > RECENT:
            del state.recent[next(iter(state.recent))]

    def _relation(self, state: ViewerState, record: Relation) -> None:
        verb, at_ms = record.verb, record.at_ms
        note_relation(state, record, self._hide_ms)
        if not record.profiled or record.topic < 0:
            return
        taste.fade_to(state, at_ms)
        facts = record.topic, record.language, record.creator, -1
        embedding = self._embedding_of(record.item) if record.item else None
        put = taste.count_engaged if record.on else taste.take_back
        column = taste.COLUMN.get(verb, -1)
        put(state, taste.WEIGHT[verb], column, facts, embedding)


class _Does(NamedTuple):
    """What an event does to a viewer's taste."""

    weight: float
    column: int
    """Of ViewerState.counts; -1: engagement alone."""
    bit: int
    """Of ViewerState.items_done."""
    once: int
    """Flag of what counts once a slot, else 0."""


def _does(type_: int, value: float) -> _Does:
    if type_ == _DWELL:
        return _READ if value >= taste.LONG_DWELL_MS else _NOTHING_DONE
    if type_ == _PLAY:
        return _READ if value >= taste.LONG_PLAY_MS else _NOTHING_DONE
    return _DOES[type_]


_UNDO, _DWELL, _PLAY = (EVENT_INDEX[name] for name in ("undo", "dwell", "play"))
_ONCE: Final = {"tap": TAPPED, "complete": COMPLETED, "long": LONGED}
_NOTHING: Final = np.zeros((0, EMBEDDING_SIZE), np.float32)
RECENT: Final = 64
"""Engagements that can be undone; an undo that comes later than that takes nothing back."""


def _action(name: str) -> _Does:
    return _Does(
        taste.WEIGHT.get(name, 0.0), taste.COLUMN.get(name, -1), taste.DONE.get(name, 0),
        _ONCE.get(name, 0),
    )  # fmt: skip


_DOES: Final = tuple(_action(name) for name in EVENT_TYPES)
_READ: Final = _action("long")
_NOTHING_DONE: Final = _Does(0.0, -1, 0, 0)
