"""The web server itself: what comes before a request is whole is bounded."""

from __future__ import annotations

import asyncio
import socket
import tracemalloc
from collections.abc import Iterator

import pytest

from jhalak.api.trust_page import trust_app
from jhalak.cli.web import HEAD, Web, listen

BEGIN = b"GET / HTTP/1.1\r\nHost: x\r\n"
CHUNKED = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n"
LINES = b"A: b\r\n" * 10_000


def told(port: int, beginning: bytes, piece: bytes, most: int) -> tuple[bytes, int]:
    """What is answered to a beginning and the same piece again and again, and how much was sent
    before the line was shut."""
    sent, answer = 0, b""
    with socket.create_connection(("127.0.0.1", port), 30) as line:
        try:
            line.sendall(beginning)
            while sent < most:
                line.sendall(piece)
                sent += len(piece)
        except ConnectionError:
            pass
        try:
            while more := line.recv(65_536):
                answer += more
        except ConnectionError:
            pass
    return answer, sent


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with listen("127.0.0.1", 0) as made:
        yield made


def served(
    listening: socket.socket, beginning: bytes, piece: bytes, most: int
) -> tuple[bytes, int]:
    port = listening.getsockname()[1]

    async def go() -> tuple[bytes, int]:
        web = Web(trust_app(b"", "", ""))
        serving = asyncio.create_task(web.serve(sockets=[listening.dup()]))
        try:
            return await asyncio.to_thread(told, port, beginning, piece, most)
        finally:
            web.should_exit = True
            await serving

    return asyncio.run(go())


@pytest.mark.parametrize(
    ("beginning", "piece"),
    [(BEGIN, LINES), (BEGIN + b"X: ", b"a" * 60_000), (b"GET /", b"a" * 60_000), (CHUNKED, LINES)],
)
def test_a_head_without_end_takes_no_memory(
    listening: socket.socket, beginning: bytes, piece: bytes
) -> None:
    tracemalloc.start()
    try:
        _, sent = served(listening, beginning, piece, 50_000_000)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert sent < 30_000_000, "the line was shut"
    assert most < 30_000_000


def test_a_head_that_is_too_large_is_told_so(listening: socket.socket) -> None:
    answer, _ = served(listening, BEGIN, LINES, 2 * HEAD)
    assert answer.startswith(b"HTTP/1.1 431 ") or not answer


def test_heads_as_they_are_come_in_whatever_follows_them(listening: socket.socket) -> None:
    large = BEGIN + b"X: " + b"a" * (HEAD - 2000) + b"\r\n\r\n"
    last = BEGIN + b"Connection: close\r\n\r\n"
    answer, _ = served(listening, 3 * large, last, len(last))
    assert answer.count(b"HTTP/1.1 200 ") == 4
    body = b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 3000000\r\n\r\n"
    answer, _ = served(listening, body, b"a" * 60_000, 3_000_000)
    assert answer.startswith(b"HTTP/1.1 405 ")
