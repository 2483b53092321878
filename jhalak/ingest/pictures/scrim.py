"""How dark the scrim must be for white words to have 4.5:1 over the pixels behind them.

The screen in four bands from above: clock; below it; upper headline; words and buttons. For each
the least opacity of the ink at which even its light pixels are dark enough (WCAG 2.1, relative
luminance), found by trying it on them as a browser blends, in sRGB.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from jhalak.ingest.pictures.colours import Colour

CONTRAST: Final = 4.5
_AIMED: Final = 4.8
"""The page's measure, with room for what scaling and the codec do to single pixels."""
INK: Final = np.array([13, 14, 18]) / 255
BANDS: Final = ((0.0, 0.28, 1.0), (0.28, 0.45, 0.78), (0.45, 0.62, 0.78), (0.62, 1.0, 0.78))
"""(from, to) as shares of the height, and the opacity of the faintest white words there."""
_LIGHT: Final = 0.99
"""Of the pixels behind a piece of a line of words so many count: single sparks hide none."""
_PIECE: Final = (10, 45)
"""Height and width of such a piece in pixels of PHONES."""
PHONES: Final = ((225, 400), (180, 400))
"""Screens on which a whole picture is tried: 9:16 and 9:20."""
MIDDLE: Final = 0.38
"""Where the middle of a whole picture lies, as a share of the screen's height."""


def scrim(image: Image.Image) -> tuple[float, float, float, float]:
    """Opacities for a picture that fills the screen."""
    small = image.resize(PHONES[0], Image.Resampling.BOX, reducing_gap=2.0)
    return _opacities(np.asarray(small, np.float64) / 255)


def scrim_over_ground(
    image: Image.Image, ground: tuple[Colour, Colour]
) -> tuple[float, float, float, float]:
    """Opacities for a picture that stands whole, on tall and on short phones."""
    tried = [_opacities(_standing(image, ground, phone)) for phone in PHONES]
    first, second = tried
    return tuple(map(max, first, second))  # type: ignore[return-value]


def contrast(pixels: NDArray[np.float64], opacity: float, words: float) -> NDArray[np.float64]:
    """Contrast of white words of opacity `words` over float64[..., 3] under `opacity` of ink."""
    under = pixels * (1 - opacity) + INK * opacity
    over = under * (1 - words) + words
    result: NDArray[np.float64] = (luminance(over) + 0.05) / (luminance(under) + 0.05)
    return result


def luminance(rgb: NDArray[np.float64]) -> NDArray[np.float64]:
    """WCAG's relative luminance of sRGB in [0, 1], float64[..., 3]."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    result: NDArray[np.float64] = linear @ np.array([0.2126, 0.7152, 0.0722])
    return result


def _opacities(screen: NDArray[np.float64]) -> tuple[float, float, float, float]:
    h = len(screen)
    found = [
        _least(screen[round(top * h) : round(bottom * h)], words) for top, bottom, words in BANDS
    ]
    return found[0], found[1], found[2], found[3]


def _least(band: NDArray[np.float64], words: float) -> float:
    """The least opacity in steps of 1/100 for every piece of the band; 0.7 suffices for white."""
    lightest = _lightest(band)
    for step in range(100):
        if contrast(lightest, step / 100, words) >= _AIMED:
            return step / 100
    return 1.0


def _lightest(band: NDArray[np.float64]) -> NDArray[np.float64]:
    """The pixel that bounds the light ones of the lightest piece."""
    high, wide = _PIECE
    pads = [(0, -side % piece) for side, piece in zip(band.shape[:2], _PIECE, strict=True)]
    filled = np.pad(band, (*pads, (0, 0)), mode="edge")
    down, across = filled.shape[0] // high, filled.shape[1] // wide
    pieces = filled.reshape(down, high, across, wide, 3).swapaxes(1, 2).reshape(-1, high * wide, 3)
    light = luminance(pieces)
    order = np.argpartition(light, int(_LIGHT * high * wide), axis=1)[:, int(_LIGHT * high * wide)]
    each = np.arange(len(pieces))
    result: NDArray[np.float64] = pieces[each, order][np.argmax(light[each, order])]
    return result


def _standing(
    image: Image.Image, ground: tuple[Colour, Colour], phone: tuple[int, int]
) -> NDArray[np.float64]:
    width, height = phone
    screen = Image.new("RGB", phone)
    draw = ImageDraw.Draw(screen)
    for y in range(height):
        share = y / (height - 1)
        mixed = [round(a + (b - a) * share) for a, b in zip(*ground, strict=True)]
        draw.line((0, y, width, y), fill=(mixed[0], mixed[1], mixed[2]))
    tall = max(round(width * image.height / image.width), 1)
    small = image.resize((width, tall), Image.Resampling.BOX, reducing_gap=2.0)
    screen.paste(small, (0, round(MIDDLE * height - tall / 2)))
    return np.asarray(screen, np.float64) / 255
