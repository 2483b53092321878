"""`jhalak replay`: from a folder to tables, one JSON line and a page; what is wrong is said."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest

import jhalak.evaluation.models as models
from jhalak.assembly import open_records
from jhalak.cli import build_parser
from jhalak.cli.failure import Failure
from jhalak.cli.replay import run
from jhalak.config.settings import Settings
from jhalak.embedded.event_log import EmbeddedEventLog
from jhalak.schema.activity import TOPIC, encode
from tests.evaluation import test_json_lines, test_mind, test_own_log
from tests.evaluation.kuairand_folder import DAY_MS, START_MS, shown, video, write
from tests.evaluation.made_up import replayed


@pytest.fixture(autouse=True)
def made_up_replay(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Replay itself has tests of its own; answers with what each run was asked."""
    asked: list[dict[str, Any]] = []

    def replay(log: Any, progress: Any, **options: Any) -> Any:
        asked.append(options)
        progress(len(log.impressions.row))
        return replayed(log)

    monkeypatch.setattr(models, "replay", replay)
    return asked


def replay(*words: str | Path) -> int:
    return run(build_parser().parse_args(["replay", *map(str, words)]))


def last(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return answer


def kuairand(folder: Path, rows: int = 240) -> Path:
    log = [
        shown(n % 7, n % 5, START_MS + n * 4 * DAY_MS // rows, is_click=int(n % 3 == 0))
        for n in range(rows)
    ]
    return write(folder, {"a": log}, [video(n) for n in range(5)])


def test_it_ends_with_one_json_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert replay("kuairand", kuairand(tmp_path), "--json", "--report-from", "2022-04-27") == 0
    report = last(capsys)
    assert (report["rows"], report["reported"]) == (240, 120)
    assert report["report_from"] == "2022-04-27"
    for key in ("auc", "log_loss", "session_gauc", "auc_frozen", "session_gauc_live"):
        assert key in report["labels"]["click"]


def test_it_prints_figures_slices_and_comparisons(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    replay("kuairand", kuairand(tmp_path), "--compare", "jhalak", "popularity")
    text = capsys.readouterr().out
    for words in ("long view", "by popularity", "by slice", "jhalak minus popularity", "events/s"):
        assert words in text


def test_a_limit_and_an_end_of_learning_are_handed_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], made_up_replay: list[dict[str, Any]]
) -> None:
    replay(
        "kuairand", kuairand(tmp_path), "--limit", "200", "--train-until", "2022-04-26", "--json"
    )
    report = last(capsys)
    assert report["rows"] == 200
    assert report["train_until"] == "2022-04-26"
    assert made_up_replay[0]["train_until_day"] == 19_108


def test_it_writes_a_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "report.html"
    replay("kuairand", kuairand(tmp_path), "--html", page)
    assert page.read_text("utf-8").startswith("<!doctype html>")
    assert f"page: {page}" in capsys.readouterr().out
    with pytest.raises(Failure, match="--html"):
        replay("kuairand", tmp_path, "--html", tmp_path / "no" / "report.html")


def test_a_report_is_kept_for_the_console(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    assert replay("kuairand", kuairand(tmp_path), "--keep", "before", "--data", data) == 0
    assert "kept as 'before'" in capsys.readouterr().out
    records = open_records(data, Settings())
    (kept,) = records.replays.recent(9)
    records.database.close()
    assert (kept.name, kept.log) == ("before", "kuairand")
    assert json.loads(kept.body)["rows"] == 240


def test_mind_reports_the_last_fifth_of_its_requests(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [("U1", f"11/15/2019 1:{n:02}:00 PM", "N3", "N1-1 N2-0 N4-0") for n in range(50)]
    replay("mind", test_mind.write(tmp_path, lines, test_mind.NEWS), "--json")
    report = last(capsys)
    assert report["reported"] == 30
    assert report["labels"]["click"]["requests"] == 10
    assert list(report["labels"]) == ["click"]


def test_json_lines_are_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [test_json_lines.row("a", str(n % 3), n * 1000, tap=n % 2 == 0) for n in range(20)]
    replay("jsonl", test_json_lines.write(tmp_path, rows), "--json")
    assert last(capsys)["rows"] == 20


def test_a_servers_own_log_is_read_from_its_data_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def fill() -> None:
        log = EmbeddedEventLog(tmp_path / "log", 1)
        for n in range(6):
            slate = test_own_log.served(n + 1, 1, [1, 2], test_own_log.START_MS + n)
            event = test_own_log.event(n + 1, 1, 0, "tap" if n % 2 else "impression")
            for record in (slate, test_own_log.came(1, event)):
                await log.append(TOPIC, 1, encode(record), test_own_log.START_MS)
        log.close()

    asyncio.run(fill())
    replay("log", tmp_path, "--json")
    assert last(capsys)["rows"] == 6
    (tmp_path / "jhalak.toml").write_text("[log]\npartitions = 0.5\n")
    with pytest.raises(Failure, match="partitions"):
        replay("log", tmp_path)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--report-from", "yesterday"], "--report-from yesterday: a day is written YYYY-MM-DD"),
        (["--train-until", "2022-13-01"], "--train-until 2022-13-01"),
        (["--limit", "-1"], "--limit"),
        (["--report-from", "2030-01-01"], "no impression to report"),
        (["--compare", "jhalak", "xgboost"], "--compare: xgboost is no model"),
    ],
)
def test_wrong_options_are_named(tmp_path: Path, words: list[str], said: str) -> None:
    with pytest.raises(Failure, match=said) as failure:
        replay("kuairand", kuairand(tmp_path), *words)
    assert failure.value.code == 2


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("kuairand", r"no log_\*\.parquet"),
        ("mind", r"no news\.tsv"),
        ("jsonl", "no impression"),
        ("log", "no event log"),
    ],
)
def test_a_folder_without_a_log_is_named(tmp_path: Path, kind: str, said: str) -> None:
    with pytest.raises(Failure, match=said) as failure:
        replay(kind, tmp_path)
    assert failure.value.code == 2
    assert str(tmp_path) in str(failure.value)


def test_without_lightgbm_it_says_how_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    with pytest.raises(Failure, match="pip install lightgbm"):
        replay("kuairand", kuairand(tmp_path), "--compare", "jhalak", "lightgbm")
