"""`jhalak fairness`, over the log of a data folder."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Run
from tests.cli.test_learned import append
from tests.learning.reach_records import event, outcomes, served


def test_it_reads_the_log_with_and_without_a_checkpoint(run: Run, tmp_path: Path) -> None:
    assert run("fairness", "--data", tmp_path, "--json").last()["impressions"] == 0
    seen = outcomes(event("a", "impression", 1), event("b", "play", 1, 2))
    append(tmp_path, served(1, language=(1, 1, 1), creators=(5, 6, 6)), seen)
    first = run("fairness", "--data", tmp_path, "--json")
    assert first.code == 0 and "region       not known" in first.out
    assert first.last()["creators"] == 2 and first.last()["gini"] is None
    assert run("work", "experiments", "--until-caught-up", "--data", tmp_path).code == 0
    assert [path.suffix for path in (tmp_path / "blobs/reach/fold").iterdir()] == [".msgpack"]
    again = run("fairness", "--data", tmp_path, "--json").last()
    assert (tmp_path / "blobs/reach/fairness.json").exists()
    assert again["videos"] == 2 and again["languages"] == first.last()["languages"]
