"""Works side by side: step by step, each as if its own task ran it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from jhalak.pipeline.side_by_side import CROWD, LATELY, MOST, SideBySide, step

Told = list[tuple[Any, ...]]


async def of_three(told: Told, name: Any) -> Any:
    for k in range(3):
        told.append((name, k))
        await step()
    return name


def beside(*works: tuple[int, Callable[[], Any]]) -> list[Any]:
    """What each work answers or raises, begun at the same time with its key."""

    async def all_of_them() -> list[Any]:
        runs = SideBySide()
        waiting = [runs.run(key, work()) for key, work in works]
        return await asyncio.wait_for(asyncio.gather(*waiting, return_exceptions=True), 10)

    return asyncio.run(all_of_them())


def test_those_that_wait_go_step_by_step() -> None:
    told: Told = []
    answers = beside(*((k, lambda k=k: of_three(told, k)) for k in range(3)))  # type: ignore[misc]
    assert answers == [0, 1, 2]
    assert told == [(name, k) for k in range(3) for name in range(3)]


def test_works_of_one_key_run_one_after_the_other() -> None:
    told: Told = []
    assert beside(*((7, lambda k=k: of_three(told, k)) for k in range(3))) == [0, 1, 2]  # type: ignore[misc]
    assert told == [(name, k) for name in range(3) for k in range(3)]


def test_no_more_than_some_go_beside_each_other() -> None:
    told: Told = []
    many = MOST + 5
    answers = beside(*((k, lambda k=k: of_three(told, k)) for k in range(many)))  # type: ignore[misc]
    assert answers == list(range(many))
    assert [name for name, _ in told[: 3 * MOST]] == 3 * list(range(MOST))


def test_those_who_wait_in_a_crowd_know_how_much_of_one_it_is() -> None:
    async def crowd(runs: SideBySide) -> float:
        return runs.crowd

    async def main(*many: int) -> list[set[float]]:
        runs = SideBySide()
        return [
            set(await asyncio.gather(*(runs.run(k, crowd(runs)) for k in range(one))))
            for one in many
        ]

    async def of_one_key() -> list[float]:
        runs = SideBySide()
        return await asyncio.gather(*(runs.run(7, crowd(runs)) for _ in range(CROWD)))

    assert not any(asyncio.run(of_one_key())), "who waits for themselves is no crowd"
    rising = [told.pop() for told in asyncio.run(main(*range(1, CROWD + 1)))]
    assert rising == [k / (CROWD - 1) for k in range(CROWD)]
    # Also whom a crowd kept waiting.
    crowds = [told.pop() for told in asyncio.run(main(MOST + 1, 1, MOST, 1))]
    assert [round(one) for one in crowds] == [1, 0, 1, 0]


def test_what_was_a_crowd_lately_is_a_little_of_one_still() -> None:
    async def crowd(runs: SideBySide) -> float:
        return runs.crowd

    async def main() -> list[float]:
        runs = SideBySide()
        for _ in range(2 * LATELY):
            await asyncio.gather(*(runs.run(k, crowd(runs)) for k in range(CROWD)))
        return [await runs.run(1, crowd(runs)) for _ in range(4 * LATELY)]

    after = asyncio.run(main())
    assert 0.8 < after[0] < 1.0 and after == sorted(after, reverse=True)
    assert after[LATELY] < 0.4 and after[-1] < 0.05


def test_what_fails_fails_alone() -> None:
    async def fails() -> None:
        await step()
        raise ValueError("it broke")

    told: Told = []
    broken, whole = beside((1, fails), (2, lambda: of_three(told, "whole")))
    assert isinstance(broken, ValueError) and whole == "whole"


async def hears(answer: Awaitable[Any]) -> Any:
    try:
        return await answer
    finally:
        await step()


@pytest.mark.parametrize("late", [False, True])
def test_a_work_may_wait_for_something_else(late: bool) -> None:
    async def waits() -> Any:
        await step()
        slow = asyncio.sleep(5 if late else 0.01, "it came")
        try:
            return await hears(asyncio.wait_for(slow, 0.05))
        except TimeoutError:
            await step()
            return "it was late"

    async def task() -> Any:
        return asyncio.current_task()

    told: Told = []
    answers = beside((1, waits), (2, lambda: of_three(told, "other")), (3, task), (4, task))
    assert answers[:2] == ["it was late" if late else "it came", "other"]
    assert len(told) == 3 and answers[2] is not answers[3]


def test_nothing_else_of_the_loop_runs_between_steps() -> None:
    told: Told = []

    async def main() -> None:
        runs = SideBySide()
        loop = asyncio.get_running_loop()

        async def disturbs() -> None:
            loop.call_soon(told.append, ("loop", 0))
            await of_three(told, "a")

        await asyncio.gather(runs.run(1, disturbs()), runs.run(2, of_three(told, "b")))

    asyncio.run(main())
    assert told.index(("loop", 0)) == len(told) - 1 == 6


@pytest.mark.parametrize("after", [0, 0.02])
def test_whoever_gives_up_disturbs_nobody(after: float) -> None:
    ended: list[str] = []

    async def waits() -> None:
        try:
            await step()
            await asyncio.sleep(5)
        finally:
            ended.append("its end")

    async def main() -> None:
        runs, told = SideBySide(), Told()
        impatient = asyncio.ensure_future(runs.run(1, waits()))
        patient = asyncio.ensure_future(runs.run(2, of_three(told, "b")))
        await asyncio.sleep(after)
        impatient.cancel()
        assert await patient == "b"
        with pytest.raises(asyncio.CancelledError):
            await impatient
        assert await runs.run(1, of_three(told, "c")) == "c"

    asyncio.run(main())
    assert ended == (["its end"] if after else [])


def test_only_a_task_may_wait() -> None:
    work = of_three([], "a")
    with pytest.raises(RuntimeError, match="a task"):
        loop = asyncio.new_event_loop()
        try:
            loop.call_soon(loop.stop)
            loop.run_forever()
            asyncio._set_running_loop(loop)
            SideBySide().run(1, work).send(None)
        finally:
            asyncio._set_running_loop(None)
            loop.close()
    work.close()
