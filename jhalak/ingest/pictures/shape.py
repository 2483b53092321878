"""How a picture stands on a phone: cropped around what matters, or whole over its own colours."""

from __future__ import annotations

from typing import Final, NamedTuple

from PIL import Image

from jhalak.ingest.pictures.decode import Decoded
from jhalak.ingest.pictures.header import NoPicture
from jhalak.ingest.pictures.saliency import best_window, saliency

SCREEN: Final = (720, 1280)
SIZES: Final = ((480, 854), SCREEN)
LARGE: Final = (1440, 2560)
MOST_ENLARGED: Final = 1.5
LEAST_WIDTH: Final = 480
FLATTEST: Final = 3.2
"""Width over height of a strip that shows nothing on a phone."""

Box = tuple[int, int, int, int]


class Shape(NamedTuple):
    box: Box
    """Left, top, right, bottom in the upright source."""
    whole: bool


def shape_of(picture: Decoded) -> Shape:
    """Raises NoPicture for what is too small or too flat to be shown."""
    width, height = picture.width, picture.height
    if width < LEAST_WIDTH:
        raise NoPicture(f"{width} pixels wide: less than {LEAST_WIDTH}")
    if width > FLATTEST * height:
        raise NoPicture(f"{width} x {height}: a strip")
    box = _around_what_matters(picture)
    if SCREEN[0] > MOST_ENLARGED * (box[2] - box[0]):
        return Shape((0, 0, width, height), True)
    return Shape(box, False)


def sizes_of(shape: Shape) -> list[tuple[int, int]]:
    """(width, height) of the files to make, the last one only where the source is that large."""
    left, top, right, bottom = shape.box
    width, height = right - left, bottom - top
    if not shape.whole:
        fits = width >= LARGE[0] and height >= LARGE[1]
        return [*SIZES, LARGE] if fits else list(SIZES)
    widths = [w for w, _ in SIZES if w <= MOST_ENLARGED * width]
    return [(w, min(max(round(w * height / width), 1), _tallest(w))) for w in widths]


def cut(picture: Decoded, box: Box, size: tuple[int, int]) -> Image.Image:
    """The part `box` of the upright source at `size`."""
    share = picture.image.width / picture.width, picture.image.height / picture.height
    part = (box[0] * share[0], box[1] * share[1], box[2] * share[0], box[3] * share[1])
    return picture.image.resize(size, Image.Resampling.LANCZOS, box=part, reducing_gap=3.0)


def _tallest(width: int) -> int:
    return round(width * SCREEN[1] / SCREEN[0])


def _around_what_matters(picture: Decoded) -> Box:
    """The largest part of a screen's shape, moved to hold the most that stands out."""
    width, height = picture.width, picture.height
    wide = round(height * SCREEN[0] / SCREEN[1])
    found = saliency(picture.image)
    if wide <= width:
        columns = found.sum(0)
        start = best_window(columns, max(round(wide / width * len(columns)), 1))
        left = min(round(start / len(columns) * width), width - wide)
        return left, 0, left + wide, height
    tall = min(round(width * SCREEN[1] / SCREEN[0]), height)
    rows = found.sum(1)
    start = best_window(rows, max(round(tall / height * len(rows)), 1))
    top = min(round(start / len(rows) * height), height - tall)
    return 0, top, width, top + tall
