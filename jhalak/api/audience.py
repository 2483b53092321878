"""What may be told to whom: one item, one account. Who may not see something hears that there is
no such thing."""

from __future__ import annotations

import asyncio

from jhalak.api.raw import AnyRequest, Refused, claim_of
from jhalak.api.services import Services
from jhalak.ports.creators import Creator
from jhalak.schema.item import ItemRecord


async def account_of(services: Services, viewer: int) -> Creator | None:
    """The account whose viewer it is; None: anonymous, or suspended."""
    found = await asyncio.to_thread(services.people.of_viewers, [viewer])
    account = found.get(viewer)
    return account if account is not None and not account.suspended_ms else None


async def sees_item(services: Services, viewer: int | None, record: ItemRecord) -> bool:
    """May this viewer (None: anybody) be told of the item? Not of a suspended account; not where
    one of the two blocks the other; where it is for followers, only these and its creator."""
    if record.withheld:
        return False
    if viewer is None or not record.creator:
        return not record.followers_only
    verbs = await asyncio.to_thread(services.relations.between, viewer, record.creator)
    if verbs & {"blocks", "barred"}:
        return False
    if not record.followers_only or "follows" in verbs:
        return True
    own = await account_of(services, viewer)
    return own is not None and own.creator == record.creator


def viewer_of(request: AnyRequest, services: Services) -> int | None:
    """The viewer who asks, where a token says so; None: anybody."""
    try:
        return claim_of(request.scope, services.viewer_tokens).viewer
    except Refused:
        return None
