"""A viewer's state as bytes for the profile store."""

from __future__ import annotations

from typing import Any, Final

import msgspec
import numpy as np

from jhalak.learning.packed import load_taste, taste_bytes
from jhalak.schema.viewer_state import ViewerState

FORMAT: Final = 3


class OlderFormat(ValueError):
    """A profile that an earlier version wrote: as good as none, the log makes it anew."""


def dump(state: ViewerState) -> bytes:
    """The state's bytes: at most 1 KB of what was learned (learning.packed), 13 bytes a seen
    item, and 20 a video that was begun or part that was finished (learning.going)."""
    m = state.seen_count
    return msgspec.msgpack.encode(
        {
            "format": FORMAT,
            "n": state.n,
            "at_ms": state.at_ms,
            "taste": taste_bytes(state),
            "seen": state.seen[:m].tobytes(),
            "seen_s": (state.seen_ms[:m] // 1000).astype(np.uint32).tobytes(),
            "flags": state.seen_flags[:m].tobytes(),
            "edition": (
                state.edition, state.edition_items, state.edition_valid_ms,
                state.events_since_edition,
            ),
            "begun": [(item, *left) for item, left in state.begun.items()],
            "ended": list(state.ended.items()),
        }
    )  # fmt: skip


def load(viewer: int, data: bytes) -> ViewerState:
    """The inverse of `dump` (hides and follows come from the relation store). Raises OlderFormat,
    and ValueError for bytes of a later one."""
    raw: dict[str, Any] = msgspec.msgpack.decode(data)
    if raw["format"] < FORMAT:
        raise OlderFormat(f"a profile of format {raw['format']}, older than {FORMAT}")
    if raw["format"] > FORMAT:
        raise ValueError(f"a profile of format {raw['format']} was written by a later version")
    state = ViewerState(viewer, n=raw["n"], at_ms=raw["at_ms"])
    load_taste(state, raw["taste"])
    state.seen = np.frombuffer(raw["seen"], np.int64).copy()
    state.seen_ms = np.frombuffer(raw["seen_s"], np.uint32).astype(np.int64) * 1000
    state.seen_flags = np.frombuffer(raw["flags"], np.uint8).copy()
    state.seen_count = len(state.seen)
    edition, items, valid_ms, events = raw["edition"]
    state.edition, state.edition_items = edition, tuple(items)
    state.edition_valid_ms, state.events_since_edition = valid_ms, events
    # Absent in profiles of before they were kept.
    state.begun = {item: (at_ms, where) for item, at_ms, where in raw.get("begun", ())}
    state.ended = dict(raw.get("ended", ()))
    return state


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
