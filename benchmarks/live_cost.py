"""From the last byte of an upload to a video that strangers can watch.

`python -m benchmarks.live_cost FOLDER [COUNT [SECONDS [WIDTH HEIGHT]]]`: the first COUNT (10) clips
of the folder, looped and cut to SECONDS (30) and covering WIDTH x HEIGHT (1080 1920) at 30 frames a
second, are uploaded one after another and made by the worker, with all models of the gate that are
installed. Prints one JSON object: wall-clock seconds until each has its low rungs and passed the
machine's gate, their median, and seconds of CPU.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.transcode_cost import prepared
from jhalak.assembly import Records, now_ms, open_blobs, open_records, open_video_maker
from jhalak.config.settings import Settings
from jhalak.media.program import find_ffmpeg
from jhalak.ports.uploads import Upload
from jhalak.schema.video import UPLOADS, Details, Video

PART = 8 << 20
GOAL_S = 60.0
DETAILS = Details(
    caption="On the road this morning #street", language="en", ai=False, sensitive=False,
    rights="own",
)  # fmt: skip


async def uploaded(data: Path, records: Records, account: int, name: str, source: Path) -> None:
    """As the server leaves it: parts, their row, and a video that waits."""
    blobs, body = open_blobs(data, Settings()), source.read_bytes()
    row = Upload(name, account, len(body), 0, 0, DETAILS, now_ms(), now_ms() + 86_400_000, "")
    records.uploads.create(row, 99)
    for n, at in enumerate(range(0, len(body), PART)):
        part = body[at : at + PART]
        await blobs.put(f"{UPLOADS}/{name}/{n}", part)
        records.uploads.part(name, n, at, len(part))
    video = Video(
        id=name, account=account, handle="bench", upload=name,
        content=hashlib.sha256(body).digest(), details=DETAILS, created_ms=now_ms(),
    )  # fmt: skip
    records.videos.begin(video, now_ms())


async def measured(folder: Path, sources: list[Path]) -> dict[str, Any]:
    """Each source's seconds until it is live; held ones would wait for a human and do not count."""
    data = folder / "data"
    records = open_records(data, Settings())
    account = records.creators.add("bench", "x", now_ms()).num
    worker, fetcher = open_video_maker(data, records, Settings(), now_ms)
    seconds, states, cpu_s = [], [], cpu()
    for n, source in enumerate(sources):
        await uploaded(data, records, account, f"video{n}", source)
        began = time.monotonic()
        await worker.step()
        seconds.append(round(time.monotonic() - began, 2))
        video = records.videos.find(f"video{n}")
        states.append(f"{video.state} {video.reason}".strip() if video else "gone")
    await fetcher.close()
    records.database.close()
    return {
        "seconds": seconds, "states": states, "median_s": statistics.median(seconds),
        "goal_s": GOAL_S, "cpu_s": round((cpu() - cpu_s) / len(sources), 1),
        "load": [round(each, 1) for each in os.getloadavg()],
    }  # fmt: skip


def cpu() -> float:
    """Seconds of this process and of all children that ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def main() -> None:
    given, usual = sys.argv[1:], (".", "10", "30", "1080", "1920")
    folder, count, seconds, *size = [*given, *usual[len(given) :]]
    ffmpeg = find_ffmpeg()
    if ffmpeg is None:
        raise SystemExit("there is no ffmpeg: pip install 'jhalak[video]'")
    clips = sorted(path for path in Path(folder).iterdir() if path.suffix in (".mp4", ".webm"))
    with tempfile.TemporaryDirectory() as made:
        sources = []
        for n, clip in enumerate(clips[: int(count)]):
            (Path(made) / str(n)).mkdir()
            sources.append(prepared(ffmpeg, clip, seconds, size, Path(made) / str(n)))
        print(json.dumps(asyncio.run(measured(Path(made), sources))))


if __name__ == "__main__":
    main()
