"""Loops go on whatever a step raises, and end when they are told to."""

from __future__ import annotations

import asyncio
import logging

import pytest

from jhalak.workers import loop
from jhalak.workers.loop import LONGEST_S, repeat


class Pauses:
    """Stands in for waiting: notes for how long, and goes on at once."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seconds: list[float] = []
        monkeypatch.setattr(loop.asyncio, "wait_for", self.wait_for)

    async def wait_for(self, waiting: object, seconds: float) -> None:
        waiting.close()  # type: ignore[attr-defined]
        self.seconds.append(seconds)
        raise TimeoutError


def run(answers: list[bool | Exception], every_s: float = 1.0) -> int:
    """Repeat a step that gives these answers, then ends the loop; how often it was called."""
    stop = asyncio.Event()
    calls = 0

    async def step() -> bool:
        nonlocal calls
        calls += 1
        if calls > len(answers):
            stop.set()
            return True
        answer = answers[calls - 1]
        if isinstance(answer, Exception):
            raise answer
        return answer

    asyncio.run(repeat("testing", step, every_s, stop))
    return calls


def test_a_step_that_says_there_is_more_is_called_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses = Pauses(monkeypatch)
    assert run([True, True, False, True], every_s=0.2) == 5
    assert pauses.seconds == [0.2]


def test_after_failures_it_waits_longer_and_longer_and_then_as_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pauses = Pauses(monkeypatch)
    run([ValueError("x")] * 6 + [False], every_s=0.2)
    assert pauses.seconds == pytest.approx([0.4, 0.8, 1.6, 3.2, LONGEST_S, LONGEST_S, 0.2])


def test_the_first_failure_is_logged_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    Pauses(monkeypatch)
    with caplog.at_level(logging.INFO):
        run([ValueError("the reason")] * 3)
    said = [(r.levelname, r.getMessage()) for r in caplog.records]
    assert said == [
        ("ERROR", "testing failed: the reason"), ("INFO", "testing goes on after 3 failures")
    ]  # fmt: skip


def test_a_loop_that_was_told_to_stop_never_steps() -> None:
    async def work() -> None:
        stop = asyncio.Event()
        stop.set()

        async def step() -> bool:
            raise AssertionError

        await repeat("testing", step, 1.0, stop)

    asyncio.run(work())
