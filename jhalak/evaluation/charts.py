"""Charts as SVG text, drawn by us: nothing is fetched, and they scale to a phone's width.

All are drawn on a sheet WIDTH wide; colours are classes of the page's style. Names are escaped
here.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import ceil, floor, log10
from typing import Final, NamedTuple

WIDTH: Final = 340.0
LEFT, RIGHT, TOP, BOTTOM = 44.0, 12.0, 10.0, 28.0
ROW: Final = 38.0
"""Height of a line of a dot chart: its name above, its dot below."""


class Dot(NamedTuple):
    """A figure with its interval."""

    name: str
    value: float
    low: float
    high: float
    style: str = "mark"
    note: str = ""


class Scale(NamedTuple):
    """From figures to places on the sheet."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        part = (value - self.low) / (self.high - self.low)
        return self.start + part * (self.end - self.start)


def ticks(low: float, high: float, most: int = 5) -> list[float]:
    """At most `most` + 2 round numbers that hold `low` to `high` between them."""
    if high - low < 1e-6:
        low, high = low - 0.01, high + 0.01
    span = high - low
    step = 10.0 ** floor(log10(span / most))
    step *= next(factor for factor in (1, 2, 5, 10, 20) if step * factor * (most - 1) >= span)
    return [n * step for n in range(floor(low / step), ceil(high / step - 1e-9) + 1)]


def calibration_chart(curve: Sequence[tuple[float, float, int]]) -> str:
    """What happened against what was expected: (expected, happened, rows) by bin."""
    marks = ticks(0.0, max([0.001] + [max(x, y) for x, y, _ in curve]))
    height = WIDTH - LEFT - RIGHT + TOP + BOTTOM
    x = Scale(marks[0], marks[-1], LEFT, WIDTH - RIGHT)
    y = Scale(marks[0], marks[-1], height - BOTTOM, TOP)
    parts = [_across(y, marks), _along(x, marks, height - BOTTOM, height - BOTTOM)]
    parts.append(_line([(x(m), y(m)) for m in (marks[0], marks[-1])], "zero"))
    parts.append(_line([(x(a), y(b)) for a, b, _ in curve], "link"))
    parts += [
        _dot(x(a), y(b), "mark", f"{rows:,} rows: expected {a:.4f}, happened {b:.4f}")
        for a, b, rows in curve
    ]
    return _svg(height, parts, "calibration: expected across, happened upwards")


def days_chart(dots: Sequence[Dot]) -> str:
    """A figure by day, with its intervals, in the order given."""
    height = 190.0
    marks = ticks(min(dot.low for dot in dots), max(dot.high for dot in dots))
    x = Scale(-0.5, len(dots) - 0.5, LEFT, WIDTH - RIGHT)
    y = Scale(marks[0], marks[-1], height - BOTTOM, TOP)
    parts = [_across(y, marks), _line([(x(n), y(dot.value)) for n, dot in enumerate(dots)], "link")]
    every = ceil(len(dots) / 6)
    for n, dot in enumerate(dots):
        parts.append(_line([(x(n), y(dot.low)), (x(n), y(dot.high))], "interval"))
        parts.append(_dot(x(n), y(dot.value), dot.style, _told(dot)))
        if n % every == 0:
            parts.append(_text(x(n), height - 10, dot.name, "middle"))
    return _svg(height, parts, "by day")


def dots_chart(dots: Sequence[Dot], *, zero: bool = False) -> str:
    """Figures with their intervals, one below the other; with `zero`, about a line at 0."""
    lows, highs = [dot.low for dot in dots], [dot.high for dot in dots]
    marks = ticks(min([*lows, 0.0] if zero else lows), max([*highs, 0.0] if zero else highs))
    x = Scale(marks[0], marks[-1], RIGHT, WIDTH - RIGHT)
    end = TOP + ROW * len(dots)
    parts = [_along(x, marks, end, TOP)]
    if zero:
        parts.append(_line([(x(0), TOP), (x(0), end)], "zero"))
    for n, dot in enumerate(dots):
        top = TOP + ROW * n
        parts.append(_text(RIGHT, top + 13, dot.name, "start", "name"))
        parts.append(_text(WIDTH - RIGHT, top + 13, dot.note, "end"))
        parts.append(_line([(x(dot.low), top + 25), (x(dot.high), top + 25)], "interval"))
        parts.append(_dot(x(dot.value), top + 25, dot.style, _told(dot)))
    return _svg(end + BOTTOM, parts, "figures with intervals")


def _svg(height: float, parts: list[str], title: str) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH:g} {height:g}" role="img"><title>{escape(title)}</title>'
        + "".join(parts)
        + "</svg>"
    )


def _across(y: Scale, marks: list[float]) -> str:
    """Lines across the sheet, with their numbers at the left."""
    return "".join(
        _line([(LEFT, y(m)), (WIDTH - RIGHT, y(m))], "grid")
        + _text(LEFT - 5, y(m) + 4, _number(m, marks), "end")
        for m in marks
    )


def _along(x: Scale, marks: list[float], bottom: float, top: float) -> str:
    """Lines upwards from `bottom` to `top`, with their numbers below."""
    return "".join(
        (_line([(x(m), bottom), (x(m), top)], "grid") if top < bottom else "")
        + _text(x(m), bottom + 18, _number(m, marks), "middle")
        for m in marks
    )


def _number(mark: float, marks: list[float]) -> str:
    """With as many decimals as tell the marks apart."""
    decimals = max(0, -floor(log10(marks[1] - marks[0]) + 1e-9))
    return f"{mark + 0.0:.{decimals}f}".replace("-", "−") if round(mark, 9) else "0"


def _line(points: Sequence[tuple[float, float]], style: str) -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline class="{style}" points="{path}"/>'


def _dot(x: float, y: float, style: str, told: str) -> str:
    title = f"<title>{escape(told)}</title>"
    return f'<circle class="{style}" cx="{x:.1f}" cy="{y:.1f}" r="4">{title}</circle>'


def _text(x: float, y: float, text: str, anchor: str, style: str = "") -> str:
    kind = f' class="{style}"' if style else ""
    return f'<text{kind} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _told(dot: Dot) -> str:
    return f"{dot.name}: {dot.value:.4f} [{dot.low:.4f}, {dot.high:.4f}]"
