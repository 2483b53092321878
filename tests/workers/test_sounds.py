"""From an upload to its sound, and what becomes of videos whose sound was taken down."""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path

import msgspec
import numpy as np
import pytest

from jhalak.media.program import find_ffmpeg
from jhalak.media.sandbox import Sandbox
from jhalak.schema.video import Use, Video
from jhalak.trust.gate import Rules
from jhalak.understanding.words import Words
from jhalak.workers.check_video import CheckVideo
from tests.media.test_fingerprint import melody
from tests.workers.films import DETAILS, Films


class Studio:
    """Makes films with sound, and uploads them."""

    def __init__(self, folder: Path, ffmpeg: Path) -> None:
        self._folder, self._ffmpeg = folder, ffmpeg
        films = self.films = Films(folder / "data", Sandbox(ffmpeg))
        check = CheckVideo(
            films.records.videos, lambda frames: (0.0,) * len(frames), Words(), Rules(),
            films.records.sounds, lambda: films.now_ms,
        )  # fmt: skip
        films.worker = films.another(check)

    def film(self, name: str, seed: int, *options: str, sound: int = -1, begin: float = 0) -> Path:
        """Moving noise by `seed`, to the melody `sound`; -1: silent."""
        out = self._folder / f"{name}.mp4"
        rng = np.random.default_rng(seed)
        frames = np.kron(rng.integers(0, 255, (8, 12, 8, 3)), np.ones((1, 8, 8, 1)))
        raw = self._folder / f"{name}.rgb"
        raw.write_bytes(frames.astype(np.uint8).tobytes())
        heard = ["-f", "lavfi", "-i", "anullsrc=d=9"]
        if sound >= 0:
            tune = melody(self._folder / f"{name}.wav", sound)
            heard = ["-ss", str(begin), "-i", str(tune)]
        shape = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", "64x96", "-r", "1"]
        command = [
            str(self._ffmpeg), "-v", "error", "-y", *shape, "-i", str(raw), *heard, "-t", "8",
            "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-r", "12",
            "-c:a", "aac", *options, str(out),
        ]  # fmt: skip
        subprocess.run(command, check=True)
        return out

    async def upload(self, name: str, source: Path, **said: object) -> Video:
        self.films.now_ms += 1000
        await self.films.upload(source, name, msgspec.structs.replace(DETAILS, **said))
        await self.films.all_jobs()
        return self.films.found(name)


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    ffmpeg = find_ffmpeg()
    if ffmpeg is None:
        pytest.skip("there is no ffmpeg here: install jhalak[video]")
    return Studio(tmp_path, ffmpeg)


def test_a_sound_is_told_again_and_once_taken_down_refused(studio: Studio) -> None:
    asyncio.run(told_again(studio))


async def told_again(studio: Studio) -> None:
    films = studio.films
    first = await studio.upload("first", studio.film("a", 1, sound=1))
    assert first.state == "live" and first.sound
    assert first.media is not None and first.media.fingerprint == b""
    assert "sound.m4a" in await films.files_of(first)
    item = films.records.items.get("first")
    assert item is not None and item.item.sound == first.sound, "the feed keeps them apart by it"
    thin = studio.film("b", 2, "-b:a", "32k", "-ac", "1", sound=1, begin=1.7)
    again = await studio.upload("again", thin)
    assert again.state == "live" and again.sound == first.sound
    other = await studio.upload("other", studio.film("c", 3, sound=2))
    assert other.state == "live" and other.sound not in ("", first.sound)
    silent = await studio.upload("silent", studio.film("d", 4))
    assert silent.state == "live" and silent.sound == ""
    assert "sound.m4a" not in await films.files_of(silent)
    down = films.records.sounds_down
    assert down.take_down(first.sound, "copyright", "operator:omar", "a label asked", 9)
    later = await studio.upload("later", studio.film("e", 5, sound=1, begin=0.4))
    assert (later.state, later.reason) == ("refused", "sound:copyright")
    of = Use(kind="sound", video="again", handle="asha")
    named = await studio.upload("named", studio.film("f", 6, sound=7), of=of)
    assert (named.state, named.reason) == ("refused", "sound:copyright")
    assert named.sound == first.sound
