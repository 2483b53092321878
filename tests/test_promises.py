"""docs/promises.md names real tests, and settings that exist."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from jhalak.config.settings import Settings

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs" / "promises.md").read_text("utf-8")
PROOFS = sorted(set(re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", TEXT)))


@pytest.mark.parametrize(("file", "name"), PROOFS, ids=lambda part: part)
def test_a_proof_exists(file: str, name: str) -> None:
    source = (ROOT / file).read_text("utf-8")
    assert not name or re.search(rf"^\s*(async )?def {name}\(", source, re.MULTILINE)


def test_every_promise_has_a_proof() -> None:
    rows = [line for line in TEXT.splitlines() if line.startswith("| ") and "promise |" not in line]
    assert len(rows) > 20
    assert all("`tests/" in row or "benchmarks.md" in row for row in rows)


def test_settings_that_are_named_exist() -> None:
    known = msgspec.to_builtins(Settings())
    for room, name in re.findall(r"`(\w+)\.(\w+)`", TEXT):
        if room in known:
            assert name in known[room], f"{room}.{name}"
