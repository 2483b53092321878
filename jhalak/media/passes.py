"""The two passes by which a source becomes a creator's video: what each makes, and its files.

The first makes what a video is live with: the low rungs, poster, strip, sound, likeness. The rest
adds the other rungs and a playlist that names all. A file never changes under its name, so the two
passes name their master playlists differently.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from jhalak.media import ai_mark
from jhalak.media.head_bytes import head_bytes
from jhalak.media.ladder import FIRST, Rung, av1_rung, rungs_of
from jhalak.media.likeness import likeness_of
from jhalak.media.playlist import av1_type, master
from jhalak.media.probe import Probed, probe
from jhalak.media.sandbox import Sandbox
from jhalak.media.stills import Frames, stills
from jhalak.media.transcode import Encoded, transcode
from jhalak.schema.video import HLS_TYPE, MASTER, POSTER, SOUND, Media, VideoFile

FIRST_MASTER: Final = "first.m3u8"
STRIP: Final = "strip.webp"
_TYPES: Final = {
    ".mp4": "video/mp4", ".m4s": "video/mp4", ".m3u8": HLS_TYPE, ".webp": "image/webp",
    ".m4a": "audio/mp4",
}  # fmt: skip
_HEAD_LINES: Final = 3
"""Of a master playlist, before its rungs."""


@dataclass(frozen=True, slots=True)
class Passed:
    """What a pass made."""

    media: Media
    """With all files so far."""
    paths: tuple[Path, ...]
    """The new files, in the working folder; the playlist that names others is the last."""
    frames: Frames | None = None
    """Sampled frames, of the first pass."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the creator and the operator want of a video beside its rungs."""

    cover_s: float = -1.0
    """Where the poster lies; below 0: the best frame."""
    ai: bool = False
    """Its creator says that it was made by AI."""
    av1: bool = False
    """A rung in AV1 too."""
    thumbhash: Callable[[NDArray[np.float64]], bytes] = lambda _: b""
    """Of float64[h, w, 3] in [0, 1], at most 100 a side."""


def first_pass(
    sandbox: Sandbox, source: Path, folder: Path, set_: str, wishes: Wishes = Wishes(),
    lasts: Callable[[float], None] = lambda _: None,
) -> Passed:  # fmt: skip
    """Blocks. Raises Refused, Broke, NoSandbox. `set_`: the name that the files will have;
    `lasts` hears the duration."""
    probed = probe(sandbox, source, folder)
    lasts(probed.duration_s)
    rungs = rungs_of(probed.width, probed.height)
    made, _ = transcode(sandbox, source, probed, rungs[:FIRST], folder)
    shown = stills(sandbox, source, probed, made[0].mp4, folder, wishes.cover_s)
    complete = len(rungs) <= FIRST
    mark = ai_mark.found_in(source, probed.demuxer) or (ai_mark.MADE if wishes.ai else "")
    files = _files(made, probed, mark)
    stem = MASTER if complete else FIRST_MASTER
    (folder / stem).write_text(master(made, sound=probed.sound))
    (folder / POSTER).write_bytes(shown.poster)
    (folder / STRIP).write_bytes(shown.strip)
    others = [_file(folder / name) for name in (POSTER, STRIP, *([SOUND] if shown.heard else []))]
    media = Media(
        set=set_, duration_s=round(probed.duration_s, 3), width=probed.width,
        height=probed.height, sound=probed.sound, complete=complete, wave=shown.wave,
        likeness=likeness_of(shown.frames), fingerprint=shown.fingerprint, ai_mark=mark,
        placeholder=_placeholder(shown.frames[shown.best], wishes),
        files=(*files, *others, _master(folder / stem, made[-1].rung)),
    )  # fmt: skip
    return Passed(media, _paths(folder, media.files), shown.frames)


def rest_pass(
    sandbox: Sandbox, source: Path, folder: Path, before: Media, first: str,
    wishes: Wishes = Wishes(),
) -> Passed:  # fmt: skip
    """The other rungs. `first`: what the playlist of the first pass says. Blocks. Raises Refused,
    Broke, NoSandbox."""
    probed = probe(sandbox, source, folder)
    rungs = rungs_of(probed.width, probed.height)[FIRST:]
    if wishes.av1:
        rungs += (av1_rung(probed.width, probed.height),)
    made, _ = transcode(sandbox, source, probed, rungs, folder)
    lines = master(made, sound=probed.sound).splitlines()[_HEAD_LINES:]
    (folder / MASTER).write_text(first + "\n".join(lines) + "\n")
    files = (
        *_files(made, probed, before.ai_mark),
        _master(folder / MASTER, max((one.rung for one in made), key=lambda rung: rung.side)),
    )
    kept = tuple(file for file in before.files if file.name not in {one.name for one in files})
    media = msgspec.structs.replace(before, files=kept + files, complete=True)
    return Passed(media, _paths(folder, files))


def masters(media: Media) -> tuple[VideoFile, ...]:
    """The playlist that names all rungs that there are, if any."""
    by_name = {file.name: file for file in media.files}
    found = by_name.get(MASTER) or by_name.get(FIRST_MASTER)
    return (found,) if found else ()


def _files(made: Sequence[Encoded], probed: Probed, mark: str) -> list[VideoFile]:
    """The rungs' files, in which the mark is written then."""
    found = []
    for one in made:
        for path in one.files:
            if mark and path.suffix != ".m3u8":
                ai_mark.write(path, mark)
            file = _file(path)
            bitrate = round(8 * file.bytes / max(probed.duration_s, 0.1))
            if path == one.mp4:
                kind = file.type if one.rung.codec == "h264" else av1_type(path, sound=probed.sound)
                file = msgspec.structs.replace(file, type=kind, head_bytes=head_bytes(path))
            found.append(
                msgspec.structs.replace(
                    file, width=one.rung.width, height=one.rung.height,
                    bitrate=0 if file.type == HLS_TYPE else bitrate,
                )
            )  # fmt: skip
    return found


def _placeholder(frame: NDArray[np.uint8], wishes: Wishes) -> str:
    """`frame`: at most 160 a side; halved, since a hash wants 100 at most."""
    height, width = (max(edge // 2 * 2, 2) for edge in frame.shape[:2])
    pairs = frame[:height, :width].astype(np.float64)
    small = pairs.reshape(height // 2, 2, width // 2, 2, 3).mean(axis=(1, 3)) / 255
    return base64.b64encode(wishes.thumbhash(small)).decode()


def _master(path: Path, highest: Rung) -> VideoFile:
    return msgspec.structs.replace(_file(path), width=highest.width, height=highest.height)


def _file(path: Path) -> VideoFile:
    return VideoFile(name=path.name, type=_TYPES[path.suffix], bytes=path.stat().st_size)


def _paths(folder: Path, files: Sequence[VideoFile]) -> tuple[Path, ...]:
    return tuple(folder / file.name for file in files)
