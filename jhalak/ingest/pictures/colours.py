"""The colours of a picture: what is most of it, and the ground on which it may stand whole."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Colour = tuple[int, int, int]

DOMINANT: Final = 3
_SIDE: Final = 64
_EDGE: Final = 0.12
"""Share of the height at its upper and lower edge whose mean the ground goes on from."""
_DARKEST, _LIGHTEST = 0.06, 0.34
"""Lightness of a ground, 0 to 1: dark enough for words, light enough to have a colour."""


def ground(image: Image.Image) -> tuple[Colour, Colour]:
    """What lies above and below a picture that stands whole: its edges' colours, subdued."""
    pixels = _small(image)
    rows = max(round(len(pixels) * _EDGE), 1)
    return _subdued(pixels[:rows]), _subdued(pixels[-rows:])


def dominant(image: Image.Image) -> list[Colour]:
    """At most DOMINANT colours, the most frequent first, by median cut."""
    small = Image.fromarray(_small(image).astype(np.uint8))
    cut = small.quantize(DOMINANT + 3, Image.Quantize.MEDIANCUT)
    palette = cut.getpalette() or []
    counts = np.bincount(np.asarray(cut).ravel())
    order = np.argsort(-counts, kind="stable")[:DOMINANT]
    return [_triple(palette[3 * at : 3 * at + 3]) for at in order.tolist() if counts[at]]


def spelt(colour: Colour) -> str:
    """`#rrggbb`"""
    return "#{:02x}{:02x}{:02x}".format(*colour)


def _small(image: Image.Image) -> NDArray[np.float64]:
    small = image.copy()
    small.thumbnail((_SIDE, _SIDE), Image.Resampling.BOX)
    return np.asarray(small, np.float64)


def _subdued(pixels: NDArray[np.float64]) -> Colour:
    mean = pixels.reshape(-1, 3).mean(0) / 255
    lightness = float(mean.mean())
    wanted = min(max(lightness * 0.7, _DARKEST), _LIGHTEST)
    scaled = mean * (wanted / lightness) if lightness > 0.01 else np.full(3, wanted)
    return _triple(np.clip(scaled * 255, 0, 255).round().astype(int).tolist())


def _triple(values: list[int]) -> Colour:
    return int(values[0]), int(values[1]), int(values[2])
