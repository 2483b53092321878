"""Charts that can be checked by eye."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from jhalak.evaluation.simulator.drawing import Line, lines_chart, points_chart, sparkline


def test_a_sparkline_is_as_high_as_its_values() -> None:
    assert sparkline([0.0, 0.5, 1.0], high=1.0) == "▁▅█"
    assert sparkline([0.2, None, 9.0], high=1.0) == "▂ █"
    assert sparkline([]) == "" and sparkline([0.0, 0.0]) == "▁▁"


def test_a_line_stops_at_gaps_and_is_named_below() -> None:
    text = lines_chart("t", [Line("a & b", [1.0, 2.0, None, 3.0, 4.0], "ours")], [1, 2, 3, 4, 5])
    chart = ET.fromstring(text.partition("<div")[0])
    drawn = [node.get("points", "").split() for node in chart if node.get("class") == "ours"]
    assert [len(points) for points in drawn] == [2, 2]
    assert "a &amp; b" in text


def test_higher_values_are_drawn_higher() -> None:
    chart = ET.fromstring(
        lines_chart("t", [Line("a", [0.0, 1.0], "ours")], [1, 2]).partition("<div")[0]
    )
    [line] = [node for node in chart if node.get("class") == "ours"]
    (x0, y0), (x1, y1) = (map(float, point.split(",")) for point in line.get("points", "").split())
    assert x0 < x1 and y0 > y1


def test_points_on_the_diagonal_lie_on_it() -> None:
    chart = ET.fromstring(points_chart("t", [(0.1, 0.1, "ours"), (0.4, 0.2, "other")]))
    dots = [(float(c.get("cx", 0)), float(c.get("cy", 0))) for c in chart if c.tag == "circle"]
    assert len(dots) == 2 and dots[0][0] < dots[1][0] and dots[0][1] > dots[1][1]
    ET.fromstring(points_chart("t", []))


def test_a_chart_of_nothing_is_a_chart() -> None:
    ET.fromstring(lines_chart("t", [Line("a", [None], "ours")], [1]).partition("<div")[0])
