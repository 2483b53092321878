"""What waits for the event log's writer, when the writer shall wake, and how it answers."""

from __future__ import annotations

import logging
import threading
from asyncio import AbstractEventLoop, Future
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any, Final, NamedTuple

from jhalak.ports.errors import PortError, Unavailable

log = logging.getLogger(__name__)

LINGER_S: Final = 0.05
"""How long a record that nobody waits for may wait for company."""
MOST_RECORDS: Final = 100_000
MOST_BYTES: Final = 256 * 1024 * 1024


class Record(NamedTuple):
    """One append."""

    topic: str
    partition: int
    key: int
    at_ms: int
    payload: bytes
    future: Future[tuple[int, int]] | None
    """None: nobody waits."""


class Command(NamedTuple):
    """Work for the writer's thread, in its order among the appends."""

    work: Callable[[], Any]
    future: Future[Any]


Answer = tuple[Future[Any], Any]
"""A future, and its result or the PortError that it shall raise."""


class LogQueue:
    """Records on their way from event loops to the one writer thread; bounded."""

    def __init__(self, most_records: int = MOST_RECORDS, most_bytes: int = MOST_BYTES) -> None:
        self._lock = threading.Lock()
        self._wake: SimpleQueue[None] = SimpleQueue()
        self._waiting: list[Record | Command] = []
        self._bytes = 0
        self._urgent = False
        self._asleep = False
        self._closed = False
        self._most_records = most_records
        self._most_bytes = most_bytes

    def put(self, entry: Record | Command, size: int, urgent: bool) -> None:
        """Raises Unavailable when the queue is full or closed."""
        with self._lock:
            waiting = self._waiting
            if self._closed:
                raise Unavailable("the event log is closed")
            if len(waiting) >= self._most_records or self._bytes + size > self._most_bytes:
                raise Unavailable(
                    f"{len(waiting)} records ({self._bytes} bytes) wait to be written:"
                    " the disk does not keep up"
                )
            waiting.append(entry)
            self._bytes += size
            if urgent:
                self._urgent = True
            # A sleeper is woken for the first soft record (it then lingers) and for any urgent one.
            if self._asleep and (urgent or len(waiting) == 1):
                self._asleep = False
                self._wake.put(None)

    def take(self) -> list[Record | Command]:
        """Wait, then answer all that waits, in order; empty only after `close`."""
        lingered = False
        while True:
            with self._lock:
                if self._urgent or self._closed or (lingered and self._waiting):
                    batch, self._waiting = self._waiting, []
                    self._bytes = 0
                    self._urgent = False
                    return batch
                timeout = LINGER_S if self._waiting else None
                self._asleep = True
            try:
                self._wake.get(timeout=timeout)
            except Empty:
                lingered = True
            with self._lock:
                self._asleep = False

    def close(self) -> None:
        """Take no more; what waits is still answered by `take`."""
        with self._lock:
            self._closed = True
            self._wake.put(None)


def resolve(answers: list[Answer]) -> None:
    """Tell everyone, with one call into each event loop."""
    loops: dict[AbstractEventLoop, list[Answer]] = {}
    for answer in answers:
        loops.setdefault(answer[0].get_loop(), []).append(answer)
    for loop, part in loops.items():
        try:
            loop.call_soon_threadsafe(_settle, part)
        except RuntimeError:  # that loop is closed: nobody waits any more
            log.info("event log: %d answers found their loop closed", len(part))


def _settle(answers: list[Answer]) -> None:
    for future, result in answers:
        if future.done():  # whoever waited has given up
            continue
        if isinstance(result, PortError):
            future.set_exception(result)
        else:
            future.set_result(result)
