"""A source becomes all files of a video, in one folder: what `jhalak video` does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from jhalak.media import ai_mark
from jhalak.media.ladder import FIRST, rungs_of
from jhalak.media.likeness import likeness_of
from jhalak.media.playlist import master
from jhalak.media.probe import Probed, probe
from jhalak.media.sandbox import Sandbox
from jhalak.media.stills import Stills, stills
from jhalak.media.transcode import Encoded, transcode

MASTER = "master.m3u8"


@dataclass(frozen=True, slots=True)
class Made:
    probed: Probed
    rungs: list[Encoded]
    stills: Stills
    likeness: bytes
    """media/likeness.py."""
    pass_cpu_s: tuple[float, ...]
    """Seconds of CPU of each pass."""
    ai_mark: str
    """media/ai_mark.py: what the source said, and each rung says."""


def make(
    sandbox: Sandbox, source: Path, folder: Path, on_playable: Callable[[], None] = lambda: None
) -> Made:
    """Two passes: the low rungs, then the others. The master playlist names what is there, so the
    video can be played when `on_playable` is called, after the first pass.

    Blocks. Raises Refused, Broke, NoSandbox. Cost: docs/video.md.
    """
    probed = probe(sandbox, source, folder)
    rungs = rungs_of(probed.width, probed.height)
    mark = ai_mark.found_in(source, probed.demuxer)
    made, first_s = transcode(sandbox, source, probed, rungs[:FIRST], folder)
    shown = stills(sandbox, source, probed, made[0].mp4, folder)
    (folder / MASTER).write_text(master(made, sound=probed.sound))
    on_playable()
    passes: tuple[float, ...] = (first_s,)
    if rungs[FIRST:]:
        more, second_s = transcode(sandbox, source, probed, rungs[FIRST:], folder)
        made, passes = made + more, (first_s, second_s)
        (folder / MASTER).write_text(master(made, sound=probed.sound))
    if mark:
        for one in made:
            ai_mark.write(one.mp4, mark)
    return Made(probed, made, shown, likeness_of(shown.frames), passes, mark)
