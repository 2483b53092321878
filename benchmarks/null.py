"""The null ASGI application: the ceiling of what a Python web server can do.

`python -m benchmarks.null SIZE [STATUS]` serves on a free port, with the web server and the
settings that `jhalak serve` uses, and prints its address.
"""

from __future__ import annotations

import socket
import sys
from typing import Any

import uvloop

from jhalak.cli.web import Web


async def serve(size: int, status: int) -> None:
    """Answer `size` bytes to whatever is asked, until a signal."""
    body = b"x" * size
    headers = [
        (b"content-type", b"application/json"),
        (b"cache-control", b"private, no-store"),
        (b"content-length", str(size).encode()),
    ]
    start = {"type": "http.response.start", "status": status, "headers": headers}
    end = {"type": "http.response.body", "body": body, "more_body": False}

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["method"] == "POST":
            while (await receive()).get("more_body"):
                pass
        await send(start)
        await send(end)

    web = Web(app)
    web.obey_signals()
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen(4096)
    listening.setblocking(False)
    print(f"nothing at http://127.0.0.1:{listening.getsockname()[1]}", flush=True)
    await web.serve(sockets=[listening])


if __name__ == "__main__":
    status_given = int(sys.argv[2]) if len(sys.argv) > 2 else 200
    uvloop.run(serve(int(sys.argv[1]), status_given))
