"""Creators' videos for the tests of the player: small files, and parts of them."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from jhalak.media.program import find_ffmpeg

HEAD_BYTES: Final = 6000
_PICTURE: Final = "testsrc2=size={size}:rate=15:duration={seconds}"


def film(folder: Path, size: str = "144x256", seconds: float = 2.0) -> bytes | None:
    """A small MP4 that starts at its first byte; None where there is no ffmpeg."""
    ffmpeg = find_ffmpeg()
    if ffmpeg is None:
        return None
    path = folder / f"{size}-{seconds}.mp4"
    picture = _PICTURE.format(size=size, seconds=seconds)
    command = [
        ffmpeg, "-v", "error", "-y", "-f", "lavfi", "-i", picture, "-pix_fmt", "yuv420p",
        "-c:v", "libx264", "-preset", "ultrafast", "-crf", "36", "-movflags", "+faststart", path,
    ]  # fmt: skip
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return path.read_bytes()


def shown(n: int, visit: int = 0) -> dict[str, Any]:
    """The feed's `n`-th item: a creator's video, its files below `at(n, visit)`."""
    return {
        "item": f"film-{n}", "title": f"Film {n} #river", "language": "en", "topic": "travel",
        "creator": "@asha", "duration_s": 2.0, "at": at(n, visit), "placeholder": "", "labels": [],
        "poster": {"art": {"topic": "travel", "seed": f"film-{n}"}}, "why": "New",
        "renditions": [
            {"src": f"{lines}.mp4", "height": lines * 16 // 9, "width": lines, "type": "video/mp4",
             "bitrate": lines * 1000, "head_bytes": HEAD_BYTES}
            for lines in (240, 360)
        ],
    }  # fmt: skip


def at(n: int, visit: int) -> str:
    """Each test has files of its own: a browser keeps what it fetched for another."""
    return f"/video/{visit}-{n:03}/2900.sig/"


def part(body: bytes, wanted: str | None) -> tuple[int, bytes, list[tuple[str, str]]]:
    """(status, what is sent, headers) of a file of which `wanted` (Range) was asked."""
    headers = [
        ("etag", '"film"'), ("accept-ranges", "bytes"), ("x-content-type-options", "nosniff"),
        ("cache-control", "public, max-age=604800, immutable"),
    ]  # fmt: skip
    asked = re.fullmatch(r"bytes=(\d+)-(\d*)", wanted or "")
    if asked is None:
        return 200, body, headers
    start = int(asked[1])
    end = min(int(asked[2] or len(body)), len(body) - 1)
    headers.append(("content-range", f"bytes {start}-{end}/{len(body)}"))
    return 206, body[start : end + 1], headers


class Films:
    """What a feed of videos holds, and what of their files was asked for."""

    def __init__(self, visit: int = 0) -> None:
        self.visit = visit
        self.body: bytes = b""
        """Of every file."""
        self.change: Callable[[int], dict[str, Any]] = lambda _: {}
        """What is other of the `n`-th."""
        self.length = 0
        """So many videos; none: the feed has cards."""
        self.gone: set[str] = set()
        """Paths that begin so are there no more."""
        self.asked: list[tuple[str, str]] = []
        """(path, Range) of each request."""
        self._given = 0

    def page(self, limit: int, slot: str) -> list[dict[str, Any]]:
        """The next ones. Their slots begin with `slot`."""
        upto = min(self._given + limit, self.length)
        numbers = range(self._given, upto)
        self._given = upto
        return [{**shown(n, self.visit), "slot": f"{slot}.{n}", **self.change(n)} for n in numbers]

    def at(self, n: int) -> str:
        return at(n, self.visit)

    def file(self, path: str, wanted: str) -> tuple[int, bytes, list[tuple[str, str]]]:
        self.asked.append((path, wanted))
        if any(path.startswith(one) for one in self.gone):
            return 410, b"", []
        return part(self.body, wanted)
