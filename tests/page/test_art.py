"""Drawn art: a figure for each topic, dark enough under white text."""

from __future__ import annotations

import base64
from typing import Any

from tests.page.mock_jhalak import TOPICS, MockJhalak
from tests.page.test_lock_screen import turn
from tests.page.waiting import settled

# The words of the card in front lose their ink; where they are, and how white they were.
BARE = r"""() => {
  const words = ".date, .card.current :is(.headline, .meta)";
  const boxes = [...document.querySelectorAll(words)].map((e) => {
    const alpha = Number(getComputedStyle(e).color.match(/[\d.]+/g)[3] ?? 1);
    return { ...e.getBoundingClientRect().toJSON(), alpha, name: e.className };
  });
  document.querySelectorAll("header, .card.current .foot, footer")
    .forEach((e) => { e.style.visibility = "hidden"; });
  return boxes;
}"""
INKED = """() => document.querySelectorAll("header, .foot, footer")
  .forEach((e) => { e.style.visibility = ""; })"""

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


def test_white_text_over_art_has_a_contrast_of_4_5(opened: Any, jhalak: MockJhalak) -> None:
    long = ("A headline that is long enough to need four lines on a phone of usual size, high "
            "over its picture")  # fmt: skip
    topics = list(TOPICS)
    jhalak.cards = len(topics)
    jhalak.make_card = lambda n: {
        "headline": long, "image": {"art": {"topic": topics[n], "seed": str(n % 2)}},
    }  # fmt: skip
    page = opened("en", reduced_motion="reduce")
    weak, drawn = [], set()
    for topic in topics:
        settled(page)
        drawn.add(page.locator(".card.current .picture svg").get_attribute("data-figure"))
        boxes = page.evaluate(BARE)
        shot = base64.b64encode(page.screenshot(type="jpeg", quality=96)).decode()
        page.evaluate(INKED)
        contrasts = page.evaluate(CONTRAST, [shot, boxes])
        weak += [
            (topic, box["name"], round(contrast, 2))
            for box, contrast in zip(boxes, contrasts, strict=True)
            if contrast < 4.5
        ]
        if topic != topics[-1]:
            turn(page)
    assert not weak, "\n".join(map(str, weak))
    assert drawn == set(topics), "every topic has a figure of its own"
