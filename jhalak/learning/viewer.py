"""A viewer's state as a fold over their own records.

The same fold runs wherever a viewer's state is needed: a process that serves them keeps it in
memory and folds each record as it appends it; one that meets the viewer anew reads the profile
and folds the records that came after it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain
from operator import attrgetter
from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from jhalak.learning import going, taste
from jhalak.learning.relating import note_relation
from jhalak.learning.taste import add, creator_place, lean, look, mark
from jhalak.schema.activity import (
    EVENT_INDEX,
    EVENT_TYPES,
    NO_TOPIC,
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

EmbeddingOf = Callable[[NDArray[np.int64]], tuple[NDArray[np.int64], Floats]]
"""Item numbers int64[n] to (rows int64[n], -1 for those that are not live; the table of embeddings
float32[rows, EMBEDDING_SIZE] that they are of)."""


def one_by_one(embedding_of: Callable[[int], Floats | None]) -> EmbeddingOf:
    """For those who have no table."""

    def found(items: NDArray[np.int64]) -> tuple[NDArray[np.int64], Floats]:
        each = [embedding_of(item) for item in items.tolist()]
        known = [embedding for embedding in each if embedding is not None]
        rows = np.array([-1 if embedding is None else 0 for embedding in each], np.int64)
        rows[rows == 0] = np.arange(len(known))
        return rows, np.array(known, np.float32).reshape(-1, EMBEDDING_SIZE)

    return found


class _Does(NamedTuple):
    """What an event does to a viewer's taste."""

    weight: float
    column: int
    """Of ViewerState.counts; -1: engagement alone."""
    bit: int
    """Of ViewerState.items_done."""
    once: int
    """Flag of what counts once a slot, else 0."""


def _action(name: str) -> _Does:
    return _Does(
        taste.WEIGHT.get(name, 0.0), taste.COLUMN.get(name, -1), taste.DONE.get(name, 0),
        _FLAG.get(name, 0),
    )  # fmt: skip


_FLAG: Final = {"tap": TAPPED, "complete": COMPLETED, "long": LONGED}
_UNDO, _DWELL, _PLAY = (EVENT_INDEX[name] for name in ("undo", "dwell", "play"))
_DOES: Final = (*(_action(name) for name in EVENT_TYPES), _action("long"), _Does(0.0, -1, 0, 0))
"""By type; then what a long dwell or play does, and a short one."""
_READ: Final = len(EVENT_TYPES)
_NOTHING_DONE: Final = _READ + 1
_WEIGHT: Final = np.array([does.weight for does in _DOES], np.float64)
_COLUMN, _BIT, _ONCE = np.array([does[1:] for does in _DOES], np.int64).T.copy()
_FACTS: Final = attrgetter("type", "item", "topic", "language", "creator", "surface")
RECENT: Final = 64
"""Engagements that can be undone; an undo that comes later than that takes nothing back."""


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
    facts, value, learn, seen, flags, count, counts, creators, vectors, interests, interest_weight,
    items, items_done, row_of, embeddings, counted,
):  # fmt: skip
    """Fold k events into a state's arrays. `facts` int64[6, k] are type, item, topic, language,
    creator and scene, `row_of` the row of each event's item in `embeddings`, -1 for none. Notes in
    `counted` int64[k] what each one did that counts: its place in _DOES plus 1, else 0. Answers how
    many count, and how many are undos, which change nothing here."""
    none = embeddings[:0, 0]
    engaged, undone = 0, 0
    for i in range(facts.shape[1]):
        type_, item, topic = facts[0, i], facts[1, i], facts[2, i]
        language, creator, scene = facts[3, i], facts[4, i], facts[5, i]
        if type_ == _UNDO:
            undone += 1
            continue
        does = type_
        if type_ == _DWELL:
            does = _READ if value[i] >= taste.LONG_DWELL_MS else _NOTHING_DONE
        elif type_ == _PLAY:
            does = _READ if value[i] >= taste.LONG_PLAY_MS else _NOTHING_DONE
        once = _ONCE[does]
        at = -1
        for j in range(count - 1, -1, -1):  # what was served last is what is acted on
            if seen[j] == item:
                at = j
                break
        if at < 0:
            continue  # what was served is lost: that it counts once could not be known
        first_look = flags[at] & IMPRESSED == 0
        first_time = flags[at] & once == 0
        flags[at] |= IMPRESSED | once
        if not learn or topic < 0:
            continue
        embedding = embeddings[row_of[i]] if row_of[i] >= 0 else none
        if first_look:
            look(
                counts, creators, vectors, items, items_done, item, topic, language, creator,
                scene, True, embedding, 1.0,
            )  # fmt: skip
        if first_time:
            if _BIT[does]:
                mark(items, items_done, item, _BIT[does])
            if _WEIGHT[does] != 0.0:
                place = creator_place(creators, counts, creator)
                if _COLUMN[does] >= 0:
                    add(counts, topic, language, place, scene, _COLUMN[does], 1.0)
                add(counts, topic, language, place, scene, ENGAGED, np.float32(_WEIGHT[does]))
                if len(embedding):
                    lean(vectors, interests, interest_weight, _WEIGHT[does], embedding, 1.0)
                counted[i] = does + 1
                engaged += 1
    return engaged, undone


class ViewerFold:
    """How one record changes a viewer's state. `keep_ms`: how long a served item counts as seen;
    `hide_ms`: how long a hide of a creator or topic holds."""

    def __init__(
        self, embedding_of: EmbeddingOf, keep_ms: int, hide_ms: int,
        film_of: going.FilmOf = going.no_films,
    ) -> None:  # fmt: skip
        self._embedding_of, self._film_of = embedding_of, film_of
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
            if record.topic != NO_TOPIC:
                taste.forget(state, record.topic)
                state.events_since_edition += 1
            if record.item:
                going.forget(state, record.item)
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
        events = record.events
        if not events:
            return
        flat = list(chain.from_iterable(map(_FACTS, events)))
        facts = np.array(flat, np.int64).reshape(-1, 6).T.copy()
        value = np.array([e.value for e in events], np.float64)
        row_of, embeddings = self._embedding_of(facts[1])
        counted = np.zeros(len(events), np.int64)
        engaged, undone = _happen(
            facts, value, record.profiled, state.seen, state.seen_flags, state.seen_count,
            state.counts, state.creators, state.vectors, state.interests, state.interest_weight,
            state.items, state.items_done, row_of, embeddings, counted,
        )  # fmt: skip
        if record.profiled:
            going.note(state, events, self._film_of)
        if engaged:
            self._remember(state, events, counted.tolist())
        if undone and record.profiled:
            self._undo(state, events)

    @staticmethod
    def _remember(state: ViewerState, events: Sequence[Outcome], counted: list[int]) -> None:
        """Note what counted, so that it can be undone."""
        for e, does in zip(events, counted, strict=True):
            if does:
                did = _DOES[does - 1]
                state.recent[e.id] = (
                    did.weight, did.column, e.topic, e.language, e.creator, e.surface, e.item
                )  # fmt: skip
        while len(state.recent) > RECENT:
            del state.recent[next(iter(state.recent))]

    def _undo(self, state: ViewerState, events: Sequence[Outcome]) -> None:
        for event in events:
            taken = state.recent.pop(event.undoes, None) if event.type == _UNDO else None
            if taken is not None:
                weight, column, topic, language, creator, scene, item = taken
                facts = topic, language, creator, scene
                taste.take_back(state, weight, column, facts, self._embedding(item))

    def _embedding(self, item: int) -> Floats | None:
        """Of one item, None when it is not live."""
        rows, embeddings = self._embedding_of(np.array([item], np.int64))
        return embeddings[rows[0]] if rows[0] >= 0 else None

    def _relation(self, state: ViewerState, record: Relation) -> None:
        verb, at_ms = record.verb, record.at_ms
        note_relation(state, record, self._hide_ms)
        if verb == "hides" and record.kind == "item" and record.on:
            going.forget(state, record.target)
        if not record.profiled or record.topic < 0:
            return
        taste.fade_to(state, at_ms)
        facts = record.topic, record.language, record.creator, -1
        embedding = self._embedding(record.item) if record.item else None
        put = taste.count_engaged if record.on else taste.take_back
        column = taste.COLUMN.get(verb, -1)
        put(state, taste.WEIGHT[verb], column, facts, embedding)
