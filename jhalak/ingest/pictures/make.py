"""A source's bytes become the files and facts of a picture. Runs in the bounded process."""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

import msgspec
from PIL import Image

from jhalak.ingest.pictures.check import NOT_LOOKED, Check
from jhalak.ingest.pictures.colours import dominant, ground, spelt
from jhalak.ingest.pictures.decode import decode
from jhalak.ingest.pictures.scrim import scrim, scrim_over_ground
from jhalak.ingest.pictures.shape import LARGE, SCREEN, Box, Shape, cut, shape_of, sizes_of
from jhalak.ingest.pictures.thumbhash import placeholder
from jhalak.ingest.pictures.webp import encoded
from jhalak.ingest.pictures.wire import Made
from jhalak.schema.picture import Picture, Variant

RECIPE: Final = b"1"
"""Part of every file's name: change it with anything that changes what files hold."""
LIMITS: Final = {480: 14_000, 720: 60_000, 1440: 240_000}
"""Bytes of a file by its width."""
_GUESS: Final = {480: 24, 720: 62, 1440: 62}
"""Qualities at which usual photographs just fit."""


def make(data: bytes, src: str, check: Check = lambda _: NOT_LOOKED) -> Made:
    """The picture of `data`, which came from `src`; `check` looks at what is shown of it. Raises
    NoPicture.

    Cost: about half a second of CPU, three quarters of it in the search for qualities.
    """
    decoded = decode(data, SCREEN)
    shape = shape_of(decoded)
    sizes = sizes_of(shape)
    digest = blake2b(data, digest_size=16).hexdigest()
    base = blake2b(RECIPE + data, digest_size=16).hexdigest()
    files: list[bytes] = []
    variants: list[Variant] = []
    shown = decoded.image
    for width, height in sizes:
        name = f"{base}-{width}.webp"
        if (width, height) == LARGE:
            variants.append(Variant(name, width, height))
            continue
        shown = cut(decoded, shape.box, (width, height))
        file, _ = encoded(shown, LIMITS[width], _GUESS[width])
        files.append(file)
        variants.append(Variant(name, width, height, len(file)))
    picture = _picture(src, digest, shown, shape, variants)
    return Made(msgspec.structs.replace(picture, sexual=check(shown)), tuple(files))


def make_large(data: bytes, digest: str, box: Box) -> bytes:
    """The large file of a picture whose others were made before. Raises NoPicture, ValueError
    where the source has become another."""
    if blake2b(data, digest_size=16).hexdigest() != digest:
        raise ValueError("the source is another picture by now")
    decoded = decode(data, LARGE)
    return encoded(cut(decoded, box, LARGE), LIMITS[LARGE[0]], _GUESS[LARGE[0]])[0]


def _picture(
    src: str, digest: str, shown: Image.Image, shape: Shape, variants: list[Variant]
) -> Picture:
    edges = ground(shown)
    return Picture(
        src=src,
        digest=digest,
        variants=tuple(variants),
        whole=shape.whole,
        crop=shape.box,
        placeholder=placeholder(shown),
        colours=tuple(map(spelt, (*edges, *dominant(shown)))),
        scrim=scrim_over_ground(shown, edges) if shape.whole else scrim(shown),
    )
