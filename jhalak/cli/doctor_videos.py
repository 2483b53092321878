"""What `jhalak doctor` finds about creators' videos: can they be made, and do their files fit?"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from jhalak.cli.finding import Finding

if TYPE_CHECKING:
    from jhalak.ports.jobs import JobState
    from jhalak.workers.sweep_videos import Swept

NAMED = 3
"""So many of what does not fit are named."""


def decoder(data: Path) -> Iterator[Finding]:
    """Is there an ffmpeg, and can it be confined?"""
    from jhalak.config.settings import read_settings
    from jhalak.media.program import find_ffmpeg
    from jhalak.media.sandbox import NoSandbox, Sandbox, limits_for

    ffmpeg = find_ffmpeg()
    if ffmpeg is None:
        do = "pip install 'jhalak[video]', or set FFMPEG; all else works without"
        yield Finding("ffmpeg", "look", "there is none: no video can be made here", do)
        return
    weak = read_settings(data).media.sandbox == "rlimits"
    with tempfile.TemporaryDirectory() as folder:
        try:
            ran = Sandbox(ffmpeg, weak=weak).run(["-version"], Path(folder), None, limits_for(0))
        except NoSandbox as error:
            do = 'a newer kernel, or media.sandbox = "rlimits": limits alone'
            yield Finding("ffmpeg", "bad", f"{ffmpeg} cannot be confined: {error}", do)
            return
    fine = ran.status == 0
    says = f"{ffmpeg}, confined" + (" by limits alone" if weak else "") if fine else ran.said[:200]
    yield Finding("ffmpeg", "ok" if fine else "bad", says, "" if fine else "set FFMPEG to another")


def videos(data: Path) -> Iterator[Finding]:
    """Do all files belong to a video, and has every video that is seen its files?"""
    from jhalak.assembly import now_ms, open_records, open_video_sweep
    from jhalak.config.settings import read_settings

    settings = read_settings(data)
    if not data.exists() and not settings.records_url:
        return
    records = open_records(data, settings)
    try:
        counts = records.jobs.counts()
        if not counts:
            yield Finding("videos", "ok", "none was uploaded yet")
            return
        sweep = open_video_sweep(data, records, settings, now_ms)
        swept = asyncio.run(sweep.look())
        unplayable = asyncio.run(sweep.unplayable())
    finally:
        records.database.close()
    yield _jobs(counts)
    yield _files(swept)
    if unplayable:
        named = ", ".join(unplayable[:NAMED])
        yield Finding(
            "videos", "bad", f"{len(unplayable)} can be seen without their files: {named}",
            "jhalak items recall ID; were blobs removed by hand?",
        )  # fmt: skip


def _jobs(counts: dict[JobState, int]) -> Finding:
    given_up = counts.get("quarantined", 0)
    says = ", ".join(f"{count} {state}" for state, count in sorted(counts.items()))
    do = "their sources took down three workers each: see what the workers said" if given_up else ""
    return Finding("video jobs", "look" if given_up else "ok", says, do)


def _files(swept: Swept) -> Finding:
    says = f"{swept.sets} videos and {swept.uploads} uploads have files"
    if not swept.leaked:
        return Finding("video files", "ok", f"{says}, and nothing is left over")
    named = ", ".join(swept.leaked[:NAMED])
    return Finding(
        "video files", "look", f"{says}; {len(swept.leaked)} folders belong to nothing: {named}",
        "jhalak work transcode deletes them when it has nothing else to do",
    )  # fmt: skip
