"""By a clock that jumped nothing is old."""

from __future__ import annotations

from jhalak.workers.steady_clock import STEADY_MS, STEP_MS, SteadyClock

DAY_MS = 86_400_000


def test_a_clock_is_believed_when_it_has_run_for_an_hour_and_no_more_after_a_jump() -> None:
    now_ms = 1_790_000_000_000
    steady = SteadyClock(lambda: now_ms)

    def run(until_ms: int) -> list[int]:
        nonlocal now_ms
        answers = []
        for _ in range(until_ms // STEP_MS):
            now_ms += STEP_MS
            answers.append(steady())
        return answers

    assert steady() == 0 and run(STEADY_MS) == [0] * 5 + [now_ms]
    for jump_ms in (120 * DAY_MS, -120 * DAY_MS, STEP_MS + 1):
        now_ms += jump_ms
        assert steady() == 0 and run(STEADY_MS) == [0] * 5 + [now_ms]
