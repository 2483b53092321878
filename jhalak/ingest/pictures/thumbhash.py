"""ThumbHash (Evan Wallace, https://evanw.github.io/thumbhash/): a picture in some 25 bytes.

A cosine transform of lightness and two colour differences, a few terms of each, four bits a term.
Written anew from its description; the page holds the other half.
"""

from __future__ import annotations

import base64
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SIDE: Final = 64
_TERMS: Final = 7


def placeholder(image: Image.Image) -> str:
    """Base 64 of the hash of an RGB picture."""
    small = image.copy()
    small.thumbnail((SIDE, SIDE), Image.Resampling.BOX)
    return base64.b64encode(encode(np.asarray(small, np.float64) / 255)).decode()


def encode(rgb: NDArray[np.float64]) -> bytes:
    """float64[h, w, 3] in [0, 1], at most 100 a side."""
    h, w = rgb.shape[:2]
    long = max(w, h)
    lx, ly = (max(1, round(_TERMS * side / long)) for side in (w, h))
    r, g, b = np.moveaxis(rgb, -1, 0)
    l_dc, l_scale, l_ac = _terms((r + g + b) / 3, max(3, lx), max(3, ly))
    p_dc, p_scale, p_ac = _terms((r + g) / 2 - b, 3, 3)
    q_dc, q_scale, q_ac = _terms(r - g, 3, 3)
    landscape = w > h
    first = (
        round(63 * l_dc) | round(31.5 + 31.5 * p_dc) << 6 | round(31.5 + 31.5 * q_dc) << 12
        | round(31 * l_scale) << 18
    )  # fmt: skip
    second = (
        (ly if landscape else lx) | round(63 * p_scale) << 3 | round(63 * q_scale) << 9
        | int(landscape) << 15
    )  # fmt: skip
    nibbles = [round(15 * term) for term in (*l_ac, *p_ac, *q_ac)]
    nibbles += [0] * (len(nibbles) % 2)
    packed = bytes(low | high << 4 for low, high in zip(nibbles[::2], nibbles[1::2], strict=True))
    head: bytes = first.to_bytes(3, "little") + second.to_bytes(2, "little")
    return head + packed


def _terms(channel: NDArray[np.float64], nx: int, ny: int) -> tuple[float, float, list[float]]:
    """The mean, the largest other term, and those others as shares of it in [0, 1]."""
    h, w = channel.shape
    across = np.cos(np.pi / w * np.outer(np.arange(nx), np.arange(w) + 0.5))
    down = np.cos(np.pi / h * np.outer(np.arange(ny), np.arange(h) + 0.5))
    terms = down @ channel @ across.T / (w * h)
    rest = [
        float(terms[cy, cx])
        for cy in range(ny)
        for cx in range(nx)
        if (cx or cy) and cx * ny < nx * (ny - cy)
    ]
    scale = max(map(abs, rest), default=0.0)
    shares = [0.5 + 0.5 / scale * term for term in rest] if scale else [0.5] * len(rest)
    return float(terms[0, 0]), min(scale, 1.0), shares
