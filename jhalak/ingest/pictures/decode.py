"""Bytes of a picture as upright sRGB pixels. Only in the process that is bounded for it."""

from __future__ import annotations

import io
import warnings
from typing import Final, NamedTuple

import numpy as np
from PIL import Image, ImageCms, ImageOps

from jhalak.ingest.pictures.header import Header, NoPicture, header_of

_SRGB: Final = ImageCms.createProfile("sRGB")
_TURNED: Final = frozenset((5, 6, 7, 8))
"""EXIF orientations that swap width and height."""
_ORIENTATION: Final = 0x0112


class Decoded(NamedTuple):
    image: Image.Image
    """RGB, upright, without a byte of metadata."""
    width: int
    """Of the upright source; the image may be a smaller decoding of it."""
    height: int


def decode(data: bytes, enough: tuple[int, int]) -> Decoded:
    """The first frame of `data`. A JPEG far larger than `enough` (width and height to fill) is
    decoded at a half, a quarter or an eighth of its size. Raises NoPicture."""
    header = header_of(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = _opened(data, header, enough)
            turned, upright = _upright(image)
            flat = _in_srgb(upright)
    except NoPicture:
        raise
    except MemoryError:
        raise NoPicture("needs too much memory") from None
    except Exception as error:  # decoders raise whatever they like
        raise NoPicture(f"broken {header.kind}: {str(error)[:120]}") from None
    size = (header.height, header.width) if turned else (header.width, header.height)
    return Decoded(_bare(flat), *size)


def _opened(data: bytes, header: Header, enough: tuple[int, int]) -> Image.Image:
    image = Image.open(io.BytesIO(data), formats=(header.kind,))
    if image.size != (header.width, header.height):
        raise NoPicture("says two sizes")
    share = max(enough) / min(image.size)  # it may yet be turned
    if header.kind == "JPEG" and share < 1:
        image.draft("RGB", (round(header.width * share), round(header.height * share)))
    image.seek(0)
    image.load()
    return image


def _upright(image: Image.Image) -> tuple[bool, Image.Image]:
    """As its EXIF says that it was held, and whether that swaps its sides; a broken EXIF says
    nothing."""
    try:
        turned = image.getexif().get(_ORIENTATION) in _TURNED
        return turned, ImageOps.exif_transpose(image)
    except Exception:
        return False, image


def _in_srgb(image: Image.Image) -> Image.Image:
    """As RGB, through the picture's own colour profile where it has one that can be read."""
    profile = image.info.get("icc_profile")
    if image.mode in ("I;16", "I;16B", "I;16L", "I", "F"):
        deep = np.asarray(image, np.float64)
        flat = Image.fromarray((deep / max(deep.max(), 1.0) * 255).astype(np.uint8))
        flat.info = dict(image.info)
        return flat.convert("RGB")
    if image.mode in ("P", "PA", "LA", "La", "RGBA", "RGBa") or "transparency" in image.info:
        return _over_its_ground(image.convert("RGBA"))
    if profile and image.mode in ("RGB", "CMYK", "L"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            turned = ImageCms.profileToProfile(image, source, _SRGB, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):
            turned = None
        if turned is not None:
            return turned
    return image.convert("RGB")


def _over_its_ground(image: Image.Image) -> Image.Image:
    """A picture with holes over white where what it shows is dark, else over ink."""
    pixels = np.asarray(image.resize((32, 32), Image.Resampling.BOX), np.float64)
    weight = pixels[..., 3].sum()
    light = float((pixels[..., :3].mean(-1) * pixels[..., 3]).sum() / weight) if weight else 0.0
    ground = Image.new("RGBA", image.size, (255, 255, 255) if light < 128 else (13, 14, 18))
    flat = Image.alpha_composite(ground, image).convert("RGB")
    flat.info = dict(image.info)
    return flat


def _bare(image: Image.Image) -> Image.Image:
    """The pixels and nothing else: EXIF, GPS, comments, profiles and thumbnails stay behind."""
    return Image.frombuffer("RGB", image.size, image.tobytes(), "raw", "RGB", 0, 1)
