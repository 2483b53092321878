"""`jhalak simulate`: what it says, and what it refuses."""

from __future__ import annotations

import re
import shlex
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from jhalak.cli import build_parser
from tests.cli.conftest import Run

SMALL = ("--viewers", "12", "--days", "0.5", "--seed", "3")


def test_it_shows_a_table_a_plot_and_charts_and_ends_with_json(run: Run, tmp_path: Path) -> None:
    page = tmp_path / "simulation.html"
    ended = run("simulate", *SMALL, "--html", page, "--json")
    assert ended.code == 0
    assert "expected taps a slate" in ended.out and "without exploration" in ended.out
    assert set("▁▂▃▄▅▆▇█") & set(ended.out) and "top topic known" in ended.out
    found = ended.last()
    assert found["world"]["viewers"] == 12 and "exploration" in found
    text = page.read_text("utf-8")
    charts = re.findall(r"<svg.*?</svg>", text, re.DOTALL)
    assert len(charts) >= 4
    for chart in charts:
        ET.fromstring(chart)
    assert "http" not in text, "nothing is fetched"


def test_alone_it_runs_once_and_the_same_seed_says_the_same(run: Run) -> None:
    first, second = (run("simulate", *SMALL, "--alone", "--json").last() for _ in range(2))
    assert first == second and "without_exploration" not in first


@pytest.mark.parametrize(
    "arguments", [("--viewers", "0"), ("--days", "0"), ("--exploration", "1.5"), ("--days", "x")]
)
def test_what_cannot_be_simulated_is_refused(run: Run, arguments: tuple[str, ...]) -> None:
    ended = run("simulate", *arguments)
    assert ended.code == 2 and arguments[0] in ended.err


def test_a_page_that_cannot_be_written_is_said(run: Run, tmp_path: Path) -> None:
    ended = run("simulate", *SMALL, "--alone", "--html", tmp_path / "no" / "such.html")
    assert ended.code == 1 and "--html" in ended.err and "Traceback" not in ended.err


def test_help_has_an_example_that_is_right(run: Run) -> None:
    ended = run("simulate", "--help")
    _, _, example = ended.out.partition("example: jhalak ")
    assert build_parser().parse_args(shlex.split(example)).command == "simulate"
