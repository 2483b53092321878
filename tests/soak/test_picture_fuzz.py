"""Damaged and hostile pictures: each ends as a picture or a reason, in time and within memory."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from typing import Final

import pytest

from jhalak.ingest.pictures.header import NoPicture
from jhalak.ingest.pictures.maker import WAIT_S, Maker
from tests.ingest.pictures.made_up import photo, saved
from tests.soak.progress import Progress

PART: Final = 200
KINDS: Final = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")
MOST_MIB: Final = 1400
"""What the code takes, and the 1 GiB that its bounds leave to a picture."""


def damaged(whole: bytes, rng: random.Random) -> bytes:
    """Bytes changed, cut out, doubled, or grown; often near the beginning, where headers are."""
    data = bytearray(whole)
    for _ in range(rng.choice((1, 1, 2, 4, 16))):
        place = int(len(data) * rng.random() ** rng.choice((1, 6))) if data else 0
        what, length = rng.randrange(4), rng.choice((1, 1, 2, 4, 64, 1024))
        if what == 0:
            data[place : place + length] = rng.randbytes(min(length, len(data) - place))
        elif what == 1:
            del data[place : place + length]
        elif what == 2:
            data[place:place] = data[place : place + length]
        else:
            data[place : place + length] = rng.choice((b"\0", b"\xff", b"\x7f")) * length
    return bytes(data)


def peak_mib(maker: Maker) -> int:
    """Most memory that the process had at once; 0 where it is gone."""
    process = maker._process
    if process is None or process.returncode is not None:
        return 0
    with open(f"/proc/{process.pid}/status", encoding="ascii") as status:  # noqa: PTH123
        said = dict(line.split(":", 1) for line in status)
    return int(said["VmHWM"].split()[0]) // 1024


async def one_part(part: int, cases: int) -> dict[str, int]:
    rng = random.Random(part)
    sources = [saved(photo(520, 300, part), kind) for kind in KINDS]
    maker, found = Maker(), Counter[str]()
    loop = asyncio.get_running_loop()
    for _ in range(cases):
        data = damaged(rng.choice(sources), rng)
        began = loop.time()
        try:
            await maker.make(data, "https://e.example/a")
            found["made"] += 1
        except NoPicture as refusal:
            found["crashed" if "crashed" in str(refusal) else "refused"] += 1
        assert loop.time() - began < WAIT_S + 5
        assert peak_mib(maker) < MOST_MIB
    await maker.close()
    return dict(found)


@pytest.mark.parametrize(
    "cases", [pytest.param(40, id="40"), pytest.param(4000, id="4000", marks=pytest.mark.soak)]
)
def test_every_damaged_picture_ends_as_a_picture_or_a_reason(cases: int) -> None:
    progress = Progress.of("pictures", -(-cases // PART), kept=cases > PART)
    for part in progress.left():
        progress.add(**asyncio.run(one_part(part, min(PART, cases))))
    totals = progress.totals
    assert totals.get("made") and totals.get("refused")
    assert totals.get("crashed", 0) <= cases // 100
    progress.finish()
