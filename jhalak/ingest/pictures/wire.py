"""What goes to and comes from the process that decodes: a length, then MessagePack."""

from __future__ import annotations

import struct
from typing import Final, Literal

import msgspec

from jhalak.schema.picture import Picture

LENGTH: Final = struct.Struct("<I")


class Made(msgspec.Struct, frozen=True, array_like=True):
    picture: Picture
    files: tuple[bytes, ...]
    """Of the picture's variants, in their order, without the large one."""


class Job(msgspec.Struct, array_like=True):
    data: bytes
    src: str
    digest: str = ""
    """Set: make the large file of the picture that has this digest, by `crop`."""
    crop: tuple[int, int, int, int] = (0, 0, 0, 0)


class Answer(msgspec.Struct, array_like=True):
    kind: Literal["made", "large", "refused"]
    made: Made | None = None
    large: bytes = b""
    reason: str = ""
