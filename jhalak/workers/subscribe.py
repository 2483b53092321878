"""Subscriptions at WebSub hubs: asked for, renewed before they end, ended when no longer wanted
(https://www.w3.org/TR/websub/). What hubs answer and deliver comes to api/websub.py."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Sequence
from typing import Final
from urllib.parse import urlencode

import msgspec

from jhalak.ports.fetcher import Fetcher, FetchError, Limits
from jhalak.ports.subscriptions import SubscriptionStore
from jhalak.schema.feed import Feed, FeedState, Subscription

log = logging.getLogger(__name__)

LEASE_S: Final = 864_000
"""What we ask for; the hub decides."""
RENEW_MS: Final = 86_400_000
"""So long before its end a lease is renewed."""
ASK_AGAIN_MS: Final = 6 * 3_600_000
LOOK_MS: Final = 60_000
KNOWN_MS: Final = 5_000
LIMITS: Final = Limits(10.0, 65_536, 65_536)


class Subscriber:
    """Asks hubs. Without a public address it does nothing. Its stores are called on the loop's
    thread: a few rows, once a poll at most."""

    def __init__(
        self,
        store: SubscriptionStore,
        fetcher: Fetcher,
        public_url: str,
        clock: Callable[[], int],
        token: Callable[[], str] = lambda: secrets.token_urlsafe(24),
    ) -> None:
        self._store, self._fetcher, self._clock, self._token = store, fetcher, clock, token
        self._public_url = public_url.rstrip("/")
        self._known: dict[int, Subscription] = {}
        self._known_ms = self._looked_ms = 0

    def due(self, now_ms: int) -> bool:
        """Is it time to look for subscriptions that nobody wants?"""
        return bool(self._public_url) and abs(now_ms - self._looked_ms) >= LOOK_MS

    def is_active(self, feed: int, now_ms: int) -> bool:
        """Does a hub tell us what is new in this feed?"""
        if not self._public_url:
            return False
        self._look()
        one = self._known.get(feed)
        return one is not None and one.status == "active" and one.until_ms > now_ms

    async def keep(self, feed: Feed, state: FeedState) -> None:
        """Subscribe at the feed's hub, or renew, where that is due."""
        if not self._public_url or not state.hub:
            return
        # After its first poll at an address what was read before may be of its former one.
        self._look(again=not feed.state.polled_ms)
        now_ms = self._clock()
        one = self._known.get(feed.num)
        same = one is not None and (one.hub, one.topic) == (state.hub, state.topic)
        if one is None or not same or one.ending:
            await self._ask(
                Subscription(
                    feed=feed.num, token=self._token(), hub=state.hub, topic=state.topic,
                    secret=secrets.token_hex(32), asked_ms=now_ms,
                ),
                "subscribe",
            )  # fmt: skip
        elif now_ms - one.asked_ms >= ASK_AGAIN_MS and one.until_ms - now_ms < RENEW_MS:
            await self._ask(msgspec.structs.replace(one, asked_ms=now_ms), "subscribe")

    async def end_unwanted(self, feeds: Sequence[Feed]) -> None:
        """Unsubscribe from what is not followed any more; forget what ended by itself."""
        self._look(again=True)
        now_ms = self._looked_ms = self._clock()
        followed = {feed.num for feed in feeds if feed.status == "following"}
        for one in list(self._known.values()):
            over = max(one.until_ms, one.asked_ms + ASK_AGAIN_MS) < now_ms
            if one.feed in followed:
                continue
            if over:
                self._store.remove(one.feed)
            elif not one.ending:
                ending = msgspec.structs.replace(one, ending=True, asked_ms=now_ms)
                await self._ask(ending, "unsubscribe")

    def _look(self, *, again: bool = False) -> None:
        """Read all of them, every few seconds at most."""
        now_ms = self._clock()
        if again or abs(now_ms - self._known_ms) >= KNOWN_MS:
            self._known, self._known_ms = {one.feed: one for one in self._store.all()}, now_ms

    async def _ask(self, one: Subscription, mode: str) -> None:
        """The row is written first: the hub may call back before it answers."""
        self._store.put(one)
        self._known[one.feed] = one
        form = {
            "hub.mode": mode,
            "hub.topic": one.topic,
            "hub.callback": f"{self._public_url}/v1/websub/{one.token}",
        }
        if mode == "subscribe":
            form |= {"hub.lease_seconds": str(LEASE_S), "hub.secret": one.secret}
        try:
            answer = await self._fetcher.fetch(
                one.hub, {"content-type": "application/x-www-form-urlencoded"}, LIMITS,
                method="POST", body=urlencode(form).encode(),
            )  # fmt: skip
        except FetchError as problem:
            log.info("hub %s did not take a %s: %s", one.hub, mode, problem)
            return
        if not 200 <= answer.status < 300:
            log.info("hub %s answered %d to a %s", one.hub, answer.status, mode)
