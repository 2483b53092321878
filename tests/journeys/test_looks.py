"""What the lock screen looks like: words can be read over every picture, and no word, however
hostile, runs or breaks it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from PIL import Image

from jhalak.ingest.pictures.make import make
from jhalak.schema.languages import LANGUAGES
from tests.ingest.pictures.made_up import photo, saved
from tests.journeys.conftest import Opener
from tests.journeys.hostile import strings
from tests.journeys.looks import broken, contrasts, torn
from tests.journeys.phone import Phone
from tests.journeys.world import card, starter, still
from tests.soak.progress import Progress

WORDS = ".time time, .date, .card.current :is(.headline, .meta > span)"
LEAST_CONTRAST = 4.5
ARTS = 3
"""Topics whose art is looked at; `make soak` looks at all."""


def lock_screen(phone: Phone, cards: Sequence[dict[str, Any]]) -> Phone:
    """`phone` on its lock screen, with these cards."""
    still(phone, cards).open()
    phone.first_run()
    phone.settled()
    return phone


def striped() -> Image.Image:
    """White and black in turn: the worst that can lie behind words."""
    image = Image.new("RGB", (900, 1600), (255, 255, 255))
    for y in range(0, 1600, 80):
        image.paste((0, 0, 0), (0, y, 900, y + 40))
    return image


def over_art(it: Phone, most: int) -> None:
    """The contrast of every word over the art of so many topics."""
    rows = list({row["topic"]: row for row in starter(it.language)}.values())[:most]
    lock_screen(it, [card(n, row, it.language) for n, row in enumerate(rows)])
    for n in range(len(rows)):
        it.settled()  # not while one card fades into the next
        found = contrasts(it.page, WORDS)
        assert len(found) >= 5
        assert [pair for pair in found if pair[1] < LEAST_CONTRAST] == [], it.headline()
        if n < len(rows) - 1:
            it.swipe()


class TestContrast:
    @pytest.mark.parametrize("language", ["hi", "ur", "en"])
    def test_words_over_drawn_art_can_be_read(self, phone: Opener, language: str) -> None:
        over_art(phone(language, reduced_motion="reduce"), ARTS)

    @pytest.mark.soak
    @pytest.mark.parametrize("language", ["ta", "te", "bn", "ml", "ur"])
    def test_words_over_the_art_of_every_topic(self, phone: Opener, language: str) -> None:
        over_art(phone(language, reduced_motion="reduce"), 99)

    def test_words_over_the_worst_pictures_can_be_read(self, phone: Opener) -> None:
        pictures = [
            Image.new("RGB", (900, 1600), (255, 255, 255)), striped(), photo(900, 1600, 3),
            Image.new("RGB", (1200, 675), (255, 255, 255)), photo(600, 900, 5),
        ]  # fmt: skip
        it = phone("hi", reduced_motion="reduce")
        rows = starter("hi")
        cards = [card(n, rows[n], "hi", image=shown(it, image)) for n, image in enumerate(pictures)]
        lock_screen(it, cards)
        for n in range(len(cards)):
            it.page.locator(".card.current .photo.loaded").wait_for()
            it.settled()
            found = contrasts(it.page, WORDS)
            assert [pair for pair in found if pair[1] < LEAST_CONTRAST] == [], n
            if n < len(cards) - 1:
                it.swipe()


def shown(phone: Phone, image: Image.Image) -> dict[str, Any]:
    """The picture as an edition names it; `phone` gets its files."""
    made = make(saved(image), "https://e.example/a.jpg")
    picture = made.picture
    for variant, file in zip(picture.variants, made.files, strict=False):
        phone.context.route(f"{phone.origin}/media/{variant.name}", picture_file(file))
    return {
        "art": {"topic": "sport", "seed": "x"}, "whole": picture.whole, "alt": "a picture",
        "placeholder": picture.placeholder, "colours": picture.colours, "scrim": picture.scrim,
        "variants": [{"src": f"/media/{v.name}", "width": v.width, "height": v.height,
                      "bytes": v.size} for v in picture.variants],
    }  # fmt: skip


def picture_file(body: bytes) -> Callable[[Any], None]:
    return lambda route: route.fulfill(body=body, content_type="image/webp")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_is_torn_or_cut_on_a_small_phone(phone: Opener, language: str) -> None:
    it = phone(language, reduced_motion="reduce", viewport={"width": 360, "height": 740})
    it.open()
    it.page.locator(f'button.tile[value="{language}"]').click()
    it.go_on()
    it.page.locator(".tiles .art").first.wait_for()
    it.settled()
    assert torn(it.page, ".tile .name") == []
    it.go_on()
    it.page.locator('button.pill[value="25-34"]').click()
    it.page.locator('button.way[data-personal="true"]').click()
    it.go_on()
    it.card()
    it.open("#/feed")
    it.page.locator(".stop article .label").first.wait_for()
    it.settled()
    assert torn(it.page, ".label") == []
    tabs, last = it.page.locator("header nav").first, it.page.locator(".tab").last
    outer, inner = tabs.bounding_box(), last.bounding_box()
    assert inner["x"] >= outer["x"] - 1
    assert inner["x"] + inner["width"] <= outer["x"] + outer["width"] + 1
    assert tabs.evaluate("(e) => e.scrollWidth <= e.clientWidth")


class TestHostileWords:
    def test_as_headlines_publishers_topics_and_reasons(self, phone: Opener) -> None:
        it = phone("en", reduced_motion="reduce")
        hostile_cards(it, list(strings(60)))

    @pytest.mark.soak
    def test_a_thousand_of_them(self, phone: Opener) -> None:
        words = list(strings(1000, seed=2))
        progress = Progress.of("hostile-words", 20, kept=True)
        for part in progress.left():
            it = phone(("en", "hi", "ur")[part % 3], reduced_motion="reduce")
            hostile_cards(it, words[part * 50 : part * 50 + 50])
            progress.add(words=50)
        progress.finish()


def hostile_cards(phone: Phone, words: list[str]) -> None:
    """Every word as headline, publisher, topic, item and reason of a card; each is looked at."""
    rows = [{"title": word, "publisher": word, "topic": word, "why": word, "summary": word,
             "id": f"{n} {word}"} for n, word in enumerate(words)]  # fmt: skip
    lock_screen(phone, [card(n, row, "en") for n, row in enumerate(rows)])
    for n in range(len(rows)):
        found = broken(phone.page) + phone.page.evaluate(OUTSIDE)
        assert found == [], ascii(words[n])
        if n < len(rows) - 1:
            phone.swipe()
    assert phone.page.evaluate("window.hacked") is None


OUTSIDE = """() => {
  const box = (e) => e.getBoundingClientRect();
  const card = document.querySelector(".card.current");
  const clock = box(document.querySelector(".when")).bottom;
  const found = [];
  for (const e of card.querySelectorAll(".headline, .meta, .chip, .acts")) {
    const { top, bottom, left, right } = box(e);
    if (top < clock - 1 || bottom > innerHeight || left < 0 || right > innerWidth)
      found.push(`${e.className}: ${[left, top, right, bottom].map(Math.round)}`);
  }
  for (const e of card.querySelectorAll(".acts button")) {
    const { left, top, width, height } = box(e);
    const hit = document.elementFromPoint(left + width / 2, top + height / 2);
    if (!e.contains(hit)) found.push(`${e.dataset.action} lies under ${hit?.className}`);
    if (width < 44 || height < 44) found.push(`${e.dataset.action} is too small`);
  }
  return found;
}"""
