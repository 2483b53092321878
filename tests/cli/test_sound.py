"""`jhalak sound`."""

from __future__ import annotations

from pathlib import Path

import msgspec
from sqlalchemy import update

from jhalak.assembly import open_records
from jhalak.config.settings import Settings
from jhalak.ports.sounds import NewSound
from jhalak.records.tables import videos
from jhalak.schema.video import Details, Video
from tests.cli.conftest import Run
from tests.ports.people_world import add_account, add_video


def test_a_sound_is_shown_taken_down_and_brought_back(run: Run, tmp_path: Path) -> None:
    records = open_records(tmp_path, Settings())
    asha = add_account(records.database, "asha")
    add_video(records.database, "v", asha, 1)
    video = Video(
        id="v", account=asha, handle="asha", upload="", content=b"", created_ms=1,
        details=Details(language="hi", ai=False, sensitive=False, rights="own"),
    )  # fmt: skip
    with records.database.write() as connection:
        connection.execute(update(videos).values(body=msgspec.msgpack.encode(video)))
    id_ = records.sounds.join(NewSound("v", asha, "asha", 9.5, b""), 5).sound.id
    with records.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM videos")
    records.database.close()
    shown = run("sound", "show", id_, "--data", tmp_path, "--json").last()
    assert (shown["id"], shown["handle"], shown["down"]) == (id_, "asha", "")
    assert run("sound", "down", id_, "--data", tmp_path).code == 2
    bad = run("sound", "down", id_, "--why", "because", "--code", "x", "--data", tmp_path)
    assert bad.code == 2 and "copyright" in bad.err
    said = ("--why", "a label asked", "--data", tmp_path, "--json")
    down = run("sound", "down", id_, "--code", "copyright", *said)
    assert down.code == 0 and down.last()["down"] == "copyright"
    assert "taken down: copyright" in down.out
    assert run("sound", "restore", id_, *said).last()["down"] == ""
    assert run("sound", "show", "none", "--data", tmp_path).code == 1
