"""How far a soak came, so that one that was interrupted goes on where it stopped."""

from __future__ import annotations

import json
import logging
from collections import Counter
from pathlib import Path
from typing import Any, Final

log = logging.getLogger("soak")
FOLDER: Final = Path(__file__).parents[2] / "soak-data"


class Progress:
    """Numbered parts of one soak that are done, and the totals of their figures.

    Totals add numbers (also those of dicts) and join lists. When all parts are done the file goes,
    and the next run starts anew. `folder` None keeps nothing: the ordinary run.
    """

    def __init__(self, name: str, parts: int, folder: Path | None = FOLDER) -> None:
        self._name, self._parts = name, parts
        self._path = folder / f"{name}.json" if folder else None
        self.done = 0
        self.totals: dict[str, Any] = {}
        if self._path is not None and self._path.exists():
            kept = json.loads(self._path.read_text("utf-8"))
            if kept["parts"] == parts:
                self.done, self.totals = kept["done"], kept["totals"]
                log.info("%s goes on after part %d of %d", name, self.done, parts)

    @classmethod
    def of(cls, name: str, parts: int, *, kept: bool) -> Progress:
        return cls(name, parts, FOLDER if kept else None)

    def left(self) -> range:
        """The parts that are still to do, from 0."""
        return range(self.done, self._parts)

    def add(self, **figures: Any) -> None:
        """One more part is done."""
        self.done += 1
        for key, value in figures.items():
            before = self.totals.get(key)
            if isinstance(value, dict):
                self.totals[key] = dict(Counter(before or {}) + Counter(value))
            else:
                self.totals[key] = value if before is None else before + value
        if self._path is not None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            new = self._path.with_suffix(".new")
            kept = {"parts": self._parts, "done": self.done, "totals": self.totals}
            new.write_text(json.dumps(kept), "utf-8")
            new.replace(self._path)
        log.info("%s %d/%d: %s", self._name, self.done, self._parts, summary(self.totals))

    def finish(self) -> None:
        """All is done: say so, and keep the totals beside."""
        log.info("%s, all %d parts: %s", self._name, self._parts, summary(self.totals))
        if self._path is not None:
            self._path.replace(self._path.with_name(f"{self._name}.last.json"))


def summary(totals: dict[str, Any]) -> str:
    """Numbers as they are, lists of numbers as their spread."""
    said = []
    for key, value in totals.items():
        if isinstance(value, list):
            ordered = sorted(value)
            if not ordered:
                continue
            middle, high = ordered[len(ordered) // 2], ordered[int(0.95 * (len(ordered) - 1))]
            said.append(
                f"{key} n={len(ordered)} p50={middle:.2f} p95={high:.2f} max={ordered[-1]:.2f}"
            )
        else:
            said.append(f"{key} {value}")
    return ", ".join(said)
