"""A small Jhalak for tests of the viewer's app: the HTTP contract over a handful of starter cards.

It has a taste of its own, so that tests see editions follow taps: topics that were tapped come
first in the next edition. Everything that the app sent is kept for assertions.
"""

from __future__ import annotations

import json
import threading
import tomllib
from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from jhalak.api.apps import File, read_app
from tests.page.films import Films

ROOT = Path(__file__).parents[2] / "jhalak"
APP = ROOT / "api" / "built" / "viewer"


def _table(path: str) -> dict[str, Any]:
    return tomllib.loads((ROOT / path).read_text("utf-8"))


TOPICS = _table("catalogue/topics.toml")["topics"]
CHANNELS = _table("catalogue/channels.toml")["channels"]
REASONS = _table("stages/reasons.toml")["reasons"]
SHOWN_TOPICS = (
    "sport", "science", "food", "travel", "technology", "business", "nature", "entertainment",
    "health", "fashion", "education", "lifestyle",
)  # fmt: skip


class Asked(NamedTuple):
    """One request that the page made."""

    method: str
    path: str
    query: dict[str, str]
    body: Any
    token: str


def starter_cards(language: str) -> list[dict[str, Any]]:
    """The starter catalogue of `language`, turn by turn over its topics."""
    path = ROOT / "demo" / "starter" / f"{language}.jsonl"
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    rows = [json.loads(line) for line in lines]
    cards = [row for row in rows if row.get("kind", "card") == "card"] or _made_up(language)
    turn: Counter[str] = Counter()
    order = []
    for card in cards:
        order.append((turn[card["topic"]], len(order), card))
        turn[card["topic"]] += 1
    return [card for *_, card in sorted(order, key=lambda entry: entry[:2])]


def _made_up(language: str) -> list[dict[str, Any]]:
    """Cards out of the texts that every language has, where no starter catalogue is there."""
    why = REASONS["taste_topic"][language]
    cards = []
    for n in range(60):
        topic = SHOWN_TOPICS[n % len(SHOWN_TOPICS)]
        name = TOPICS[topic]["names"][language]
        text = why.replace("{topic}", name)
        cards.append({"id": f"{language}-{n}", "topic": topic, "title": f"{name}: {text}",
                      "summary": text, "publisher": name})  # fmt: skip
    return cards


class MockJhalak:
    """The server's state and answers. Attributes may be changed by a test while it runs."""

    def __init__(self) -> None:
        self._files: dict[str, File] = read_app(APP)
        self._came = threading.Condition()
        self._visit = 0
        self.reset()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()
        self.origin = f"http://127.0.0.1:{self.server.server_port}"

    def reset(self) -> None:
        """As new. What a page of an earlier test still sends is refused and not kept."""
        with self._came:
            self._visit += 1
            self.token = f"token-{self._visit}"
            self.asked: list[Asked] = []
            self.languages = ["en"]
            self.editions = 0
            self.level = "full"
            self.failing = False
            self.known = True
            self.change_card: dict[str, Any] = {}
            self.make_card: Callable[[int], dict[str, Any]] = lambda _: {}
            self.cards = 12
            self.recalls: list[str] = []
            self.only_refs = False
            self.valid_until = "2099-11-24T00:00:00Z"
            self.blocks: list[dict[str, str]] = []
            self.media: dict[str, bytes] = {}
            self.films = Films(self._visit)
            self.channels: dict[str, dict[str, int]] = {}
            """Live items of each channel, by language."""
            self.taps: Counter[str] = Counter()
            self._seen: set[str] = set()
            self._last: list[dict[str, Any]] = []
            self._slots: dict[str, dict[str, Any]] = {}

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def calls(self, method: str, start: str) -> list[Asked]:
        return [a for a in list(self.asked) if a.method == method and a.path.startswith(start)]

    def events(self, kind: str | None = None) -> list[dict[str, Any]]:
        """All events received, each id once, in order; of one type where `kind` is given."""
        once = {e["id"]: e for a in self.calls("POST", "/v1/events") for e in a.body["events"]}
        return [e for e in once.values() if kind in (None, e["type"])]

    def wait(self, true: Callable[[], bool]) -> None:
        """Until `true` holds, looking again at each request; AssertionError after 5 s."""
        with self._came:
            assert self._came.wait_for(true, 5), "the page did not ask for what was expected"

    def answer(self, asked: Asked) -> tuple[int, Any]:
        if self.failing:
            return 503, {"error": "unavailable"}
        if not self.known and asked.token:
            return 401, {"error": "bad_token"}
        route = f"{asked.method} {asked.path}"
        if route == "POST /v1/viewers":
            self.known = True
            self.languages = asked.body["languages"]
            return 201, {"viewer": "v1", "token": self.token}
        if asked.path == "/v1/recalls":
            return self._recalls(asked)
        if asked.path == "/v1/me/preferences":
            return 200, self._preferences(asked)
        if asked.path.startswith("/v1/me/") and asked.method in ("PUT", "DELETE"):
            return 200, {"on": asked.method == "PUT"}
        if asked.path.startswith("/v1/me/why/"):
            return 200, {"why": REASONS["fresh"]["en"], "reason": "fresh", "parts": {"fresh": 0.4}}
        if asked.path.startswith("/v1/reader/"):
            return 200, {"blocks": self.blocks, "more": []}
        routes = {
            "GET /v1/topics": self._topics, "GET /v1/lockscreen/edition": self._edition,
            "GET /v1/video/feed": self._feed, "GET /v1/me/interests": self._interests,
            "POST /v1/events": self._events, "DELETE /v1/me": lambda _: None,
            "GET /v1/channels/offered": self._offered, "GET /v1/channels": self._channels,
        }  # fmt: skip
        if route not in routes:
            return 404, {"error": "not_found"}
        body = routes[route](asked)
        return (204, None) if body is None else (202 if asked.method == "POST" else 200, body)

    def _recalls(self, asked: Asked) -> tuple[int, Any]:
        since = int(asked.query["since"])
        rows = [{"seq": n, "item": i} for n, i in enumerate(self.recalls, 1) if n > since]
        return (200, {"recalls": rows, "next": len(self.recalls)}) if rows else (304, None)

    def _preferences(self, asked: Asked) -> dict[str, Any]:
        if asked.method == "PUT":
            self.languages = asked.body["languages"]
        return {"languages": self.languages, "profiled": True, "data_budget_bytes": 5_000_000}

    def _topics(self, _: Asked) -> dict[str, Any]:
        rows = [{"id": k, "colour": t["colour"], "names": t["names"]} for k, t in TOPICS.items()]
        return {"topics": rows}

    def _offered(self, _: Asked) -> dict[str, Any]:
        return {"channels": [
            {"channel": id_, "topic": id_, "names": CHANNELS[id_]["names"], "items": items}
            for id_, items in self.channels.items()
        ]}  # fmt: skip

    def _channels(self, _: Asked) -> dict[str, Any]:
        return {"channels": [
            {"channel": id_, "name": CHANNELS[id_]["names"][self.languages[0]], "items": 1,
             "followed": False}
            for id_ in self.channels
        ]}  # fmt: skip

    def _choose(self, count: int) -> list[dict[str, Any]]:
        """Unseen cards, half of them of tapped topics; seen ones when none is left."""
        pool = [c for language in self.languages for c in starter_cards(language)]
        fresh = [c for c in pool if c["id"] not in self._seen] or pool
        liked = [c for c in fresh if self.taps[c["topic"]]][: count // 2 if self.taps else 0]
        rest = [c for c in fresh if c not in liked]
        chosen = sorted((liked + rest)[:count], key=lambda c: c["id"][::-1])
        self._seen.update(c["id"] for c in chosen)
        return chosen

    def _edition(self, asked: Asked) -> dict[str, Any]:
        self.editions += 1
        if self.only_refs and self._last:
            times = ("item", "show_from", "show_until")
            cards = [{name: c[name] for name in times} | {"ref": True} for c in self._last]
        else:
            cards = [
                self._card(c) | self.make_card(n) for n, c in enumerate(self._choose(self.cards))
            ]
            self._last = cards
        slotted = [{**c, "slot": f"e{self.editions}.{n}"} for n, c in enumerate(cards)]
        for card, known in zip(slotted, self._last, strict=True):
            self._slots[card["slot"]] = known
        return {
            "edition": f"edition{self.editions}", "valid_from": "2026-11-23T18:00:00Z",
            "valid_until": self.valid_until, "bytes": 4000, "level": self.level,
            "cards": slotted, "recalled": [], "recalls_since": len(self.recalls),
        }  # fmt: skip

    def _card(self, row: dict[str, Any]) -> dict[str, Any]:
        language = row.get("language", self.languages[0])
        return {
            "item": row["id"], "story": row["id"], "headline": row["title"],
            "summary": row["summary"], "language": language, "topic": row["topic"],
            "publisher": row.get("publisher") or None, "url": None,
            "image": {"art": {"topic": row["topic"], "seed": row["id"]}},
            "show_from": "2026-11-23T18:00:00Z", "show_until": "2099-11-24T00:00:00Z",
            "why": REASONS["fresh"][self.languages[0]],
        } | self.change_card  # fmt: skip

    def _feed(self, asked: Asked) -> dict[str, Any]:
        self.editions += 1
        items = self.films.page(int(asked.query["limit"]), f"v{self.editions}")
        if self.films.length:
            return {"slate": f"slate{self.editions}", "level": self.level, "items": items}
        for n, row in enumerate(self._choose(int(asked.query["limit"]))):
            card = self._card(row)
            self._slots[f"f{self.editions}.{n}"] = card
            items.append({
                "slot": f"f{self.editions}.{n}", "item": card["item"], "title": card["headline"],
                "language": card["language"], "topic": card["topic"],
                "creator": card["publisher"], "duration_s": 34.0,
                "renditions": [], "why": card["why"], "poster": card["image"],
            })  # fmt: skip
        return {"slate": f"slate{self.editions}", "level": self.level, "items": items}

    def _events(self, asked: Asked) -> dict[str, Any]:
        before = [a for a in self.asked[:-1] if a.path == "/v1/events"]
        known = {event["id"] for a in before for event in a.body["events"]}
        for event in asked.body["events"]:
            if event["type"] == "tap" and event["id"] not in known:
                self.taps[self._slots[event["slot"]]["topic"]] += 1
        return {"accepted": len(asked.body["events"]), "duplicates": 0, "rejected": []}

    def _interests(self, _: Asked) -> dict[str, Any]:
        total = sum(self.taps.values()) or 1
        shares = [{"topic": t, "share": n / total} for t, n in self.taps.most_common()]
        return {"profiled": True, "interests": shares, "languages": {}}

    def _handler(mock) -> type[BaseHTTPRequestHandler]:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            wbufsize = -1  # head and body in one packet: 40 ms less an answer

            def log_message(self, *_: Any) -> None:
                """Tests read `asked`, not a log."""

            def _any(self) -> None:
                url = urlsplit(self.path)
                length = int(self.headers.get("content-length", 0))
                raw = self.rfile.read(length)
                if url.path == "/favicon.ico":  # asked for beside a file that is no page
                    return self._send(204, b"", "image/png")
                if url.path in mock.media:
                    return self._send(200, mock.media[url.path], "image/webp")
                if url.path.startswith("/video/"):
                    return self._film(url.path)
                if file := mock._files.get(url.path.lstrip("/") or "index.html"):
                    return self._file(file)
                query = {name: values[0] for name, values in parse_qs(url.query).items()}
                asked = Asked(
                    self.command, unquote(url.path), query,
                    json.loads(raw) if raw else None,
                    self.headers.get("authorization", "").removeprefix("Bearer "),
                )  # fmt: skip
                with mock._came:
                    if asked.token not in ("", mock.token):
                        return self._send(401, b"{}", "application/json")
                    mock.asked.append(asked)
                    status, body = mock.answer(asked)
                    mock._came.notify_all()
                payload = b"" if body is None else json.dumps(body).encode()
                return self._send(status, payload, "application/json")

            def _file(self, file: File) -> None:
                self.send_response(200)
                for name, value in file.headers:
                    self.send_header(name.decode(), value.decode())
                self.send_header("content-length", str(len(file.bodies[""])))
                self.end_headers()
                self.wfile.write(file.bodies[""])

            def _film(self, path: str) -> None:
                with mock._came:
                    status, body, headers = mock.films.file(path, self.headers.get("range", ""))
                    mock._came.notify_all()
                self._send(status, body, "video/mp4", headers)

            def _send(self, status: int, payload: bytes, kind: str, more: Any = ()) -> None:
                self.send_response(status)
                for name, value in more:
                    self.send_header(name, value)
                self.send_header("content-type", kind)
                self.send_header("content-length", str(len(payload)))
                self.end_headers()
                self.wfile.write(payload)

            do_GET = do_POST = do_PUT = do_DELETE = _any

        return Handler
