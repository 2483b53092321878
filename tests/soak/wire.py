"""Bytes out, answers in: a client that does not mind what it sends."""

from __future__ import annotations

import io
import socket
from contextlib import suppress
from http.client import HTTPException, HTTPResponse
from typing import Final

from tests.soak.server import Answer

PATIENCE_S: Final = 10.0
GONE_S: Final = 0.3
"""How long somebody who sent no whole request waits before going away."""


def send(port: int, raw: bytes, *, answers: int = 1, whole: bool = True) -> list[Answer]:
    """What the server answers to `raw` on a connection of its own, at most `answers` times; fewer
    when it ends the connection instead.

    `whole` False: the bytes may be no request, so the sender closes its side before long.
    """
    found: list[Answer] = []
    with socket.create_connection(("127.0.0.1", port), PATIENCE_S) as connection:
        with suppress(ConnectionError):  # refused before all of it was sent: an answer may be there
            connection.sendall(raw)
        method = raw.partition(b" ")[0].decode("latin-1")
        stream = _Stream(connection)
        while len(found) < answers:
            connection.settimeout(PATIENCE_S if whole else GONE_S)
            try:
                answer = _answer(stream, method)
            except TimeoutError:
                if whole:
                    raise
                whole, stream = True, _Stream(connection)
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_WR)
                continue
            if answer is None:
                break
            found.append(answer)
    return found


class _Stream(io.BufferedReader):
    """What a connection brings; it outlives each answer, so that pipelined ones are not lost."""

    def __init__(self, connection: socket.socket) -> None:
        super().__init__(socket.SocketIO(connection, "r"))

    def makefile(self, _: str) -> _Stream:
        return self

    def close(self) -> None:
        """The connection is closed elsewhere."""


def _answer(stream: _Stream, method: str) -> Answer | None:
    response = HTTPResponse(stream, method=method)  # type: ignore[arg-type]
    try:
        response.begin()
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, headers, response.read())
    except (ConnectionError, HTTPException):
        return None
    finally:
        response.close()
