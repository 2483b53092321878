"""In a browser each rung plays to its end, and the playlist of all of them does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jhalak.media.sandbox import Sandbox
from tests.media.cinema import Cinema, cinema, plays, screen
from tests.media.conftest import Clips
from tests.page.conftest import browser as browser


@pytest.fixture
def theatre(tmp_path: Path) -> Iterator[Cinema]:
    with cinema(tmp_path / "data") as made:
        yield made


def test_each_rung_and_the_playlist_play_to_their_end_at_four_times_the_pace(
    clips: Clips, sandbox: Sandbox, theatre: Cinema, browser: Any, tmp_path: Path
) -> None:
    clip = clips.clip("tall.mp4", "362x642", rate="25", seconds=3, sound=True)
    media, base = theatre.show(sandbox, clip, tmp_path)
    page = screen(browser, theatre.address)
    for name in ("240.mp4", "360.mp4", "master.m3u8"):
        seen = plays(page, base + name)
        assert seen["how"] == "ended" and abs(seen["duration"] - media.duration_s) < 0.2, seen
    for name, width in (("240.mp4", 240), ("360.mp4", 360)):
        seen = plays(page, base + name, last=1.0)
        assert (seen["how"], seen["width"]) == ("ended", width), seen
