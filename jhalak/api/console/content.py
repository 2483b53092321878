"""Content: what is live, slice by slice; one item; what rises; and the recall."""

from __future__ import annotations

import asyncio
import unicodedata
from typing import Annotated, Any, Final

import msgspec
import numpy as np
from litestar import get, post
from litestar.params import Parameter
from numpy.typing import NDArray

from jhalak.api.console.access import Operator
from jhalak.api.console.learning import topic_name
from jhalak.api.items import recall, trial_of
from jhalak.api.raw import Refused
from jhalak.api.services import Services
from jhalak.catalogue.live import LiveCatalogue
from jhalak.catalogue.pictures import poster
from jhalak.catalogue.topics import topic_by_id
from jhalak.schema.item import ItemRecord
from jhalak.schema.languages import LANGUAGE_INDEX, LANGUAGES
from jhalak.schema.stored import StoredItem

PAGE: Final = 60
CHECK_MS: Final = 900_000
"""A phone that is online has asked for recalls by then, or asks before it shows a card."""
KINDS: Final = ("card", "video")
Text = Annotated[str, Parameter(max_length=512)]


class RecallIn(msgspec.Struct, forbid_unknown_fields=True):
    """Which item is taken out for good, and why."""

    item: Annotated[str, msgspec.Meta(min_length=1, max_length=512)]
    reason: Annotated[str, msgspec.Meta(min_length=3, max_length=500)]


@get("/content")
async def get_content(
    services: Services, language: Text = "", topic: Text = "", by: Text = "",
    kind: Text = "", words: Text = "", status: Text = "live",
    page: Annotated[int, Parameter(ge=0, le=100_000)] = 0,
) -> dict[str, Any]:  # fmt: skip
    """A page of the live items that fit, newest first, and how many fit by each name; `by` is a
    publisher. Recalled ones have left the catalogue: of them ids and times are told."""
    if status == "recalled":
        return _recalled(services.world.catalogue, page)
    if status != "live":
        raise Refused(400, "bad_parameter", f"status is live or recalled, not {status!r}")
    wanted = _wanted(services, language, topic, kind)
    return await asyncio.to_thread(_slice, services, wanted, by, _folded(words), page)


def _wanted(services: Services, language: str, topic: str, kind: str) -> dict[str, int]:
    """Column to the value that it is to have. Raises Refused (400)."""
    wanted = {}
    for name, value, known in (
        ("language", language, LANGUAGE_INDEX),
        ("topic", topic, {one: row.index for one, row in topic_by_id().items()}),
        ("kind", kind, {one: index for index, one in enumerate(KINDS)}),
    ):
        if value and value not in known:
            raise Refused(400, "bad_parameter", f"there is no {name} {value!r}")
        if value:
            wanted[name] = known[value]
    return wanted


def _slice(
    services: Services, wanted: dict[str, int], publisher: str, words: list[str], page: int
) -> dict[str, Any]:
    """O(items), 6 ms at 100,000 without words and 70 ms with; for a thread."""
    c = services.world.catalogue
    fit = c.live.copy()
    for column, value in wanted.items():
        fit &= getattr(c, column)[: len(fit)] == value
    if publisher:
        fit &= c.creator[: len(fit)] == services.creators.get(publisher, -1)
    rows = np.flatnonzero(fit)
    rows = rows[np.argsort(-c.published_ms[rows], kind="stable")]
    if words:
        rows = np.array([row for row in rows.tolist() if _says(c.stored[row], words)], np.int64)
    shown = rows[page * PAGE : (page + 1) * PAGE].tolist()
    told = [record for row in shown if (record := c.records[row]) is not None]
    return {
        "total": len(rows), "page": page, "pages": -(-len(rows) // PAGE),
        "items": [_told(services, record) for record in told],
        "languages": _counts(c.language[rows], lambda n: LANGUAGES[n]),
        "topics": _counts(c.topic[rows], topic_name),
        "publishers": _counts(c.creator[rows], lambda n: services.creator_names.get(n, ""))[:200],
    }  # fmt: skip


def _folded(words: str) -> list[str]:
    """Composed as titles are (ingest/clean.py)."""
    return unicodedata.normalize("NFC", words).casefold().split()


def _says(item: StoredItem | None, words: list[str]) -> bool:
    """All of them, in any order, also within longer words."""
    if item is None:
        return False
    title = item.title().casefold()
    return all(word in title for word in words)


def _counts(values: NDArray[Any], name: Any) -> list[dict[str, Any]]:
    """Names with how many have them, most first; nameless ones are left out."""
    numbers, counts = np.unique(values, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    pairs = zip(numbers[order].tolist(), counts[order].tolist(), strict=True)
    return [{"name": name(number), "items": count} for number, count in pairs if name(number)]


def _told(services: Services, record: ItemRecord) -> dict[str, Any]:
    item = record.item
    picture = poster(record)
    if item.media:  # its poster's link is signed for these days
        src = services.media_links.base(item.media, services.clock()) + picture["src"]
        picture["variants"] = [{**picture, "src": src}]
    return {
        "item": item.id, "kind": item.kind, "language": item.language, "topic": item.topic,
        "title": item.title, "publisher": item.publisher, "published_ms": item.published_ms,
        "reviewed": item.reviewed, "sensitive": item.sensitive, "unsafe": list(item.unsafe),
        "picture": picture,
    }  # fmt: skip


def _recalled(c: LiveCatalogue, page: int) -> dict[str, Any]:
    newest = c.recalls[::-1]
    part = newest[page * PAGE : (page + 1) * PAGE]
    return {
        "total": len(newest), "page": page, "pages": -(-len(newest) // PAGE), "items": [],
        "recalled": [{"seq": seq, "item": item, "at_ms": at_ms} for seq, item, at_ms in part],
        "languages": [], "topics": [], "publishers": [],
    }  # fmt: skip


@get("/content/item")
async def get_content_item(services: Services, item: Text) -> dict[str, Any]:
    """One item: how its trial stands, and who else tells its story."""
    record = await asyncio.to_thread(services.items.get, item)
    if record is None:
        raise Refused(404, "no_such_item", f"there is no item {item!r}")
    trial = await asyncio.to_thread(trial_of, services, record)
    return {
        **_told(services, record), "status": record.status, "summary": record.item.summary,
        "url": record.item.url, "expires_ms": record.item.expires_ms,
        "trial": msgspec.to_builtins(trial),
        "counts": await asyncio.to_thread(_counters, services, record),
        "story": await asyncio.to_thread(_story, services, record),
        "recall": progress(services, record) if record.status == "recalled" else None,
    }  # fmt: skip


def _counters(services: Services, record: ItemRecord) -> dict[str, float] | None:
    """Impressions of its trial's key so far, and what they were worth; null: it is not live."""
    c = services.world.catalogue
    row = c.find(record.num)
    if row < 0:
        return None
    shown, value = services.world.serving.trials.known_of(c.trial[row : row + 1])
    return {"shown": round(float(shown[0]), 1), "worth": round(float(value[0]), 2)}


def _story(services: Services, record: ItemRecord) -> list[dict[str, Any]]:
    """The other live items that tell the same, newest first: duplicates as readers see them."""
    c = services.world.catalogue
    row = c.find(record.num)
    if row < 0 or not c.story[row]:
        return []
    rows = np.flatnonzero(c.live & (c.story == c.story[row]))
    rows = rows[np.argsort(-c.published_ms[rows], kind="stable")]
    others = [c.records[other] for other in rows.tolist() if other != row]
    return [_told(services, other) for other in others if other is not None]


def progress(services: Services, record: ItemRecord) -> dict[str, Any]:
    """How far a recall has come: `here` is this process. Other processes follow the same sequence
    of changes, and phones ask for it; neither reports back."""
    catalogue = services.world.catalogue
    return {
        "seq": record.seq, "catalogue_seq": catalogue.seq,
        "here": record.num in catalogue.recalled, "at_ms": record.changed_ms,
        "followed": catalogue.seq >= record.seq, "phones_by_ms": record.changed_ms + CHECK_MS,
    }  # fmt: skip


@post("/content/recall", status_code=200)
async def post_recall(data: RecallIn, operator: Operator, services: Services) -> dict[str, Any]:
    """Take an item out for good: when this answers, no slate shows it. Audited with the reason."""
    by, reason = f"operator:{operator.name}", data.reason.strip()
    if not reason:
        raise Refused(400, "no_reason", "say why it is recalled")
    return progress(services, await recall(services, data.item, by, reason))


@get("/content/rising")
async def get_rising(services: Services) -> dict[str, Any]:
    """Stories that rise now, by language, each with how many sources tell it."""
    return {"stories": await asyncio.to_thread(_rising, services)}


def _rising(services: Services) -> list[dict[str, Any]]:
    world, c = services.world, services.world.catalogue
    found = []
    for rows in world.rising.values():
        for place, row in enumerate(rows.tolist()):
            record = c.records[row]
            if record is None or not c.live[row]:
                continue
            same = c.live & (c.story == c.story[row])
            sources = len(np.unique(c.creator[same & (c.creator > 0)]))
            found.append(
                {
                    **_told(services, record),
                    "place": place + 1,
                    "sources": sources,
                    "items": int(same.sum()),
                }
            )
    return found


ROUTES = [get_content, get_content_item, post_recall, get_rising]
