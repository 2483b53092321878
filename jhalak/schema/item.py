"""Items: cards and videos, as sources give them and as records keep them."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from jhalak.schema.picture import Picture
from jhalak.schema.video import Use

Kind = Literal["card", "video"]
Status = Literal["live", "recalled"]

EMBEDDING_SIZE: Final = 64
"""Length of an item's embedding, int8 in records, float32 (unit length) in columns."""
SHORTEST_H: Final = 3.0
LONGEST_H: Final = 2160.0
"""Bounds of how long an item stays good, hours."""


def bounded_lifetime(hours: float) -> float:
    """`hours` within SHORTEST_H and LONGEST_H."""
    return min(max(hours, SHORTEST_H), LONGEST_H)


class Image(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A picture that a source gave. It is shown only after it was fetched and reviewed."""

    src: str
    alt: str = ""


class Rendition(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One playable form of a video."""

    src: str
    """An address; of a creator's video a name in its set (`Item.media`)."""
    height: int
    """Pixels."""
    width: int = 0
    """Pixels; 0 means not known."""
    bitrate: int = 0
    """Bits a second; 0 means not known."""
    head_bytes: int = 0
    """Bytes that hold the first two seconds; 0 means not known."""
    type: str = "video/mp4"


class Item(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing worth ten seconds, as its source described it. Times are Unix milliseconds."""

    id: str
    """The source's, else a hash of normalised text and publisher; 1 to 128 characters."""
    kind: Kind = "card"
    language: str
    """One of LANGUAGES."""
    topic: str
    """A key of catalogue/topics.toml."""
    title: str
    summary: str = ""
    publisher: str = ""
    """Publisher or creator, the name shown and the id that follows and hides use; "" is unknown."""
    url: str = ""
    image: Image | None = None
    story: str = ""
    """Items with the same story tell the same thing; "" means alone."""
    of: Use | None = None
    """What a creator's video was made with; None: nothing of another's here."""
    sound: str = ""
    """The song or voice that videos may share; "" is unknown or the item's own."""
    duration_s: float = 0.0
    renditions: tuple[Rendition, ...] = ()
    media: str = ""
    """The set of files that a creator's video lies in (schema/video.py); "" for any other."""
    placeholder: str = ""
    """Of a creator's video: its poster as a thumbhash in base 64."""
    labels: tuple[str, ...] = ()
    """What viewers are told of it: `ai`, `sensitive`."""
    published_ms: int = 0
    expires_ms: int = 0
    lifetime_ms: int = 0
    """Between the two, where it is not what its source says but was understood since; else 0."""
    sensitive: bool = False
    """Politics, crime, health, faith: on a locked screen only when it trends or was chosen."""
    reviewed: bool = False
    """An operator looked at its source and trusts it: its picture may be shown while locked."""
    unsafe: tuple[str, ...] = ()
    """Classes of what was found in its text (understanding/words.py): never shown while locked."""
    bait: float = 0.0
    """How much its title baits, in [0, 1]."""
    followers_only: bool = False
    """Its creator wants only followers to see it."""


class ItemRecord(msgspec.Struct, frozen=True, kw_only=True):
    """An item as records keep it."""

    num: int
    """Allotted once, from 1 upwards; what columns, tokens and logs carry."""
    seq: int
    """Sequence number of the newest change, unique and rising over all items."""
    status: Status
    item: Item
    creator: int
    """Number of the publisher, from 1 upwards; 0 means unknown."""
    embedding: bytes
    """int8[EMBEDDING_SIZE]; empty where there is none."""
    changed_ms: int
    picture: Picture | None = None
    """What was made of `item.image`; None: nothing yet."""
    private: bool = False
    """Its creator's account is private."""
    by_minor: bool = False
    """Its creator has an account, and is a minor or may be one."""
    withheld: bool = False
    """Its creator's account is suspended, or it is a video that is not live: nobody sees it."""

    @property
    def followers_only(self) -> bool:
        """Nobody may see it but its creator and who follows them."""
        return self.private or self.item.followers_only
