"""A viewer's state as a fold over their own records, and its bytes for the profile store.

The same fold runs wherever a viewer's state is needed: a process that serves them keeps it in
memory and folds each record as it appends it; one that meets the viewer anew reads the profile
and folds the records that came after it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import msgspec
import numpy as np
from numba import njit
from numpy.typing import NDArray

from jhalak.learning import taste
from jhalak.learning.taste import creator_place
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
from jhalak.schema.viewer_state import COMPLETED, IMPRESSED, TAPPED, ViewerState

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
    item, weight, once, topic, language, creator, learn, seen, flags, count,
    shown, engaged, language_shown, language_engaged, creators, creator_shown, creator_engaged,
    counted,
):  # fmt: skip
    """Fold k events (columns int64[k], weight float32[k]) into a state's arrays. `once` is the
    flag of what counts once a slot, else 0. Marks in `counted` bool[k] whose weight was counted."""
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
        place = -1
        if creator[i] > 0:
            place = creator_place(creators, creator_shown, creator_engaged, creator[i])
        if first_look:
            shown[topic[i]] += 1
            language_shown[language[i]] += 1
            if place >= 0:
                creator_shown[place] += 1
        if weight[i] != 0.0 and first_time:
            engaged[topic[i]] += weight[i]
            language_engaged[language[i]] += weight[i]
            if place >= 0:
                creator_engaged[place] += weight[i]
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
                    weight, topic, language, creator, item = taken
                    embedding = self._embedding_of(item)
                    taste.count_engaged(state, -weight, topic, language, creator, embedding)

    def _happen(self, state: ViewerState, events: list[Outcome], profiled: bool) -> None:
        facts = np.array(
            [(e.item, _ONCE.get(e.type, 0), e.topic, e.language, e.creator) for e in events],
            np.int64,
        )
        weight = np.array([_weight(e.type, e.value) for e in events], np.float32)
        counted = np.zeros(len(events), np.bool_)
        _happen(
            facts[:, 0], weight, facts[:, 1], facts[:, 2], facts[:, 3], facts[:, 4],
            profiled, state.seen, state.seen_flags, state.seen_count, state.shown,
            state.engaged, state.language_shown, state.language_engaged, state.creators,
            state.creator_shown, state.creator_engaged, counted,
        )  # fmt: skip
        for i in np.flatnonzero(counted).tolist():
            e = events[i]
            state.recent[e.id] = (float(weight[i]), e.topic, e.language, e.creator, e.item)
            embedding = self._embedding_of(e.item)
            if embedding is not None:
                taste.lean(state, float(weight[i]), embedding)
        while len(state.recent) > RECENT:
            del state.recent[next(iter(state.recent))]

    def _relation(self, state: ViewerState, record: Relation) -> None:
        verb, at_ms = record.verb, record.at_ms
        note_relation(state, record, self._hide_ms)
        if not record.profiled or record.topic < 0:
            return
        taste.fade_to(state, at_ms)
        weight = taste.WEIGHT[verb] * (1.0 if record.on else -1.0)
        embedding = self._embedding_of(record.item) if record.item else None
        taste.count_engaged(state, weight, record.topic, record.language, record.creator, embedding)


def note_relation(state: ViewerState, record: Relation, hide_ms: int) -> None:
    """What a relation's record hides or follows, apart from taste; idempotent."""
    relate(state, record.verb, record.kind, record.target, record.at_ms, record.on, hide_ms)


def see_too(state: ViewerState, other: ViewerState) -> None:
    """What `other`, an earlier state of the same viewer, was served counts as seen here too."""
    items = other.seen[: other.seen_count]
    new = ~np.isin(items, state.seen[: state.seen_count])
    for name in ("seen", "seen_ms", "seen_flags"):
        mine, theirs = getattr(state, name), getattr(other, name)
        joined = np.concatenate([mine[: state.seen_count], theirs[: other.seen_count][new]])
        setattr(state, name, joined)
    state.seen_count = len(state.seen)
    if not state.edition:
        state.edition, state.edition_items = other.edition, other.edition_items
        state.edition_valid_ms = other.edition_valid_ms
        state.events_since_edition = other.events_since_edition


def relate(
    state: ViewerState, verb: str, kind: str, target: int, at_ms: int, on: bool, hide_ms: int
) -> None:
    """Note what a viewer hides, blocks or follows: it holds from the next slate on."""
    if verb in ("hides", "blocks"):
        until_ms = at_ms + hide_ms if verb == "hides" else 1 << 62
        if kind == "item":
            (state.hidden_items.add if on else state.hidden_items.discard)(target)
        else:
            hidden = state.hidden_creators if kind == "creator" else state.hidden_topics
            if on:
                hidden[target] = max(until_ms, hidden.get(target, 0))
            else:
                hidden.pop(target, None)
    elif verb == "follows" and kind in ("creator", "topic"):
        followed = state.followed_creators if kind == "creator" else state.followed_topics
        (followed.add if on else followed.discard)(target)


def _weight(type_: int, value: float) -> float:
    """What an event adds to engagement."""
    if type_ == _DWELL:
        return taste.WEIGHT["long"] if value >= taste.LONG_DWELL_MS else 0.0
    if type_ == _PLAY:
        return taste.WEIGHT["long"] if value >= taste.LONG_PLAY_MS else 0.0
    return _WEIGHTS[type_]


_UNDO, _DWELL, _PLAY = (EVENT_INDEX[name] for name in ("undo", "dwell", "play"))
_ONCE: Final = {EVENT_INDEX["tap"]: TAPPED, EVENT_INDEX["complete"]: COMPLETED}
RECENT: Final = 64
"""Engagements that can be undone; an undo that comes later than that takes nothing back."""
_WEIGHTS: Final = tuple(taste.WEIGHT.get(name, 0.0) for name in EVENT_TYPES)

_ARRAYS: Final = (
    "shown", "engaged", "language_shown", "language_engaged", "creators", "creator_shown",
    "creator_engaged",
)  # fmt: skip


def dump(state: ViewerState) -> bytes:
    """The state's bytes, about 1 KB and 13 bytes a seen item."""
    m = state.seen_count
    return msgspec.msgpack.encode(
        {
            "format": 1,
            "n": state.n,
            "at_ms": state.at_ms,
            "arrays": [getattr(state, name).tobytes() for name in _ARRAYS],
            "vectors": state.vectors.astype(np.float16).tobytes(),
            "seen": state.seen[:m].tobytes(),
            "seen_s": (state.seen_ms[:m] // 1000).astype(np.uint32).tobytes(),
            "flags": state.seen_flags[:m].tobytes(),
            "edition": (
                state.edition, state.edition_items, state.edition_valid_ms,
                state.events_since_edition,
            ),
        }
    )  # fmt: skip


def load(viewer: int, data: bytes) -> ViewerState:
    """The inverse of `dump` (hides and follows come from the relation store). Raises ValueError
    for bytes of another format."""
    raw: dict[str, Any] = msgspec.msgpack.decode(data)
    if raw["format"] != 1:
        raise ValueError(f"a profile of format {raw['format']} was written by another version")
    state = ViewerState(viewer, n=raw["n"], at_ms=raw["at_ms"])
    for name, bytes_ in zip(_ARRAYS, raw["arrays"], strict=True):
        mine: NDArray[Any] = getattr(state, name)
        mine[:] = np.frombuffer(bytes_, mine.dtype)
    state.vectors[:] = np.frombuffer(raw["vectors"], np.float16).reshape(state.vectors.shape)
    state.seen = np.frombuffer(raw["seen"], np.int64).copy()
    state.seen_ms = np.frombuffer(raw["seen_s"], np.uint32).astype(np.int64) * 1000
    state.seen_flags = np.frombuffer(raw["flags"], np.uint8).copy()
    state.seen_count = len(state.seen)
    edition, items, valid_ms, events = raw["edition"]
    state.edition, state.edition_items = edition, tuple(items)
    state.edition_valid_ms, state.events_since_edition = valid_ms, events
    return state
