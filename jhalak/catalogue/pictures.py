"""The pictures of live items: how they are told to a phone, and which may be shown while locked."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import msgspec

from jhalak.schema.item import Item, ItemRecord
from jhalak.schema.picture import Picture, Variant
from jhalak.schema.video import POSTER

_encode = msgspec.json.Encoder().encode
_USUAL: Final = 720


class CardImage(NamedTuple):
    """The member `"image"` of a card in JSON, with the comma before it, in three forms."""

    art: bytes
    """Drawn by the phone, without a byte of picture."""
    small: bytes
    """With the smallest file only, for who saves data; the same as `art` where there is none."""
    usual: bytes
    """With all files."""
    small_bytes: int
    """Of the file that the form makes a phone fetch; 0 where it is art."""
    usual_bytes: int


def shown_while_locked(record: ItemRecord) -> Picture | None:
    """The picture that anyone nearby may see, or None for drawn art: its source was reviewed, its
    story's text is not unsafe, and nothing that looked at the picture spoke against it. Whatever
    else may speak against a picture is asked here."""
    picture, item = record.picture, record.item
    if picture is None or not picture.variants:
        return None
    return picture if item.reviewed and not item.unsafe and picture.allowed else None


def card_image(record: ItemRecord) -> CardImage:
    """About 5 us."""
    art = b',"image":' + _encode(_art(record.item))
    picture = shown_while_locked(record)
    if picture is None:
        return CardImage(art, art, art, 0, 0)
    return CardImage(
        art,
        b',"image":' + _encode(_told(record.item, picture, picture.variants[:1])),
        b',"image":' + _encode(_told(record.item, picture, picture.variants)),
        picture.variants[0].size,
        max(variant.size for variant in picture.variants if variant.width <= _USUAL),
    )


def poster(record: ItemRecord) -> dict[str, Any]:
    """What stands for a video before it plays. A creator's has its own, of the video's shape."""
    if record.item.media:
        largest = max(record.item.renditions, key=lambda one: one.width, default=None)
        shape = {"width": largest.width, "height": largest.height} if largest else {}
        return {**_art(record.item), "src": POSTER, **shape}
    picture = shown_while_locked(record)
    if picture is None:
        return _art(record.item)
    return _told(record.item, picture, picture.variants)


def _art(item: Item) -> dict[str, Any]:
    """Drawn art, the same for the same seed."""
    return {"art": {"topic": item.topic, "seed": item.id}}


def _told(item: Item, picture: Picture, variants: tuple[Variant, ...]) -> dict[str, Any]:
    """A picture, and the art that stands in for it where it cannot be loaded."""
    return {
        **_art(item),
        "variants": [
            {"src": f"/media/{v.name}", "width": v.width, "height": v.height, "bytes": v.size}
            for v in variants
        ],
        "whole": picture.whole,
        "placeholder": picture.placeholder,
        "colours": picture.colours,
        "scrim": picture.scrim,
        "alt": item.image.alt if item.image else "",
    }
