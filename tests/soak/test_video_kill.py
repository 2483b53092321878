"""kill -9 of the worker that makes videos: each job ends once, no orphan is seen, no file leaks."""

from __future__ import annotations

import asyncio
import os
import random
import re
import signal
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from jhalak.ports.videos import FIRST, REST
from tests.media.conftest import Clips, clips, ffmpeg  # noqa: F401
from tests.soak.forks import Forks, end, wait
from tests.soak.progress import Progress
from tests.workers.films import Films

KILLS: Final = 5
"""Of one part; a soak has many parts, each with its own seed and folder."""
SETTINGS: Final = "[media]\nlease_s = 2.0\nunchecked = true\n"
LATEST_S: Final = 120.0
_OVER: Final = {"done", "failed", "quarantined"}


@pytest.mark.parametrize(
    "parts", [pytest.param(1, id="5 kills"), pytest.param(20, id="100", marks=pytest.mark.soak)]
)
def test_a_worker_killed_at_any_moment_ends_each_job_once_and_leaks_no_file(
    parts: int,
    tmp_path: Path,
    clips: Clips,  # noqa: F811
) -> None:
    progress = Progress.of("video-kill", parts, kept=parts > 1)
    for number in progress.left():
        data = tmp_path / f"part{number}"
        data.mkdir()
        (data / "jhalak.toml").write_text(SETTINGS, "utf-8")
        progress.add(**asyncio.run(run_part(data, 2000 + number, clips)))
    progress.finish()


async def run_part(data: Path, seed: int, clips: Clips) -> dict[str, object]:  # noqa: F811
    """KILLS kills of one worker after another, and the count afterwards."""
    films, draw = Films(data), random.Random(seed)
    work = ("work", "transcode", "--data", str(data))
    # What the store holds is dated by a fixed clock; what the workers do, by the machine's.
    films.now_ms = int(time.time() * 1000)
    hit: Counter[str] = Counter()
    with Forks(data.parent / f"{data.name}.log") as forks:
        for kill in range(KILLS):
            name = f"v{seed}-{kill}"
            await films.upload(clip(clips, seed * 100 + kill), name)
            pid = forks.start(*work)
            wanted = REST if kill % 2 else FIRST
            await until(lambda wanted=wanted: wanted in running(films) or over(films))
            await asyncio.sleep(draw.uniform(0.0, 2.0))
            hit[", ".join(running(films)) or "idle"] += 1
            end(pid, signal.SIGKILL)
            if kill == 1:
                await films.take_down.withdraw(films.found(name))
        pid = forks.start(*work)
        await until(lambda: over(films))
        end(pid, signal.SIGTERM)
        # One that begins anew sweeps first, and finds nothing else to do.
        wait(os.pidfd_open(forks.start(*work, "--until-caught-up")))
        await proven(films, seed, forks.log.read_text())
    states = Counter(films.found(f"v{seed}-{n}").state for n in range(KILLS))
    films.close()
    return {"kills": KILLS, "hit": dict(hit), "states": dict(states)}


def clip(clips: Clips, seed: int) -> Path:  # noqa: F811
    """Half a second that looks like no other."""
    picture = f"gradients=size=540x560:rate=30:duration=0.5:nb_colors=8:seed={seed}:speed=0.05"
    quick = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
    return clips.make(f"gradient{seed}.mp4", "-f", "lavfi", "-i", picture, *quick)


def running(films: Films) -> list[str]:
    """Kinds of the jobs that are being done."""
    jobs = [job for video in all_of(films) for kind in (FIRST, REST)
            if (job := films.records.jobs.find(kind, video))]  # fmt: skip
    return [job.kind for job in jobs if job.state == "running"]


def over(films: Films) -> bool:
    return films.records.jobs.counts().keys() <= _OVER


def all_of(films: Films) -> list[str]:
    return [video.id for video in films.records.videos.of_account(films.account, 100)]


async def until(fact: Callable[[], bool | list[str]]) -> None:
    latest = time.monotonic() + LATEST_S
    while not fact():
        assert time.monotonic() < latest, "the worker does not go on"
        await asyncio.sleep(0.02)


async def proven(films: Films, seed: int, said: str) -> None:
    """What a sweep finds, what there is beside it, and how often each job ended."""
    swept = await films.sweep.look()
    assert swept.leaked == () and swept.given_up == () and await films.sweep.unplayable() == []
    needed = set()
    for name in all_of(films):
        video = films.found(name)
        crashed = video.state == "refused" and video.reason == "damaged"
        assert video.state in ("live", "removed") or crashed, video
        if video.state == "live" and video.media is not None:
            needed |= {f"video/{video.media.set}/{file.name}" for file in video.media.files}
    assert set(await films.blobs.list("video")) == needed
    assert await films.blobs.list("uploads") == []
    assert list((films.data / "making").glob("job-*")) == []
    assert films.found(f"v{seed}-1").state == "removed"
    ended = Counter(re.findall(r"(video\.\w+ of \S+) is done", said))
    assert set(ended.values()) <= {1}
    assert not [pid for pid in Path("/proc").glob("[0-9]*") if names(pid, str(films.data))]


def names(process: Path, folder: str) -> bool:
    try:
        return folder.encode() in (process / "cmdline").read_bytes()
    except OSError:
        return False
