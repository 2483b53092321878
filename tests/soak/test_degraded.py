"""A part that fails lowers the level of an answer; it never takes the answer away."""

from __future__ import annotations

import asyncio
import logging
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.soak.audit import compare, learned, recount
from tests.soak.server import Server, end_process, fill, operator_token, settings, until

log = logging.getLogger("soak")
AT = "2026-11-23T18:47:00Z"


def feed(server: Server, token: str, surface: str = "lockscreen") -> Any:
    """A slate; it has to come."""
    path = "/v1/lockscreen/edition?slots=12" if surface == "lockscreen" else "/v1/video/feed"
    answer = server.request("GET", path, token=token)
    assert answer.status == 200, answer
    told = answer.json
    assert told.get("cards") or told.get("items"), "a feed is never empty"
    return told


def tap(server: Server, token: str, slate: Any, name: str) -> int:
    """Send an impression and a tap of the slate's first card; answers the status."""
    slot = (slate.get("cards") or slate["items"])[0]["slot"]
    events = [
        {"id": f"{name}-{type_}", "slot": slot, "type": type_, "at": AT}
        for type_ in ("impression", "tap")
    ]
    return server.request("POST", "/v1/events", {"events": events}, token).status


def test_without_a_learner_feeds_answer_at_a_lower_level(tmp_path: Path) -> None:
    fill(tmp_path / "data", cards=300, videos=60)
    with Server(tmp_path / "data", "--no-learner") as server:
        server.start()
        token = server.new_viewer()
        for surface in ("lockscreen", "video") * 4:
            slate = feed(server, token, surface)
            assert slate["level"] == "popular"
            assert tap(server, token, slate, slate.get("edition", surface)) == 202
        assert server.learner() is None


def test_feeds_go_on_while_the_learner_is_killed_again_and_again(tmp_path: Path) -> None:
    settings(tmp_path / "data", "[feed]\nlearner_silent_s = 0.5\n")
    fill(tmp_path / "data", cards=600)
    with Server(tmp_path / "data") as server:
        server.start()
        token = server.new_viewer()
        until(lambda: feed(server, server.new_viewer())["level"] == "full")
        for kill in range(3):
            until(lambda: bool(feed(server, server.new_viewer())) and server.learner() is not None)
            learner = server.learner()
            assert learner is not None
            end_process(learner)
            until(lambda: feed(server, server.new_viewer())["level"] == "cached")
            assert tap(server, token, feed(server, token), f"kill-{kill}") == 202
        until(lambda: feed(server, server.new_viewer())["level"] == "full")
        assert server.said().count("the learner ended with -9") == 3


def garbage(path: Path) -> None:
    path.write_bytes(b"no database at all" * 1000)


def folder(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.mkdir()
    (path / "inside").write_text("x")


def torn(path: Path) -> None:
    """The first page survived, the rest is noise."""
    data = path.read_bytes()
    path.write_bytes(data[:100] + b"\xa5" * max(len(data) - 100, 4000))


@pytest.mark.parametrize("damage", [garbage, folder, torn], ids=lambda damage: damage.__name__)
def test_a_profile_store_that_is_damaged_is_moved_aside_and_folded_again(
    damage: Callable[[Path], None], tmp_path: Path
) -> None:
    data = tmp_path / "data"
    fill(data, cards=600)
    with Server(data, "--no-learner") as server:
        server.start()
        token = server.new_viewer()
        seen = set()
        for number in range(5):
            slate = feed(server, token)
            seen |= {card["item"] for card in slate["cards"]}
            assert tap(server, token, slate, f"before-{number}") == 202
        taste = server.request("GET", "/v1/me/interests", token=token).json
        assert server.terminate() == 0
        damage(data / "profiles.sqlite")
        server.start()
        again = feed(server, token)
        assert not seen & {card["item"] for card in again["cards"]}, "shown again"
        assert server.request("GET", "/v1/me/interests", token=token).json == taste
        assert (data / "profiles.sqlite.damaged-1").exists()
        assert "begun anew" in server.said()


def test_profiles_that_break_under_a_running_server_lower_the_level(tmp_path: Path) -> None:
    data = tmp_path / "data"
    fill(data, cards=600)
    with Server(data) as server:
        server.start()
        token = server.new_viewer()
        seen = {card["item"] for _ in range(3) for card in feed(server, token)["cards"]}
        assert server.terminate() == 0
        server.start()
        until(lambda: feed(server, server.new_viewer())["level"] == "full")
        for path in data.glob("profiles.sqlite*"):
            path.write_bytes(b"\xa5" * path.stat().st_size)
        for number in range(3):
            slate = feed(server, token)
            assert slate["level"] == "unpersonalised"
            assert not seen & {card["item"] for card in slate["cards"]}, (
                "the log knows what was seen"
            )
            seen |= {card["item"] for card in slate["cards"]}
            assert tap(server, token, slate, f"tap-{number}") == 202


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 24 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = shutil.which("mount")
    command = [mount or "mount", "-t", "tmpfs", "-o", "size=24m", "jhalak-soak", str(place)]
    if mount is None or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("a small file system cannot be mounted here (that takes root)")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=False)


def fill_up(path: Path) -> None:
    """Leave no room."""
    with suppress(OSError), path.open("wb", buffering=0) as file:
        while True:
            file.write(b"\0" * 4096)


def test_on_a_full_disk_writes_answer_507_and_feeds_go_on(small_disk: Path) -> None:
    data = small_disk / "data"
    fill(data, cards=300)
    operator = operator_token(data)
    with Server(data) as server:
        server.start()
        token = server.new_viewer()
        taken: set[int] = set()
        refused: list[int] = []
        slates = [feed(server, token) for _ in range(3)]
        full = small_disk / "full"

        def write(number: int) -> int:
            status = tap(server, token, slates[number % 3], f"event-{number}")
            assert status in (202, 507), status
            (taken.add if status == 202 else refused.append)(number)
            return status

        assert write(0) == 202
        fill_up(full)
        numbers = iter(range(1, 100_000))
        until(lambda: write(next(numbers)) == 507)
        for _ in range(20):
            assert feed(server, token)["level"] != ""
            assert server.request("GET", "/v1/topics").status == 200
            write(next(numbers))
        for method, path, body, who in (
            ("POST", "/v1/viewers", {"languages": ["en"]}, ""),
            ("PUT", "/v1/me/likes/item/item-1", None, token),
            ("PUT", "/v1/me/preferences", {"languages": ["hi"]}, token),
            ("DELETE", "/v1/items/item-2", None, operator),
        ):
            answer = server.request(method, path, body, who)
            assert answer.status in (200, 201, 507), answer
            log.info("on a full disk, %s %s answers %d", method, path, answer.status)
            if answer.status == 507:
                assert answer.json["error"] == "disk_full" and answer.headers["retry-after"]
        full.unlink()
        until(lambda: write(next(numbers)) == 202)
        for number in refused:  # a device sends again what was not taken
            assert tap(server, token, slates[number % 3], f"event-{number}") == 202
            taken.add(number)
        assert server.request("POST", "/v1/viewers", {"languages": ["en"]}).status == 201
        server.kill()
        server.start()
        assert feed(server, token)
        assert server.terminate() == 0
    truth = asyncio.run(recount(data))
    wanted = {f"event-{number}-{type_}" for number in taken for type_ in ("impression", "tap")}
    assert truth.times.keys() == wanted
    assert max(truth.times.values()) == 1, "an event is in the log twice"
    compare(learned(data), truth)
