"""The web server, ended by us."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import signal
import socket
import ssl
from collections.abc import Callable
from typing import Final

import msgspec
import uvicorn
from litestar.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from jhalak.cli.failure import Failure

_HOST: Final = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)
"""Of these errors the address is the cause, whatever the port."""

HEAD: Final = 65_536
"""Bytes of a request's head, at most, and of what follows its body."""
_TOO_LONG: Final = msgspec.json.encode(
    {"error": "too_long", "detail": f"what stands before a body has at most {HEAD:,} bytes"}
)


class Bounded(HttpToolsProtocol):
    """uvicorn's protocol, which takes a head however long it is: of short lines 20 bytes of memory
    for each byte that somebody sends."""

    _unheard = 0
    """Bytes that came since a piece of a body, or the end of a request, was read."""

    def data_received(self, data: bytes) -> None:
        self._unheard += len(data)
        super().data_received(data)
        if self._unheard > HEAD and not self.transport.is_closing():
            if self.cycle is None or self.cycle.response_complete:
                self.transport.write(
                    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
                    b"content-type: application/json\r\ncontent-length: %d\r\n"
                    b"connection: close\r\n\r\n%s" % (len(_TOO_LONG), _TOO_LONG)
                )
            self.transport.close()

    def on_body(self, body: bytes) -> None:
        self._unheard = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._unheard = 0
        super().on_message_complete()


class Web(uvicorn.Server):
    """uvicorn with our signals: its own handling raises a signal again after the last answer,
    which would end the process before profiles are written and the learner is told."""

    def __init__(
        self, app: ASGIApp, tls: ssl.SSLContext | None = None,
        ending: Callable[[], None] = lambda: None,
    ) -> None:  # fmt: skip
        """`ending` is called first when the server ends: answers that would go on for ever must
        not be waited for."""
        self._ending = ending
        super().__init__(
            uvicorn.Config(
                app, http=Bounded, ws="none", loop="none", lifespan="off",
                access_log=False, log_level="warning", server_header=False, date_header=False,
                timeout_graceful_shutdown=10, timeout_keep_alive=75, backlog=4096,
                ssl_context_factory=None if tls is None else lambda _config, _default: tls,
            )
        )  # fmt: skip

    def obey_signals(self) -> None:
        """From now on SIGTERM and SIGINT let the requests in flight finish, then end `serve`."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.handle_exit, number, None)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._ending()
        await super().shutdown(sockets)

    def capture_signals(self) -> contextlib.AbstractContextManager[None]:  # type: ignore[override]
        return contextlib.nullcontext()


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises Failure saying what to do."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        wrong = "--host" if isinstance(error, socket.gaierror) or error.errno in _HOST else "--port"
        raise Failure(f"cannot listen on {host}:{port}: {error.strerror}; try {wrong}") from None
    listening.listen(4096)
    listening.setblocking(False)
    return listening
