"""Charts of runs: several lines over one scale, points, and lines of text for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final, NamedTuple

from jhalak.evaluation.charts import BOTTOM, LEFT, RIGHT, TOP, WIDTH, Scale, ticks

HEIGHT: Final = 220.0
BLOCKS: Final = "▁▂▃▄▅▆▇█"

Values = Sequence[float | None]


class Line(NamedTuple):
    """One line of a chart: a value for each place; None: a gap."""

    name: str
    values: Values
    style: str
    """A class of the page's style."""


def lines_chart(
    title: str, lines: Sequence[Line], places: Sequence[float], *, low: float = 0.0,
    high: float | None = None, guides: Sequence[float] = (),
) -> str:  # fmt: skip
    """Lines over `places` (one for each value), from `low` to `high` (None: the greatest value),
    with dashed lines across at `guides`; a legend below."""
    known = [v for line in lines for v in line.values if v is not None]
    top = max([*known, *guides, low + 1e-3]) if high is None else high
    marks = ticks(low, top)
    y = Scale(marks[0], marks[-1], HEIGHT - BOTTOM, TOP)
    x = _across(places)
    parts = [_level(y, mark, "grid", f"{mark:g}") for mark in marks]
    parts += [_level(y, guide, "zero", "") for guide in guides]
    parts += [_foot(x, place) for place in _few(places)]
    for line in lines:
        for run in _runs(line.values):
            points = " ".join(f"{x(places[i]):.1f},{y(line.values[i] or 0):.1f}" for i in run)
            parts.append(f'<polyline class="{line.style}" points="{points}"/>')
    legend = "".join(
        f'<span><i class="{line.style}"></i>{escape(line.name)}</span>' for line in lines
    )
    return f'{_svg(title, parts)}<div class="legend">{legend}</div>'


def points_chart(title: str, points: Sequence[tuple[float, float, str]]) -> str:
    """(across, upwards, style) of each point, both of one scale from 0, with its diagonal."""
    most = max([0.01, *(max(a, b) for a, b, _ in points)])
    marks = ticks(0.0, most)
    x = Scale(marks[0], marks[-1], LEFT, WIDTH - RIGHT)
    y = Scale(marks[0], marks[-1], HEIGHT - BOTTOM, TOP)
    parts = [_level(y, mark, "grid", f"{mark:g}") for mark in marks]
    parts += [_foot(x, mark) for mark in marks]
    ends = " ".join(f"{x(mark):.1f},{y(mark):.1f}" for mark in (marks[0], marks[-1]))
    parts.append(f'<polyline class="zero" points="{ends}"/>')
    parts += [
        f'<circle class="{style}" cx="{x(a):.1f}" cy="{y(b):.1f}" r="2.5"/>'
        for a, b, style in points
    ]
    return _svg(title, parts)


def sparkline(values: Values, low: float = 0.0, high: float | None = None) -> str:
    """One character a value, as high as it is between `low` and `high`; a space for a gap."""
    known = [v for v in values if v is not None]
    top = max(known, default=1.0) if high is None else high
    span = max(top - low, 1e-9)
    return "".join(
        " " if v is None else BLOCKS[min(max(int((v - low) / span * 8), 0), 7)] for v in values
    )


def _across(places: Sequence[float]) -> Scale:
    first, last = (places[0], places[-1]) if places else (0.0, 1.0)
    return Scale(first, last if last > first else first + 1, LEFT, WIDTH - RIGHT)


def _few(places: Sequence[float]) -> list[float]:
    """At most eight of them, evenly spread."""
    step = -(-len(places) // 8) or 1
    return list(places[::step])


def _runs(values: Values) -> list[list[int]]:
    """Places of values without a gap between them."""
    runs: list[list[int]] = [[]]
    for i, value in enumerate(values):
        if value is not None:
            runs[-1].append(i)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def _level(y: Scale, value: float, style: str, text: str) -> str:
    line = (
        f'<polyline class="{style}" points="{LEFT},{y(value):.1f} {WIDTH - RIGHT},{y(value):.1f}"/>'
    )
    return line + _text(LEFT - 5, y(value) + 4, text, "end") if text else line


def _foot(x: Scale, value: float) -> str:
    return _text(x(value), HEIGHT - BOTTOM + 18, f"{value:g}", "middle")


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _svg(title: str, parts: Sequence[str]) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH:g} {HEIGHT:g}" role="img"><title>{escape(title)}</title>'
        + "".join(parts)
        + "</svg>"
    )
