"""Feeds damaged at random: no crash, nothing that takes a second, no growth beyond bounds."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ingest.fuzz import KINDS
from tests.soak.progress import Progress

ROOT = Path(__file__).parents[2]
GROWTH_MIB = 256
PART_S = 60


def fuzz(kind: str, seconds: float, seed: int) -> dict[str, float]:
    """In a process of its own; what broke it is left as fuzz-KIND.bin."""
    command = [sys.executable, "-m", "tests.ingest.fuzz", kind, str(seconds), str(seed)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr[-2000:]
    figures: dict[str, float] = json.loads(ended.stdout)
    assert figures["grown_mib"] <= GROWTH_MIB
    return figures


@pytest.mark.parametrize("kind", KINDS)
def test_a_moment_of_damage_breaks_no_parser(kind: str) -> None:
    assert fuzz(kind, 2.0, 1)["count"] > 10


@pytest.mark.soak
@pytest.mark.parametrize("kind", KINDS)
def test_ten_minutes_of_damage_break_no_parser(kind: str) -> None:
    progress = Progress(f"fuzz-{kind}", 600 // PART_S)
    for part in progress.left():
        figures = fuzz(kind, PART_S, 100 + part)
        progress.add(count=figures["count"], worst_s=[figures["worst_s"]],
                     grown_mib=[figures["grown_mib"]])  # fmt: skip
    assert max(progress.totals["worst_s"]) < 1.0
    progress.finish()
