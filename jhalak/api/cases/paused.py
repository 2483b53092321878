"""Whoever broke the rules again may not upload or comment for a while."""

from __future__ import annotations

import asyncio

from jhalak.api.raw import Refused
from jhalak.api.services import Services
from jhalak.ports.creators import Creator
from jhalak.trust.strikes import rules_of, standing


async def refuse_paused(services: Services, creator: Creator) -> None:
    """Raises Refused (403) while the account may not."""
    await asyncio.to_thread(check_paused, services, creator)


def check_paused(services: Services, creator: Creator) -> None:
    """The same, for a thread."""
    strikes = services.strikes.of(creator.num)
    until_ms = standing(
        strikes, services.clock(), rules_of(services.settings.rules)
    ).paused_until_ms
    if until_ms:
        wait_s = -(-(until_ms - services.clock()) // 1000)
        raise Refused(
            403, "paused", "after strikes you may not upload or comment for a while; see "
            "/v1/creators/me/standing", [(b"retry-after", str(wait_s).encode())],
        )  # fmt: skip
