"""A server in a process of its own, and commands beside it."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from jhalak.assembly import open_records
from jhalak.cli import serve
from jhalak.config.settings import Settings
from jhalak.demo.crowd import VISITS, Crowd
from jhalak.ports.errors import Unavailable
from jhalak.schema.ids import parse
from jhalak.schema.item import Image
from jhalak.schema.picture import Picture
from tests.cli.conftest import Beside, Run, begin, headlines, until
from tests.worlds import NOW_MS, Jhalak, make_item

TOPICS = ("food", "sport", "travel", "games", "science", "business")


def viewer(server: Beside, language: str = "en") -> tuple[str, str]:
    status, made = server.ask("POST", "/v1/viewers", {"languages": [language]})
    assert status == 201
    return made["viewer"], made["token"]


def edition(server: Beside, token: str, slots: int = 24) -> dict[str, Any]:
    status, found = server.ask("GET", f"/v1/lockscreen/edition?slots={slots}", token=token)
    assert status == 200
    result: dict[str, Any] = found
    return result


def live(server: Beside) -> int:
    count: int = server.ask("GET", "/readyz")[1]["live_items"]
    return count


def test_what_is_ingested_beside_it_is_served_soon(
    server: Beside, run: Run, tmp_path: Path
) -> None:
    for topic in TOPICS:
        before = live(server)
        source = headlines(tmp_path / f"{topic}.jsonl", 40, topic)
        assert run("ingest", source, "--data", server.data).code == 0
        until(lambda before=before: live(server) == before + 40, "the items never came")  # type: ignore[misc]
    _, token = viewer(server)
    assert len(edition(server, token)["cards"]) == 24


def test_what_is_recalled_beside_it_is_gone_soon(server: Beside, run: Run, tmp_path: Path) -> None:
    source = headlines(tmp_path / "x.jsonl", 30, "nature")
    run("ingest", source, "--data", server.data)
    until(lambda: server.ask("GET", "/v1/items/nature-3")[0] == 200, "it never came")
    assert run("items", "recall", "nature-3", "--data", server.data).code == 0

    def listed() -> bool:
        recalls = server.ask("GET", "/v1/recalls")[1]["recalls"]
        return "nature-3" in [recall["item"] for recall in recalls]

    until(listed, "the recall never came")
    _, token = viewer(server)
    for _ in range(3):
        cards = edition(server, token, slots=48)["cards"]
        assert "nature-3" not in [card["item"] for card in cards]


def test_the_learner_beside_it_learns(server: Beside, run: Run) -> None:
    name, token = viewer(server)
    cards = edition(server, token)["cards"]
    events = [
        {"id": f"e{n}", "slot": card["slot"], "type": "tap", "at": "2026-11-23T18:47:00Z"}
        for n, card in enumerate(cards[:5])
    ]
    assert server.ask("POST", "/v1/events", {"events": events}, token)[1]["accepted"] == 5
    before = server.ask("GET", "/readyz")[1]["model"]
    until(lambda: server.ask("GET", "/readyz")[1]["model"] > before, "nothing was learned")
    until(lambda: edition(server, token)["level"] in ("full", "exhausted"), "it is not alive")
    shown = run("viewers", "show", name, "--data", server.data, "--json")
    assert shown.code == 0 and shown.last()["records_in_log"] >= 2
    assert parse(name) == parse(shown.last()["id"])


def test_an_operator_made_beside_it_may_recall_at_once(server: Beside, run: Run) -> None:
    token = run("operator", "token", "asha", "--data", server.data, "--json").last()["token"]
    assert server.ask("DELETE", "/v1/items/nature-5?reason=test", token=token)[0] == 200
    assert server.ask("GET", "/v1/items/nature-5")[0] == 410


def test_the_doctor_finds_a_running_cell_well(server: Beside, run: Run) -> None:
    ended = run("doctor", "--data", server.data, "--json")
    states = {f["what"]: f["state"] for f in ended.last()["findings"]}
    assert states["records"] == states["log"] == states["learner"] == states["settings"] == "ok"


def test_the_crowd_comes_in_and_its_tastes_are_found(server: Beside) -> None:
    held = {"en": dict.fromkeys(TOPICS, 40)}
    crowd = Crowd("127.0.0.1", server.port, lambda: held, size=3)
    lines: list[str] = []
    crowd.run(VISITS + 1, 0.0, threading.Event(), lines.append)
    assert crowd.rounds == VISITS + 1 and len(lines) >= 1
    assert len(crowd.found) == VISITS
    assert all(0 <= one.liked <= one.shown for one in crowd.found)
    assert sum(one.shown for one in crowd.found) == 3 * 8 * (VISITS + 1)


def test_a_crowd_without_topics_stays_away(server: Beside) -> None:
    held = {"en": {"food": 40}}
    assert Crowd("127.0.0.1", server.port, lambda: held, size=5).members == []


def test_a_second_server_on_the_same_folder_says_so_and_ends(server: Beside) -> None:
    second = subprocess.run(
        [sys.executable, "-m", "jhalak", "serve", "--data", str(server.data), "--port", "0"],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert second.returncode == 3
    assert "another process" in second.stderr and "Traceback" not in second.stderr
    assert server.ask("GET", "/healthz") == (200, b"ok")


def test_a_busy_port_is_said_with_what_to_do(run: Run, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = run("serve", "--data", tmp_path, "--port", str(port), "--no-learner")
    assert ended.code == 1
    assert str(port) in ended.err and "--port" in ended.err and "Traceback" not in ended.err


def test_an_address_that_is_not_ours_is_said_with_what_to_do(run: Run, tmp_path: Path) -> None:
    ended = run("serve", "--data", tmp_path, "--host", "192.0.2.1", "--port", "0", "--no-learner")
    assert ended.code == 1 and "192.0.2.1" in ended.err and "--host" in ended.err


def test_it_ends_when_it_is_asked_to_and_goes_on_where_it_was(tmp_path: Path) -> None:
    first = begin(tmp_path, "--no-learner")
    _, token = viewer(first)
    assert first.end() == 0
    second = begin(tmp_path, "--no-learner")
    try:
        assert second.ask("GET", "/v1/me/preferences", token=token)[0] == 200
    finally:
        assert second.end() == 0


@pytest.mark.parametrize("rounds", [1])
def test_the_demo_runs_from_one_command_and_ends_when_it_was_told_to(
    tmp_path: Path, rounds: int
) -> None:
    ended = subprocess.run(
        [
            sys.executable, "-m", "jhalak", "demo", "--no-feeds",
            "--data", str(tmp_path / "data"), "--port",
            "0", "--viewers", "2", "--rounds", str(rounds),
        ],
        capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    assert "a lock screen in 13 languages" in ended.stdout
    assert f"round {rounds:3}" in ended.stdout


def test_pictures_are_made_beside_it_from_the_first_item_on_that_names_one(
    server: Beside, run: Run, tmp_path: Path
) -> None:
    row = {"title": "A picture that lies nowhere", "language": "en", "id": "pictured",
           "image": "/nowhere.jpg", "topic": "nature"}  # fmt: skip
    source = tmp_path / "pictured.jsonl"
    source.write_text(json.dumps(row))
    assert run("ingest", source, "--data", server.data).code == 0

    def looked_at() -> bool:
        records = open_records(server.data, Settings())
        found = records.items.get("pictured")
        records.database.close()
        return found is not None and found.picture is not None

    until(looked_at, "nobody looked at the picture")


def test_the_maker_of_pictures_begins_also_where_all_were_made(tmp_path: Path) -> None:
    """After a restart nobody made large ones, or removed the files of what was recalled."""
    empty = Jhalak(tmp_path)
    assert not serve._any_pictures(empty.server)()
    src = "https://p.example/a.jpg"
    empty.put([make_item("a", image=Image(src=src))])
    record = empty.services.items.get("a")
    assert record is not None
    empty.server.records.pictures.keep(record.num, Picture(src=src), NOW_MS)
    empty.follow()
    assert empty.services.world.catalogue.count_unpictured() == 0
    assert serve._any_pictures(empty.server)()
    empty.end()


def test_a_store_that_does_not_answer_for_a_moment_costs_no_worker(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The loop that waits for a first feed ended for good, and the server's own end with it."""
    answers: list[bool | Exception] = [Unavailable("the records do not answer"), False, True]
    begun: list[str] = []

    def wanted() -> bool:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def supervise(loop: str, *_: object) -> None:
        begun.append(loop)

    monkeypatch.setattr(serve, "supervise", supervise)
    monkeypatch.setattr(serve, "LOOK_S", 0.0)
    asyncio.run(serve._from_first(wanted, "follow", tmp_path, asyncio.Event()))
    assert begun == ["follow"] and not answers
