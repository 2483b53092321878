"""POST /v1/creators/me/viewer: this device's token of the account's viewer, and what the device did
before, if its owner wants it to join."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any, Final

import msgspec
from litestar import post
from litestar.datastructures import CacheControlHeader

from jhalak.api.erasing import erase_viewer
from jhalak.api.raw import Refused, claim_of_header
from jhalak.api.relating import Target, change
from jhalak.api.services import Services
from jhalak.ports.consents import Consent
from jhalak.ports.creators import Creator
from jhalak.ports.relations import Change, RelationRow
from jhalak.ports.viewers import Viewer
from jhalak.residency.consent import JOIN, NOTICE
from jhalak.schema.ids import new_id, spell


class ViewerTokenIn(msgspec.Struct, forbid_unknown_fields=True):
    """Which anonymous viewer joins, if one does."""

    join: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    """Its token."""
    consent: bool = False
    """Without it nothing moves: 400 where `join` is there."""


class ViewerTokenOut(msgspec.Struct):
    """The account's viewer. The token holds until a session of the account ends; then the devices
    that are still signed in ask for a new one."""

    viewer: str
    token: str
    joined: int
    """Likes, saves, follows, hides, blocks and mutes that moved."""


@post("/v1/creators/me/viewer", tags=["creators"], status_code=200,
      cache_control=CacheControlHeader(no_store=True))  # fmt: skip
async def join_viewer(data: ViewerTokenIn, creator: Creator, services: Services) -> ViewerTokenOut:
    """This device's token. With `join` and `consent`: what that viewer likes, saves, follows,
    hides and blocks moves to the account, and the viewer is erased."""
    other = None
    if data.join is not None and not await _is_own(services, creator, data.join):
        other = await anonymous(services, data.join, consent=data.consent)
    viewer = await _own(services, creator, other)
    await mirror_blocks(services, viewer.id)
    joined = 0
    if other is not None:
        await consented(services, viewer.id)
        rows = await asyncio.to_thread(services.relations.of_viewer, other.id)
        joined = await _move(services, viewer, [r for r in rows if _wanted(creator, r)])
        # Last: a join that broke off can be asked for again, and moves the rest.
        await erase_viewer(services, other)
    token = services.viewer_tokens.mint(viewer.id, viewer.epoch, viewer.languages)
    return ViewerTokenOut(spell(viewer.id), token, joined)


async def anonymous(services: Services, token: str, *, consent: bool) -> Viewer:
    """The viewer of a token, who is nobody's yet. Raises Refused (400, 401, 409, 421)."""
    if not consent:
        raise Refused(400, "no_consent", "say consent: true, or leave join out")
    claim = claim_of_header(f"Bearer {token}", services.viewer_tokens)
    viewer = await asyncio.to_thread(services.viewers.get, claim.viewer)
    if viewer is None:
        raise Refused(401, "no_such_viewer", "this viewer was erased")
    if await asyncio.to_thread(services.people.of_viewers, [viewer.id]):
        raise Refused(409, "account_viewer", "this viewer belongs to another account")
    return viewer


async def mirror_blocks(services: Services, viewer: int) -> None:
    """Whom this viewer blocked before it had an account is barred from the account, too: it had no
    creator number that anybody could be barred from. Idempotent; a crash before it is made good
    when the account's next device asks for its token."""
    rows = await asyncio.to_thread(services.relations.of_viewer, viewer)
    for row in rows:
        if row.verb == "blocks" and row.kind == "creator":
            await change(services, viewer, "blocks", "creator", _target(services, row), True)


async def consented(services: Services, viewer: int) -> None:
    """Write down that they wanted it."""
    consent = Consent(JOIN, True, NOTICE, services.clock())
    await asyncio.to_thread(services.consents.put, viewer, consent)


async def _is_own(services: Services, creator: Creator, token: str) -> bool:
    """Does the device have the account's viewer already? Raises Refused (401, 421)."""
    return claim_of_header(f"Bearer {token}", services.viewer_tokens).viewer == creator.viewer


async def _own(services: Services, creator: Creator, other: Viewer | None) -> Viewer:
    """The account's viewer as stored; an account of old gets one now."""
    if creator.viewer:
        found = await asyncio.to_thread(services.viewers.get, creator.viewer)
        if found is not None:
            return found
    made = Viewer(
        id=new_id(), created_ms=services.clock(), languages=other.languages if other else ("en",)
    )
    await asyncio.to_thread(services.viewers.create, made)
    await asyncio.to_thread(services.creator_accounts.change, creator.num, viewer=made.id)
    stored = await asyncio.to_thread(services.viewers.get, made.id)
    return stored or made


async def _move(services: Services, viewer: Viewer, rows: Sequence[RelationRow]) -> int:
    """Put them for the account's viewer, in the order in which they were made; how many stand.
    Each is told once, also when a join that broke off is asked for again."""
    stand = 0
    for row in reversed(rows):
        target = _target(services, row)
        if row.verb == "shares":  # the log has the event itself
            moved = Change(viewer.id, "shares", row.kind, row.target, True, services.clock())
            await services.relation_writer.write(moved)
            continue
        try:
            done = await change(services, viewer.id, row.verb, row.kind, target, True)
        except Refused:
            continue  # one that blocks them
        stand += not done.asked
    return stand


def _target(services: Services, row: RelationRow) -> Target:
    """What is known of what a relation is to."""
    number = row.target
    if row.kind == "topic":
        return Target(number, 0, number, -1, 0)
    if row.kind == "creator":
        return Target(number, 0, -1, -1, number)
    if row.kind == "channel":
        return Target(number, 0, -1, -1, 0)
    catalogue = services.world.catalogue
    at = catalogue.find(number)
    if at < 0:
        return Target(number, number, -1, -1, 0)
    return Target(
        number, number, int(catalogue.topic[at]), int(catalogue.language[at]),
        int(catalogue.creator[at]),
    )  # fmt: skip


def _wanted(creator: Creator, row: RelationRow) -> bool:
    """Nobody follows or blocks themselves; who bars whom is not the viewer's to move."""
    own = row.kind == "creator" and row.target == creator.creator
    return row.verb != "barred" and not own


ROUTES: Final[list[Any]] = [join_viewer]
