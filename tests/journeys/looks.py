"""What a page looks like, in numbers: contrast, geometry, what keeps people out."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

_BOXES = """(words) => [...document.querySelectorAll(words)].flatMap((e) => {
  const range = document.createRange();
  range.selectNodeContents(e);
  const alpha = Number(getComputedStyle(e).color.match(/[\\d.]+/g)[3] ?? 1);
  return [...range.getClientRects()].filter((r) => r.width > 2 && r.height > 2)
    .map((r) => [e.className, alpha, r.left, r.top, r.right, r.bottom]);
})"""
_HIDE = """([words, hidden]) => document.querySelectorAll(words)
  .forEach((e) => { e.style.visibility = hidden ? "hidden" : ""; })"""
_BROKEN = """() => {
  const wide = document.documentElement.scrollWidth - innerWidth;
  const found = wide > 0 ? [`the page is ${wide} px too wide`] : [];
  const shown = (e) => e.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  for (const e of document.querySelectorAll("button, a, h1, h2, p, li, time, .chip, .publisher")) {
    if (e.closest("[inert], .unseen, [aria-hidden=true]") || !shown(e)) continue;
    const clipped = e.parentElement.closest(".text, .sheet, .chip");
    if (clipped && getComputedStyle(clipped).overflowX !== "visible") continue;
    const box = e.getBoundingClientRect();
    if (box.width && (box.left < -1 || box.right > innerWidth + 1))
      found.push(`${e.tagName}.${e.className} from ${box.left} to ${box.right}`);
  }
  return found;
}"""

_TORN = """(selector) => [...document.querySelectorAll(selector)].flatMap((e) => {
  const range = document.createRange();
  const found = [];
  const walk = document.createTreeWalker(e, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    for (const { 0: word, index } of walk.currentNode.data.matchAll(/\\S+/g)) {
      range.setStart(walk.currentNode, index);
      range.setEnd(walk.currentNode, index + word.length);
      const tops = new Set([...range.getClientRects()].map((box) => Math.round(box.top)));
      if (tops.size > 1) found.push(word);
    }
  }
  return found;
})"""


@cache
def _axe() -> str:
    if not AXE.exists():
        pytest.skip("axe-core is not installed: make web")
    return AXE.read_text("utf-8")


def kept_out(page: Any) -> list[str]:
    """What axe finds against WCAG 2.2 AA: rule and place of each."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(_axe())
    found = page.evaluate(
        """(tags) => axe.run(document, { runOnly: tags, resultTypes: ["violations"] })
          .then(({ violations }) => violations.flatMap(({ id, nodes }) =>
            nodes.map(({ target, failureSummary }) => `${id}: ${target} ${failureSummary}`)))""",
        RULES,
    )
    return [str(one) for one in found]


def contrasts(page: Any, words: str) -> list[tuple[str, float]]:
    """For each line of each element that `words` selects: its class, and the contrast of white at
    its own alpha over the lightest hundredth of what lies under it."""
    boxes = page.evaluate(_BOXES, words)
    page.evaluate(_HIDE, [words, True])
    shot = Image.open(io.BytesIO(page.screenshot(type="png"))).convert("RGB")
    page.evaluate(_HIDE, [words, False])
    pixels = np.asarray(shot, np.float64) / 255
    scale = pixels.shape[1] / page.viewport_size["width"]
    found = []
    for name, alpha, *edges in boxes:
        left, top, right, bottom = (max(0, int(edge * scale)) for edge in edges)
        under = pixels[top:bottom, left:right].reshape(-1, 3)
        if len(under):
            found.append((str(name), _contrast(under, float(alpha))))
    return found


def _contrast(under: NDArray[np.float64], alpha: float) -> float:
    ink = _light(alpha + (1 - alpha) * under)
    ratios = (ink + 0.05) / (_light(under) + 0.05)
    return float(np.quantile(ratios, 0.01))


def _light(colours: NDArray[np.float64]) -> NDArray[np.float64]:
    """Relative luminance of sRGB colours (WCAG 2.2)."""
    linear = np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)
    result: NDArray[np.float64] = linear @ np.array([0.2126, 0.7152, 0.0722])
    return result


def broken(page: Any) -> list[str]:
    """What stands out of the screen on either side."""
    return [str(one) for one in page.evaluate(_BROKEN)]


def torn(page: Any, selector: str) -> list[str]:
    """Words of the elements that `selector` finds which stand on more than one line."""
    return [str(one) for one in page.evaluate(_TORN, selector)]


def shifted(page: Any) -> float:
    """All layout shift since the page was opened, also what a browser forgives after a touch."""
    return float(
        page.evaluate("""() => new Promise((done) => {
      let sum = 0;
      const add = (list) => list.getEntries().forEach((e) => { sum += e.value; });
      const observer = new PerformanceObserver(add);
      observer.observe({ type: "layout-shift", buffered: true });
      requestAnimationFrame(() => requestAnimationFrame(() => {
        observer.takeRecords().forEach((e) => { sum += e.value; });
        done(sum);
      }));
    })""")
    )
