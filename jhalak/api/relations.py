"""/v1/me/{likes|saves|follows|hides|blocks|mutes}/{kind}/{id}: hard and idempotent."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from hashlib import blake2b
from typing import Annotated, NamedTuple

import msgspec
from litestar import delete, get, put
from litestar.params import Parameter, QueryParameter

from jhalak.api.raw import AnyRequest, Refused, path_after
from jhalak.api.services import Services
from jhalak.catalogue.topics import topic_by_id, topics
from jhalak.feeds.edition import rfc3339
from jhalak.feeds.slot_token import BadToken, Claim
from jhalak.ports.viewers import Viewer
from jhalak.residency.seal import seal
from jhalak.schema.activity import TOPIC, OwnVerb, Relation, TargetKind, Verb, encode

TOLD_WITHIN_MS = 6 * 86_400_000
"""Less than event ids are known for, so that nothing is told twice."""

SlotQuery = Annotated[str | None, QueryParameter(name="slot", max_length=256)]
TargetId = Annotated[str, Parameter(max_length=512)]


class Standing(msgspec.Struct):
    """A relation as it stands."""

    verb: Verb
    kind: TargetKind
    id: str
    on: bool
    changed: bool
    """Whether this call changed it."""


class RelationOut(msgspec.Struct):
    verb: Verb
    kind: TargetKind
    id: str
    at: str


class RelationsOut(msgspec.Struct):
    """Those that stand, newest first."""

    relations: list[RelationOut]


class _Target(NamedTuple):
    number: int
    item: int
    topic: int
    language: int
    creator: int


async def _target(services: Services, kind: TargetKind, name: str) -> _Target:
    """What a target is called inside, and what is known of it. Raises Refused (404)."""
    catalogue = services.world.catalogue
    if kind == "topic" and name in topic_by_id():
        return _Target(topic_by_id()[name].index, 0, topic_by_id()[name].index, -1, 0)
    if kind == "creator" and name in services.creators:
        return _Target(services.creators[name], 0, -1, -1, services.creators[name])
    if kind == "item":
        row = catalogue.by_id.get(name)
        if row is not None:
            num = int(catalogue.num[row])
            return _Target(
                num, num, int(catalogue.topic[row]), int(catalogue.language[row]),
                int(catalogue.creator[row]),
            )  # fmt: skip
        record = await asyncio.to_thread(services.items.get, name)
        if record is not None:
            return _Target(record.num, record.num, -1, -1, record.creator)
    raise Refused(404, "no_such_target", f"there is no {kind} {name!r}")


def _slot(services: Services, viewer: int, slot: str | None) -> Claim | None:
    if not slot:
        return None
    try:
        return services.slot_tokens.verify(slot, viewer, services.clock())
    except BadToken as error:
        raise Refused(400, error.code, str(error)) from None


async def _tell(
    services: Services, viewer: Viewer, verb: Verb, kind: TargetKind, target: _Target,
    version: int, on: bool, claim: Claim | None,
) -> None:  # fmt: skip
    """Append the learning event, once for each version of the relation."""
    now_ms = services.clock()
    # The learner sees all viewers' records: no two of them may have one id.
    made_of = f"{viewer.id}:{verb}:{kind}:{target.number}:{version}"
    name = blake2b(made_of.encode(), digest_size=12).hexdigest()
    catalogue = services.world.catalogue
    row = catalogue.find(claim.item) if claim else -1
    known = target
    if row >= 0 and target.topic < 0:
        known = target._replace(
            topic=int(catalogue.topic[row]), language=int(catalogue.language[row])
        )
    record = Relation(
        id=name, viewer=viewer.id, at_ms=now_ms, verb=verb, kind=kind, target=target.number,
        on=on, profiled=viewer.profiled, slate=claim.slate if claim else 0,
        item=claim.item if claim else target.item, topic=known.topic,
        language=max(known.language, 0) if known.topic >= 0 else -1, creator=known.creator,
    )  # fmt: skip
    async with services.event_ids.of(viewer.id, now_ms) as ids:
        if name in ids:
            return
        if viewer.id in services.states.erased:
            raise Refused(401, "no_such_viewer", "this viewer was erased")
        payload = seal(viewer.id, encode(record))
        _, n = await services.event_log.append(TOPIC, viewer.id, payload, now_ms)
        ids.add(name)
    services.states.note(viewer.id, n, record)


async def follow_topics(services: Services, viewer: Viewer, names: Iterable[str]) -> None:
    """Follow topics at once. Raises Refused (404), having followed none."""
    targets = [await _target(services, "topic", name) for name in dict.fromkeys(names)]
    for target in targets:
        row, _ = await asyncio.to_thread(
            services.relations.put, viewer.id, "follows", "topic", target.number, services.clock()
        )
        await _tell(services, viewer, "follows", "topic", target, row.version, True, None)


@put("/v1/me/{verb:str}/{kind:str}/{target_id:path}", tags=["me"], status_code=200)
async def put_relation(
    verb: OwnVerb, kind: TargetKind, target_id: TargetId, request: AnyRequest, viewer: Viewer,
    services: Services, slot: SlotQuery = None,
) -> Standing:  # fmt: skip
    """Like, save, follow, hide, block or mute (creators only). A hide, block or mute holds from the
    next slate on."""
    name = path_after(request.scope, 4)
    if verb == "mutes" and kind != "creator":
        raise Refused(400, "bad_kind", f"only a creator can be muted, not the {kind} {name!r}")
    claim = _slot(services, viewer.id, slot)
    target = await _target(services, kind, name)
    now_ms = services.clock()
    row, changed = await asyncio.to_thread(
        services.relations.put, viewer.id, verb, kind, target.number, now_ms
    )
    # Put again after a crash it may not have been told yet; put again much later, it was.
    if changed or now_ms - row.at_ms < TOLD_WITHIN_MS:
        await _tell(services, viewer, verb, kind, target, row.version, True, claim)
    return Standing(verb, kind, name, True, changed)


@delete("/v1/me/{verb:str}/{kind:str}/{target_id:path}", tags=["me"], status_code=200)
async def delete_relation(
    verb: OwnVerb, kind: TargetKind, target_id: TargetId, request: AnyRequest, viewer: Viewer,
    services: Services, slot: SlotQuery = None,
) -> Standing:  # fmt: skip
    """Take it back."""
    name = path_after(request.scope, 4)
    claim = _slot(services, viewer.id, slot)
    target = await _target(services, kind, name)
    gone = await asyncio.to_thread(
        services.relations.delete, viewer.id, verb, kind, target.number, services.clock()
    )
    if gone is not None:
        await _tell(services, viewer, verb, kind, target, gone[0], False, claim)
        # What is hidden and blocked stays away when one of the two is taken back.
        rows = await asyncio.to_thread(services.relations.of_viewer, viewer.id)
        services.states.relate(viewer.id, rows)
    return Standing(verb, kind, name, False, gone is not None and gone[1])


@get("/v1/me/relations", tags=["me"])
async def get_relations(viewer: Viewer, services: Services) -> RelationsOut:
    """All likes, saves, follows, hides, blocks and mutes that stand."""
    found = await asyncio.to_thread(services.relations.of_viewer, viewer.id)
    # Who blocks the viewer is theirs to tell.
    rows = [row for row in found if row.verb != "barred"]
    items = await asyncio.to_thread(
        services.items.by_num, [row.target for row in rows if row.kind == "item"]
    )
    told = []
    for row in rows:
        if row.kind == "topic":
            name = topics()[row.target].id
        elif row.kind == "creator":
            name = services.creator_names.get(row.target, "")
        else:
            name = items[row.target].item.id if row.target in items else ""
        told.append(RelationOut(row.verb, row.kind, name, rfc3339(row.at_ms)))
    return RelationsOut(told)


ROUTES = [put_relation, delete_relation, get_relations]
