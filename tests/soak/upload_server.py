"""The server of the API in a process that can be killed and is there again at once.

It serves as `jhalak serve` does, without the loops and the kernels of feeds, which take uploads
seconds and concern none; a process that has imported all forks it.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
from ctypes import CDLL
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

START_S: Final = 60.0
_PR_SET_PDEATHSIG: Final = 1
_FIRST: Final = (
    __name__, "jhalak.assembly", "jhalak.api.app", "jhalak.cli.web", "jhalak.feeds.lockscreen",
    "jhalak.feeds.video", "jhalak.feeds.warm", "jhalak.workers.follow_catalogue",
    "jhalak.workers.follow_learned", "jhalak.workers.settle_reviews",
    "jhalak.workers.sweep_uploads", "jhalak.records.migrations",
)  # fmt: skip
"""Imported once, before the forks."""
_FORKS: Final = multiprocessing.get_context("forkserver")


class Killed:
    """A server over the folder `data`, killed and started as often as asked."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self.port = 0
        """0: it is not there."""
        _FORKS.set_forkserver_preload(list(_FIRST))

    def start(self) -> None:
        ours, theirs = _FORKS.Pipe()
        self._process = _FORKS.Process(target=_serve, args=(self._data, theirs), daemon=True)
        self._process.start()
        theirs.close()
        assert ours.poll(START_S), "the server does not start"
        self.port = ours.recv()

    def end(self, number: signal.Signals = signal.SIGKILL) -> None:
        self.port = 0
        (self._process.kill if number == signal.SIGKILL else self._process.terminate)()
        self._process.join(START_S)
        assert self._process.exitcode is not None, "the server does not end"


def _serve(data: Path, told: Connection) -> None:
    CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    from jhalak.api.app import create_app
    from jhalak.assembly import Server
    from jhalak.cli.web import Web, listen

    async def serve() -> None:
        web = Web(create_app(Server(data).services))
        web.obey_signals()
        listening = listen("127.0.0.1", 0)
        told.send(listening.getsockname()[1])
        await web.serve(sockets=[listening])

    asyncio.run(serve())
