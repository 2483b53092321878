"""Following feeds: fetch what is due, read it, take it in; read what hubs delivered.

A function of ports and a clock. Everything that it must know lies in the records, so that a
worker that ends goes on where it was. One such loop a cell.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Final
from urllib.parse import urlsplit

import msgspec

from jhalak.config.settings import FetchSettings, FollowSettings
from jhalak.ingest.document import Document, hub_of_headers
from jhalak.ingest.intake import Intake, Outcome, dates_ms, is_early
from jhalak.ingest.pace import (
    counted,
    gap_s,
    interval_s,
    max_age_s,
    pause_after_failure_s,
    retry_after_s,
    with_delays,
    with_new,
)
from jhalak.ports.errors import PortError
from jhalak.ports.feeds import FeedStore
from jhalak.ports.fetcher import Answer, Fetcher, FetchError, Limits
from jhalak.ports.subscriptions import Delivery, DeliveryStore
from jhalak.schema.feed import Feed, FeedState
from jhalak.workers.reading import Read
from jhalak.workers.steady_clock import SteadyClock
from jhalak.workers.subscribe import Subscriber

log = logging.getLogger(__name__)

ACCEPT: Final = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/activity+json,"
    " application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.1"
)
FORGET_MS: Final = 30 * 86_400_000
"""Entries not seen for so long are forgotten, once their cards are over; the cards are not."""
HOUSEKEEPING_MS: Final = 3_600_000
AHEAD_MS: Final = 60_000
"""Polled so long after now, it was so by a clock that was ahead."""
UNSAVED_MS: Final = 900_000
"""Between polls of a feed while the records cannot be written, on a full disk."""


def limits_of(rules: FetchSettings) -> Limits:
    """Of one feed."""
    return Limits(rules.seconds, rules.feed_bytes, 3 * rules.feed_bytes)


def asking(state: FeedState) -> dict[str, str]:
    """Headers of a poll."""
    headers = {"accept": ACCEPT}
    if state.etag:
        headers["if-none-match"] = state.etag
    if state.modified:
        headers["if-modified-since"] = state.modified
    return headers


@dataclass(slots=True)
class _Hosts:
    """One connection a host, and a pause after it."""

    pause_ms: int
    busy: set[str]
    free_ms: dict[str, int]

    def take(self, host: str, now_ms: int) -> bool:
        # Longer than the pause it lasts only by a clock that has stepped back since.
        if host in self.busy or 0 < self.free_ms.get(host, 0) - now_ms <= self.pause_ms:
            return False
        self.busy.add(host)
        return True

    def give(self, host: str, now_ms: int) -> None:
        self.busy.discard(host)
        self.free_ms = {name: at for name, at in self.free_ms.items() if at > now_ms}
        self.free_ms[host] = now_ms + self.pause_ms


class FollowFeeds:
    """The loop. `step` starts what is due and does not wait for it; `settle` does."""

    def __init__(
        self,
        feeds: FeedStore,
        deliveries: DeliveryStore,
        intake: Intake,
        fetcher: Fetcher,
        subscriber: Subscriber,
        read: Read,
        rules: FollowSettings,
        fetching: FetchSettings,
        clock: Callable[[], int],
        random: Random,
    ) -> None:
        self._feeds, self._deliveries, self._intake = feeds, deliveries, intake
        self._fetcher, self._subscriber, self._rules = fetcher, subscriber, rules
        self._read_document = read
        self._limits, self._clock, self._random = limits_of(fetching), clock, random
        self._hosts = _Hosts(int(rules.host_pause_s * 1000), set(), {})
        self._running: dict[int, asyncio.Task[None]] = {}
        """By feed: a poll or a delivery."""
        self._delivering: set[int] = set()
        """Those of them that are deliveries."""
        self._unsaved_ms: dict[int, int] = {}
        """Not before: of feeds that the records call due because they could not be written."""
        self._trouble: PortError | None = None
        self._steady = SteadyClock(clock)
        self._housekept_ms = 0

    async def step(self) -> bool:
        """Start polls that are due, and one delivery. True when there was one."""
        now_ms = self._clock()
        for feed in await asyncio.to_thread(self._feeds.all, now_ms):
            host = urlsplit(feed.url).hostname or ""
            if len(self._running) >= self._rules.at_once:
                break
            free = feed.num not in self._running and self._unsaved_ms.get(feed.num, 0) <= now_ms
            if free and self._hosts.take(host, now_ms):
                task = asyncio.create_task(self._poll(feed, host))
                self._running[feed.num] = task
        await self._housekeep(now_ms)
        return await self._delivered()

    @property
    def busy(self) -> bool:
        """Is a poll or a delivery being read?"""
        return bool(self._running)

    async def settle(self) -> None:
        """Wait for what was started."""
        while self._running:
            await asyncio.gather(*self._running.values(), return_exceptions=True)

    async def stop(self) -> None:
        """Give up what was started; it is due again at the next start."""
        for task in self._running.values():
            task.cancel()
        await self.settle()

    async def _housekeep(self, now_ms: int) -> None:
        believed_ms = self._steady()
        if abs(now_ms - self._housekept_ms) >= HOUSEKEEPING_MS:
            self._housekept_ms = now_ms
            await asyncio.to_thread(self._wake, now_ms)
            await asyncio.to_thread(self._intake.entries.forget, believed_ms - FORGET_MS)
        if self._subscriber.due(now_ms):
            await self._subscriber.end_unwanted(await asyncio.to_thread(self._feeds.all))

    def _wake(self, now_ms: int) -> None:
        """What was polled by a clock that was ahead is due: else it waited until that time."""
        for feed in self._feeds.all():
            if feed.state.polled_ms > now_ms + AHEAD_MS and feed.next_ms > now_ms:
                self._feeds.save(feed, feed.state, now_ms)

    async def _poll(self, feed: Feed, host: str) -> None:
        try:
            await self._polled(feed, host)
        except PortError as error:
            self._unsaved_ms[feed.num] = self._clock() + UNSAVED_MS
            log.error("feed %s: when to poll it again cannot be kept: %s", feed.url, error)
        else:
            self._unsaved_ms.pop(feed.num, None)
        finally:
            self._running.pop(feed.num, None)

    async def _polled(self, feed: Feed, host: str) -> None:
        """Raises PortError where the records do not take what came of it."""
        try:
            try:
                answer = await self._fetcher.fetch(feed.url, asking(feed.state), self._limits)
            finally:
                self._hosts.give(host, self._clock())
            await self._answered(feed, answer)
        except FetchError as problem:
            await self._failed(feed, str(problem), 0.0)
        except Exception as error:
            log.error("feed %s: %s", feed.url, error, exc_info=error)
            await self._failed(feed, f"our fault: {error}"[:200], 0.0)

    async def _answered(self, feed: Feed, answer: Answer) -> None:
        now_ms, status = self._clock(), answer.status
        if status == 304:
            await self._unchanged(feed, answer)
        elif status == 200:
            await self._read(feed, answer)
        elif status == 410:
            log.warning("feed %s is gone: its server said 410", feed.url)
            if await self._failed(feed, "410: gone, so it is not polled any more", 0.0):
                await asyncio.to_thread(self._feeds.change, feed.num, now_ms, status="gone")
        else:
            wait = retry_after_s(answer.headers.get("retry-after", ""), now_ms)
            await self._failed(feed, f"its server answered {status}", wait)

    async def _unchanged(self, feed: Feed, answer: Answer) -> None:
        tally = feed.state.tally
        tally = msgspec.structs.replace(
            tally, polls=tally.polls + 1, not_modified=tally.not_modified + 1
        )
        state = _validated(feed.state, answer, tally=tally)
        if await self._save(feed, state):
            await self._subscriber.keep(feed, state)

    async def _read(self, feed: Feed, answer: Answer) -> None:
        kind = answer.headers.get("content-type", "")
        document, outcome = await self._taken(feed, answer.body, kind, answer.url)
        if document.problem:
            await self._failed(feed, document.problem, 0.0)
            return
        hub, topic = hub_of_headers(answer.headers)
        document.hub, document.topic = hub or document.hub, topic or document.topic
        state = _validated(feed.state, answer, **_of(document, answer))
        state = _shown(feed, state, document, outcome, self._clock(), delivered=False)
        if is_early(document, self._clock()):
            # It is taken when its time comes: a 304 would hide it until another entry comes.
            state = msgspec.structs.replace(state, etag="", modified="")
        if not await self._save(feed, state):
            return
        if document.finished:
            await asyncio.to_thread(self._feeds.change, feed.num, self._clock(), status="gone")
        await self._subscriber.keep(feed, state)

    async def _taken(
        self, feed: Feed, data: bytes, content_type: str, url: str
    ) -> tuple[Document, Outcome]:
        document = await self._read_document(data, content_type, url)
        return document, await asyncio.to_thread(self._intake.take, feed, document)

    async def _save(self, feed: Feed, state: FeedState) -> bool:
        """After success. False where the feed lies there no more."""
        now_ms = self._clock()
        pushed = self._subscriber.is_active(feed.num, now_ms)
        interval = interval_s(state, self._rules, now_ms, pushed=pushed)
        state = msgspec.structs.replace(
            state, interval_s=interval, polled_ms=now_ms, ok_ms=now_ms, failures=0, error=""
        )
        # Feeds that were added together must not stay together.
        spread = interval * (0.95 + 0.1 * self._random.random())
        next_ms = now_ms + int(spread * 1000)
        return await asyncio.to_thread(self._feeds.save, feed, state, next_ms)

    async def _failed(self, feed: Feed, reason: str, retry_s: float) -> bool:
        """False where the feed lies there no more."""
        now_ms, tally = self._clock(), feed.state.tally
        log.info("feed %s: %s", feed.url, reason)
        state = msgspec.structs.replace(
            feed.state, polled_ms=now_ms, failures=feed.state.failures + 1, error=reason[:300],
            tally=msgspec.structs.replace(tally, polls=tally.polls + 1),
        )  # fmt: skip
        pause = pause_after_failure_s(state, self._rules, retry_s)
        next_ms = now_ms + int(pause * 1000)
        return await asyncio.to_thread(self._feeds.save, feed, state, next_ms)

    async def _delivered(self) -> bool:
        """Start reading the oldest delivery of a feed at which nothing else is done just now: a
        long one holds up no other feed's. Raises PortError when one could not be kept."""
        if self._trouble is not None:
            trouble, self._trouble = self._trouble, None
            raise trouble
        after = 0
        while len(self._delivering) < self._rules.at_once:
            delivery = await asyncio.to_thread(self._deliveries.next, after)
            if delivery is None:
                break
            after = delivery.num
            if delivery.feed not in self._running:
                self._delivering.add(delivery.feed)
                self._running[delivery.feed] = asyncio.create_task(self._delivery(delivery))
                return True
        return False

    async def _delivery(self, delivery: Delivery) -> None:
        try:
            try:
                await self._deliver(delivery)
            except PortError:
                raise
            except Exception as error:
                log.error("a delivery of feed %d: %s", delivery.feed, error, exc_info=error)
            await asyncio.to_thread(self._deliveries.done, delivery.num)
        except PortError as error:
            self._trouble = error  # the delivery stays, and is read again
        finally:
            self._delivering.discard(delivery.feed)
            self._running.pop(delivery.feed, None)

    async def _deliver(self, delivery: Delivery) -> None:
        feed = await asyncio.to_thread(self._feeds.find, delivery.feed)
        if feed is not None and feed.status in ("following", "pushed"):
            url = feed.state.topic or feed.url
            document, outcome = await self._taken(feed, delivery.body, delivery.type, url)
            if document.problem:
                log.warning("feed %s: a delivery is no feed: %s", feed.url, document.problem)
            now_ms = self._clock()
            state = _shown(feed, feed.state, document, outcome, now_ms, delivered=True)
            await asyncio.to_thread(self._feeds.save, feed, state, feed.next_ms)


def _validated(state: FeedState, answer: Answer, **changes: object) -> FeedState:
    """With the validators of an answer; a 304 need not repeat them."""
    headers = answer.headers
    fresh = answer.status == 200
    return msgspec.structs.replace(
        state,
        etag=headers.get("etag", "" if fresh else state.etag)[:1000],
        modified=headers.get("last-modified", "" if fresh else state.modified)[:100],
        moved=answer.moved,
        **changes,
    )


def _of(document: Document, answer: Answer) -> dict[str, object]:
    """What a document, and who sent it, say of its feed."""
    kept_s = max_age_s(answer.headers.get("cache-control", ""))
    return {
        "kind": document.kind,
        "title": document.title,
        "language": document.language,
        "hub": document.hub,
        "topic": document.topic or answer.url,
        "ttl_s": max(document.ttl_s, kept_s),
    }


def _shown(
    feed: Feed, state: FeedState, document: Document, outcome: Outcome, now_ms: int, *,
    delivered: bool,
) -> FeedState:  # fmt: skip
    """The state with what a document has shown."""
    dates = dates_ms(document, now_ms)
    new = outcome.counts["new"]
    came = [at for at in outcome.published_ms if at > feed.added_ms]
    changes: dict[str, object] = {
        "tally": counted(
            state.tally, Counter(outcome.counts), outcome.reasons, delivered=delivered
        ),
        "days": with_new(state.days, new, now_ms),
        "delays_s": with_delays(state.delays_s, came, now_ms),
    }
    if dates and not delivered:
        changes |= {"gap_s": gap_s(dates, now_ms), "newest_ms": dates[0]}
    elif new and not dates:
        changes |= {"newest_ms": now_ms}
        if state.newest_ms:
            changes |= {"gap_s": max((now_ms - state.newest_ms) / 1000 / new, 1.0)}
    elif dates:
        changes |= {"newest_ms": max(dates[0], state.newest_ms)}
    return msgspec.structs.replace(state, **changes)
