"""Claim: answers come in time at a fixed rate of requests, also while the learner catches up."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from typing import Any

import numpy as np

from benchmarks.client import EDITION, VIDEO, Client, get
from benchmarks.load import Answers, Job, Load
from benchmarks.measure import Rounds, check_full, measure, ratio
from benchmarks.processes import HttpProcess, Process, jhalak, null_server
from benchmarks.result import Result, middle
from benchmarks.setting import Setting
from benchmarks.synthetic import Activity24, append, draw_columns, repeated
from benchmarks.worlds import SEED, World
from jhalak.assembly import now_ms, open_learned, open_log
from jhalak.config.settings import Settings
from jhalak.schema.activity import TOPIC

RATE = 1000.0
EDITION_RATE = 500.0
LIMIT_MS = 10.0
BACKLOG = 25_000
"""Slates of 24, with about 50 events each, that wait for the learner when it starts."""
LEAST_ROUNDS = 2
WARM = 4000
"""Pages before the first that counts: a server that has just started meets its viewers, encodes
what it shows for the first time and builds its index of embeddings meanwhile."""


def latency(setting: Setting) -> Result:
    """p99 of a page of 12 videos, open loop."""
    rate, rounds = setting.pick(RATE, 200.0), setting.pick(4, 2)
    ours, theirs, editions = Rounds(), Rounds(), Rounds()
    with ExitStack() as stack:
        world = stack.enter_context(setting.worlds.copy(setting.items))
        server = stack.enter_context(jhalak(world.data))
        null = stack.enter_context(_warmed(setting, server, world))
        before = _crowded(server)
        for turn in range(rounds):
            _round(setting.load, (null, theirs), (server, ours), world, (rate, turn))
        crowd = _share(_crowded(server) - before, ours)
        requests = [get(EDITION, token) for token in world.regular]
        slower = rate * EDITION_RATE / RATE
        job = Job(server.port, requests, int(2 * slower), connections=64, rate=slower)
        measure(setting.load, server, job, editions)
    result = _result("latency", f"p99 of 12 videos at {rate:.0f}/s, open loop", ours, theirs)
    result.details["share_in_a_crowd"] = crowd
    result.details[f"edition of 24 at {slower:.0f}/s"] = _spread(editions)
    return result


def backlog(setting: Setting) -> Result:
    """The same while the learner catches up with a backlog."""
    rate, most = setting.pick(RATE, 200.0), setting.pick(4, 1)
    ours, theirs = Rounds(), Rounds()
    left: list[int] = []
    with ExitStack() as stack:
        world = stack.enter_context(setting.worlds.copy(setting.items))
        end = _write_backlog(world, setting.pick(BACKLOG, 3000))
        server = stack.enter_context(jhalak(world.data, learner=False))
        null = stack.enter_context(_warmed(setting, server, world))
        # As `serve` starts it: standing back, on any core.
        command = ["-m", "jhalak", "work", "learn", "--data", str(world.data)]
        log = world.data.parent / "learner.log"
        stack.enter_context(Process(command, log, stands_back=True))
        server.hear_learner()
        before = _crowded(server)
        while len(left) < most:
            _round(setting.load, (null, theirs), (server, ours), world, (rate, len(left)))
            snapshot = open_learned(world.data).newest()
            left.append(max(end - (sum(snapshot.offsets) if snapshot else 0), 0))
            if not left[-1]:
                break  # the last round was not wholly beside a backlog
        crowd = _share(_crowded(server) - before, ours)
    if not left[-1] and not setting.quick:
        ours, theirs = _less_one(ours), _less_one(theirs)
        if len(ours.answers) < LEAST_ROUNDS:
            raise RuntimeError(f"the learner caught up too soon ({left}); raise BACKLOG")
    what = f"p99 of 12 videos at {rate:.0f}/s while the learner catches up"
    result = _result("latency_backlog", what, ours, theirs)
    result.details["share_in_a_crowd"] = crowd
    result.details["records_left_after_each_round"] = left
    return result


def _warmed(setting: Setting, server: HttpProcess, world: World) -> HttpProcess:
    """Warm the server up; a null application that answers as many bytes."""
    requests = [get(VIDEO, token) for token in world.regular]
    warm = setting.load.run(Job(server.port, requests, setting.pick(WARM, 2 * len(requests))))
    return null_server(world.data.parent / "null.log", warm.size)


def _round(
    load: Load,
    theirs: tuple[HttpProcess, Rounds],
    ours: tuple[HttpProcess, Rounds],
    world: World,
    pace: tuple[float, int],
) -> None:
    """One second of the null application, then two of ours, at the same rate."""
    rate, turn = pace
    requests = [get(VIDEO, token) for token in world.regular]
    for (process, into), seconds in ((theirs, 1), (ours, 2)):
        count = int(rate * seconds)
        job = Job(
            process.port, requests, count, connections=64, rate=rate, seed=turn,
            first=turn * count, sample=37 if seconds == 2 else 0,
        )  # fmt: skip
        answers = measure(load, process, job, into)
        check_full(answers, 12)


def _crowded(server: HttpProcess) -> float:
    """How many slates were made of fewer candidates because many requests waited."""
    with Client(server.port) as client:
        return client.crowded()


def _share(crowded: float, ours: Rounds) -> float:
    return crowded / sum(len(answers.latency) for answers in ours.answers)


def _less_one(rounds: Rounds) -> Rounds:
    return Rounds(rounds.cpu_us[:-1], rounds.per_s[:-1], rounds.waited[:-1], rounds.answers[:-1])


def _result(name: str, what: str, ours: Rounds, theirs: Rounds) -> Result:
    p99s = [answers.percentile(99) for answers in ours.answers]
    return Result(
        benchmark=name,
        what=what,
        figure=middle(p99s),
        unit="ms",
        anchor="null ASGI app",
        anchor_figure=theirs.percentile(99),
        ratio=ratio(p99s, [answers.percentile(99) for answers in theirs.answers]),
        target=f"at most {LIMIT_MS:.0f} ms",
        met=middle(p99s) <= LIMIT_MS,
        details={
            "p99_ms_each_round": p99s,
            "without_a_core_each_round": ours.waited,
            "jhalak": _spread(ours),
            "null ASGI app": _spread(theirs),
        },
    )


def _spread(rounds: Rounds) -> dict[str, Any]:
    def over(share: float, times: str) -> float:
        return middle([_ms(answers, times, share) for answers in rounds.answers])

    return {
        "p50_ms": rounds.percentile(50),
        "p99_ms": rounds.percentile(99),
        "p999_ms": rounds.percentile(99.9),
        "p99_ms_from_the_real_sending": over(99, "service"),
        "p99_ms_that_the_generator_was_late": over(99, "late"),
        "cpu_us": rounds.cpu,
        "without_a_core": middle(rounds.waited),
    }


def _ms(answers: Answers, times: str, share: float) -> float:
    return float(np.percentile(getattr(answers, times), share)) * 1000


def _write_backlog(world: World, slates: int) -> int:
    """Append what the learner has to catch up with; answers how many records the log holds."""
    times, at_ms = max(slates // 1000, 1), now_ms()
    columns = draw_columns(world.items, SEED)
    viewers = np.random.default_rng(3).integers(1, 1 << 62, 20_000)
    step_ms = 600_000 // times
    begin_ms = at_ms - 600_000
    records = Activity24(columns, viewers, 3).records(slates // times, begin_ms, begin_ms + step_ms)
    log = open_log(world.data, Settings(), writable=True)
    try:
        asyncio.run(append(log, repeated(records, times, step_ms)))
        return sum(asyncio.run(log.ends(TOPIC)))
    finally:
        log.close()
