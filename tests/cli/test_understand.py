"""`jhalak understand` and `jhalak train` on a small catalogue."""

from __future__ import annotations

import csv
from pathlib import Path

from tests.cli.conftest import Run

ROWS = [
    ("Kohli hits a century in the cricket match", "sport"),
    ("Heavy rain and storm warning for the coast", "weather"),
]


def labelled(folder: Path, times: int) -> Path:
    path = folder / "en" / "rows.csv"
    path.parent.mkdir()
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["title", "label"])
        for number in range(times):
            for title, topic in ROWS:
                writer.writerow([f"{title} {number}", topic])
    return folder


def test_items_are_understood_and_shown_and_understood_again(run: Run, tmp_path: Path) -> None:
    data = ("--data", str(tmp_path / "data"))
    source = tmp_path / "source.jsonl"
    source.write_text('{"id": "one-1", "title": "Kohli hits a century in the cricket match"}\n')
    assert run("ingest", str(source), *data).code == 0
    assert run("understand", "one-1", *data).code == 1
    assert run("work", "understand", "--until-caught-up", *data).code == 0
    shown = run("understand", "one-1", *data)
    assert shown.code == 0
    assert "topic" in shown.out and "sport" in shown.out and "(topics-1)" in shown.out
    again = run("understand", "--again", "--what", "language,topic", *data)
    assert (again.code, "understood 1 items again: language, topic" in again.out) == (0, True)


def test_what_cannot_be_understood_is_said(run: Run, tmp_path: Path) -> None:
    data = ("--data", str(tmp_path))
    assert run("understand", *data).code == 2
    assert run("understand", "nothing", *data).code == 1
    assert run("understand", "--again", "--what", "mood", *data).code == 2


def test_an_own_model_of_topics_is_trained_and_used(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "labelled"
    folder.mkdir()
    data = tmp_path / "data"
    ended = run("train", "topics", "--from", str(labelled(folder, 25)), "--data", str(data))
    assert ended.code == 0
    assert "learned 2 topics from 50 texts" in ended.out
    assert (data / "models" / "topics.npz").exists()


def test_too_few_labelled_texts_are_refused(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "labelled"
    folder.mkdir()
    ended = run("train", "topics", "--from", str(labelled(folder, 3)), "--data", str(tmp_path))
    assert ended.code == 1
    assert "fewer than two topics with 20 texts each" in ended.err
