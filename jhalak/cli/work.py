"""`jhalak work`: a worker loop in a process of its own."""

from __future__ import annotations

import argparse
import asyncio
import gc
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Awaitable, Callable

from jhalak.cli.failure import explained
from jhalak.cli.output import last_line

PARENT_GONE = "JHALAK_STDIN_IS_PARENT"
"""Set by `serve`: the end of standard input means that the parent is gone."""

GRACE_S = 3.0
"""For a step to end by itself once the parent is gone."""
BREATH_S = 0.15
"""Between two batches of the index. Who waits for SQLite's one writer looks again after up to a
tenth of a second, and without a breath would find it taken each time."""

_BLAS = "scipy.linalg.cython_blas"


def _end_with_parent() -> None:
    """Ends this process when standard input ends, whatever keeps it: an import, a model that is
    loaded, a long step. Of a parent that is killed again and again many would else be left. What is
    done can be killed at any moment; it is asked first all the same."""
    while os.read(0, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_S)
    os._exit(1)


def leave_out_blas() -> None:
    """Where SciPy is installed, Numba loads all of its linear algebra to look for one module: a
    twentieth of a start. No kernel asks for it; it can always be missing."""
    sys.modules.setdefault(_BLAS, None)  # type: ignore[arg-type]


def run(arguments: argparse.Namespace) -> int:
    name = {"learn": "learner"}.get(arguments.loop, arguments.loop)
    logging.basicConfig(level=logging.INFO, format=f"%(asctime)s %(levelname)s {name}: %(message)s")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    loops = {
        "learn": _learn, "experiments": _experiments, "follow": _follow, "pictures": _pictures,
        "policy": _policy, "transcode": _transcode, "understand": _understand, "index": _index,
    }  # fmt: skip
    work = loops[arguments.loop]
    if os.environ.get(PARENT_GONE):
        threading.Thread(target=_end_with_parent, daemon=True).start()
    leave_out_blas()
    with explained():
        offsets = asyncio.run(work(arguments))
    last_line({"offsets": offsets}, wanted=arguments.json)
    return 0


async def _learn(arguments: argparse.Namespace) -> list[int]:
    from jhalak.assembly import now_ms, open_blobs, open_learned, open_log
    from jhalak.config.settings import read_settings
    from jhalak.workers.learn import Learner
    from jhalak.workers.tell_figures import TellFigures

    settings = read_settings(arguments.data)
    log = open_log(arguments.data, settings, writable=False)
    rules = settings.learning
    blobs = open_blobs(arguments.data, settings)
    learner = Learner(
        log, blobs, open_learned(arguments.data), now_ms,
        publish_s=rules.publish_s, checkpoint_s=rules.checkpoint_s,
        label_window_s=rules.label_window_s, join_h=rules.join_h, model=rules.model,
        cell=settings.cell,
    )  # fmt: skip
    await learner.resume()
    # None of what a fold makes lies in cycles: looking for them took a tenth of its time.
    gc.freeze()
    gc.set_threshold(20_000, 50, 1_000)
    figures = TellFigures(learner, blobs, now_ms)

    async def step() -> bool:
        more = await learner.step()
        await figures.step()
        return more

    await _work("learning", step, 0.05, arguments)
    if arguments.until_caught_up:
        learner.publish(now_ms(), whole=True)
    await learner.checkpoint()
    log.close()
    return learner.fold.offsets


async def _experiments(arguments: argparse.Namespace) -> list[int]:
    from jhalak.assembly import held_settings, now_ms, open_blobs, open_log, open_records
    from jhalak.config.settings import read_settings
    from jhalak.workers.count_reach import CountReach
    from jhalak.workers.follow_policy import FollowPolicy
    from jhalak.workers.tell_fairness import TellFairness
    from jhalak.workers.watch_experiments import WatchExperiments

    settings = read_settings(arguments.data)
    log = open_log(arguments.data, settings, writable=False)
    records = open_records(arguments.data, settings)
    blobs = open_blobs(arguments.data, settings)
    watch = WatchExperiments(log, blobs, records.audit, settings, now_ms)
    follower = FollowPolicy(settings, records.policies, records.definitions, watch.obey)
    reach = CountReach(log, blobs, settings, now_ms)
    held = held_settings(records, settings)
    fairness = TellFairness(reach, records.people, blobs, held, now_ms)
    await watch.resume()
    await reach.resume()

    async def step() -> bool:
        await follower.step()
        more = await watch.step()
        more = await reach.step() or more
        await fairness.step()
        return more

    await _work("watching experiments, counting reach", step, 0.5, arguments)
    if arguments.until_caught_up:
        await watch.judge()
        await reach.tell()
        await fairness.tell()
    await watch.checkpoint()
    await reach.checkpoint()
    log.close()
    records.database.close()
    return watch.fold.offsets


async def _policy(arguments: argparse.Namespace) -> list[int]:
    """Answers how many drafts were replayed."""
    from jhalak.assembly import now_ms, open_learned, open_log, open_records
    from jhalak.config.settings import read_settings
    from jhalak.evaluation.replay_drafts import ReplayDrafts

    settings = read_settings(arguments.data)
    log = open_log(arguments.data, settings, writable=False)
    records = open_records(arguments.data, settings)
    worker = ReplayDrafts(
        records.drafts, records.policies, records.items, records.viewers, log,
        open_learned(arguments.data), settings, now_ms,
    )  # fmt: skip
    await _work("replaying policies", worker.step, 0.5, arguments)
    log.close()
    records.database.close()
    return [worker.replayed]


async def _follow(arguments: argparse.Namespace) -> list[int]:
    """Answers how often each feed was polled, by number."""
    import random

    from jhalak.assembly import now_ms, open_follower, open_records
    from jhalak.config.settings import read_settings

    settings = read_settings(arguments.data)
    records = open_records(arguments.data, settings)
    follower, end = open_follower(records, settings, now_ms, random.Random(), arguments.public_url)

    async def step() -> bool:
        more = await follower.step()
        if arguments.until_caught_up:
            more = follower.busy or more
            await follower.settle()
        return more

    await _work("following feeds", step, 0.25, arguments)
    await end()
    polls = [feed.state.tally.polls for feed in records.feeds.all()]
    records.database.close()
    return polls


async def _index(arguments: argparse.Namespace) -> list[int]:
    """Answers how far the sequence of items was followed."""
    from jhalak.assembly import now_ms, open_records
    from jhalak.config.settings import read_settings
    from jhalak.workers.index_accounts import IndexAccounts
    from jhalak.workers.index_search import IndexSearch

    settings = read_settings(arguments.data)
    records = open_records(arguments.data, settings)
    index = IndexSearch(records.items, records.search, now_ms, records.sounds)
    accounts = IndexAccounts(records.people, records.search)

    async def step() -> bool:
        more = await index.step()
        more = await accounts.step() or more
        if more:
            await asyncio.sleep(BREATH_S)
        return more

    await _work("indexing what can be searched for", step, 0.5, arguments)
    reached = records.search.position()
    records.database.close()
    return [reached]


async def _pictures(arguments: argparse.Namespace) -> list[int]:
    """Answers how many pictures were made, refused, and not fetched yet."""
    from jhalak.assembly import now_ms, open_picture_maker, open_records
    from jhalak.config.settings import read_settings

    settings = read_settings(arguments.data)
    records = open_records(arguments.data, settings)
    worker, fetcher = open_picture_maker(arguments.data, records, settings, now_ms)
    try:
        await _work("making pictures", worker.step, 0.5, arguments)
    finally:
        await worker.close()
        await fetcher.close()
        records.database.close()
    return [worker.made, worker.refused, worker.waiting]


async def _transcode(arguments: argparse.Namespace) -> list[int]:
    """Answers how many jobs were done, and how many failed."""
    from jhalak.assembly import NoFfmpeg, now_ms, open_records, open_video_maker
    from jhalak.cli.failure import Failure
    from jhalak.config.settings import read_settings

    settings = read_settings(arguments.data)
    records = open_records(arguments.data, settings)
    try:
        worker, fetcher = open_video_maker(arguments.data, records, settings, now_ms)
    except NoFfmpeg as error:
        records.database.close()
        raise Failure(str(error), 3) from None
    try:
        await _work("making videos", worker.step, 0.25, arguments, worker.stop)
    finally:
        await fetcher.close()
        records.database.close()
    return [worker.done, worker.failed]


async def _understand(arguments: argparse.Namespace) -> list[int]:
    """Answers how many items still wait."""
    from jhalak.assembly import now_ms, open_lifetimes, open_records, open_understand
    from jhalak.config.settings import read_settings
    from jhalak.workers.lifetimes import RenewLifetimes

    settings = read_settings(arguments.data)
    records = open_records(arguments.data, settings)
    lifetimes = open_lifetimes(arguments.data, settings)
    worker = open_understand(records, settings, now_ms, lifetimes)
    renew = RenewLifetimes(records.understandings, lifetimes, now_ms)

    async def step() -> bool:
        return await worker.step() or await renew.step()

    await _work("understanding items", step, 0.5, arguments)
    waiting = worker.backlog()
    records.database.close()
    return [waiting]


async def _work(
    name: str, step: Callable[[], Awaitable[bool]], every_s: float, arguments: argparse.Namespace,
    end_step: Callable[[], None] = lambda: None,
) -> None:  # fmt: skip
    """Take steps until the log's end, if that is wanted; else until told to stop: `end_step` ends a
    long one."""
    from jhalak.workers.loop import repeat

    if arguments.until_caught_up:
        while await step():
            pass
        return
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def end() -> None:
        stop.set()
        end_step()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end)
    await repeat(name, step, every_s, stop)
