"""A phone's crop holds what matters; what would be blurred or tiny stands otherwise."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from jhalak.ingest.pictures.decode import Decoded
from jhalak.ingest.pictures.header import NoPicture
from jhalak.ingest.pictures.saliency import SIDE, best_window, box, saliency
from jhalak.ingest.pictures.shape import LARGE, MOST_ENLARGED, SCREEN, shape_of, sizes_of
from tests.ingest.pictures.made_up import photo, with_subject


def shown(image: Image.Image) -> Decoded:
    return Decoded(image, *image.size)


@pytest.mark.parametrize("x", [0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9])
def test_the_crop_of_a_wide_picture_holds_its_subject(x: float) -> None:
    image = with_subject(1920, 1080, x, 0.5)
    left, top, right, bottom = shape_of(shown(image)).box
    assert (top, bottom) == (0, 1080)
    assert left <= x * 1920 <= right
    inside = min(right, (x + 0.05) * 1920) - max(left, (x - 0.05) * 1920)
    assert inside > 0.9 * 0.1 * 1920 or x in (0.1, 0.9)


@pytest.mark.parametrize("y", [0.15, 0.5, 0.85])
def test_the_crop_of_a_very_tall_picture_holds_its_subject(y: float) -> None:
    image = with_subject(800, 3000, 0.5, y)
    left, top, right, bottom = shape_of(shown(image)).box
    assert (left, right) == (0, 800)
    assert top <= y * 3000 <= bottom


@pytest.mark.parametrize("ground", [0, 1, 2, 3])
def test_a_subject_on_a_restless_ground_is_found(ground: int) -> None:
    image = photo(1600, 900, ground).convert("L").convert("RGB")
    subject = with_subject(300, 300, 0.5, 0.5)
    image.paste(subject, (1150, 300))
    left, _, right, _ = shape_of(shown(image)).box
    assert left <= 1300 <= right


def test_of_a_picture_without_a_subject_the_middle_is_shown() -> None:
    left, _, right, _ = shape_of(shown(Image.new("RGB", (1920, 1080), (90, 90, 90)))).box
    assert abs((left + right) / 2 - 960) <= 16


@pytest.mark.parametrize(
    ("width", "height", "whole"),
    [(853, 853, False), (854, 853, False), (850, 850, True), (1920, 1080, False),
     (1280, 720, True), (480, 854, False), (480, 640, True), (700, 2000, False)],
)  # fmt: skip
def test_nothing_is_enlarged_more_than_one_and_a_half_times(
    width: int, height: int, whole: bool
) -> None:
    shape = shape_of(shown(photo(width, height)))
    assert shape.whole == whole
    for wide, _ in sizes_of(shape):
        assert wide <= MOST_ENLARGED * (shape.box[2] - shape.box[0])


def test_the_largest_size_is_only_where_the_source_has_it() -> None:
    assert sizes_of(shape_of(shown(photo(1440, 2560))))[-1] == LARGE
    assert sizes_of(shape_of(shown(photo(1439, 2560))))[-1] == SCREEN
    assert sizes_of(shape_of(shown(photo(1440, 1440))))[-1] == SCREEN


def test_a_whole_picture_keeps_its_shape() -> None:
    shape = shape_of(shown(photo(1200, 675)))
    assert shape.whole and shape.box == (0, 0, 1200, 675)
    assert sizes_of(shape) == [(480, 270), (720, 405)]


@pytest.mark.parametrize(("width", "height"), [(479, 900), (100, 100), (1600, 400)])
def test_too_narrow_and_too_flat_ones_are_refused(width: int, height: int) -> None:
    with pytest.raises(NoPicture):
        shape_of(shown(photo(width, height)))


def test_the_box_filter_is_the_mean_of_what_is_there() -> None:
    values = np.random.default_rng(1).random((9, 14))
    for half in (1, 3, 20):
        slow = [
            [values[max(y - half, 0) : y + half + 1, max(x - half, 0) : x + half + 1].mean()
             for x in range(14)]
            for y in range(9)
        ]  # fmt: skip
        np.testing.assert_allclose(box(values, half), slow, rtol=1e-9)


def test_the_best_window_holds_the_most_and_is_near_the_middle_among_equals() -> None:
    assert best_window(np.array([0, 0, 0, 5.0, 6, 0, 0]), 2) == 3
    assert best_window(np.zeros(9), 3) == 3
    assert best_window(np.ones(4), 4) == 0
    assert saliency(photo(500, 300)).shape[1] == SIDE
