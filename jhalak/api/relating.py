"""Changing relations: on disk together with those of others, then told to the log.

What was changed and not told (a crash between the two) is told when it is put again: the log's
record is named by the relation's version, and who knows the name does not tell it twice. What
holds at once (hides, blocks, follows) is read from the records by every process that starts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from hashlib import blake2b
from typing import Final, NamedTuple

from jhalak.api.audience import account_of
from jhalak.api.raw import Refused
from jhalak.api.services import Services
from jhalak.feeds.slot_token import Claim
from jhalak.ports.errors import Conflict
from jhalak.ports.relations import Apart, Change, Changed, NeedsAccount, RelationRow
from jhalak.residency.seal import seal
from jhalak.schema.activity import TOPIC, Relation, TargetKind, Verb, encode

TOLD_WITHIN_MS: Final = 6 * 86_400_000
"""Less than event ids are known for, so that nothing is told twice."""


class Told(NamedTuple):
    """Whose log is told."""

    id: int
    profiled: bool
    """Whether something may be learned about them."""


class Target(NamedTuple):
    """What a target is called inside, and what is known of it."""

    number: int
    item: int
    topic: int
    language: int
    creator: int
    video: str = ""
    """Id of an account's video."""
    account: int = 0
    """Number of the account that the creator is; 0: none."""


async def change(
    services: Services, viewer: int, verb: Verb, kind: TargetKind, target: Target, on: bool,
    claim: Claim | None = None,
) -> Changed:  # fmt: skip
    """Put a relation (`on`) or take it back. Raises Refused (401, 403, 404, 409), PortError."""
    now_ms = services.clock()
    wanted = Change(viewer, verb, kind, target.number, on, now_ms)
    try:
        done = await services.relation_writer.write(wanted)
    except NeedsAccount:
        said = "this account is private: sign up, then ask to follow it"
        raise Refused(403, "needs_account", said) from None
    except Apart:
        raise await _apart(services, viewer, target.creator) from None
    except Conflict:
        raise Refused(401, "no_such_viewer", "this viewer was erased") from None
    if done.row is not None and (done.changed or now_ms - done.row.at_ms < TOLD_WITHIN_MS):
        first = done.changed and done.row.at_ms == now_ms
        who = Told(viewer, done.profiled)
        await tell(services, who, done.row, target, on, claim, first=first)
    if done.also:
        await tell_also(services, done.also)
    if not on or done.also:
        await renew(services, {viewer, *(row.viewer for row, _ in done.also)})
    if on and done.changed:
        await _notify(services, viewer, verb, target, done)
    return done


async def _apart(services: Services, viewer: int, creator: int) -> Refused:
    verbs = await asyncio.to_thread(services.relations.between, viewer, creator)
    if "blocks" in verbs:
        return Refused(409, "blocked", "you block this creator: take that back first")
    return Refused(404, "no_such_target", "there is no such item or creator")


async def tell(
    services: Services, viewer: Told, row: RelationRow, target: Target, on: bool,
    claim: Claim | None = None, *, first: bool = False,
) -> None:  # fmt: skip
    """Append the learning event, once for each version of the relation. `first`: that version was
    made just now, so that nobody can have told it before."""
    now_ms = services.clock()
    # The learner sees all viewers' records: no two of them may have one id.
    made_of = f"{viewer.id}:{row.verb}:{row.kind}:{row.target}:{row.version}"
    name = blake2b(made_of.encode(), digest_size=12).hexdigest()
    catalogue = services.world.catalogue
    at = catalogue.find(claim.item) if claim else -1
    known = target
    if at >= 0 and target.topic < 0:
        known = target._replace(
            topic=int(catalogue.topic[at]), language=int(catalogue.language[at])
        )
    record = Relation(
        id=name, viewer=viewer.id, at_ms=now_ms, verb=row.verb, kind=row.kind, target=row.target,
        on=on, profiled=viewer.profiled, slate=claim.slate if claim else 0,
        item=claim.item if claim else target.item, topic=known.topic,
        language=max(known.language, 0) if known.topic >= 0 else -1, creator=known.creator,
    )  # fmt: skip
    async with services.event_ids.of(viewer.id, now_ms, read=not first) as ids:
        if name in ids:
            return
        if viewer.id in services.states.erased:
            raise Refused(401, "no_such_viewer", "this viewer was erased")
        payload = seal(viewer.id, encode(record))
        _, n = await services.event_log.append(TOPIC, viewer.id, payload, now_ms)
        ids.add(name)
    services.states.note(viewer.id, n, record)


async def tell_also(services: Services, also: Iterable[tuple[RelationRow, bool]]) -> None:
    """What followed from a change for one of the two, in their own logs. It is no taste of
    theirs: it has no topic."""
    for row, on in also:
        concerned = await services.directory.get(row.viewer)
        if concerned is not None and row.viewer not in services.states.erased:
            target = Target(row.target, 0, -1, -1, row.target)
            who = Told(row.viewer, concerned.profiled)
            await tell(services, who, row, target, on)


async def renew(services: Services, viewers: Iterable[int]) -> None:
    """What these viewers hide and follow is what the store says: what is hidden and blocked stays
    away when one of the two is taken back."""
    for viewer in viewers:
        if services.states.at_hand(viewer, profiled=False) is not None:
            rows = await asyncio.to_thread(services.relations.of_viewer, viewer)
            services.states.relate(viewer, rows)


async def _notify(
    services: Services, viewer: int, verb: Verb, target: Target, done: Changed
) -> None:
    if verb == "likes" and target.video and done.row is not None and done.row.version == 1:
        services.notify.liked(target.video, viewer)
    if verb == "follows" and target.account:
        own = await account_of(services, viewer)
        if own is not None:
            kind = "follow_request" if done.asked else "follow"
            await services.notify(target.account, kind, "", own.num)  # type: ignore[arg-type]
