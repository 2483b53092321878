"""/v1/search: what is found by words."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Annotated, Final, Literal

import msgspec
from litestar import get
from litestar.params import QueryParameter

from jhalak.api.feeds import VIDEO
from jhalak.api.raw import Refused
from jhalak.api.search_people import CreatorHit, Found, found_people, hits
from jhalak.api.services import Services
from jhalak.feeds.edition import rfc3339
from jhalak.feeds.search import ItemFound, Weighed, matches, parts_of, tagged
from jhalak.people.age import MINORS
from jhalak.ports.search import KINDS, FindKind
from jhalak.ports.sounds import title_of
from jhalak.ports.viewers import Viewer
from jhalak.schema.candidates import Rows
from jhalak.schema.languages import LANGUAGE_INDEX
from jhalak.schema.query import Query

MOST: Final = 50
LONGEST: Final = 200
ADULT: Final = ("18-24", "25-34", "35-49", "50+")

Asked = Annotated[str, QueryParameter(name="q", max_length=LONGEST)]
Kind = Annotated[Literal["all", "item", "creator", "hashtag", "sound"], QueryParameter(name="kind")]
Limit = Annotated[int, QueryParameter(name="limit", ge=1, le=MOST)]
Safe = Annotated[bool, QueryParameter(name="safe")]
Typing = Annotated[bool, QueryParameter(name="typing")]


class ItemHit(msgspec.Struct):
    """An item that fits."""

    item: str
    kind: str
    title: str
    summary: str
    language: str
    topic: str
    creator: str | None
    duration_s: float | None
    placeholder: str | None
    """A video's poster as a thumbhash in base 64."""
    published: str


class NameHit(msgspec.Struct):
    """A creator, hashtag or sound that fits."""

    name: str
    items: int
    """Live items of it, in the viewer's languages; of more than 99, 99."""


class SoundHit(msgspec.Struct):
    """A sound that fits."""

    name: str
    """What it is called; of a creator's, `original sound – @handle` where nobody named it."""
    sound: str | None
    """Of a creator's video: GET /v1/sounds/{sound}; null: a publisher's, which has no page."""
    named: bool
    """Its owner named it."""
    handle: str | None
    """Whose it is."""
    items: int
    """As of NameHit."""


class SearchOut(msgspec.Struct):
    """Each list is best first; a kind that was not asked for is empty."""

    items: list[ItemHit]
    creators: list[CreatorHit]
    hashtags: list[NameHit]
    sounds: list[SoundHit]


@get("/v1/search", tags=["search"])
async def search(
    viewer: Viewer, services: Services, q: Asked = "", kind: Kind = "all", limit: Limit = 20,
    safe: Safe = True, typing: Typing = True,
) -> SearchOut:  # fmt: skip
    """Items, creators (accounts too that have nothing to show), hashtags and sounds by words, in
    any script or spelt as they sound; a word may be misspelt, and the last one unfinished
    (`typing`). Only what this viewer may see; `safe` is always on for who is not known to be 18."""
    if not q.strip():
        raise Refused(400, "no_words", "there is nothing to look for in q")
    query = await query_of(services, viewer)
    kinds: tuple[FindKind, ...] = KINDS if kind == "all" else (kind,)
    if kind == "creator":
        kinds = ("creator", "account")

    def find() -> tuple[dict[FindKind, list[Weighed]], dict[str, list[str]], Found]:
        store = services.search
        asked = parts_of(q, store, typing=typing)
        found = {one: matches(store, asked, one, query.languages) for one in kinds}
        tags = [one.found.ref for one in found.get("hashtag", [])[:limit]]
        tagged_so = {tag: tagged(store, tag, query.languages) for tag in tags}
        if "account" not in kinds:
            return found, tagged_so, {}
        creators, accounts = found["creator"], found["account"]
        return found, tagged_so, found_people(services, viewer, q, creators, accounts)

    found, tags, people = await asyncio.to_thread(find)
    safe, finder = safe or not is_adult(viewer), services.finder

    def named(kind: FindKind, rows_of: Callable[[str], Rows]) -> list[NameHit]:
        """Those that have something to show to this viewer."""
        names = [one.found.ref for one in found.get(kind, [])[: 3 * limit]]
        told = (NameHit(name, finder.count(query, rows_of(name), safe=safe)) for name in names)
        return [hit for hit in told if hit.items][:limit]

    return SearchOut(
        [_hit(one) for one in finder.items(query, found.get("item", []), limit, safe=safe)],
        hits(services, query, people, limit, safe=safe),
        named("hashtag", lambda tag: finder.of_ids(tags.get(tag, []))),
        await asyncio.to_thread(_sounds, services, named("sound", finder.of_sound)),
    )


def _sounds(services: Services, hits: list[NameHit]) -> list[SoundHit]:
    """What creators' sounds are called: they are found by their ids."""
    known = services.sounds.named([hit.name for hit in hits])
    found = ((hit, known.get(hit.name)) for hit in hits)
    return [
        SoundHit(title_of(sound), sound.id, bool(sound.title), sound.handle or None, hit.items)
        if sound else SoundHit(hit.name, None, True, None, hit.items)
        for hit, sound in found
    ]  # fmt: skip


def is_adult(viewer: Viewer) -> bool:
    """Known to be 18."""
    return viewer.age_band in ADULT


async def query_of(services: Services, viewer: Viewer) -> Query:
    """What the viewer may see, in the languages they chose."""
    state, _ = await services.states.get(viewer.id, profiled=viewer.profiled)
    return Query(
        viewer=viewer.id, surface=VIDEO, now_ms=services.clock(), slots=0,
        languages=tuple(LANGUAGE_INDEX[code] for code in viewer.languages),
        profiled=viewer.profiled, minor=viewer.age_band in MINORS, state=state,
    )  # fmt: skip


def _hit(found: ItemFound) -> ItemHit:
    item = found.record.item
    return ItemHit(
        item.id, item.kind, item.title, item.summary, item.language, item.topic,
        item.publisher or None, item.duration_s or None, item.placeholder or None,
        rfc3339(item.published_ms),
    )  # fmt: skip


ROUTES = [search]
