"""A publisher for measurements: feeds on 127.0.0.1 that grow when told to, and a WebSub hub."""

from __future__ import annotations

import hmac
import queue
import threading
import time
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final, Self
from urllib.parse import parse_qs, urlencode
from urllib.request import Request, urlopen
from xml.sax.saxutils import escape

PATIENCE_S: Final = 60.0
KEPT: Final = 5_000
"""Newest entries that a feed shows."""


class Publisher:
    """Two feeds: `polled`, and `pushed`, which has a hub. Each entry's id is its address."""

    def __init__(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self._entries: dict[str, list[tuple[str, str, str]]] = {"polled": [], "pushed": []}
        self._brought: dict[str, list[tuple[str, str, str]]] = {"polled": [], "pushed": []}
        self._came: dict[str, queue.Queue[tuple[str, float]]] = {
            name: queue.Queue() for name in self._entries
        }
        self._lock = threading.Lock()
        self._number = 0
        self._asked: dict[str, str] = {}
        self._verified = threading.Event()

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.port}/{name}.xml"

    def bring(self, feed: str, titles: list[str]) -> None:
        """The next poll finds these."""
        with self._lock:
            for title in titles:
                self._number += 1
                self._brought[feed].append(
                    (f"{self.url(feed)}/{self._number}", title, formatdate())
                )

    def came(self, feed: str) -> tuple[str, float]:
        """The next entry that a poll or delivery brought, and when. Raises queue.Empty."""
        return self._came[feed].get(timeout=PATIENCE_S)

    def subscribed(self, timeout_s: float) -> None:
        """Wait until the hub has a subscriber. Raises RuntimeError."""
        if not self._verified.wait(timeout_s):
            raise RuntimeError("nobody subscribed")

    def deliver(self, title: str) -> None:
        """The hub sends an entry to its subscriber."""
        self.bring("pushed", [title])
        at = time.monotonic()
        body = self._feed("pushed", at)
        signed = hmac.new(self._asked["hub.secret"].encode(), body, "sha256").hexdigest()
        headers = {"content-type": "application/rss+xml", "x-hub-signature": f"sha256={signed}"}
        urlopen(Request(self._asked["hub.callback"], body, headers), timeout=30).close()

    def _feed(self, name: str, asked: float) -> bytes:
        with self._lock:
            new, self._brought[name] = self._brought[name], []
            entries = self._entries[name] = [*new, *self._entries[name]][:KEPT]
        for item, _, _ in new:
            self._came[name].put((item, asked))
        hub = f"<a:link rel='hub' href='http://127.0.0.1:{self.port}/hub'/>"
        items = "".join(
            f"<item><title>{escape(title)}</title><link>{item}</link><guid>{item}</guid>"
            f"<pubDate>{at}</pubDate></item>"
            for item, title, at in entries
        )
        return (
            "<rss version='2.0' xmlns:a='http://www.w3.org/2005/Atom'><channel>"
            f"<title>{name}</title>{hub if name == 'pushed' else ''}{items}"
            "</channel></rss>"
        ).encode()

    def _subscribe(self, form: dict[str, str]) -> None:
        """Verify and remember."""
        query = urlencode({"hub.mode": form["hub.mode"], "hub.topic": form["hub.topic"],
                           "hub.challenge": "yes", "hub.lease_seconds": "864000"})  # fmt: skip
        with urlopen(f"{form['hub.callback']}?{query}", timeout=30) as answer:
            if answer.read() == b"yes":
                self._asked = form
                self._verified.set()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        publisher = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                name = self.path.strip("/").removesuffix(".xml")
                # A pushed entry comes by its delivery alone.
                body = publisher._feed(name, time.monotonic())
                self.send_response(200)
                self.send_header("content-type", "application/rss+xml")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                form = {key: value[0] for key, value in parse_qs(body).items()}
                self.send_response(202)
                self.send_header("content-length", "0")
                self.end_headers()
                threading.Thread(target=publisher._subscribe, args=(form,), daemon=True).start()

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        return Handler
