"""A process that appends until it is killed; prints what the log acknowledged.

usage: log_crash_writer.py FOLDER; each line of output is `KEY NUMBER N`, written after the answer.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from jhalak.embedded.event_log import EmbeddedEventLog

KEYS = 8
T = "activity"
START_MS = 20_000 * 86_400_000


async def main(folder: Path) -> None:
    log = EmbeddedEventLog(folder, 2)
    next_number = dict.fromkeys(range(KEYS), 0)
    for key in range(KEYS):
        kept = await log.read_key(T, key)
        next_number[key] = int(kept[-1].payload.split(b":")[0]) + 1 if kept else 0

    async def person(key: int) -> None:
        number = next_number[key]
        while True:
            at_ms = START_MS + number * 900_000  # a day every 96 records
            durable = number % 5 != 0
            payload = b"%d:" % number + b"x" * (number * 37 % 3000)
            _, n = await log.append(T, key, payload, at_ms, durable=durable)
            if durable:
                os.write(1, b"%d %d %d\n" % (key, number, n))
            number += 1

    await asyncio.gather(*(person(key) for key in range(KEYS)))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
