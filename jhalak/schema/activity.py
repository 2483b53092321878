"""Records of the `activity` topic: what was served, what came back, what was asked for.

One topic for all of it, partitioned by viewer, so that each viewer's records have one order and
every derived state is a fold over them. A record is MessagePack, tagged by `t`. Times are Unix
milliseconds; `at_ms` of an entry in the log is the time of the server that appended it.
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec

TOPIC: Final = "activity"

EventType = Literal["impression", "dwell", "tap", "play", "complete", "share", "report", "undo"]
EVENT_TYPES: Final[tuple[str, ...]] = (
    "impression", "dwell", "tap", "play", "complete", "share", "report", "undo"
)  # fmt: skip
"""The order is stored in logs: append, never reorder."""
EVENT_INDEX: Final = {name: index for index, name in enumerate(EVENT_TYPES)}

ONCE_PER_SLOT: Final = frozenset({"impression", "tap", "complete"})

Verb = Literal["likes", "saves", "follows", "hides", "blocks", "mutes", "barred", "shares"]
"""`mutes` and `barred` are of creators only. `barred`: that creator blocks the viewer; the mirror
of a block, written with it and never asked for. `shares` is of items only: written where a `share`
comes, which is what the log has of it."""
VERBS: Final[tuple[Verb, ...]] = (
    "likes", "saves", "follows", "hides", "blocks", "mutes", "barred", "shares"
)  # fmt: skip
OwnVerb = Literal["likes", "saves", "follows", "hides", "blocks", "mutes"]
"""What a viewer may ask for."""
OWN_VERBS: Final[tuple[OwnVerb, ...]] = (
    "likes", "saves", "follows", "hides", "blocks", "mutes"
)  # fmt: skip
UNWANTED: Final[tuple[Verb, ...]] = ("blocks", "mutes", "barred")
"""Whoever a viewer has one of these to is nowhere shown to them."""
TargetKind = Literal["item", "creator", "topic", "channel"]
TARGET_KINDS: Final[tuple[TargetKind, ...]] = ("item", "creator", "topic", "channel")


class Served(msgspec.Struct, frozen=True, tag_field="t", tag="served", array_like=True):
    """A slate as it was served: k slots in order.

    Arrays are little-endian bytes. It holds what was scored and why, so that nothing is
    recomputed later from a world that has changed.
    """

    slate: int
    viewer: int
    surface: int
    """Index into SURFACES."""
    at_ms: int
    level: int
    model: int
    """Version of the learned snapshot that scored; 0 is none."""
    profiled: bool
    valid_until_ms: int
    """0 for a surface without editions."""
    items: bytes
    """int64[k]"""
    propensity: bytes
    """float32[k]"""
    features: bytes
    """float16[k, F], as scored; empty when nothing was scored."""
    contributions: bytes
    """float32[k, C]: what each named part added to the value; columns in learning/value.py."""
    reason: bytes
    """uint8[k], index into REASONS"""
    topic: bytes
    """uint8[k]"""
    language: bytes
    """uint8[k]"""
    creator: bytes
    """int32[k]"""
    ref: bytes
    """uint8[k]: 1 where the device held the card already"""
    story: bytes = b""
    """int64[k]: number of the item's story; 0: alone. Empty in records of before stories."""
    arms: tuple[tuple[str, str], ...] = ()
    """(experiment, arm) of every experiment that this slate was exposed to."""
    taste: bytes = b""
    """int16[EMBEDDING_SIZE]: the viewer's taste when the slate was scored (learning.engagers);
    empty where there was none."""


class Outcome(msgspec.Struct, frozen=True, array_like=True):
    """One verified event of a device, with what its slot token said."""

    id: str
    type: int
    """Index into EVENT_TYPES."""
    at_ms: int
    """Clamped to [served, received]."""
    value: float
    """dwell and play: milliseconds; report: code; else 0."""
    slate: int
    item: int
    position: int
    surface: int
    issued_ms: int
    ranges: tuple[tuple[int, int], ...] = ()
    """play: the parts watched, [from_ms, to_ms]."""
    undoes: str = ""
    """undo: the id of the event that it takes back."""
    topic: int = -1
    """Topic index of the item when the event came; -1: the item was not live any more."""
    language: int = -1
    creator: int = 0


class Outcomes(msgspec.Struct, frozen=True, tag_field="t", tag="outcomes", array_like=True):
    """A batch of a device's events; one row of the log."""

    viewer: int
    received_ms: int
    profiled: bool
    """False: the viewer wants nothing learned about them."""
    events: tuple[Outcome, ...]


class Relation(msgspec.Struct, frozen=True, tag_field="t", tag="relation", array_like=True):
    """A like, save, follow, hide, block or mute was put or taken back, or a block's mirror was."""

    id: str
    """Made from the record's own version: appending again after a crash counts once."""
    viewer: int
    at_ms: int
    verb: Verb
    kind: TargetKind
    target: int
    """Number of an item, creator or channel, or a topic's index."""
    on: bool
    profiled: bool
    """False: the viewer wants nothing learned about them."""
    slate: int = 0
    """0: no slot was named."""
    item: int = 0
    """The item that the slot showed or that is the target; 0: none."""
    topic: int = -1
    """Of the target, or of the item; -1: not known."""
    language: int = -1
    creator: int = 0


class Forget(msgspec.Struct, frozen=True, tag_field="t", tag="forget", array_like=True):
    """A viewer removed an interest, or what they had begun to watch."""

    id: str
    viewer: int
    at_ms: int
    topic: int
    """Its index; -1: all interests; NO_TOPIC: none."""
    item: int = 0
    """Number of a video that they do not want to go on with; -1: all of them; 0: none."""


NO_TOPIC: Final = -2


class Erased(msgspec.Struct, frozen=True, tag_field="t", tag="erased", array_like=True):
    """A viewer was erased. It names no one: only the slates that nobody may be remembered by."""

    at_ms: int
    slates: tuple[int, ...]


class Tick(msgspec.Struct, frozen=True, tag_field="t", tag="tick", array_like=True):
    """Time passes in the log though nothing happens, so that labels close and decay goes on."""

    at_ms: int


Activity = Served | Outcomes | Relation | Forget | Erased | Tick

_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[Activity] = msgspec.msgpack.Decoder(Activity)


def encode(record: Activity) -> bytes:
    return _encoder.encode(record)


def decode(payload: bytes) -> Activity:
    """Raises msgspec.DecodeError for bytes that are no record."""
    return _decoder.decode(payload)
