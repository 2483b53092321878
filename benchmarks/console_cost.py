"""Claim: who watches the console costs the feeds next to nothing."""

from __future__ import annotations

import io
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from pathlib import Path
from typing import Final

from benchmarks.client import VIDEO, get
from benchmarks.load import Job
from benchmarks.measure import Rounds, check_full, measure, ratio
from benchmarks.processes import jhalak
from benchmarks.result import Result
from benchmarks.setting import Setting
from benchmarks.worlds import whole_slates

LIVE: Final = "/console/api/now"
RATE: Final = 1000.0
MOST: Final = 1.10
SAID: Final = 300
"""Bytes that a stream says at once; over one that says nothing a figure would be worth nothing."""


def console_cost(setting: Setting) -> Result:
    """CPU a page of 12 at 1,000 a second with the console's stream open, over without."""
    rounds, count = setting.pick(15, 3), setting.pick(4000, 500)
    closed, opened, told = Rounds(), Rounds(), 0
    with setting.worlds.copy(setting.items) as world:
        whole_slates(world.data)
        token = _operator(world.data)
        with jhalak(world.data) as server:
            requests = [get(VIDEO, viewer) for viewer in world.regular]
            # Not judged: a viewer's first slate waits for their profile.
            setting.load.run(Job(server.port, requests, 2 * len(requests)))
            for turn in range(rounds):
                job = Job(
                    server.port, requests, count, rate=RATE, first=turn * count, sample=97,
                    seed=turn,
                )  # fmt: skip
                check_full(measure(setting.load, server, job, closed), 12)
                with _console(server.port, token) as stream:
                    check_full(measure(setting.load, server, job, opened), 12)
                if stream.size < SAID:
                    raise RuntimeError(f"the console was told {stream.size} bytes")
                told += stream.size
    found = ratio(opened.cpu_us, closed.cpu_us)
    return Result(
        benchmark="console_cost",
        what=f"CPU a page of 12 at {RATE:,.0f}/s with the console open, {world.items:,} live items",
        figure=opened.cpu,
        unit="us",
        anchor="console closed",
        anchor_figure=closed.cpu,
        ratio=found,
        target=f"at most {MOST:.2f}x",
        met=found <= MOST,
        details={
            "opened_us": opened.cpu_us, "closed_us": closed.cpu_us, "bytes_told": told,
            "requests_per_s": opened.rate, "without_a_core": opened.waited,
            "p99_ms_open": opened.percentile(99), "p99_ms_closed": closed.percentile(99),
        },
    )  # fmt: skip


def _operator(data: Path) -> str:
    """A token with which the console's API is asked."""
    from jhalak.cli import main

    said = io.StringIO()
    with redirect_stdout(said), suppress(SystemExit):
        main(["operator", "token", "benchmark", "--data", str(data)])
    return said.getvalue().split()[0]


class _Stream:
    """Reads the console's stream and throws it away, as a browser in another process would."""

    def __init__(self, port: int, token: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.sendall(get(LIVE, token))
        self.size = 0
        head = self._socket.recv(1 << 16)
        if b" 200 " not in head.split(b"\r\n", 1)[0]:
            raise RuntimeError(f"the console's stream answered {head[:200]!r}")
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        with suppress(ConnectionError):
            while data := self._socket.recv(1 << 16):
                self.size += len(data)

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._socket.close()


@contextmanager
def _console(port: int, token: str) -> Iterator[_Stream]:
    stream = _Stream(port, token)
    try:
        yield stream
    finally:
        stream.close()
