"""What a benchmark answers, and how it is printed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any


class NotHere(Exception):
    """What a figure is taken from is not on this machine, or too little."""


@dataclass(frozen=True, slots=True)
class Result:
    """One claim measured: a figure, and its ratio to an anchor of the same run."""

    benchmark: str
    what: str
    figure: float
    unit: str
    anchor: str
    anchor_figure: float
    """In `unit`."""
    ratio: float
    """Figure over anchor: the median over rounds where both were measured in turn."""
    target: str = ""
    met: bool | None = None
    """None: no target is set."""
    details: dict[str, Any] = field(default_factory=dict)

    def line(self) -> str:
        """For people."""
        verdict = "" if self.met is None else f"; {self.target}: {'met' if self.met else 'MISSED'}"
        return (
            f"{self.benchmark}: {self.what}: {self.told()}, {number(self.ratio)}x"
            f" {self.anchor} ({number(self.anchor_figure)}){verdict}"
        )

    def told(self) -> str:
        """The figure, with its unit if it has one."""
        return f"{number(self.figure)} {self.unit}".rstrip()

    def json(self) -> str:
        """For programs: one line."""
        return json.dumps(asdict(self), default=float)


def number(value: float) -> str:
    """With three or so significant digits."""
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    if abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.4f}" if abs(value) < 2 else f"{value:.3g}"


def table(results: Sequence[Result]) -> str:
    """All results, as Markdown."""
    rows = [("claim", "figure", "anchor", "ratio", "target", "")]
    for r in results:
        verdict = "" if r.met is None else "met" if r.met else "MISSED"
        rows.append(
            (
                f"{r.benchmark}: {r.what}", r.told(),
                f"{r.anchor}: {number(r.anchor_figure)}", f"{number(r.ratio)}x", r.target, verdict,
            )
        )  # fmt: skip
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def middle(values: Sequence[float]) -> float:
    """The median; 0 of nothing."""
    return float(median(values)) if values else 0.0
