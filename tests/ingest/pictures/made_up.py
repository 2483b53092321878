"""Made pictures, each with something known about it."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFilter


def photo(width: int, height: int, seed: int = 0) -> Image.Image:
    """Something like a landscape: soft light, some texture."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 255, (9, 16, 3), np.uint8)
    soft = Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)
    grain = Image.fromarray(rng.integers(0, 255, (height // 4 + 1, width // 4 + 1, 3), np.uint8))
    return Image.blend(soft, grain.resize((width, height), Image.Resampling.BICUBIC), 0.15)


def with_subject(width: int, height: int, x: float, y: float) -> Image.Image:
    """A dull ground with a bright patterned disc around (x, y), shares of width and height."""
    image = Image.new("RGB", (width, height), (96, 104, 110))
    draw = ImageDraw.Draw(image)
    radius = min(width, height) * 0.16
    for ring, colour in enumerate([(220, 60, 30), (250, 220, 60), (30, 30, 60), (240, 240, 240)]):
        r = radius * (1 - ring / 4)
        cx, cy = x * width, y * height
        draw.ellipse((cx - r, cy - r, cx + r, cy + r), fill=colour)
    return image.filter(ImageFilter.GaussianBlur(1))


def noise(width: int, height: int) -> Image.Image:
    """What compresses worst."""
    return Image.fromarray(np.random.default_rng(7).integers(0, 255, (height, width, 3), np.uint8))


def saved(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()
