"""Generic logs: one JSON object an impression."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jhalak.evaluation.json_lines import FIELD_OF_ACTION, ItemFacts, Row, read_json_lines
from jhalak.evaluation.log import ACTIONS, BadLog
from jhalak.schema.languages import LANGUAGE_INDEX

DOCS = Path(__file__).parents[2] / "docs" / "replay.md"


def write(folder: Path, rows: Sequence[Mapping[str, Any]], name: str = "log.jsonl") -> Path:
    (folder / name).write_text("\n".join(json.dumps(row) for row in rows) + "\n", "utf-8")
    return folder


def row(viewer: str, item: str, at: int | str, **more: Any) -> dict[str, Any]:
    return {"viewer": viewer, "item": item, "at": at, **more}


def test_rows_are_read_in_time_order_with_what_was_done(tmp_path: Path) -> None:
    write(tmp_path, [row("a", "x", 2000, tap=True, like=False), row("b", "y", 1000, watched_s=3.5)])
    log = read_json_lines(tmp_path)
    shown = log.impressions
    assert shown.at_ms.tolist() == [1000, 2000]
    assert shown.row.tolist() == [1, 0]
    assert shown.viewer.tolist() == [1, 0]
    assert shown.actions[:, ACTIONS.index("tap")].tolist() == [False, True]
    assert shown.watched_s[0] == 3.5
    assert np.isnan(shown.watched_s[1])
    assert log.observed == ("tap", "likes")


@pytest.mark.parametrize("action", ACTIONS)
def test_every_action_has_a_field(tmp_path: Path, action: str) -> None:
    write(tmp_path, [row("a", "x", 1, **{FIELD_OF_ACTION[action]: True})])
    log = read_json_lines(tmp_path)
    assert log.observed == (action,)
    assert log.impressions.actions[0].tolist() == [name == action for name in ACTIONS]


def test_rows_of_a_viewers_request_were_shown_at_once(tmp_path: Path) -> None:
    rows = [
        row("a", "x", 10, request=1, position=0), row("b", "x", 11, request=1),
        row("a", "y", 12, request=1, position=1), row("a", "z", 13), row("a", "w", 13),
    ]  # fmt: skip
    shown = read_json_lines(write(tmp_path, rows)).impressions
    assert shown.at_ms.tolist() == [10, 10, 11, 13, 13]
    assert shown.position.tolist() == [0, 1, -1, -1, -1]
    assert len(set(shown.request.tolist())) == 4


def test_times_are_milliseconds_or_iso_with_a_zone(tmp_path: Path) -> None:
    rows = [row("a", "x", "1970-01-02T00:30:00+05:30"), row("a", "y", 86_400_000)]
    shown = read_json_lines(write(tmp_path, rows)).impressions
    assert shown.at_ms.tolist() == [19 * 3_600_000, 86_400_000]
    assert shown.hour.tolist() == [0.5, 0]
    assert shown.day.tolist() == [1, 1]


def test_items_have_what_rows_or_their_own_file_say(tmp_path: Path) -> None:
    rows = [
        row("a", "x", 10, language="hi", topic="sport", creator=0, duration_s=9, title="Cricket"),
        row("a", "y", 20, language="ta", topic="ignored"), row("a", "z", 30, language="xx"),
    ]  # fmt: skip
    facts = [
        {"item": "y", "language": "te", "topic": "sport", "published": "1970-01-01T00:00:00.005Z"},
        {"item": "x9", "title": "never shown"},
    ]
    write(tmp_path, rows)
    log = read_json_lines(write(tmp_path, facts, "items.jsonl"))
    items = log.items
    assert items.language[:2].tolist() == [LANGUAGE_INDEX["hi"], LANGUAGE_INDEX["te"]]
    assert items.topic[0] == items.topic[1] != items.topic[2]
    assert items.creator.tolist() == [1, 0, 0]
    assert items.duration_s.tolist() == [9, 0, 0]
    assert items.published_ms.tolist() == [10, 5, 30]
    assert [bool(vector.any()) for vector in items.embedding] == [True, False, False]
    assert dict(log.omitted) == {"languages that are none of ours": 1}


def test_scenes_keep_their_names(tmp_path: Path) -> None:
    rows = [row("a", "x", n, scene=scene) for n, scene in enumerate(["home", "search", "home"])]
    log = read_json_lines(write(tmp_path, rows))
    assert [log.scenes[scene] for scene in log.impressions.scene] == ["home", "search", "home"]


def test_files_of_a_folder_are_one_log_and_copies_are_counted(tmp_path: Path) -> None:
    write(tmp_path, [row("a", "x", 2), row("a", "x", 2, tap=True)], "monday.jsonl")
    write(tmp_path, [row("a", "x", 1), row("a", "x", 2)], "tuesday.jsonl")
    log = read_json_lines(tmp_path)
    assert log.impressions.at_ms.tolist() == [1, 2]
    assert log.copies == 2
    assert len(read_json_lines(tmp_path / "monday.jsonl").impressions.row) == 1


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('{"viewer": "a", "item": "x"}', r"line 2: .*`at`.*the fields are viewer, item, at"),
        ('{"viewer": "a", "item": "x", "at": 1, "liked": true}', r"line 2: .*`liked`"),
        ('{"viewer": "a", "item": "x", "at": 1, "tap": 3}', r"line 2: .*bool"),
        ('{"viewer": "a", "item": "x", "at": "noon"}', r"line 2: the time 'noon'.*ISO 8601"),
        ('{"viewer": "a", "item": "x", "at": 1, "duration_s": -2}', r"line 2: .*>= 0.*duration_s"),
        ("viewer,item,at", r"line 2: .*malformed"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(tmp_path: Path, line: str, words: str) -> None:
    path = write(tmp_path, [row("a", "x", 1)]) / "log.jsonl"
    path.write_text(path.read_text() + line + "\n\n")
    with pytest.raises(BadLog, match=rf"log\.jsonl, {words}"):
        read_json_lines(tmp_path)


def test_a_folder_without_impressions_says_so(tmp_path: Path) -> None:
    with pytest.raises(BadLog, match="holds no impression"):
        read_json_lines(tmp_path)
    with pytest.raises(BadLog, match="holds no impression"):
        read_json_lines(write(tmp_path, [], "log.jsonl"))


def test_every_field_is_documented() -> None:
    text = DOCS.read_text("utf-8")
    for kind in (Row, ItemFacts):
        for name in kind.__struct_fields__:
            assert f"`{name}`" in text, name
