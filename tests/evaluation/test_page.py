"""The page of a report: whole in itself, and readable on a phone."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jhalak.evaluation.charts import Dot, calibration_chart, days_chart, dots_chart, ticks
from jhalak.evaluation.page import page
from jhalak.evaluation.peers import ours, popularity
from jhalak.evaluation.report import summary
from jhalak.evaluation.tables import comparison_table, in_words, labels_table, slices_table
from tests.evaluation.made_up import FIRST_DAY, log, replayed
from tests.page.conftest import chromium, sync_api

FIGURES = st.floats(-1, 1, allow_nan=False)


def report(by_request: int = 1, **more: Any) -> dict[str, Any]:
    of = log(by_request=by_request)
    answer = replayed(of)
    return summary(of, answer, compared=[(ours(answer), popularity(answer))], **more)


def marks(chart: str) -> list[ET.Element]:
    """The dots of a chart. Raises where it is no well-formed SVG."""
    return [element for element in ET.fromstring(chart) if element.tag == "circle"]


@given(FIGURES, FIGURES, st.integers(2, 8))
def test_ticks_hold_the_figures_between_them_and_are_few(a: float, b: float, most: int) -> None:
    low, high = sorted((a, b))
    found = ticks(low, high, most)
    assert found[0] <= low + 1e-9
    assert found[-1] >= high - 1e-9
    assert 1 < len(found) <= most + 2
    assert found == sorted(set(found))


@given(st.lists(st.tuples(FIGURES, FIGURES, FIGURES), min_size=1, max_size=12))
def test_every_dot_is_drawn_within_the_sheet(rows) -> None:
    dots = [Dot(f"<{n}>", b, a, c) for n, (a, b, c) in enumerate(map(sorted, rows))]
    curve = [(abs(a), abs(b), 10) for a, b, _ in rows]
    charts = (dots_chart(dots), dots_chart(dots, zero=True), days_chart(dots))
    for chart in (*charts, calibration_chart(curve)):
        width, height = map(float, re.findall(r'viewBox="0 0 (\S+) (\S+)"', chart)[0])
        assert len(marks(chart)) == len(rows)
        for dot in marks(chart):
            assert 0 <= float(dot.attrib["cx"]) <= width
            assert 0 <= float(dot.attrib["cy"]) <= height


@pytest.mark.parametrize("by_request", [1, 5])
def test_it_shows_labels_calibration_days_slices_and_comparisons(by_request: int) -> None:
    text = page(report(by_request))
    for words in ("click", "like", "Calibration", "AUC by day", "AUC by slice",
                  "jhalak minus popularity", "language: hi", "scene: video",
                  "2 rows that were odd", "3 copies"):  # fmt: skip
        assert words in text, words
    assert ("AUC by request" in text) == (by_request > 1)
    for chart in re.findall(r"<svg.*?</svg>", text):
        assert marks(chart)


def test_nothing_is_fetched_and_names_cannot_become_markup() -> None:
    of = log()._replace(scenes=("<script>", "b"), omitted=(("<img src=x>", 4),))
    answer = replayed(of)
    text = page(summary(of, answer, compared=[(ours(answer, "<b>"), popularity(answer))]))
    assert not re.search(r"https?:|src=[\"']|url\(|@import|<link|<script|<img", text)
    assert "&lt;script&gt;" in text


def test_a_report_of_nothing_is_a_page_too() -> None:
    of = log(n=50)
    assert "<svg" not in page(summary(of, replayed(of), FIRST_DAY + 9))


def test_on_a_phone_only_the_table_scrolls_sideways() -> None:
    path = chromium()
    if path is None:
        pytest.skip("no Chromium found: install it or name it in JHALAK_CHROMIUM")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        view = browser.new_page(viewport={"width": 360, "height": 740})
        asked: list[str] = []
        view.on("request", lambda request: asked.append(request.url))
        view.set_content(page(report(5)))
        widths = view.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        sizes = view.evaluate(
            "[...document.querySelectorAll('text')].map(t => t.getBoundingClientRect().height)"
        )
        browser.close()
    assert widths[0] <= widths[1]
    assert min(sizes) > 9  # as drawn on the screen, in CSS pixels
    assert not [url for url in asked if not url.startswith(("about:", "data:"))]


def test_the_tables_say_the_same_as_text() -> None:
    from rich.console import Console

    data = report(5, train_until_day=FIRST_DAY + 1)
    console = Console(width=200, record=True, file=None, quiet=False)
    with console.capture() as capture:
        console.print(labels_table(data))
        console.print(slices_table(data, "click"))
        console.print(comparison_table(data["comparisons"][0]))
    text = capture.get()
    assert f"{data['labels']['click']['auc']:.4f} ±" in text
    assert "language: hi" in text
    assert f"{data['comparisons'][0]['labels']['click']['auc']['difference']:+.4f}" in text
    words = in_words(data)
    assert "learned until 2024-10-05" in words
    assert "3 copies, 2 rows that were odd" in words
