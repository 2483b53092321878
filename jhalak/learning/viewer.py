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
    Outcomes,
    Relation,
    Served,
)
from jhalak.schema.candidates import Floats
from jhalak.schema.viewer_state import IMPRESSED, TAPPED, ViewerState

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
        if not found:
            seen[count] = items[i]
            seen_ms[count] = at_ms
            flags[count] = 0
            count += 1
    return count


@njit(cache=True)
def _happen(  # type: ignore[no-untyped-def]
    item, weight, is_tap, topic, language, creator, learn, seen, flags, count,
    shown, engaged, language_shown, language_engaged, creators, creator_shown, creator_engaged,
    counted,
):  # fmt: skip
    """Fold k events (columns int64[k], weight float32[k]) into a state's arrays. Marks in
    `counted` bool[k] those whose weight was counted, for the embeddings."""
    for i in range(len(item)):
        at = -1
        for j in range(count - 1, -1, -1):  # what was served last is what is acted on
            if seen[j] == item[i]:
                at = j
                break
        first_look = True
        first_tap = True
        if at >= 0:
            first_look = flags[at] & IMPRESSED == 0
            first_tap = flags[at] & TAPPED == 0
            flags[at] |= IMPRESSED
            if is_tap[i]:
                flags[at] |= TAPPED
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
        if weight[i] != 0.0 and (first_tap or not is_tap[i]):
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
        if not events:
            return
        facts = np.array(
            [(e.item, e.type == _TAP, e.topic, e.language, e.creator) for e in events], np.int64
        )
        weight = np.array([_weight(e.type, e.value) for e in events], np.float32)
        counted = np.zeros(len(events), np.bool_)
        _happen(
            facts[:, 0], weight, facts[:, 1], facts[:, 2], facts[:, 3], facts[:, 4],
            record.profiled, state.seen, state.seen_flags, state.seen_count, state.shown,
            state.engaged, state.language_shown, state.language_engaged, state.creators,
            state.creator_shown, state.creator_engaged, counted,
        )  # fmt: skip
        for i in np.flatnonzero(counted).tolist():
            embedding = self._embedding_of(events[i].item)
            if embedding is not None:
                taste.lean(state, float(weight[i]), embedding)

    def _relation(self, state: ViewerState, record: Relation) -> None:
        verb, at_ms = record.verb, record.at_ms
        relate(state, verb, record.kind, record.target, at_ms, record.on, self._hide_ms)
        if not record.profiled or record.topic < 0:
            return
        taste.fade_to(state, at_ms)
        weight = taste.WEIGHT[verb] * (1.0 if record.on else -1.0)
        embedding = self._embedding_of(record.item) if record.item else None
        taste.count_engaged(state, weight, record.topic, record.language, record.creator, embedding)


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


_UNDO, _TAP, _DWELL, _PLAY = (EVENT_INDEX[name] for name in ("undo", "tap", "dwell", "play"))
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
