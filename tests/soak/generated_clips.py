"""30 clips as phones, editors and screen recorders make them, drawn by ffmpeg."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple


class Clip(NamedTuple):
    """How one is made. `after`: arguments of a second run, which copies the first one's streams."""

    name: str
    size: str
    rate: str = "30"
    seconds: float = 4.0
    sound: str = "sine=frequency=300"
    video: tuple[str, ...] = ("-c:v", "libx264", "-preset", "ultrafast")
    audio: tuple[str, ...] = ("-c:a", "aac")
    more: tuple[str, ...] = ()
    before_copy: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


X264 = ("-c:v", "libx264", "-preset", "ultrafast")
X265 = ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none")
VP9 = ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8")
OPUS = ("-c:a", "libopus")
UNEVEN = ("-vf", "select='not(mod(n,3))+lt(mod(n,40),12)'", "-fps_mode", "vfr")

CLIPS = (
    Clip("portrait.mp4", "1080x1920"),
    Clip("landscape.mp4", "1920x1080", "24000/1001"),
    Clip("square.mp4", "720x720", "25"),
    Clip("odd.mkv", "641x363", video=(*X264, "-pix_fmt", "yuv444p")),
    Clip("odd_and_small.mkv", "101x99", video=(*X264, "-pix_fmt", "yuv444p")),
    Clip("tiny.mp4", "32x32"),
    Clip("narrow.mp4", "200x1600"),
    Clip("wide.mp4", "1600x200"),
    Clip("variable_rate.mp4", "540x960", more=UNEVEN),
    Clip("variable_rate.webm", "540x960", "60", video=VP9, audio=OPUS, more=UNEVEN),
    Clip("silent.mp4", "540x960", sound=""),
    Clip("ten_bit.mp4", "720x1280", video=(*X264, "-pix_fmt", "yuv420p10le")),
    Clip("ten_bit_hevc.mov", "720x1280",
         video=(*X265, "-pix_fmt", "yuv420p10le", "-tag:v", "hvc1", "-color_trc", "arib-std-b67",
                "-color_primaries", "bt2020", "-colorspace", "bt2020nc")),
    Clip("turned_90.mp4", "960x540", before_copy=("-display_rotation", "90")),
    Clip("turned_180.mp4", "540x960", before_copy=("-display_rotation", "180")),
    Clip("turned_270.mov", "960x540", before_copy=("-display_rotation", "-90")),
    Clip("half_a_second.mp4", "540x960", seconds=0.5),
    Clip("one_frame.mp4", "540x960", seconds=0.04, rate="25", sound=""),
    Clip("three_minutes.mp4", "360x640", seconds=180.0),
    Clip("sixty_a_second.mp4", "720x1280", "60"),
    Clip("one_a_second.mp4", "360x640", "1", 9.0),
    Clip("vp8.webm", "480x854", video=("-c:v", "libvpx", "-deadline", "realtime"),
         audio=("-c:a", "libvorbis")),
    Clip("av1.mkv", "540x960", video=("-c:v", "libsvtav1", "-preset", "12"), audio=OPUS),
    Clip("full_range.mp4", "540x960", video=(*X264, "-pix_fmt", "yuvj420p")),
    Clip("oblong_pixels.mp4", "720x576", "25", more=("-vf", "setsar=16/11")),
    Clip("surround.mkv", "360x640", audio=("-c:a", "ac3", "-ac", "6", "-ar", "48000")),
    Clip("low_sound.mp4", "360x640", audio=("-c:a", "aac", "-ac", "1", "-ar", "8000")),
    Clip("sound_begins_late.mp4", "360x640", more=("-af", "atrim=0:2.5,asetpts=PTS+1.5/TB")),
    Clip("fragments.mp4", "540x960", after=("-movflags", "frag_keyframe+empty_moov")),
    Clip("open_groups_from_9_s.mov", "540x960",
         video=("-c:v", "libx264", "-preset", "veryfast", "-bf", "3", "-x264-params",
                "open-gop=1:keyint=24"), after=("-output_ts_offset", "9")),
)  # fmt: skip


def drawn(ffmpeg: Path, folder: Path, clips: tuple[Clip, ...] = CLIPS) -> Iterator[Path]:
    for clip in clips:
        path = folder / clip.name
        picture = f"testsrc2=size={clip.size}:rate={clip.rate}:duration={clip.seconds}"
        heard = ["-f", "lavfi", "-i", f"{clip.sound}:duration={clip.seconds}", *clip.audio]
        first = path.with_name(f"first-{clip.name}") if clip.before_copy or clip.after else path
        run(ffmpeg, "-f", "lavfi", "-i", picture, *(heard if clip.sound else []), *clip.video,
            *clip.more, first)  # fmt: skip
        if first != path:
            run(ffmpeg, *clip.before_copy, "-i", first, "-c", "copy", *clip.after, path)
            first.unlink()
        yield path


def run(ffmpeg: Path, *arguments: str | Path) -> None:
    command = [ffmpeg, "-v", "error", "-y", *arguments]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
