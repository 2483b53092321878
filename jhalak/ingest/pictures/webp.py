"""WebP of the best quality that a limit of bytes allows."""

from __future__ import annotations

import io
import math
from typing import Final

from PIL import Image, ImageFilter

BEST: Final = 78
WORST: Final = 4
METHOD: Final = 4
"""Of 0 to 6: 6 saves some 2 % more for twice the time."""
_TRIES: Final = 4
_PER_E_FOLD: Final = 30.0
"""Points of quality by which a usual photograph's size changes e-fold."""


def encoded(image: Image.Image, limit: int, guess: int = BEST) -> tuple[bytes, int]:
    """At most `limit` bytes, and the quality that it took. What is too fine for any quality is
    softened until it fits."""
    image = image.copy()
    radius = 0.0
    while True:
        found = _searched(image, limit, guess)
        if found is not None:
            return found
        radius = 1.5 * radius + 1.0
        image = image.filter(ImageFilter.GaussianBlur(radius))
        guess = WORST * 4


def _searched(image: Image.Image, limit: int, guess: int) -> tuple[bytes, int] | None:
    """By regula falsi on the logarithm of the size; None where even WORST is too large."""
    low, high = WORST - 1, BEST + 1  # known or taken to fit; known or taken to be too large
    best: tuple[bytes, int] | None = None
    quality = min(max(guess, WORST), BEST)
    for _ in range(_TRIES):
        data = _at(image, quality)
        if len(data) <= limit:
            best, low = (data, quality), quality
            if quality == BEST or len(data) > 0.88 * limit:
                return best
        else:
            high = quality
            if quality == WORST:
                return None
        step = _PER_E_FOLD * math.log(0.96 * limit / len(data))
        quality = min(max(quality + round(step), low + 1), high - 1)
        if quality <= low or quality >= high:
            return best
    return best or _last(image, limit)


def _last(image: Image.Image, limit: int) -> tuple[bytes, int] | None:
    data = _at(image, WORST)
    return (data, WORST) if len(data) <= limit else None


def _at(image: Image.Image, quality: int) -> bytes:
    target = io.BytesIO()
    image.save(target, "WEBP", quality=quality, method=METHOD)
    return target.getvalue()
