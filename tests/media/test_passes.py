"""Two passes: all files of a video, what is told of them, and nothing of who filmed it."""

from __future__ import annotations

import base64
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from jhalak.ingest.pictures.thumbhash import encode
from jhalak.media.ai_mark import MADE, XMP, found_in
from jhalak.media.passes import Passed, Wishes, first_pass, rest_pass
from jhalak.media.sandbox import Sandbox
from jhalak.schema.video import HLS_TYPE
from tests.media.conftest import Clips
from tests.soak.hostile_clips import box

SECRETS = ("12.9716", "77.5946", "Asha", "Pixel 99", "serial 4711", "a chapter at home")
CHAPTERS = """;FFMETADATA1
title=filmed by Asha
comment=serial 4711
location=+12.9716+077.5946/
make=Pixel 99
com.apple.quicktime.location.ISO6709=+12.9716+077.5946/
[CHAPTER]
TIMEBASE=1/1
START=0
END=1
title=a chapter at home
"""


def told_too_much(clips: Clips, folder: Path, name: str, *options: str) -> Path:
    """A clip that says where, when, by whom and with what it was filmed, in all ways there are."""
    (folder / "said.txt").write_text(CHAPTERS)
    return clips.make(
        name, "-f", "lavfi", "-i", "testsrc2=size=544x964:rate=25:duration=1",
        "-f", "lavfi", "-i", "sine=duration=1", "-f", "ffmetadata", "-i", str(folder / "said.txt"),
        "-map", "0", "-map", "1", "-map_metadata", "2", "-map_chapters", "2",
        "-metadata:s:v", "handler_name=Asha", "-metadata:s:v", "title=Asha",
        "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", *options,
    )  # fmt: skip


def passed(sandbox: Sandbox, source: Path, folder: Path, wishes: Wishes) -> tuple[Passed, Passed]:
    first = first_pass(sandbox, source, folder, "5e7", wishes)
    playlist = (folder / "first.m3u8").read_text()
    return first, rest_pass(sandbox, source, folder, first.media, playlist, wishes)


def shape(rgb: NDArray[np.float64]) -> bytes:
    assert rgb.dtype == np.float64 and max(rgb.shape) <= 100
    assert 0 <= rgb.min() < rgb.max() <= 1
    return encode(rgb)


def test_a_video_has_all_its_files_a_mark_a_placeholder_and_nothing_of_its_maker(
    clips: Clips, sandbox: Sandbox, tmp_path: Path
) -> None:
    plain = told_too_much(clips, tmp_path, "told.mov", "-movflags", "use_metadata_tags")
    source = tmp_path / "source"
    xmp = XMP + b"<exif:GPSLatitude>12.9716</exif:GPSLatitude>"
    source.write_bytes(plain.read_bytes() + box(b"uuid", xmp))
    assert all(secret.encode() in source.read_bytes() for secret in SECRETS)
    folder = tmp_path / "made"
    folder.mkdir()
    wishes = Wishes(ai=True, av1=True, thumbhash=shape)
    first, rest = passed(sandbox, source, folder, wishes)
    media = rest.media
    by_name = {file.name: file for file in media.files}
    assert set(by_name) == {
        "240.mp4", "240.m4s", "240.m3u8", "360.mp4", "360.m4s", "360.m3u8", "first.m3u8",
        "540.mp4", "540.m4s", "540.m3u8", "540.av1.mp4", "master.m3u8", "poster.webp",
        "sound.m4a", "strip.webp",
    }  # fmt: skip
    assert media.ai_mark == MADE and media.complete and not first.media.complete
    assert 15 < len(base64.b64decode(media.placeholder)) < 40
    for name, file in by_name.items():
        body = (folder / name).read_bytes()
        assert not [secret for secret in SECRETS if secret.encode() in body], name
        assert file.bytes == len(body), name
        if name.endswith(("mp4", "m4s")):
            assert found_in(folder / name, "mov") == MADE, name
        if name.endswith("mp4"):
            assert 0.9 * file.bytes - 1000 < file.head_bytes <= file.bytes
    assert by_name["540.av1.mp4"].type == 'video/mp4; codecs="av01.0.04M.08, mp4a.40.2"'
    assert by_name["540.mp4"].type == "video/mp4" and by_name["master.m3u8"].type == HLS_TYPE
    playlist = (folder / "master.m3u8").read_text()
    assert playlist.count("EXT-X-STREAM-INF") == 3 and "av1" not in playlist


@pytest.mark.parametrize("name", ["told.mkv", "told.mp4"])
def test_of_other_containers_too_nothing_is_kept(
    name: str, clips: Clips, sandbox: Sandbox, tmp_path: Path
) -> None:
    source = told_too_much(clips, tmp_path, name, "-vf", "scale=128:96")
    assert sum(secret.encode() in source.read_bytes() for secret in SECRETS) >= 3
    made = first_pass(sandbox, source, tmp_path, "5e7")
    assert made.media.ai_mark == "" and made.media.complete
    for path in made.paths:
        assert not [secret for secret in SECRETS if secret.encode() in path.read_bytes()], path
