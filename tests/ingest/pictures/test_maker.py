"""The process that decodes is bounded, and replaced when it fails."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest

from jhalak.ingest.pictures.header import NoPicture
from jhalak.ingest.pictures.maker import Maker
from tests.ingest.pictures.made_up import photo, saved

SRC = "https://e.example/a.jpg"
GOOD = saved(photo(600, 1100))


async def killed(maker: Maker, data: bytes) -> None:
    """Ask for a picture of a process that is gone before it answers."""
    asked = asyncio.create_task(maker.make(data, SRC))
    while maker._process is None:
        await asyncio.sleep(0)
    maker._process.kill()
    await asked


def test_a_picture_is_made_and_after_a_crash_the_next_one_too() -> None:
    async def work() -> None:
        maker = Maker()
        with pytest.raises(NoPicture, match="crashed"):
            await killed(maker, GOOD)
        made, other = await asyncio.gather(maker.make(GOOD, SRC), maker.make(GOOD, "other"))
        assert [v.size for v in made.picture.variants] == list(map(len, made.files))
        assert (made.picture.src, other.picture.src) == (SRC, "other")
        with pytest.raises(NoPicture, match="broken"):
            await maker.make(GOOD[: len(GOOD) // 2], SRC)
        with pytest.raises(NoPicture, match="another picture"):
            await maker.large(GOOD + b" ", made.picture)
        assert (await maker.large(GOOD, made.picture)).startswith(b"RIFF")
        await maker.close()

    asyncio.run(work())


def test_what_takes_too_long_is_refused_and_its_process_ended() -> None:
    async def work() -> None:
        maker = Maker(wait_s=0.0)
        with pytest.raises(NoPicture, match="too long"):
            await maker.make(GOOD, SRC)
        assert maker._process is None

    asyncio.run(work())


BOUNDED = """
from jhalak.ingest.pictures import child
child._bound()
try:
    bytearray(child.MEMORY + (1 << 28))
except MemoryError:
    print("no memory")
try:
    with open("written", "wb") as file:
        file.write(b"x")
        file.flush()
except OSError:
    print("no file")
child._allow_cpu(0)
while True:
    pass
"""


def test_the_process_has_no_more_memory_time_or_files_than_it_needs(tmp_path: object) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", "import signal; signal.signal(25, signal.SIG_IGN)\n" + BOUNDED],
        capture_output=True, text=True, timeout=60, check=False, cwd=str(tmp_path),
    )  # fmt: skip
    assert ended.stdout.split("\n")[:2] == ["no memory", "no file"]
    assert ended.returncode == -24  # SIGXCPU


def test_the_api_never_loads_what_decodes() -> None:
    code = "import sys, jhalak.api.app, jhalak.assembly; sys.exit('PIL' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
