"""/v1/me/continue: what the viewer began and did not finish, and the parts that come next."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec
from litestar import delete, get

from jhalak.api.collections.shapes import NO_STORE, PartOut
from jhalak.api.feeds import VIDEO
from jhalak.api.people.profile import ShelfVideo
from jhalak.api.raw import AnyRequest, path_after
from jhalak.api.services import Services
from jhalak.catalogue.cards import video_fields
from jhalak.feeds.edition import rfc3339
from jhalak.learning import going
from jhalak.people.age import MINORS
from jhalak.ports.viewers import Viewer
from jhalak.residency.seal import seal
from jhalak.schema.activity import NO_TOPIC, TOPIC, Forget, encode
from jhalak.schema.ids import new_id
from jhalak.schema.languages import LANGUAGE_INDEX
from jhalak.schema.query import Query
from jhalak.schema.viewer_state import ViewerState


class Unfinished(msgspec.Struct):
    """A video to go on with."""

    position_ms: int
    """Where it was left; 0 of a part that comes next."""
    left_at: str
    """When it was left, or when the part before it was finished."""
    series: PartOut | None
    video: ShelfVideo


class ContinueOut(msgspec.Struct):
    """Newest first, at most 20."""

    items: list[Unfinished]


class Going(NamedTuple):
    """A video to go on with, and the items that say so."""

    row: int
    at_ms: int
    position_ms: int
    of: tuple[int, ...]


@get("/v1/me/continue", tags=["me"], cache_control=NO_STORE)
async def get_continue(viewer: Viewer, services: Services) -> ContinueOut:
    """Videos that the viewer left unfinished, of some length or in a series, and next parts of
    series; `GET /v1/video/feed?start=` goes on. Nothing for who wants nothing learned of them."""
    query = await _query(services, viewer)
    return ContinueOut([_out(services, query, one) for one in _going(services, query)])


@delete("/v1/me/continue/{item_id:path}", tags=["me"], status_code=204)
async def delete_continue(
    item_id: str, request: AnyRequest, viewer: Viewer, services: Services
) -> None:
    """The viewer does not want to go on with it. Idempotent."""
    del item_id  # the framework makes one slash of two
    query = await _query(services, viewer)
    wanted = path_after(request.scope, 3)
    for one in _going(services, query):
        if services.world.catalogue.record(one.row).item.id == wanted:
            for item in one.of:
                await forget(services, viewer, item)


@delete("/v1/me/continue", tags=["me"], status_code=204)
async def clear_continue(viewer: Viewer, services: Services) -> None:
    """Forget all that was begun."""
    await forget(services, viewer, going.ALL)


async def forget(services: Services, viewer: Viewer, item: int) -> None:
    """On disk when it returns: the viewer does not go on with `item`, or going.ALL."""
    now_ms = services.clock()
    record = Forget(f"forget:{new_id()}", viewer.id, now_ms, NO_TOPIC, item)
    _, n = await services.event_log.append(
        TOPIC, viewer.id, seal(viewer.id, encode(record)), now_ms
    )
    services.states.note(viewer.id, n, record)


def continue_document(services: Services, state: ViewerState) -> dict[str, Any]:
    """All that is remembered, in an export. For a thread."""
    ids = {
        num: record.item.id
        for num, record in services.items.by_num([*state.begun, *state.ended]).items()
    }
    return {
        "continue": {
            "begun": [
                {"item": ids.get(item), "at_ms": at_ms, "position_ms": position_ms}
                for item, (at_ms, position_ms) in state.begun.items()
            ],
            "finished": [
                {"item": ids.get(item), "at_ms": at_ms} for item, at_ms in state.ended.items()
            ],
        }
    }


async def _query(services: Services, viewer: Viewer) -> Query:
    """As the feed would ask for this viewer."""
    state = None
    if viewer.profiled:
        state, _ = await services.states.get(viewer.id)
    return Query(
        viewer=viewer.id, surface=VIDEO, now_ms=services.clock(), slots=going.MOST,
        languages=tuple(LANGUAGE_INDEX[code] for code in viewer.languages),
        profiled=viewer.profiled, minor=viewer.age_band in MINORS, state=state,
    )  # fmt: skip


def _going(services: Services, query: Query) -> list[Going]:
    found: dict[int, Going] = {}
    for one in (*_begun(services, query), *_next(services, query)):
        known = found.get(one.row)
        if known is None:
            found[one.row] = one
        else:  # begun, and the next part too
            found[one.row] = known._replace(of=known.of + one.of)
    return sorted(found.values(), key=lambda one: -one.at_ms)[: going.MOST]


def _begun(services: Services, query: Query) -> Iterator[Going]:
    for left in going.begun(query.state, query.now_ms) if query.state else ():
        row = services.world.catalogue.find(left.item)
        if row >= 0 and _shown(services, query, row):
            yield Going(row, left.at_ms, left.position_ms, (left.item,))


def _next(services: Services, query: Query) -> Iterator[Going]:
    """Of each series of which a part was finished: what follows the newest of those, unless that
    was finished too. All of them say so: without them it is not offered."""
    catalogue, index = services.world.catalogue, services.world.series
    finished: dict[str, list[tuple[int, int, str]]] = {}
    for item, at_ms in going.ended(query.state, query.now_ms) if query.state else ():
        row = catalogue.find(item)
        video = catalogue.record(row).item.id if row >= 0 else ""
        part = index.of(video)
        if part is not None:
            finished.setdefault(part.series, []).append((item, at_ms, video))
    for parts in finished.values():
        items = tuple(item for item, _, _ in parts)
        following = services.chosen.next_part(query, parts[0][2])
        if following is not None:
            after = catalogue.by_id[following]
            if int(catalogue.num[after]) not in items:
                yield Going(after, parts[0][1], 0, items)


def _shown(services: Services, query: Query, row: int) -> bool:
    video = services.world.catalogue.record(row).item.id
    return len(services.chosen.rows(query, [video])) > 0


def _out(services: Services, query: Query, one: Going) -> Unfinished:
    record = services.world.catalogue.record(one.row)
    media, links = record.item.media, services.media_links
    fields: dict[str, Any] = video_fields(record) | {
        "slot": None, "why": "", "at": links.base(media, query.now_ms) if media else None,
    }  # fmt: skip
    part = services.chosen.part(query, record.item.id)
    return Unfinished(
        position_ms=one.position_ms, left_at=rfc3339(one.at_ms),
        series=PartOut(**part) if part else None,
        video=msgspec.convert(msgspec.to_builtins(fields), ShelfVideo),
    )  # fmt: skip


ROUTES: list[Any] = [get_continue, delete_continue, clear_continue]
