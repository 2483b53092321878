"""Where a page ended: what a client sends back as `after` without looking into it."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Final

import msgspec

from jhalak.api.raw import Refused
from jhalak.ports.comments import Order

LONGEST: Final = 400
_NUM: Final = 1 << 62

Num = Annotated[int, msgspec.Meta(ge=0, le=_NUM)]


class Cursor(msgspec.Struct, frozen=True, array_like=True):
    """The last comment of a page in its order."""

    order: Order
    value: float
    num: Num
    up_to_ms: Num
    """When the first page was made: pages hold what was there then."""
    shown: Annotated[tuple[Num, ...], msgspec.Meta(max_length=8)] = ()
    """Numbers of those that came out of their order, on the first page."""


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Cursor).decode


def spelled(cursor: Cursor) -> str:
    return base64.urlsafe_b64encode(_encode(cursor)).decode().rstrip("=")


def parsed(text: str, order: Order) -> Cursor:
    """Raises Refused (400) for what is no cursor of a list in this order."""
    try:
        cursor = _decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, binascii.Error, msgspec.DecodeError):
        raise _bad() from None
    if cursor.order != order or cursor.value != cursor.value:
        raise _bad()
    return cursor


def _bad() -> Refused:
    return Refused(
        400, "bad_parameter", "after is the `next` of the page before, in the same order"
    )
