"""Which rungs a video gets. A rung is named by its short side, so that portrait, landscape and
square get the same ones. A source is never made larger than it is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final, Literal

SIDES: Final = (240, 360, 540, 720, 1080)
FIRST: Final = 2
"""So many rungs are made first, and the video is live."""
FASTEST: Final = Fraction(30)
"""Frames a second: what more costs twice for a phone's screen."""
SEGMENT_S: Final = 2
AV1_SIDE: Final = 540
AV1_CRF: Final = 38
"""Of SVT-AV1, 0 to 63."""
_USUAL: Final = (
    Fraction(24000, 1001), Fraction(24), Fraction(25), Fraction(30000, 1001), Fraction(30)
)  # fmt: skip
_KBIT: Final = {240: 350, 360: 700, 540: 1300, 720: 2200, 1080: 4200}
"""Bits a second at most, in thousands; most scenes need half."""
_CRF: Final = {240: 24, 360: 24, 540: 23, 720: 22, 1080: 22}


@dataclass(frozen=True, slots=True)
class Rung:
    side: int
    """Pixels of the short side by which it is named."""
    width: int
    height: int
    kbit: int
    crf: int
    codec: Literal["h264", "av1"] = "h264"

    @property
    def name(self) -> str:
        """Of its files, without their endings."""
        return f"{self.side}" if self.codec == "h264" else f"{self.side}.{self.codec}"


def rungs_of(width: int, height: int) -> tuple[Rung, ...]:
    """Rungs up to the source, from the lowest; one at the source's own size where it is lower
    than all. Sides are even, as H.264 in 4:2:0 needs them."""
    short = min(width, height)
    sides = [side for side in SIDES if side <= short + 1] or [short]
    return tuple(_rung(side, width, height) for side in sides)


def av1_rung(width: int, height: int) -> Rung:
    """The one rung in AV1: the highest of at most AV1_SIDE, at half the bits."""
    rung = [one for one in rungs_of(width, height) if one.side <= AV1_SIDE][-1]
    return replace(rung, kbit=rung.kbit // 2, crf=AV1_CRF, codec="av1")


def _rung(side: int, width: int, height: int) -> Rung:
    scale = side / min(width, height)
    even = [max(2, 2 * round(edge * min(scale, 1.0) / 2)) for edge in (width, height)]
    nearest = min(SIDES, key=lambda usual: abs(usual - side))
    return Rung(side, even[0], even[1], _KBIT[nearest], _CRF[nearest])


def rate_of(rate: Fraction) -> Fraction:
    """Frames a second of all rungs: the source's, at an even pace, 30 at most, 10 at least: a
    stream begins two frames late, since frames are told out of order."""
    for usual in _USUAL:
        if abs(rate - usual) < Fraction(1, 50):
            return usual
    return min(max(Fraction(round(rate)), Fraction(10)), FASTEST)
