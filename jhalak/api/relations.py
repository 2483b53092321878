"""/v1/me/{likes|saves|follows|hides|blocks|mutes}/{kind}/{id}: hard and idempotent."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Annotated, cast

import msgspec
from litestar import delete, get, put
from litestar.params import Parameter, QueryParameter

from jhalak.api.audience import sees_item
from jhalak.api.raw import AnyRequest, Refused, path_after
from jhalak.api.relating import Target, change
from jhalak.api.services import Services
from jhalak.catalogue.channels import channel_number
from jhalak.catalogue.topics import topic_by_id, topics
from jhalak.feeds.edition import rfc3339
from jhalak.feeds.slot_token import BadToken, Claim
from jhalak.ports.viewers import Viewer
from jhalak.schema.activity import OWN_VERBS, OwnVerb, TargetKind

SlotQuery = Annotated[str | None, QueryParameter(name="slot", max_length=256)]
TargetId = Annotated[str, Parameter(max_length=512)]


class Standing(msgspec.Struct):
    """A relation as it stands."""

    verb: OwnVerb
    kind: TargetKind
    id: str
    on: bool
    changed: bool
    """Whether this call changed it."""
    asked: bool = False
    """Of a follow: the account is private; it was asked, and answers in its own time."""


class RelationOut(msgspec.Struct):
    verb: OwnVerb
    kind: TargetKind
    id: str
    at: str


class RelationsOut(msgspec.Struct):
    """Those that stand, newest first."""

    relations: list[RelationOut]


async def target_of(
    services: Services, viewer: int, kind: TargetKind, name: str, *, on: bool
) -> Target:
    """What a target is called inside, and what is known of it. Raises Refused (404), also for what
    the viewer may not see; to take back (`on` false) is to let go of whatever there was."""
    found = None
    if kind == "topic" and name in topic_by_id():
        found = Target(topic_by_id()[name].index, 0, topic_by_id()[name].index, -1, 0)
    elif kind == "channel" and (name in services.world.channel_rows or not on):
        found = Target(channel_number(name), 0, -1, -1, 0)
    elif kind == "creator":
        found = await _creator(services, viewer, name, on=on)
    elif kind == "item":
        found = await _item(services, viewer, name, on=on)
    if found is None:
        raise Refused(404, "no_such_target", f"there is no {kind} {name!r}")
    return found


async def _creator(services: Services, viewer: int, name: str, *, on: bool) -> Target | None:
    known = services.creators.get(name, 0)
    if not name.startswith("@"):
        return Target(known, 0, -1, -1, known) if known else None
    account = await asyncio.to_thread(services.people.of_handle, name[1:])
    if account is None:
        # What is left of an erased account can be let go.
        return Target(known, 0, -1, -1, known) if known and not on else None
    if on:
        verbs = await asyncio.to_thread(services.relations.between, viewer, account.creator)
        if account.suspended_ms or "barred" in verbs:
            return None
    return Target(account.creator, 0, -1, -1, account.creator, account=account.num)


async def _item(services: Services, viewer: int, name: str, *, on: bool) -> Target | None:
    catalogue = services.world.catalogue
    row = catalogue.by_id.get(name)
    if row is not None:
        record, topic = catalogue.record(row), int(catalogue.topic[row])
        language, video = int(catalogue.language[row]), name if catalogue.media[row] else ""
        # Whoever is barred from its creator is refused where it is written.
        hidden = record.followers_only
    else:
        held = await asyncio.to_thread(services.items.get, name)
        if held is None:
            return None
        record, topic, language, video = held, -1, -1, ""
        hidden = record.followers_only or record.withheld
    if on and hidden and not await sees_item(services, viewer, record):
        return None
    return Target(record.num, record.num, topic, language, record.creator, video)


def _slot(services: Services, viewer: int, slot: str | None) -> Claim | None:
    if not slot:
        return None
    try:
        return services.slot_tokens.verify(slot, viewer, services.clock())
    except BadToken as error:
        raise Refused(400, error.code, str(error)) from None


async def follow_all(
    services: Services, viewer: Viewer, chosen: Iterable[tuple[TargetKind, str]]
) -> None:
    """Follow topics and channels at once. Raises Refused (404), having followed none."""
    targets = [
        (kind, await target_of(services, viewer.id, kind, name, on=True))
        for kind, name in dict.fromkeys(chosen)
    ]
    for kind, target in targets:
        await change(services, viewer.id, "follows", kind, target, True)


async def relate(
    services: Services, viewer: int, verb: OwnVerb, kind: TargetKind, name: str, *, on: bool,
    slot: str | None = None,
) -> Standing:  # fmt: skip
    """Put a relation (`on`) or take it back. Raises Refused, PortError."""
    if verb == "mutes" and kind != "creator":
        raise Refused(400, "bad_kind", f"only a creator can be muted, not the {kind} {name!r}")
    if kind == "channel" and verb != "follows":
        raise Refused(400, "bad_kind", f"a channel can be followed and nothing else: {verb}")
    claim = _slot(services, viewer, slot)
    target = await target_of(services, viewer, kind, name, on=on)
    done = await change(services, viewer, verb, kind, target, on, claim)
    return Standing(verb, kind, name, on and not done.asked, done.changed, done.asked)


@put("/v1/me/{verb:str}/{kind:str}/{target_id:path}", tags=["me"], status_code=200)
async def put_relation(
    verb: OwnVerb, kind: TargetKind, target_id: TargetId, request: AnyRequest, viewer: Viewer,
    services: Services, slot: SlotQuery = None,
) -> Standing:  # fmt: skip
    """Like, save, follow, hide, block or mute (creators only). A hide, block or mute holds from the
    next slate on."""
    name = path_after(request.scope, 4)
    return await relate(services, viewer.id, verb, kind, name, on=True, slot=slot)


@delete("/v1/me/{verb:str}/{kind:str}/{target_id:path}", tags=["me"], status_code=200)
async def delete_relation(
    verb: OwnVerb, kind: TargetKind, target_id: TargetId, request: AnyRequest, viewer: Viewer,
    services: Services, slot: SlotQuery = None,
) -> Standing:  # fmt: skip
    """Take it back."""
    name = path_after(request.scope, 4)
    return await relate(services, viewer.id, verb, kind, name, on=False, slot=slot)


@get("/v1/me/relations", tags=["me"])
async def get_relations(viewer: Viewer, services: Services) -> RelationsOut:
    """All likes, saves, follows, hides, blocks and mutes that stand."""
    found = await asyncio.to_thread(services.relations.of_viewer, viewer.id)
    # Who blocks the viewer is theirs to tell; shares are no standing wish.
    rows = [row for row in found if row.verb in OWN_VERBS]
    items = await asyncio.to_thread(
        services.items.by_num, [row.target for row in rows if row.kind == "item"]
    )
    channels = {channel_number(name): name for name in services.world.channels}
    told = []
    for row in rows:
        if row.kind == "topic":
            name = topics()[row.target].id
        elif row.kind == "channel":
            name = channels.get(row.target, "")
        elif row.kind == "creator":
            name = services.creator_names.get(row.target, "")
        else:
            name = items[row.target].item.id if row.target in items else ""
        verb = cast("OwnVerb", row.verb)
        told.append(RelationOut(verb, row.kind, name, rfc3339(row.at_ms)))
    return RelationsOut(told)


ROUTES = [put_relation, delete_relation, get_relations]
