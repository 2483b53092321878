"""A cell that follows feeds: real records on a file, a network that a test writes, and a clock
that it moves."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from random import Random
from typing import NoReturn

import msgspec

from jhalak.assembly import open_intake, open_records
from jhalak.config.settings import FetchSettings, FollowSettings, Settings
from jhalak.ingest.document import Document, read_document
from jhalak.ports.feeds import EntryRow
from jhalak.ports.fetcher import Answer, FetchError, Limits
from jhalak.schema.feed import Feed
from jhalak.schema.item import ItemRecord
from jhalak.workers.follow_feeds import FollowFeeds
from jhalak.workers.subscribe import Subscriber

NOW_MS = 1_795_000_000_000  # 2026-11-18
URL = "https://news.example/rss.xml"

Told = Answer | FetchError | Callable[["Network", str, dict[str, str]], Answer]


def answer(body: str | bytes = b"", status: int = 200, url: str = URL, **headers: str) -> Answer:
    data = body.encode() if isinstance(body, str) else body
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(url, status, named, data)


class Network:
    """Fetcher (ports/fetcher.py) that answers what it was told to."""

    def __init__(self) -> None:
        self.pages: dict[str, Told] = {}
        self.asked: list[tuple[str, str, dict[str, str], bytes]] = []
        self.running: dict[str, int] = {}
        self.most: dict[str, int] = {}
        self.gate: asyncio.Event | None = None

    async def fetch(
        self, url: str, headers: dict[str, str] | None = None, limits: Limits = Limits(),
        *, method: str = "GET", body: bytes = b"",
    ) -> Answer:  # fmt: skip
        self.asked.append((method, url, dict(headers or {}), body))
        host = url.split("/")[2]
        self.running[host] = self.running.get(host, 0) + 1
        self.most[host] = max(self.most.get(host, 0), self.running[host])
        try:
            await (self.gate.wait() if self.gate else asyncio.sleep(0))
        finally:
            self.running[host] -= 1
        told = self.pages.get(url, answer(status=404, url=url))
        if isinstance(told, FetchError):
            raise told
        return told if isinstance(told, Answer) else told(self, url, headers or {})

    async def close(self) -> None: ...

    def polls(self, url: str = URL) -> list[dict[str, str]]:
        return [headers for method, asked, headers, _ in self.asked
                if method == "GET" and asked == url]  # fmt: skip

    def posts(self) -> list[tuple[str, bytes]]:
        return [(url, body) for method, url, _, body in self.asked if method == "POST"]


async def read_here(data: bytes, content_type: str, url: str) -> Document:
    """Reads in this process."""
    return read_document(data, content_type, url)


class Cell:
    """Following, step by step."""

    def __init__(self, folder: Path, public_url: str = "", **rules: object) -> None:
        self.now_ms = NOW_MS
        self.network = Network()
        self.rules = msgspec.structs.replace(FollowSettings(), **rules)
        settings = Settings(follow=self.rules)
        self.records = open_records(folder, settings)
        self.intake = open_intake(self.records, settings, lambda: self.now_ms)
        numbers = iter(range(1000))
        self.subscriber = Subscriber(
            self.records.subscriptions, self.network, public_url, lambda: self.now_ms,
            lambda: f"token{next(numbers)}",
        )  # fmt: skip
        self.follower = FollowFeeds(
            self.records.feeds, self.records.deliveries, self.intake, self.network,
            self.subscriber, read_here, self.rules, FetchSettings(), lambda: self.now_ms, Random(1),
        )  # fmt: skip

    def add(self, url: str = URL, **wishes: str) -> Feed:
        return self.records.feeds.add(url, self.now_ms, **wishes)[0]  # type: ignore[arg-type]

    def feed(self, url: str = URL) -> Feed:
        found = self.records.feeds.find(url)
        assert found is not None
        return found

    def run(self, seconds: float = 0.0) -> None:
        """Let time pass, then do all that is due."""
        self.now_ms += int(seconds * 1000)

        async def main() -> None:
            while await self.follower.step() or self.follower.busy:
                await self.follower.settle()

        asyncio.run(main())

    def poll(self) -> None:
        """Let time pass until the first feed is due."""
        due = min(f.next_ms for f in self.records.feeds.all() if f.status == "following")
        self.run(max(due - self.now_ms, 0) / 1000)

    def items(self) -> list[ItemRecord]:
        """All of them, in the order of their changes."""
        return self.records.items.changes(0, 10_000)

    def titles(self) -> list[str]:
        return [record.item.title for record in self.items()]

    def end(self) -> None:
        self.records.database.close()


def entry(number: int, title: str = "", at_ms: int = NOW_MS - 60_000, more: str = "") -> str:
    at = format_datetime(datetime.fromtimestamp(at_ms / 1000, UTC))
    name = title or f"The town council opens its market number {number}"
    return (
        f"<item><title>{name}</title><link>https://news.example/{number}</link>"
        f"<guid>https://news.example/{number}</guid><pubDate>{at}</pubDate>{more}</item>"
    )


def rss(*entries: str, more: str = "") -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel>'
        f"<title>Example News</title>{more}{''.join(entries)}</channel></rss>"
    )


class NoItems:
    """An item store without items, for who writes nothing."""

    def get(self, _: str) -> None:
        return None

    def put(self, *_: object) -> NoReturn:
        raise AssertionError("nothing is written")

    recall = changes = by_num = creators = put


class NoEntries:
    """An entry store that knows none."""

    def known(self, *_: object) -> dict[bytes, EntryRow]:
        return {}

    def owners(self, *_: object) -> dict[str, int]:
        return {}

    def keep(self, *_: object) -> NoReturn:
        raise AssertionError("nothing is written")

    forget = keep
