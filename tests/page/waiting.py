"""Waiting for what the page does, without sleeping."""

from __future__ import annotations

from typing import Any


def until(page: Any, expression: str) -> None:
    """Waits until a JavaScript expression holds. (wait_for_function would need unsafe-eval.)"""
    page.evaluate(f"""() => new Promise((done, failed) => {{
      let looks = 0;
      const look = () => {{
        if ({expression}) done();
        else if ((looks += 1) > 300) failed(new Error("never came: " + {expression!r}));
        else requestAnimationFrame(look);
      }};
      look();
    }})""")


def settled(page: Any) -> None:
    """Waits until the page has laid itself out and nothing moves any more."""
    page.evaluate("""async () => {
      const frame = () => new Promise((done) => requestAnimationFrame(done));
      await frame(); // sizes are observed after layout, cards are fitted then
      await frame();
      await Promise.allSettled(
        document.getAnimations().filter((a) => a.effect.getTiming().iterations !== Infinity)
          .map((a) => a.finished));
    }""")
