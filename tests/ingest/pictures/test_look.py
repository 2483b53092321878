"""Files within their limits, words readable over every picture, a placeholder that looks alike."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from jhalak.ingest.pictures.colours import dominant, ground, spelt
from jhalak.ingest.pictures.make import LIMITS, make, make_large
from jhalak.ingest.pictures.scrim import BANDS, CONTRAST, contrast, scrim, scrim_over_ground
from jhalak.ingest.pictures.thumbhash import encode, placeholder
from jhalak.ingest.pictures.webp import BEST, encoded
from tests.ingest.pictures.made_up import noise, photo, saved, with_subject

WHITE = Image.new("RGB", (720, 1280), (255, 255, 255))


@pytest.mark.parametrize(("size", "limit"), [((480, 854), 14_000), ((720, 1280), 60_000)])
@pytest.mark.parametrize("made", [photo, noise])
def test_a_file_keeps_its_limit_whatever_it_shows(
    made: object, size: tuple[int, int], limit: int
) -> None:
    image = photo(*size) if made is photo else noise(*size)
    data, quality = encoded(image, limit)
    assert len(data) <= limit
    assert quality == BEST or len(data) > 0.5 * limit
    with Image.open(io.BytesIO(data)) as read:
        assert (read.format, read.size) == ("WEBP", size)


def test_a_plain_picture_has_the_best_quality_and_few_bytes() -> None:
    data, quality = encoded(WHITE, 60_000)
    assert quality == BEST and len(data) < 2000


def test_a_source_becomes_named_files_and_facts() -> None:
    data = saved(with_subject(3000, 2800, 0.3, 0.5))
    made = make(data, "https://e.example/a.jpg")
    picture = made.picture
    assert [(v.width, v.height) for v in picture.variants] == [
        (480, 854),
        (720, 1280),
        (1440, 2560),
    ]
    assert [v.size for v in picture.variants] == [*map(len, made.files), 0]
    assert all(v.size <= LIMITS[v.width] for v in picture.variants)
    assert make(data, "elsewhere").picture.variants == picture.variants
    assert make(saved(photo(900, 1600)), "").picture.variants[0].name != picture.variants[0].name
    assert not picture.whole and 0 <= picture.crop[0] < 3000 * 0.3 < picture.crop[2]
    large = make_large(data, picture.digest, picture.crop)
    with Image.open(io.BytesIO(large)) as read:
        assert read.size == (1440, 2560)
    with pytest.raises(ValueError, match="another picture"):
        make_large(data + b" ", picture.digest, picture.crop)


@pytest.mark.parametrize("seed", range(6))
def test_white_words_have_4_5_over_a_picture(seed: int) -> None:
    image = photo(720, 1280, seed) if seed else WHITE
    pixels = np.asarray(image, float) / 255
    for (top, bottom, words), opacity in zip(BANDS, scrim(image), strict=True):
        band = pixels[round(top * 1280) : round(bottom * 1280)]
        assert np.percentile(contrast(band, opacity, words), 1) >= CONTRAST
        if opacity > 0:  # and it is no darker than that needs
            assert contrast(band, opacity - 0.06, words).min() < CONTRAST + 0.3


def test_a_dark_picture_needs_no_scrim_and_white_a_good_one() -> None:
    assert scrim(Image.new("RGB", (720, 1280), (10, 20, 40))) == (0.0, 0.0, 0.0, 0.0)
    assert all(0.5 < opacity <= 0.7 for opacity in scrim(WHITE))


def test_over_a_ground_only_the_bands_with_the_picture_are_darkened() -> None:
    wide = WHITE.resize((720, 405))
    opacities = scrim_over_ground(wide, ((20, 20, 30), (20, 20, 30)))
    assert opacities[1] > 0.5 and opacities[3] == 0.0


def test_the_ground_goes_on_from_the_edges_and_is_dark_enough_for_words() -> None:
    image = Image.new("RGB", (720, 400), (240, 60, 40))
    image.paste((40, 90, 250), (0, 200, 720, 400))
    above, below = ground(image)
    assert above[0] > above[2] and below[2] > below[0]
    for colour in (*ground(WHITE), above, below):
        assert np.mean(colour) <= 0.35 * 255
    assert [spelt(c)[0] for c in dominant(image)] == ["#"] * len(dominant(image))
    assert {max(range(3), key=c.__getitem__) for c in dominant(image)[:2]} == {0, 2}


def test_a_placeholder_is_small_and_looks_alike() -> None:
    image = with_subject(720, 1280, 0.5, 0.3)
    assert len(placeholder(image)) <= 40
    red = np.tile([1.0, 0.0, 0.0], (10, 10, 1))
    data = encode(red)
    first = int.from_bytes(data[:3], "little")
    assert first & 63 == 21  # a third of full lightness
    assert (first >> 6 & 63, first >> 12 & 63) == (47, 63)  # yellowness 0.5, redness 1


def test_a_placeholder_is_as_its_inventor_wrote_it_down() -> None:
    """The header of a landscape of one grey: no term but the mean."""
    data = encode(np.full((32, 64, 3), 0.5))
    assert data[:5] == bytes([0x20, 0x08, 0x02, 0x04, 0x80])
