"""`jhalak learned`: what the weights have seen, and the proof of it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from jhalak.assembly import open_blobs, open_log
from jhalak.config.settings import Settings
from jhalak.schema.activity import TOPIC, Activity, Outcomes, encode
from jhalak.schema.languages import LANGUAGES
from tests.cli.conftest import Run
from tests.workers.test_learn import days


def append(data: Path, *records: Activity) -> None:
    async def work() -> None:
        log = open_log(data, Settings(), writable=True)
        for record in records:
            await log.append(TOPIC, getattr(record, "viewer", 0), encode(record), 1)
        log.close()

    asyncio.run(work())


@pytest.fixture
def data(run: Run, tmp_path: Path) -> Path:
    """A log that was learned in two parts."""
    records = days(40)
    for part in (records[:60], records[60:]):
        append(tmp_path, *part)
        assert run("work", "learn", "--until-caught-up", "--data", tmp_path).code == 0
    return tmp_path


def test_it_shows_what_the_weights_have_seen(run: Run, data: Path) -> None:
    ended = run("learned", "show", "--data", data, "--json")
    last = ended.last()
    assert ended.code == 0 and last["offsets"] == [120] and last["cell"] == "local"
    assert last["records"] == {"outcomes": 40, "served": 40, "tick": 40}
    for part in (last["log"], last["weights"], last["code"], "lockscreen: tap"):
        assert part in ended.out
    line = run("learned", "lineage", "--data", data, "--json").last()["lineage"]
    assert [m["offsets"] for m in line] == [[120], [60]]
    assert line[0]["parent"] == line[1]["manifest"] and line[1]["parent"] == ""


def test_it_tells_how_long_cards_were_seen_to_stay_good(run: Run, data: Path) -> None:
    ended = run("learned", "lifetimes", "--data", data, "--json")
    (row,) = ended.last()["lifetimes"]
    assert ended.code == 0 and "sport" in ended.out
    assert (row["language"], row["topic"], row["ships_h"]) == (LANGUAGES[0], "sport", 48)
    assert 6 <= row["hours"] <= 384 and 0 < row["taps"] < row["slots"]
    looked_at = {event.item for r in days(40) if isinstance(r, Outcomes) for event in r.events}
    assert row["cards"] == len(looked_at) > 40


def test_without_a_snapshot_nothing_was_seen(run: Run, tmp_path: Path) -> None:
    ended = run("learned", "lifetimes", "--data", tmp_path)
    assert ended.code == 1 and "no snapshot" in ended.err


def test_it_proves_the_newest_checkpoint_from_the_log(run: Run, data: Path) -> None:
    ended = run("learned", "verify", "--data", data, "--json")
    assert ended.code == 0 and "proven" in ended.out
    assert ended.last()["records"] == 60
    whole = run("learned", "verify", "--whole", "--data", data, "--json").last()
    assert (whole["outcome"], whole["records"], whole["base"]) == ("proven", 120, "")


def test_what_was_erased_since_cannot_be_proven(run: Run, data: Path) -> None:
    async def erase() -> None:
        log = open_log(data, Settings(), writable=True)
        await log.delete_key(TOPIC, 1)
        log.close()

    asyncio.run(erase())
    ended = run("learned", "verify", "--data", data)
    assert ended.code == 1 and "not provable" in ended.out


def test_without_a_checkpoint_it_says_so(run: Run, tmp_path: Path) -> None:
    asyncio.run(open_blobs(tmp_path, Settings()).put("checkpoints/1.msgpack", b"older"))
    ended = run("learned", "show", "--data", tmp_path)
    assert ended.code == 1 and "no checkpoint" in ended.err
