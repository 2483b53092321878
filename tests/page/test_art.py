"""Drawn art: the same each time, another for each topic and seed, dark enough under white text."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.page.mock_jhalak import TOPICS

DRAW = """async ([topic, seed]) => {
  const { drawArt } = await import("/page/art.js");
  return drawArt({ topic, seed }).outerHTML;
}"""

FIGURE = """async ([topic, seed]) => {
  const { drawArt } = await import("/page/art.js");
  return drawArt({ topic, seed }).dataset.figure;
}"""

# Shows one card with the art of a topic, its words without ink, and tells where they are.
BARE = r"""async ([topic, seed]) => {
  const { drawArt } = await import("/page/art.js");
  const card = document.querySelector(".card.current");
  card.querySelector(".picture").replaceChildren(drawArt({ topic, seed }));
  const hidden = ".top, .card.current .foot, .bottom-line";
  const words = ".date, .card.current :is(.headline, .meta, .label)";
  const boxes = [...document.querySelectorAll(words)].map((e) => {
    const alpha = Number(getComputedStyle(e).color.match(/[\d.]+/g)[3] ?? 1);
    return { ...e.getBoundingClientRect().toJSON(), alpha, name: e.className };
  });
  document.querySelectorAll(hidden).forEach((e) => { e.style.visibility = "hidden"; });
  return boxes;
}"""

# The contrast of each box's white, at its own alpha, over the lightest 1 % of what lies under it.
CONTRAST = """async ([shot, boxes]) => {
  const image = new Image();
  image.src = "data:image/jpeg;base64," + shot;
  await image.decode();
  const { width: w, height: h } = image;
  const canvas = Object.assign(document.createElement("canvas"), { width: w, height: h });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(image, 0, 0);
  const linear = (v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  const light = (r, g, b) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  return boxes.map(({ left, top, width, height, alpha }) => {
    const { data } = context.getImageData(left, top, Math.max(1, width), Math.max(1, height));
    const found = [];
    for (let i = 0; i < data.length; i += 4) {
      const [r, g, b] = [data[i] / 255, data[i + 1] / 255, data[i + 2] / 255];
      const ink = light(...[r, g, b].map((v) => alpha + (1 - alpha) * v));
      found.push((ink + 0.05) / (light(r, g, b) + 0.05));
    }
    found.sort((a, b) => a - b);
    return found[Math.floor(found.length * 0.01)];
  });
}"""


def test_art_is_the_same_for_the_same_seed_and_another_for_another(opened: Any) -> None:
    page = opened(card=False)
    first = page.evaluate(DRAW, ["sport", "a"])
    assert first == page.evaluate(DRAW, ["sport", "a"])
    assert first != page.evaluate(DRAW, ["sport", "b"])
    assert len({page.evaluate(DRAW, ["science", f"item-{n}"]) for n in range(40)}) == 40


def test_every_topic_has_a_figure_of_its_own_and_an_unknown_one_borrows_one(opened: Any) -> None:
    page = opened(card=False)
    figures = [page.evaluate(FIGURE, [topic, "s"]) for topic in TOPICS]
    assert figures == list(TOPICS)
    shapes = page.evaluate("""async () => {
      const { FIGURES } = await import("/page/figures.js");
      return new Set(Object.values(FIGURES)).size;
    }""")
    assert shapes == len(TOPICS) >= 12
    borrowed = page.evaluate(FIGURE, ["philately", "s"])
    assert borrowed in TOPICS
    assert borrowed == page.evaluate(FIGURE, ["philately", "other"])


@pytest.mark.parametrize("part", range(2))
def test_white_text_over_art_has_a_contrast_of_4_5(part: int, opened: Any, jhalak: Any) -> None:
    jhalak.change_card = {"headline": "A headline that is long enough to need four lines on a "
                                      "phone of usual size, high over its picture"}  # fmt: skip
    page = opened("?lang=en")
    weak = []
    for topic in list(TOPICS)[part::2]:
        for seed in range(2):
            boxes = page.evaluate(BARE, [topic, seed])
            shot = base64.b64encode(page.screenshot(type="jpeg", quality=96)).decode()
            contrasts = page.evaluate(CONTRAST, [shot, boxes])
            weak += [
                (topic, seed, box["name"], round(contrast, 2))
                for box, contrast in zip(boxes, contrasts, strict=True)
                if contrast < 4.5
            ]
    assert not weak, "\n".join(map(str, weak))
