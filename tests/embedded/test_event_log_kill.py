"""kill -9: what the log acknowledged is there, once, in order."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from jhalak.embedded.event_log import EmbeddedEventLog

WRITER = Path(__file__).with_name("log_crash_writer.py")
ROOT = Path(__file__).parents[2]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.anyio
@pytest.mark.parametrize("kills", [3, pytest.param(60, marks=pytest.mark.soak)])
async def test_every_acknowledged_record_outlives_a_kill(tmp_path: Path, kills: int) -> None:
    lines = random.Random(2026)
    acknowledged: dict[tuple[int, int], int] = {}
    for _ in range(kills):
        acknowledged.update(write_and_kill(tmp_path / "log", after=lines.randrange(1, 800)))
        await check(tmp_path / "log", acknowledged)


def write_and_kill(folder: Path, after: int) -> dict[tuple[int, int], int]:
    """Let a process append, kill it after so many answers; (key, number) to n of all answers."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, str(WRITER), str(folder)], stdout=subprocess.PIPE, env=environment
    ) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(after)]
        process.kill()
        lines += process.stdout.readlines()
    answers = [tuple(map(int, line.split())) for line in lines if line.endswith(b"\n")]
    assert len(answers) >= after
    return {(key, number): n for key, number, n in answers}


async def check(folder: Path, acknowledged: dict[tuple[int, int], int]) -> None:
    log = EmbeddedEventLog(folder, 2)
    stored: dict[tuple[int, int], int] = {}
    for partition in range(2):
        entries = await log.read("activity", partition, 0, 1_000_000)
        assert [entry.n for entry in entries] == list(range(1, len(entries) + 1))
        last: dict[int, int] = {}
        for entry in entries:
            number, _, filling = entry.payload.partition(b":")
            assert filling == b"x" * (int(number) * 37 % 3000)
            # Each key's numbers go up by one: nothing twice, nothing missing, nothing out of order.
            assert int(number) == last.get(entry.key, -1) + 1
            last[entry.key] = int(number)
            stored[entry.key, int(number)] = entry.n
    log.close()
    assert acknowledged.items() <= stored.items()
