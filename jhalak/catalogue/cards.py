"""The part of an item's JSON that is the same for everyone, encoded once.

A slate's answer is these bytes with what differs by slot put before them.
"""

from __future__ import annotations

from typing import Any

import msgspec

from jhalak.schema.item import Item

_encode = msgspec.json.Encoder().encode


def _picture(item: Item) -> dict[str, Any]:
    """Drawn art, the same for the same seed. The picture that a source names is shown only after
    it was fetched and reviewed."""
    return {"art": {"topic": item.topic, "seed": item.id}}


def card_fields(item: Item) -> dict[str, Any]:
    """A lock-screen card without its slot, times and reason."""
    return {
        "item": item.id,
        "story": item.story or item.id,
        "headline": item.title,
        "summary": item.summary,
        "language": item.language,
        "topic": item.topic,
        "publisher": item.publisher or None,
        "image": _picture(item),
        "url": item.url or None,
    }


def video_fields(item: Item) -> dict[str, Any]:
    """A feed item without its slot and reason. A card has no renditions: it plays as motion."""
    return {
        "item": item.id,
        "title": item.title,
        "language": item.language,
        "topic": item.topic,
        "creator": item.publisher or None,
        "duration_s": item.duration_s or None,
        "poster": _picture(item),
        "renditions": [
            {"src": r.src, "height": r.height, "bitrate": r.bitrate, "type": r.type}
            for r in item.renditions
        ],
    }


def tail(fields: dict[str, Any]) -> bytes:
    """`,"item":...}`: what follows a slot's own fields."""
    return b"," + _encode(fields)[1:]
