"""What was made of the picture that a source names, and the text of an entry for our own reader."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

FOLDER: Final = "media"
"""Of the blob store."""


class Variant(msgspec.Struct, frozen=True, array_like=True):
    """One size of a picture: WebP, without anything that its source had written into it."""

    name: str
    """Of the blob `media/NAME` and the address `/media/NAME`; the same bytes for ever."""
    width: int
    """Pixels."""
    height: int
    size: int = 0
    """Bytes; 0: not made before somebody asks for it."""


class Picture(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A picture made for a phone, or why there is none."""

    src: str
    """The address that the item named when it was made; for another one it says nothing."""
    refused: str = ""
    """Why it can never be shown; then nothing below is set."""
    variants: tuple[Variant, ...] = ()
    """By rising width."""
    whole: bool = False
    """Uncropped, at full width over a ground of `colours`; else it fills the screen."""
    placeholder: str = ""
    """ThumbHash in base 64: what stands there before the picture is loaded."""
    colours: tuple[str, ...] = ()
    """`#rrggbb`: the ground above and below a whole picture, then what is most of the picture."""
    scrim: tuple[float, float, float, float] = (0.7, 0.7, 0.7, 0.7)
    """Opacity of the ink at which white words have 4.5:1: at the clock, below it, at the upper
    headline, at words and buttons (the screen's height cut at 0.28, 0.45 and 0.62)."""
    crop: tuple[int, int, int, int] = (0, 0, 0, 0)
    """Left, top, right, bottom in the upright source."""
    digest: str = ""
    """Of the source's bytes: a larger variant is made of the same ones or not at all."""
    sexual: float = -1.0
    """How surely it is, 0 to 1, as a model saw it; -1: none looked."""
    allowed: bool = False
    """Nothing in it speaks against showing it on a locked screen; its source has a say too."""


BlockKind = Literal["p", "h", "li", "quote"]


class Block(msgspec.Struct, frozen=True, array_like=True):
    """A paragraph, heading, list item or quotation of an entry: plain text."""

    kind: BlockKind
    text: str
