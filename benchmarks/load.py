"""The load generator: raw sockets, keep-alive connections, in a process of its own.

Closed loop: each connection sends its next request as soon as it has its answer. Open loop: a
request is sent at its scheduled time whether or not the ones before were answered, and its
latency counts from that time, so a server that stalls cannot slow its own examiner down.

One thread and `select`, whose timeout has microseconds: the event loops round timers up to 1 ms.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import select
import socket
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from multiprocessing.connection import Connection as Pipe
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.processes import LOAD_CORE, pin

RECEIVE: Final = 1 << 18
ANSWER_S: Final = 20.0
"""No answer for so long ends the run."""


@dataclass(frozen=True, slots=True)
class Job:
    """What to send. `requests` are whole HTTP/1.1 requests, taken in turn, round and round."""

    port: int
    requests: list[bytes]
    count: int
    """How many to send in all."""
    connections: int = 16
    rate: float = 0.0
    """Requests a second, open loop; 0: closed loop."""
    regular: bool = False
    """Open loop at equal distances instead of a Poisson process."""
    first: int = 0
    """Index of the first request."""
    sample: int = 0
    """Answer bodies kept: one of so many; 0: none."""
    seed: int = 1


@dataclass(slots=True)
class Answers:
    """What came back. Times in seconds."""

    latency: NDArray[np.float64]
    """float64[n], from the scheduled (open loop) or the real (closed loop) sending."""
    service: NDArray[np.float64]
    """float64[n], from the real sending."""
    late: NDArray[np.float64]
    """float64[n]: how long after its time a request was sent though a connection was free: the
    generator's own fault."""
    wall_s: float
    statuses: dict[int, int]
    bodies: list[bytes] = field(default_factory=list)
    size: int = 0
    """Bytes of the last body."""

    @property
    def ok(self) -> bool:
        return all(200 <= status < 300 for status in self.statuses)

    def percentile(self, share: float) -> float:
        """Milliseconds from the scheduled sending."""
        return float(np.percentile(self.latency, share)) * 1000


class _Connection:
    """One socket with at most one request in flight."""

    __slots__ = ("body_at", "buffer", "due", "end", "late", "sent", "socket", "status")

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = bytearray()
        self.due = self.sent = self.late = 0.0
        self.status = self.body_at = self.end = 0

    def fileno(self) -> int:
        return self.socket.fileno()

    def send(self, request: bytes, due: float, late: float) -> None:
        self.buffer.clear()
        self.end = 0
        self.due, self.late = due, late
        self.sent = time.perf_counter()
        self.socket.sendall(request)

    def read(self) -> bool:
        """Take what came; is the answer whole? Raises ConnectionError."""
        data = self.socket.recv(RECEIVE)
        if not data:
            raise ConnectionError("the server closed the connection")
        self.buffer += data
        if not self.end:
            at = self.buffer.find(b"\r\n\r\n")
            if at < 0:
                return False
            head = bytes(self.buffer[:at]).lower()
            self.status = int(head[9:12])
            name = head.find(b"content-length:")
            length = int(head[name + 15 :].split(b"\r\n", 1)[0]) if name >= 0 else 0
            self.body_at = at + 4
            self.end = self.body_at + length
        return len(self.buffer) >= self.end

    @property
    def body(self) -> bytes:
        return bytes(self.buffer[self.body_at : self.end])


def run(job: Job) -> Answers:
    """Send all requests and read all answers, in this process. Raises ConnectionError,
    TimeoutError."""
    connections = [_Connection(job.port) for _ in range(job.connections)]
    gc.collect()
    gc.disable()
    try:
        return _Run(job, connections).go()
    finally:
        gc.enable()
        for connection in connections:
            connection.socket.close()


class _Run:
    def __init__(self, job: Job, connections: list[_Connection]) -> None:
        self.job = job
        self.idle = deque(connections)
        self.busy: dict[int, _Connection] = {}
        self.poll = select.epoll()
        self.next = 0
        self.done = 0
        self.times = np.zeros((3, job.count))
        self.statuses: Counter[int] = Counter()
        self.bodies: list[bytes] = []
        self.size = 0
        self.freed = 0.0
        """When a connection became free for a request that waited."""
        for connection in connections:
            self.poll.register(connection.fileno(), select.EPOLLIN)

    def go(self) -> Answers:
        job = self.job
        due = self._schedule()
        begin = heard = time.perf_counter()
        while self.done < job.count:
            wait = self._send(due, begin)
            for fd in self._readable(wait):
                connection = self.busy.get(fd)
                if connection is not None and connection.read():
                    self._answered(connection)
                heard = time.perf_counter()
            if time.perf_counter() - heard > ANSWER_S + (wait or 0.0):
                raise TimeoutError(f"no answer for {ANSWER_S:.0f} s; {self.done} were answered")
        self.poll.close()
        return Answers(
            self.times[0], self.times[1], self.times[2], time.perf_counter() - begin,
            dict(self.statuses), self.bodies, self.size,
        )  # fmt: skip

    def _schedule(self) -> NDArray[np.float64] | None:
        """Seconds from the start at which each request is due."""
        job = self.job
        if not job.rate:
            return None
        if job.regular:
            return np.arange(job.count) / job.rate
        gaps = np.random.default_rng(job.seed).exponential(1 / job.rate, job.count)
        return np.cumsum(gaps)

    def _send(self, due: NDArray[np.float64] | None, begin: float) -> float | None:
        """Send what is due to free connections; the seconds until the next is, None: whenever
        an answer comes."""
        job = self.job
        while self.next < job.count and self.idle:
            at = time.perf_counter()
            if due is not None:
                at = begin + float(due[self.next])
                now = time.perf_counter()
                if at > now:
                    return at - now
            late = max(time.perf_counter() - max(at, self.freed), 0.0) if due is not None else 0.0
            connection = self.idle.popleft()
            self.busy[connection.fileno()] = connection
            connection.send(job.requests[(job.first + self.next) % len(job.requests)], at, late)
            self.next += 1
        return None

    def _readable(self, wait: float | None) -> list[int]:
        if wait is None:
            return [fd for fd, _ in self.poll.poll(1.0)]
        # An epoll's descriptor can itself be selected: its timeout is then exact to the us.
        readable, _, _ = select.select([self.poll], [], [], wait)
        return [fd for fd, _ in self.poll.poll(0)] if readable else []

    def _answered(self, connection: _Connection) -> None:
        now = time.perf_counter()
        self.times[:, self.done] = now - connection.due, now - connection.sent, connection.late
        self.statuses[connection.status] += 1
        if self.job.sample and self.done % self.job.sample == 0:
            self.bodies.append(connection.body)
        self.size = connection.end - connection.body_at
        self.done += 1
        if not self.idle:
            self.freed = now
        del self.busy[connection.fileno()]
        self.idle.append(connection)


class Load:
    """A load generator in a process of its own, pinned to its core; a context manager."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()

    def __enter__(self) -> Load:
        return self

    def __exit__(self, *_: object) -> None:
        self._pipe.close()
        self._process.join(5)
        if self._process.is_alive():
            self._process.kill()

    def begin(self, job: Job) -> None:
        """Start a job; `answers` waits for it."""
        self._pipe.send(job)

    def answers(self) -> Answers:
        """What became of the job. Raises what the generator raised."""
        answer = self._pipe.recv()
        if isinstance(answer, Exception):
            raise answer
        return answer  # type: ignore[no-any-return]

    def run(self, job: Job) -> Answers:
        """One job, begun and awaited."""
        self.begin(job)
        return self.answers()


def _serve(pipe: Pipe) -> None:
    pin(os.getpid(), [LOAD_CORE])
    while True:
        try:
            job = pipe.recv()
        except EOFError:
            return
        try:
            pipe.send(run(job))
        except Exception as error:
            pipe.send(error)
