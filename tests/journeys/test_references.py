"""The screens as they were looked at and found good. Structure and place of what stands on them are
asserted always; how each pixel looks only tells, for it changes with the browser's version."""

from __future__ import annotations

import io
import json
import os
import tomllib
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.journeys.conftest import Opener
from tests.journeys.looks import broken
from tests.journeys.phone import Phone
from tests.journeys.world import STARTER, answer, card, starter, still

REFERENCES = Path(__file__).parent / "references"
SIZE = (206, 458)
WRITE = bool(os.environ.get("JHALAK_WRITE_REFERENCES"))
SLOTS = 6
REASONS = tomllib.loads((STARTER.parents[1] / "stages" / "reasons.toml").read_text("utf-8"))[
    "reasons"
]
PARTS = {"trending": 0.8, "taste_topic": 0.5, "fresh": -0.2}
LIKE = 6.0
"""Mean difference of a pixel's colours, of 255, up to which a screen counts as the same."""


def lock(it: Phone) -> None:
    it.card()


def why(it: Phone) -> None:
    it.card().locator('[data-action="why"]').click()
    it.page.locator('[role="dialog"] .sentence').wait_for()


def reader(it: Phone) -> None:
    it.card()
    it.page.keyboard.press("Enter")
    it.page.locator('[role="dialog"] article p').first.wait_for()


SCREENS: dict[str, tuple[str, Callable[[Phone], None]]] = {
    **{f"lock-{code}": (code, lock) for code in ("hi", "ta", "te", "bn", "ur", "en")},
    "why-ur": ("ur", why), "reader-ta": ("ta", reader),
}  # fmt: skip
PLACES = """() => {
  const shown = [...document.querySelectorAll("h1, h2, button, .time, .chip, .meta, .sentence")]
    .filter((e) => !e.closest("[inert]") && e.checkVisibility());
  return shown.map((e) => {
    const { left, top, right, bottom } = e.getBoundingClientRect();
    return [e.tagName, left, top, right, bottom].map((x) => (+x === x ? Math.round(x) : x));
  });
}"""


@pytest.mark.parametrize("name", SCREENS)
def test_a_screen_stands_as_it_did(name: str, phone: Opener, browser: Any) -> None:
    language, go = SCREENS[name]
    it = phone(language, reduced_motion="reduce", service_workers="block")
    begin = 7 * list(SCREENS).index(name)  # another topic on each
    rows = starter(language)[begin : begin + SLOTS]
    why = REASONS["trending"][language]
    still(it, [card(n, row | {"why": why}, language) for n, row in enumerate(rows)]).open()
    answer(it, "/v1/me/why/*", {"why": why, "reason": "trending", "parts": PARTS})
    it.first_run()
    go(it)
    it.settled()
    assert broken(it.page) == []
    places = it.page.evaluate(PLACES)
    assert all(right > left >= -1 and right <= 413 for _, left, _, right, _ in places), places
    shot = Image.open(io.BytesIO(it.page.screenshot())).convert("RGB").resize(SIZE)
    if WRITE:
        keep(name, shot, places, browser.version)
        return
    compare(name, shot, places, browser.version)


def keep(name: str, shot: Image.Image, places: list[Any], version: str) -> None:
    REFERENCES.mkdir(exist_ok=True)
    shot.save(REFERENCES / f"{name}.webp", quality=82, method=6)
    told = {"chromium": version, "places": places}
    (REFERENCES / f"{name}.json").write_text(json.dumps(told) + "\n", "utf-8")


def compare(name: str, shot: Image.Image, places: list[Any], version: str) -> None:
    """Structure must be the same. Pixels are compared, and places, and what differs is told; it
    fails only on the version that the reference is of."""
    told = json.loads((REFERENCES / f"{name}.json").read_text("utf-8"))
    assert [tag for tag, *_ in places] == [tag for tag, *_ in told["places"]], "other elements"
    before = np.asarray(Image.open(REFERENCES / f"{name}.webp").convert("RGB"), np.float64)
    differs = float(np.abs(before - np.asarray(shot, np.float64)).mean())
    if differs <= LIKE:
        return
    said = f"{name} differs by {differs:.1f} from its reference (Chromium {told['chromium']})"
    if version == told["chromium"]:
        pytest.fail(f"{said}; look at it, and JHALAK_WRITE_REFERENCES=1 keeps it")
    warnings.warn(f"{said}; this is Chromium {version}", stacklevel=2)
