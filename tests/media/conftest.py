"""Short clips, made once a session; without ffmpeg these tests skip."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from jhalak.media.program import find_ffmpeg
from jhalak.media.sandbox import Sandbox

_PICTURE = "testsrc2=size={size}:rate={rate}:duration={seconds}"
_SOUND = ["-f", "lavfi", "-i", "sine=frequency=440:duration=1"]


class Clips:
    """Makes a clip when it is first asked for."""

    def __init__(self, ffmpeg: Path, folder: Path) -> None:
        self._ffmpeg, self._folder = ffmpeg, folder

    def make(self, name: str, *arguments: str) -> Path:
        path = self._folder / name
        if not path.exists():
            command = [self._ffmpeg, "-v", "error", "-y", *arguments, path]
            subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
        return path

    def clip(
        self, name: str, size: str, *options: str, rate: str = "30", seconds: float = 1.0,
        sound: bool = False,
    ) -> Path:  # fmt: skip
        picture = _PICTURE.format(size=size, rate=rate, seconds=seconds)
        heard = [*_SOUND, "-c:a", "aac"] if sound else []
        quick = ["-c:v", "libx264", "-preset", "ultrafast"]
        return self.make(name, "-f", "lavfi", "-i", picture, *heard, *quick, *options)


@pytest.fixture(scope="session")
def ffmpeg() -> Path:
    found = find_ffmpeg()
    if found is None:
        pytest.skip("there is no ffmpeg here: install jhalak[video]")
    return found


@pytest.fixture(scope="session")
def clips(ffmpeg: Path, tmp_path_factory: pytest.TempPathFactory) -> Clips:
    return Clips(ffmpeg, tmp_path_factory.mktemp("clips"))


@pytest.fixture(scope="session")
def sandbox(ffmpeg: Path) -> Sandbox:
    return Sandbox(ffmpeg)
