"""What is taken, as what it is seen, and what is refused with which code."""

from __future__ import annotations

import shutil
from fractions import Fraction
from pathlib import Path

import pytest

from jhalak.media.container import Refused, demuxer_of
from jhalak.media.probe import probe
from jhalak.media.sandbox import Broke, Sandbox
from tests.media.conftest import Clips

PLAYLISTS = {
    "hls": "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nfile:///etc/passwd\n",
    "dash": '<?xml version="1.0"?><MPD><BaseURL>file:///etc/</BaseURL></MPD>',
    "concat": "ffconcat version 1.0\nfile /etc/passwd\n",
    "svg": '<svg xmlns="http://www.w3.org/2000/svg"><image href="/etc/passwd"/></svg>',
    "sdp": "v=0\nc=IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\n",
    "empty": "",
    "text": "x" * 5000,
}


@pytest.mark.parametrize("kind", PLAYLISTS)
def test_a_playlist_or_a_picture_is_refused_whatever_it_is_called(
    kind: str, tmp_path: Path
) -> None:
    path = tmp_path / "holiday.mp4"
    path.write_text(PLAYLISTS[kind])
    with pytest.raises(Refused) as refused:
        demuxer_of(path)
    assert refused.value.code == "not_video"


def test_boxes_that_hold_no_video_are_told_from_those_that_do(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    ftyp = b"\x00\x00\x00\x14ftyp%s\x00\x00\x00\x00isom"
    for body, code in (
        (ftyp % b"heic", "not_video"), (ftyp % b"isom", "damaged"),
        (ftyp % b"isom" + b"\x00\x00\x00\x04moov", "damaged"),
        (ftyp % b"isom" + b"\x00\x10\x00\x00moov", "damaged"),
        (b"\x1a\x45\xdf\xa3" + b"\0" * 60, "not_video"),
        (b"\x1a\x45\xdf\xa3\x42\x82\x84hack", "not_video"),
    ):  # fmt: skip
        path.write_bytes(body)
        with pytest.raises(Refused) as refused:
            demuxer_of(path)
        assert refused.value.code == code, body


def test_a_clip_is_seen_as_it_is_shown(clips: Clips, sandbox: Sandbox, tmp_path: Path) -> None:
    plain = clips.clip("plain.mp4", "96x64", sound=True)
    seen = probe(sandbox, plain, tmp_path)
    assert (seen.width, seen.height, seen.frames, seen.sound) == (96, 64, 30, True)
    assert seen.rate == Fraction(30) and seen.duration_s == pytest.approx(1.0, abs=0.1)
    turned = clips.make("turned.mov", "-display_rotation", "90", "-i", str(plain), "-c", "copy")
    seen = probe(sandbox, turned, tmp_path)
    assert (seen.width, seen.height) == (64, 96)
    wide = clips.clip("wide.mp4", "64x64", "-vf", "setsar=2", seconds=0.5)
    assert probe(sandbox, wide, tmp_path).width == 128
    webm = clips.make("clip.webm", "-i", str(plain), "-c:v", "libvpx-vp9", "-cpu-used", "8", "-an")
    seen = probe(sandbox, webm, tmp_path)
    assert (seen.demuxer, seen.codec, seen.sound) == ("matroska", "vp9", False)
    assert list(tmp_path.iterdir()) == []


def test_a_video_lasts_from_its_first_stream_to_its_last(
    clips: Clips, sandbox: Sandbox, tmp_path: Path
) -> None:
    late = clips.clip("late.mp4", "64x64", "-af", "asetpts=PTS+1.5/TB", seconds=1.0, sound=True)
    assert probe(sandbox, late, tmp_path).duration_s == pytest.approx(2.5, abs=0.1)


def test_what_is_too_long_too_large_or_of_another_codec_is_refused(
    clips: Clips, sandbox: Sandbox, tmp_path: Path
) -> None:
    quick = ["-c:v", "libx264", "-preset", "ultrafast"]
    grey = ["-f", "lavfi", "-i", "color=gray:size=32x32:rate=1:duration=190"]
    for name, code, arguments in (
        ("long.mp4", "too_long", [*grey, *quick]),
        ("thin.mp4", "size", ["-f", "lavfi", "-i", "color=gray:size=5000x32:d=0.1", *quick]),
        ("old.mkv", "codec", [*grey, "-t", "2", "-c:v", "mpeg4"]),
        ("mute.mp4", "not_video", ["-f", "lavfi", "-i", "sine=duration=1", "-c:a", "aac"]),
    ):
        with pytest.raises(Refused) as refused:
            probe(sandbox, clips.make(name, *arguments), tmp_path)
        assert refused.value.code == code, name


def test_a_file_of_noise_in_the_right_boxes_is_refused_or_breaks_only_its_child(
    clips: Clips, sandbox: Sandbox, tmp_path: Path
) -> None:
    damaged = tmp_path / "damaged.mp4"
    shutil.copy(clips.clip("plain.mp4", "96x64", sound=True), damaged)
    body = bytearray(damaged.read_bytes())
    for at in range(0, len(body) - 64, 41):
        if not 0 <= at < 64:
            body[at + 40] ^= 0xA5
    damaged.write_bytes(body)
    with pytest.raises((Refused, Broke)):
        probe(sandbox, damaged, tmp_path)
