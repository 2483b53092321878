"""The part of an item's JSON that is the same for everyone, encoded once.

A slate's answer is these bytes with what differs by slot put before them.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from jhalak.catalogue.pictures import poster
from jhalak.schema.item import Item, ItemRecord, Rendition
from jhalak.schema.video import HLS_TYPE, Use

_encode = msgspec.json.Encoder().encode


def card_fields(item: Item) -> dict[str, Any]:
    """A lock-screen card without its slot, times, reason and picture."""
    return {
        "item": item.id,
        "story": item.story or item.id,
        "headline": item.title,
        "summary": item.summary,
        "language": item.language,
        "topic": item.topic,
        "publisher": item.publisher or None,
        "url": item.url or None,
    }


SAVER_SIDE: Final = 360
"""Short side, in pixels, of the largest rendition that a phone which saves data is told of."""


def video_form(record: ItemRecord) -> bytes:
    """A feed item without its slot, reason and base address, encoded. About 8 us."""
    return tail(video_fields(record))


def small_video_form(record: ItemRecord) -> bytes:
    """The same for who saves data: the low renditions only, and no playlist that names the
    others."""
    return tail(video_fields(record) | {"renditions": _renditions(_low(record.item.renditions))})


def video_fields(record: ItemRecord) -> dict[str, Any]:
    """A feed item without its slot, reason and base address. A card has no renditions: it plays
    as motion. Of a creator's video `src` is relative to its base address."""
    item = record.item
    return {
        "item": item.id,
        "title": item.title,
        "language": item.language,
        "topic": item.topic,
        "creator": item.publisher or None,
        "duration_s": item.duration_s or None,
        "poster": poster(record),
        "placeholder": item.placeholder or None,
        "labels": item.labels,
        "of": use_fields(item.of),
        "renditions": _renditions(item.renditions),
    }


def use_fields(of: Use | None) -> dict[str, str] | None:
    """What a video was made with, whole: also a title that is empty."""
    if of is None:
        return None
    return {"kind": of.kind, "video": of.video, "handle": of.handle, "title": of.title}


def _renditions(renditions: tuple[Rendition, ...]) -> list[dict[str, Any]]:
    return [
        {
            "src": r.src, "height": r.height, "width": r.width or None, "bitrate": r.bitrate,
            "head_bytes": r.head_bytes or None, "type": r.type,
        }
        for r in renditions
    ]  # fmt: skip


def _low(renditions: tuple[Rendition, ...]) -> tuple[Rendition, ...]:
    """Those of at most SAVER_SIDE pixels, or else the lowest; playlists only where there is
    nothing else."""
    files = tuple(r for r in renditions if r.type != HLS_TYPE) or renditions
    return tuple(r for r in files if _side(r) <= SAVER_SIDE) or tuple(sorted(files, key=_side)[:1])


def _side(rendition: Rendition) -> int:
    """Pixels of its short side; of an unknown width it is taken to be the height."""
    return min(rendition.height, rendition.width or rendition.height)


def tail(fields: dict[str, Any]) -> bytes:
    """`,"item":...}`: what follows a slot's own fields."""
    return b"," + _encode(fields)[1:]
