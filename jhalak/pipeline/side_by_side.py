"""Requests that wait at the same time go through their steps side by side.

A slate's stages are more code and tables than a processor keeps near: what one request has brought
there is gone when the next one begins. So all that wait when the event loop turns to them take
their first step one after the other, then their second, and so on: all but the first find what a
step needs already there. The more wait the less each costs; alone it costs the same.

Where more come than can be served so, waiting would grow without end. The more wait, and did of
late, the more of a crowd they are (`crowd`), so that each of their works does less.
"""

from __future__ import annotations

import asyncio
from asyncio.tasks import _enter_task, _leave_task
from collections.abc import Coroutine, Generator
from types import coroutine
from typing import Any, Final, Generic, TypeVar

T = TypeVar("T")

MOST: Final = 8
"""Requests side by side. They are answered together: with more, the first would wait longer."""
CROWD: Final = 4
"""So many waiting are a crowd: more come than are served at the usual cost. Fewer are the
beginning of one."""
LATELY: Final = 64
"""Over so many turns it is taken how much of a crowd there was lately: a tail is best cut
before it grows."""


@coroutine
def step() -> Generator[None, None, None]:
    """The end of a step: those beside get so far before this one goes on."""
    yield


class SideBySide:
    """Runs the works of one event loop. Nothing else of the loop runs between their steps, so that
    a work sees one state of the world from its first step to its last unless it waits for I/O."""

    def __init__(self) -> None:
        self._waiting: list[_Turn[Any]] = []
        self.crowd = 0.0
        """How much of a crowd those that run now waited in: 0 for one alone, 1 for CROWD; at least
        what it was on average lately."""
        self._lately = 0.0
        self._left = False

    async def run(self, key: int, work: Coroutine[Any, Any, T]) -> T:
        """What `work` answers. Works of one key begin in the order of calls, each when the one
        before has ended or waits for I/O."""
        loop = asyncio.get_running_loop()
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("only a task may wait for its turn")
        turn = _Turn(key, work, loop, task)
        if not self._waiting:
            loop.call_soon(self._go)
        self._waiting.append(turn)
        try:
            rest = await turn.stepped
        except asyncio.CancelledError:
            work.close()
            raise
        return turn.result if rest is None else await rest

    def _go(self) -> None:
        batch: dict[int, _Turn[Any]] = {}
        later: list[_Turn[Any]] = []
        for turn in self._waiting:
            if turn.stepped.cancelled():
                continue
            if turn.key in batch or len(batch) == MOST:
                later.append(turn)
            else:
                batch[turn.key] = turn
        self._waiting = later
        # Who waits for works of their own key is no crowd.
        crowd = 1.0 if self._left else min(max(len(batch) - 1, 0) / (CROWD - 1), 1.0)
        self._lately += (crowd - self._lately) / LATELY
        self.crowd = max(crowd, self._lately)
        self._left = bool(later) and len(batch) == MOST
        if later:
            later[0].loop.call_soon(self._go)
        beside = list(batch.values())
        while beside:
            beside = [turn for turn in beside if turn.step()]


class _Turn(Generic[T]):
    """A work, and the task that waits for it."""

    __slots__ = ("key", "loop", "result", "stepped", "task", "work")

    def __init__(
        self, key: int, work: Coroutine[Any, Any, T], loop: asyncio.AbstractEventLoop,
        task: asyncio.Task[Any],
    ) -> None:  # fmt: skip
        self.key, self.work, self.loop, self.task = key, work, loop, task
        self.stepped: asyncio.Future[_Rest[T] | None] = loop.create_future()
        """None: it ended with `result`; else what remains of it once its I/O is done."""
        self.result: Any = None

    def step(self) -> bool:
        """One step, as if its own task took it; False when it ended or waits for I/O."""
        _enter_task(self.loop, self.task)
        try:
            waits = self.work.send(None)
        except StopIteration as end:
            self.result = end.value
            self.stepped.set_result(None)
            return False
        except Exception as error:
            self.stepped.set_exception(error)
            return False
        finally:
            _leave_task(self.loop, self.task)
        if waits is None:
            return True
        self.stepped.set_result(_Rest(self.work, waits))
        return False


class _Rest(Generic[T]):
    """What remains of a work that waits for I/O; its task goes on with it, beside nobody."""

    def __init__(self, work: Coroutine[Any, Any, T], waits: Any) -> None:
        self._work, self._waits = work, waits

    def __await__(self) -> Generator[Any, Any, T]:
        work, waits = self._work, self._waits
        try:
            while True:
                if waits is None:  # the end of a step
                    waits = work.send(None)
                    continue
                try:
                    told = yield waits
                except BaseException as error:
                    waits = work.throw(error)
                else:
                    waits = work.send(told)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
