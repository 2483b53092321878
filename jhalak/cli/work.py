"""`jhalak work`: a worker loop in a process of its own."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import sys

from jhalak.cli.failure import explained
from jhalak.cli.output import last_line

PARENT_GONE = "JHALAK_STDIN_IS_PARENT"
"""Set by `serve`: the end of standard input means that the parent is gone."""


def run(arguments: argparse.Namespace) -> int:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s learner: %(message)s")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    with explained():
        offsets = asyncio.run(_learn(arguments))
    last_line({"offsets": offsets}, wanted=arguments.json)
    return 0


async def _learn(arguments: argparse.Namespace) -> list[int]:
    from jhalak.assembly import now_ms, open_blobs, open_learned, open_log
    from jhalak.config.settings import read_settings
    from jhalak.workers.learn import Learner
    from jhalak.workers.loop import repeat

    settings = read_settings(arguments.data)
    log = open_log(arguments.data, settings, writable=False)
    rules = settings.learning
    learner = Learner(
        log, open_blobs(arguments.data, settings), open_learned(arguments.data), now_ms,
        publish_s=rules.publish_s, checkpoint_s=rules.checkpoint_s,
        label_window_s=rules.label_window_s, join_h=rules.join_h,
    )  # fmt: skip
    await learner.resume()
    if arguments.until_caught_up:
        while await learner.step():
            pass
        learner.publish(now_ms())
    else:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        if os.environ.get(PARENT_GONE):
            loop.add_reader(sys.stdin, lambda: stop.set() if not os.read(0, 1) else None)
        await repeat("learning", learner.step, 0.05, stop)
    await learner.checkpoint()
    log.close()
    return learner.fold.offsets
