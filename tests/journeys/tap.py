"""A tap on the line between a browser and the server: what really crossed it, whoever asked."""

from __future__ import annotations

import socket
import threading
from typing import Final

SIZE: Final = 1 << 16


class Tap:
    """Passes everything on; `asked` holds each request line, `size` the bytes that came back."""

    def __init__(self, to: int) -> None:
        self._to = to
        self.asked: list[str] = []
        self.size = 0
        self._open: list[socket.socket] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def fresh(self) -> None:
        self.asked, self.size = [], 0

    def close(self) -> None:
        """Let nothing through any more."""
        for one in (self._listening, *self._open):
            one.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listening.accept()
                far = socket.create_connection(("127.0.0.1", self._to))
            except OSError:
                return
            self._open += [near, far]
            for source, drain, up in ((near, far, True), (far, near, False)):
                threading.Thread(target=self._pass, args=(source, drain, up), daemon=True).start()

    def _pass(self, source: socket.socket, drain: socket.socket, up: bool) -> None:
        try:
            while data := source.recv(SIZE):
                if up:
                    heads = data.split(b"\r\n")
                    self.asked += [x.decode() for x in heads if x.endswith(b" HTTP/1.1")]
                else:
                    self.size += len(data)
                drain.sendall(data)
            drain.shutdown(socket.SHUT_WR)
        except OSError:
            return
