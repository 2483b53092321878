"""Waking browsers: what was told is pushed when it is due, a kind and a number, no more.

A push that was accepted is not sent again; one that failed is, after twice the time each time. A
kill between the two may send one twice, which its `Topic` lets the push service put together.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby
from typing import Final, Literal

import msgspec
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from jhalak.config.people import PushSettings
from jhalak.people.age import is_minor
from jhalak.people.quiet import push_at
from jhalak.people.web_push import SALT_BYTES, authorization, encrypted
from jhalak.ports.creators import CreatorLookup
from jhalak.ports.fetcher import Failed, Fetcher, Limits, Refused
from jhalak.ports.notifications import NoticeSettingsStore, NotificationStore
from jhalak.ports.push import DuePush, PushSigner, PushStore, PushSubscription

log = logging.getLogger(__name__)
LIMIT: Final = 100
HOUR_MS, MINUTE_MS = 3_600_000, 60_000
LIMITS: Final = Limits(seconds=10.0, sent=65_536, whole=65_536)
Result = Literal["sent", "gone", "later", "never"]


@dataclass(frozen=True, slots=True)
class PushNotices:
    """A step of it, for one process at a time."""

    pushes: PushStore
    notices: NotificationStore
    wishes: NoticeSettingsStore
    people: CreatorLookup
    fetcher: Fetcher
    signer: PushSigner
    rules: PushSettings
    clock: Callable[[], int]

    async def step(self) -> bool:
        """Was there so much that there may be more?"""
        due = await asyncio.to_thread(self.pushes.due, self.clock(), LIMIT)
        ordered = sorted(due, key=lambda one: one.account)
        # A push service that hangs holds up none of the others.
        await asyncio.gather(
            *(self._account(account, list(all_)) for account, all_ in groupby(ordered, _account))
        )
        return len(due) == LIMIT

    async def _account(self, account: int, due: list[DuePush]) -> None:
        """All that is due for one account is one push, of the newest kind."""
        now_ms = self.clock()
        told = await asyncio.to_thread(self._wanted, account, due, now_ms)
        if not told:
            return
        nums, newest = [one.num for one in told], max(told, key=lambda one: one.num)
        browsers = await asyncio.to_thread(self.pushes.of, account)
        results = [await self._send(browser, newest, now_ms) for browser in browsers]
        for browser, result in zip(browsers, results, strict=True):
            if result == "gone":
                await asyncio.to_thread(self.pushes.end, account, browser.id)
        if "sent" in results or "later" not in results:
            await asyncio.to_thread(self.pushes.later, nums, 0)
        else:  # it has waited so long, and waits as long again
            wait_ms = max(now_ms - newest.at_ms, MINUTE_MS)
            await asyncio.to_thread(self.pushes.later, nums, now_ms + wait_ms)

    def _wanted(self, account: int, due: list[DuePush], now_ms: int) -> list[DuePush]:
        """Those that may be pushed now; the others wait for the end of quiet hours, or for
        nothing."""
        settings = self.wishes.settings(account)
        who = self.people.of_accounts([account]).get(account)
        old_ms = now_ms - round(self.rules.keep_h * HOUR_MS)
        alive = [
            one for one in due
            if who is not None and one.kind not in settings.silent and one.at_ms > old_ms
        ]  # fmt: skip
        never = [one.num for one in due if one not in alive]
        if never:
            self.pushes.later(never, 0)
        if not alive or who is None:
            return []
        at_ms = push_at(now_ms, settings, minor=is_minor(who.age_band))
        if at_ms > now_ms:
            self.pushes.later([one.num for one in alive], at_ms)
            return []
        return alive

    async def _send(self, browser: PushSubscription, due: DuePush, now_ms: int) -> Result:
        unread = await asyncio.to_thread(self.notices.unread, browser.account)
        body = encrypted(
            msgspec.json.encode({"kind": due.kind, "n": unread}), browser.key, browser.auth,
            generate_private_key(SECP256R1()), secrets.token_bytes(SALT_BYTES),
        )  # fmt: skip
        headers = {
            "authorization": authorization(
                browser.endpoint, self.rules.contact, self.signer, now_ms
            ),
            "content-encoding": "aes128gcm", "content-type": "application/octet-stream",
            "ttl": str(round(self.rules.keep_h * 3600)), "topic": due.kind, "urgency": "normal",
        }  # fmt: skip
        try:
            answer = await self.fetcher.fetch(
                browser.endpoint, headers, LIMITS, method="POST", body=body
            )
        except Failed:
            return "later"
        except Refused as error:
            log.info("a push was not sent: %s", error)
            return "never"
        return _result(answer.status)


def _account(due: DuePush) -> int:
    return due.account


def _result(status: int) -> Result:
    if 200 <= status < 300:
        return "sent"
    if status in (404, 410):
        return "gone"
    if status == 429 or status >= 500:
        return "later"
    log.warning("a push service answers %d", status)
    return "never"
