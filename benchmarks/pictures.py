"""Claim: two pictures a second are made for phones on two cores."""

from __future__ import annotations

import io
import time

import numpy as np
from PIL import Image

from benchmarks.measure import ratio
from benchmarks.result import Result, middle
from benchmarks.setting import Setting
from jhalak.ingest.pictures.check import load_check
from jhalak.ingest.pictures.make import make

SIZES = ((1200, 675), (1280, 720), (1920, 1080), (1080, 1920), (1600, 1200), (2400, 3200))


def pictures(setting: Setting) -> Result:
    """CPU a made picture (crop, two files of the best quality that fits, placeholder, colours,
    scrim, check), against decoding, resizing and encoding each once with Pillow."""
    sources = [_photo(size, seed) for seed in range(setting.pick(3, 1)) for size in SIZES]
    check = load_check()
    ours: list[float] = []
    theirs: list[float] = []
    bytes_of: dict[int, list[int]] = {}
    for data in sources:
        before = time.process_time()
        made = make(data, "https://source.example/", check)
        ours.append((time.process_time() - before) * 1000)
        before = time.process_time()
        _plain(data)
        theirs.append((time.process_time() - before) * 1000)
        for variant in made.picture.variants:
            if variant.size:
                bytes_of.setdefault(variant.width, []).append(variant.size)
    most = max(size for sizes in bytes_of.values() for size in sizes)
    return Result(
        benchmark="pictures",
        what=f"CPU a picture, {len(sources)} made photographs of {len(SIZES)} sizes",
        figure=middle(ours),
        unit="ms",
        anchor="decode, resize, encode once",
        anchor_figure=middle(theirs),
        ratio=ratio(ours, theirs),
        target="at most 1,000 ms",
        met=middle(ours) <= 1000.0 and most <= 60_000,
        details={
            "pictures_a_cpu_second": 1000 * len(ours) / sum(ours),
            **{f"bytes_{width}_max": max(sizes) for width, sizes in bytes_of.items()},
            **{f"bytes_{width}_median": middle(sizes) for width, sizes in bytes_of.items()},
        },
    )


def _plain(data: bytes) -> None:
    with Image.open(io.BytesIO(data)) as image:
        image.convert("RGB").resize((720, 1280)).save(io.BytesIO(), "WEBP", quality=60)


def _photo(size: tuple[int, int], seed: int) -> bytes:
    """A JPEG with light, edges and texture on every scale, as photographs have."""
    rng = np.random.default_rng(seed)
    image = Image.new("RGB", size)
    for octave in range(2, 9):
        cells = rng.integers(0, 255, (2**octave, 2**octave, 3), np.uint8)
        layer = Image.fromarray(cells).resize(size, Image.Resampling.BICUBIC)
        image = Image.blend(image, layer, 1.0 if octave == 2 else 0.5 ** (octave - 1))
    target = io.BytesIO()
    image.save(target, "JPEG", quality=88)
    return target.getvalue()
