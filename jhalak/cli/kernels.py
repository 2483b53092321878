"""Telling that kernels are compiled: once on a machine, for most of a minute."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any, Final

ABOUT: Final = 40
"""Kernels that a start calls; those that they call are compiled with them."""
EVERY_S: Final = 2.0
STILL_S: Final = 10.0
"""So seldom it is said again where nothing has changed."""
_EVENT: Final = "numba:compile"


@contextlib.contextmanager
def kernels_told(say: Callable[[str], None] | None = None) -> Iterator[None]:
    """While kernels are compiled say so on standard error, seldom, and when it is over. Nothing
    where all of them lie compiled in their cache."""
    from numba.core import event

    progress = _Progress(say or _on_standard_error)

    class Listener(event.Listener):
        def on_start(self, _event: Any) -> None:
            progress.begin()

        def on_end(self, _event: Any) -> None:
            progress.end()

    listener = Listener()
    event.register(_EVENT, listener)  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        event.unregister(_EVENT, listener)  # type: ignore[no-untyped-call]
        progress.over()


class _Progress:
    """Compilations within one another count once."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._depth = self.compiled = 0
        self._began_s = self._said_s = 0.0
        self._said = -1

    def begin(self) -> None:
        self._depth += 1
        now_s = time.monotonic()
        if not self._began_s:
            self._began_s = now_s
        if now_s - self._said_s >= (STILL_S if self._said == self.compiled else EVERY_S):
            self._said_s, self._said = now_s, self.compiled
            most = max(ABOUT, self.compiled + 1)
            self._say(f"compiling kernels (once on a machine): {self.compiled} of about {most} ...")

    def end(self) -> None:
        self._depth -= 1
        self.compiled += self._depth == 0

    def over(self) -> None:
        if self._began_s:
            spent_s = time.monotonic() - self._began_s
            self._say(f"compiled {self.compiled} kernels in {spent_s:.0f} s")


def _on_standard_error(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
