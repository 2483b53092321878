"""Running a step again and again until told to stop, whatever it raises."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

log = logging.getLogger(__name__)

LONGEST_S = 5.0


async def repeat(
    name: str, step: Callable[[], Awaitable[bool]], every_s: float, stop: asyncio.Event
) -> None:
    """Call `step` until `stop` is set: at once again when it answers True (there is more), else
    after `every_s`; after a failure later and later, up to LONGEST_S."""
    failures = 0
    while not stop.is_set():
        try:
            more = await step()
            if failures:
                log.info("%s goes on after %d failures", name, failures)
            failures = 0
            pause = 0.0 if more else every_s
        except Exception as error:
            failures += 1
            pause = min(every_s * 2**failures, LONGEST_S)
            log.log(
                logging.ERROR if failures == 1 else logging.DEBUG,
                "%s failed: %s", name, error, exc_info=error,
            )  # fmt: skip
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pause) if pause else await asyncio.sleep(0)
