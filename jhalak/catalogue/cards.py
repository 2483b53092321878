"""The part of an item's JSON that is the same for everyone, encoded once.

A slate's answer is these bytes with what differs by slot put before them.
"""

from __future__ import annotations

from typing import Any

import msgspec

from jhalak.catalogue.pictures import poster
from jhalak.schema.item import Item, ItemRecord

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


def video_fields(record: ItemRecord) -> dict[str, Any]:
    """A feed item without its slot and reason. A card has no renditions: it plays as motion."""
    item = record.item
    return {
        "item": item.id,
        "title": item.title,
        "language": item.language,
        "topic": item.topic,
        "creator": item.publisher or None,
        "duration_s": item.duration_s or None,
        "poster": poster(record),
        "renditions": [
            {"src": r.src, "height": r.height, "bitrate": r.bitrate, "type": r.type}
            for r in item.renditions
        ],
    }


def tail(fields: dict[str, Any]) -> bytes:
    """`,"item":...}`: what follows a slot's own fields."""
    return b"," + _encode(fields)[1:]
