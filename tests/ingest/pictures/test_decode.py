"""Pixels come out upright, in sRGB, and with nothing that the source wrote beside them."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageCms

from jhalak.ingest.pictures.decode import decode
from jhalak.ingest.pictures.header import NoPicture
from jhalak.ingest.pictures.make import make
from tests.ingest.pictures.made_up import photo, saved

ENOUGH = (720, 1280)
GPS = 0x8825


def halves() -> Image.Image:
    """Red above, blue below, 600 x 900."""
    image = Image.new("RGB", (600, 900), (200, 20, 20))
    image.paste((20, 20, 200), (0, 450, 600, 900))
    return image


def exif_of(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Camera of Asha"
    exif.get_ifd(GPS)[2] = (28.0, 36.0, 50.0)
    return exif


def redder_above(image: Image.Image) -> bool:
    pixels = np.asarray(image, int)
    half = len(pixels) // 2
    return bool(pixels[:half, :, 0].mean() > 150 > pixels[half:, :, 0].mean())


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
@pytest.mark.parametrize(("orientation", "turn"), [(3, 180), (6, 90), (8, 270)])
def test_a_picture_that_was_held_sideways_is_upright(
    kind: str, orientation: int, turn: int
) -> None:
    data = saved(halves().rotate(turn, expand=True), kind, exif=exif_of(orientation))
    decoded = decode(data, ENOUGH)
    assert (decoded.width, decoded.height) == decoded.image.size == (600, 900)
    assert redder_above(decoded.image)


def test_nothing_of_where_and_by_whom_is_in_what_we_serve() -> None:
    data = saved(halves(), "JPEG", exif=exif_of(1), comment=b"secret comment")
    assert b"Asha" in data
    for file in make(data, "https://e.example/a").files:
        assert b"Asha" not in file and b"EXIF" not in file and b"secret" not in file
        with Image.open(io.BytesIO(file)) as served:
            assert not served.getexif() and "icc_profile" not in served.info


def test_a_broken_exif_says_nothing() -> None:
    data = saved(halves(), "JPEG", exif=b"Exif\0\0MM\0*\xff\xff\xff\xff\xff")
    assert decode(data, ENOUGH).image.size == (600, 900)


def test_colours_of_a_wider_space_are_turned_into_ours() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    plain = decode(saved(halves(), "JPEG"), ENOUGH).image
    odd = decode(saved(halves(), "JPEG", icc_profile=profile.tobytes()), ENOUGH).image
    assert np.abs(np.asarray(plain, int) - np.asarray(odd, int)).mean() < 2  # cannot be read
    swapped = decode(saved(halves().convert("CMYK"), "JPEG"), ENOUGH).image
    assert redder_above(swapped)


def test_holes_are_over_a_ground_that_shows_what_is_there() -> None:
    image = Image.new("RGBA", (500, 900), (0, 0, 0, 0))
    image.paste((10, 10, 10, 255), (100, 100, 400, 800))
    pixels = np.asarray(decode(saved(image, "PNG"), ENOUGH).image)
    assert pixels[5, 5].min() > 250 and pixels[450, 250].max() < 20
    light = Image.new("RGBA", (500, 900), (0, 0, 0, 0))
    light.paste((250, 250, 250, 255), (100, 100, 400, 800))
    assert np.asarray(decode(saved(light, "PNG"), ENOUGH).image)[5, 5].max() < 20


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "I;16"])
def test_every_kind_of_pixel_is_read(mode: str) -> None:
    grey = np.linspace(0, 65_535, 500 * 900).reshape(900, 500).astype(np.uint16)
    image = Image.fromarray(grey) if mode == "I;16" else halves().convert(mode)
    decoded = decode(saved(image, "PNG"), ENOUGH).image
    assert decoded.mode == "RGB"
    if mode == "I;16":
        assert abs(int(np.asarray(decoded)[450, 250, 0]) - 128) < 3


def test_of_a_moving_picture_the_first_frame_is_shown() -> None:
    frames = [halves(), Image.new("RGB", (600, 900), (0, 255, 0))]
    data = saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert redder_above(decode(data, ENOUGH).image)


def test_a_far_larger_jpeg_is_decoded_smaller_and_knows_its_size() -> None:
    decoded = decode(saved(photo(4000, 6000), "JPEG"), ENOUGH)
    assert (decoded.width, decoded.height) == (4000, 6000)
    assert 1280 <= decoded.image.width < 4000 and decoded.image.height >= 1280


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "AVIF"])
def test_a_picture_that_was_cut_off_is_refused(kind: str) -> None:
    data = saved(photo(600, 900), kind)
    with pytest.raises(NoPicture, match=r"broken|cut off"):
        decode(data[: len(data) // 2], ENOUGH)
