"""The web server, ended by us."""

from __future__ import annotations

import asyncio
import contextlib
import signal

import uvicorn
from litestar.types import ASGIApp


class Web(uvicorn.Server):
    """uvicorn with our signals: its own handling raises a signal again after the last answer,
    which would end the process before profiles are written and the learner is told."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(
            uvicorn.Config(
                app, http="httptools", ws="none", loop="none", lifespan="off",
                access_log=False, log_level="warning", server_header=False, date_header=False,
                timeout_graceful_shutdown=10, timeout_keep_alive=75, backlog=4096,
            )
        )  # fmt: skip

    def obey_signals(self) -> None:
        """From now on SIGTERM and SIGINT let the requests in flight finish, then end `serve`."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.handle_exit, number, None)

    def capture_signals(self) -> contextlib.AbstractContextManager[None]:  # type: ignore[override]
        return contextlib.nullcontext()
