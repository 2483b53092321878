"""The console in a real browser, in front of a real `jhalak serve` whose cell has a past."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from jhalak.api.apps import is_built
from jhalak.media.program import find_ffmpeg
from jhalak.people.password import hashed
from jhalak.ports.cases import NewReport
from jhalak.ports.comments import Comment, Limits
from jhalak.schema.video import FOLDER, Details, Media, Video, VideoFile
from jhalak.workers.tell_figures import TellFigures
from tests.cli.conftest import Beside, begin
from tests.journeys.conftest import browser as browser
from tests.worlds import DAY_MS, TOPICS, Clock, Jhalak, make_items, tap_games

PASSWORD = "a few plain words"
VIEWERS = 24


class Cell(NamedTuple):
    """A server, and one of its viewers."""

    server: Beside
    viewer: str


def past(data: Path) -> str:
    """A cell in which two dozen viewers tapped every game, an hour ago; answers one of them."""
    now_ms = int(time.time() * 1000)
    world = Jhalak(data, clock=Clock(now_ms - 3_600_000))
    items = make_items(dict.fromkeys(TOPICS, 30), newest_ms=now_ms - 2 * 3_600_000)
    world.put([item.__class__(**_fields(item, now_ms)) for item in items])
    world.services.accounts.add("asha", "admin", hashed(PASSWORD), world.clock())
    phones = tap_games(world, VIEWERS)
    world.run(TellFigures(world.learner(), world.services.blobs, world.clock).step())
    wait_for_reviews(world)
    wait_for_cases(world)
    world.end()
    return phones[0].viewer


HELD = {
    "dance": ("hi", "gate", "sexual\ncaption:gambling", "बारिश की पहली शाम, छत पर हम सब #बारिश"),
    "rain": ("ur", "gate", "copy:dance", "آج کی شام ہمارے شہر میں بارش کا پہلا دن ہے #بارش"),
    "shout": ("en", "gate", "caption:hate", "what they did to our street"),
}
"""Videos that wait: id to language, who asks, why, caption."""


def wait_for_reviews(world: Jhalak) -> None:
    """Three videos of a creator wait for a human; their film is one and the same second."""
    services, now_ms = world.services, world.clock()
    account = world.server.records.creators.add("asha.k", "x", now_ms).num
    for n, (name, (language, kind, why, caption)) in enumerate(HELD.items()):
        said = Details(caption=caption, language=language, ai=n == 0, sensitive=False, rights="own")
        media = Media(
            set=f"{n}" * 32, duration_s=1, width=90, height=160, sound=False, complete=True,
            files=tuple(_files(world, f"{n}" * 32)),
        )  # fmt: skip
        video = Video(
            id=name, account=account, handle="asha.k", upload="", content=name.encode(),
            details=said, created_ms=now_ms + n,
        )  # fmt: skip
        services.videos.begin(video, now_ms)
        services.videos.change(name, ("waiting",), now_ms, state="held", media=media)
        services.reviews.open(kind, name, language, why, now_ms + n)
        job = services.jobs.claim("past", now_ms, 1)
        assert job is not None, "else the server would begin to make it"
        services.jobs.done(job.num, "past", now_ms)


def wait_for_cases(world: Jhalak) -> None:
    """Two comments of one account were reported; the first of them is late."""
    services, now_ms = world.services, world.clock()
    account = world.server.records.creators.add("ravi.b", "x", now_ms).num
    for n, (name, text) in enumerate((("late", "पहली बात"), ("soon", "دوسری بات"))):
        made: dict[str, Any] = {
            "num": 0, "id": f"comment-{name}", "video": "dance", "account": account, "parent": 0,
            "answers": 0, "text": text, "mark": name.encode(), "mentions": (),
            "language": ("hi", "ur")[n], "state": "shown", "reason": "", "likes": 0, "replies": 0,
            "reports": 0, "by_creator": False, "value": 0.0, "created_ms": now_ms, "edited_ms": 0,
        }  # fmt: skip
        services.comments.add(Comment(**made), Limits(100, 100))
        due_ms = now_ms + (n * 2 * 3_600_000)
        services.reports.report(
            NewReport("comment", f"comment-{name}", account, made["language"], 0, 0,
                      ("hate", "spam")[n], "it hurts", due_ms), now_ms,
        )  # fmt: skip


def _files(world: Jhalak, set_: str) -> Iterator[VideoFile]:
    ffmpeg = find_ffmpeg()
    for name, kind, options in (
        ("240.mp4", "video/mp4", ["-c:v", "libx264", "-movflags", "+faststart"]),
        ("poster.webp", "image/webp", ["-frames:v", "1"]),
        ("strip.webp", "image/webp", ["-vf", "scale=20:36,tile=4x4", "-frames:v", "1"]),
    ):
        path = world.data / name
        if ffmpeg is not None and not path.exists():
            source = ["-f", "lavfi", "-i", "testsrc2=size=90x160:rate=16:duration=1"]
            command = [ffmpeg, "-v", "error", *source, "-pix_fmt", "yuv420p", *options, path]
            subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
        if path.exists():
            world.run(world.services.blobs.put(f"{FOLDER}/{set_}/{name}", path.read_bytes()))
            yield VideoFile(name=name, type=kind, bytes=path.stat().st_size, width=90, height=160)


def _fields(item: Any, now_ms: int) -> dict[str, Any]:
    fields = {name: getattr(item, name) for name in item.__struct_fields__}
    return {**fields, "expires_ms": now_ms + DAY_MS}


@pytest.fixture(scope="module")
def cell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cell]:
    if not is_built("console"):
        pytest.skip("the console is not built: make web")
    data = tmp_path_factory.mktemp("console") / "data"
    with ThreadPoolExecutor(1) as apart:  # the browser runs an event loop in this thread
        viewer = apart.submit(past, data).result()
    server = begin(data, "--no-learner", "--no-follower")
    yield Cell(server, viewer)
    server.end()
