"""A card's picture: behind the words, readable, whole or cropped, and never from elsewhere."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from PIL import Image

from jhalak.ingest.pictures.make import make
from jhalak.schema.picture import Picture
from tests.ingest.pictures.made_up import photo, saved
from tests.page.mock_jhalak import MockJhalak
from tests.page.test_art import BARE, CONTRAST, INKED
from tests.page.test_scripts import stands_well

LONG = "A headline that is long enough to need four lines on a phone of usual size"


def show(jhalak: MockJhalak, image: Image.Image, headline: str = LONG) -> Picture:
    """Every card shows this picture."""
    made = make(saved(image), "https://e.example/a.jpg")
    picture = made.picture
    for variant, file in zip(picture.variants, made.files, strict=False):
        jhalak.media[f"/media/{variant.name}"] = file
    jhalak.change_card = {"headline": headline, "image": {
        "art": {"topic": "sport", "seed": "x"}, "whole": picture.whole, "alt": "a picture",
        "placeholder": picture.placeholder, "colours": picture.colours, "scrim": picture.scrim,
        "variants": [{"src": f"/media/{v.name}", "width": v.width, "height": v.height,
                      "bytes": v.size} for v in picture.variants],
    }}  # fmt: skip
    return picture


def contrasts(page: Any) -> list[tuple[str, float]]:
    boxes = page.evaluate(BARE)
    shot = base64.b64encode(page.screenshot(type="jpeg", quality=96)).decode()
    found = page.evaluate(CONTRAST, [shot, boxes])
    return [(box["name"], value) for box, value in zip(boxes, found, strict=True)]


def striped() -> Image.Image:
    """White and black in turn: the worst that can lie behind words."""
    image = Image.new("RGB", (900, 1600), (255, 255, 255))
    for y in range(0, 1600, 80):
        image.paste((0, 0, 0), (0, y, 900, y + 40))
    return image


MADE = {
    "white": lambda: Image.new("RGB", (900, 1600), (255, 255, 255)),
    "stripes": striped,
    "photo": lambda: photo(900, 1600, 3),
    "wide and white": lambda: Image.new("RGB", (1200, 675), (255, 255, 255)),
    "tall and whole": lambda: photo(600, 900, 5),
}


@pytest.mark.parametrize("name", MADE)
def test_white_words_over_a_picture_have_a_contrast_of_4_5(
    name: str, opened: Any, jhalak: MockJhalak
) -> None:
    show(jhalak, MADE[name]())
    page = opened("en")
    page.wait_for_selector(".card.current .photo.loaded")
    for width, height in [(412, 915), (360, 640)]:
        page.set_viewport_size({"width": width, "height": height})
        stands_well(page)
        page.wait_for_timeout(260)  # the picture fades in
        assert [pair for pair in contrasts(page) if pair[1] < 4.5] == []
        page.evaluate(INKED)


def test_a_dark_picture_is_darkened_less_than_a_light_one(opened: Any, jhalak: MockJhalak) -> None:
    ink = "getComputedStyle(document.querySelector('.card.current')).getPropertyValue('--low-ink')"
    found = []
    for light in (20, 255):
        show(jhalak, Image.new("RGB", (900, 1600), (light, light, light)))
        found.append(float(opened("en").evaluate(ink)))
    assert found[0] == 0.25 and 0.6 < found[1] <= 0.7


def test_a_whole_picture_stands_uncropped_at_full_width(opened: Any, jhalak: MockJhalak) -> None:
    picture = show(jhalak, photo(1200, 675))
    assert picture.whole
    page = opened("en")
    page.wait_for_selector(".card.current .photo.loaded")
    box = page.evaluate("document.querySelector('.card.current img').getBoundingClientRect()")
    assert abs(box["width"] - 412) < 1
    assert abs(box["width"] / box["height"] - 1200 / 675) < 0.02
    ground = page.locator(".card.current .whole").evaluate(
        "e => getComputedStyle(e).backgroundImage"
    )
    red, green, blue = (int(picture.colours[0][at : at + 2], 16) for at in (1, 3, 5))
    assert f"rgb({red}, {green}, {blue})" in ground


def test_the_usual_file_is_loaded_and_the_smallest_by_who_saves_data(
    opened: Any, jhalak: MockJhalak
) -> None:
    show(jhalak, photo(1500, 2700))
    source = "document.querySelector('.card.current img').getAttribute('src')"
    assert opened("en").evaluate(source).endswith("-720.webp")
    page = opened("en", alone=True)
    page.add_init_script("Object.defineProperty(Navigator.prototype, 'connection',"
                         " { get: () => ({ saveData: true }) })")  # fmt: skip
    page.reload()
    page.wait_for_selector(".card.current img")
    assert page.evaluate(source).endswith("-480.webp")


def test_a_placeholder_of_its_colours_is_there_before_it(opened: Any, jhalak: MockJhalak) -> None:
    image = Image.new("RGB", (900, 1600), (200, 30, 30))
    image.paste((30, 30, 200), (0, 800, 900, 1600))
    show(jhalak, image)
    page = opened("en")
    above, below = page.evaluate("""() => {
      const canvas = document.querySelector(".card.current .placeholder");
      const { width, height } = canvas;
      const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
      const place = (y) => 4 * (y * width + Math.floor(width / 2));
      const at = (y) => [...data.slice(place(y), place(y) + 3)];
      return [at(2), at(height - 3)];
    }""")
    assert above[0] > 150 > 90 > above[2] and below[2] > 150 > 90 > below[0]


def test_a_picture_that_cannot_be_loaded_gives_way_to_art(opened: Any, jhalak: MockJhalak) -> None:
    show(jhalak, photo(900, 1600))
    jhalak.media.clear()
    page = opened("en", expect_failures=True)
    page.wait_for_selector(".card.current .picture svg")
    assert page.locator(".card.current img").count() == 0
