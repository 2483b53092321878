"""The benchmarks run, and what they print can be read. No figure is judged here."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path

from benchmarks.__main__ import CLAIMS
from benchmarks.client import get, post
from benchmarks.load import Job, run
from benchmarks.processes import null_server
from benchmarks.result import Result, table

_ROOT = Path(__file__).parents[2]


def test_a_quick_benchmark_prints_one_line_for_people_and_one_of_json(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "benchmarks", "learner", "--quick", "--dir", str(tmp_path)]
    ran = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, ran.stderr
    said, data = ran.stdout.strip().splitlines()[-2:]
    assert said.startswith("learner: ")
    result = Result(**json.loads(data))
    assert result.benchmark == "learner"
    assert result.figure > 0
    assert result.anchor_figure > 0
    assert result.ratio > 0
    assert list(tmp_path.iterdir()) == [], "what a benchmark wrote is removed"


def test_a_name_that_is_no_benchmark_is_told_so() -> None:
    command = [sys.executable, "-m", "benchmarks", "speed"]
    ran = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 2
    assert "video_cpu" in ran.stderr


def test_every_claim_has_its_function() -> None:
    for module, function in CLAIMS.values():
        assert callable(getattr(import_module(f"benchmarks.{module}"), function))


def test_every_claim_is_explained_in_the_docs() -> None:
    text = (_ROOT / "docs" / "benchmarks.md").read_text("utf-8")
    assert [name for name in CLAIMS if f"`{name}`" not in text] == []


def test_the_load_generator_gets_an_answer_to_each_request(tmp_path: Path) -> None:
    with null_server(tmp_path / "null.log", 5000) as server:
        requests = [get("/", "token"), post("/", "token", b"x" * 100_000)]
        closed = run(Job(server.port, requests, 101, connections=4, sample=10))
        paced = run(Job(server.port, requests, 60, connections=4, rate=600.0))
    assert closed.statuses == {200: 101}
    assert closed.size == 5000
    assert {len(body) for body in closed.bodies} == {5000}
    assert len(closed.bodies) == 11
    assert paced.statuses == {200: 60}
    assert (paced.latency >= paced.service).all(), "an open loop counts from the scheduled time"


def test_a_table_names_what_was_missed() -> None:
    met = Result("a", "figure", 1.0, "us", "null", 2.0, 0.5, "at most 2 us", True)
    missed = Result("b", "figure", 3.0, "us", "null", 2.0, 1.5, "at most 2 us", False)
    lines = table([met, missed]).splitlines()
    assert "| met" in lines[2]
    assert "| MISSED" in lines[3]
