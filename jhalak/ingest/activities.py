"""ActivityStreams 2.0: `Create`, `Update`, `Announce` of what can be a card, `Delete`, Tombstone
(https://www.w3.org/TR/activitystreams-vocabulary/), validated."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import msgspec

from jhalak.ingest.json_rows import too_deep
from jhalak.ingest.rows import Bad, Entry, Row

CONTEXT: Final = "https://www.w3.org/ns/activitystreams"

_POSTS: Final = frozenset(("Create", "Update", "Add"))
_CARDS: Final = frozenset(("Article", "Note", "Page", "Video", "Image", "Event", "Question"))
_COLLECTIONS: Final = frozenset(
    ("Collection", "OrderedCollection", "CollectionPage", "OrderedCollectionPage")
)


class Thing(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What an activity is about. Properties that may be a link, an object or a list of them are
    read by `_first_link` and `_names`."""

    type: str
    id: str = ""
    name: str | None = None
    nameMap: dict[str, str] = {}
    summary: str | None = None
    content: str | None = None
    contentMap: dict[str, str] = {}
    url: Any = None
    published: str | None = None
    updated: str | None = None
    duration: str | None = None
    image: Any = None
    icon: Any = None
    attachment: Any = None
    tag: Any = None
    attributedTo: Any = None
    sensitive: bool | None = None
    inReplyTo: Any = None


class Activity(msgspec.Struct, kw_only=True, omit_defaults=True):
    type: str
    id: str = ""
    actor: Any = None
    object: Any = None
    published: str | None = None


class Collection(msgspec.Struct, kw_only=True, omit_defaults=True):
    type: str
    name: str | None = None
    orderedItems: list[Any] = []
    items: list[Any] = []
    first: Any = None


class Activities(NamedTuple):
    """A document as read."""

    title: str
    entries: list[Entry]
    withdrawn: list[str]
    """Ids of objects that were deleted."""


def is_activities(document: Any) -> bool:
    """Does a JSON document say that it is ActivityStreams?"""
    if not isinstance(document, dict):
        return False
    said = document.get("@context")
    return CONTEXT in (said if isinstance(said, list) else (said,))


def activities(document: Any) -> Activities:
    """A collection (an outbox) or a single activity. Raises msgspec.ValidationError."""
    title, listed = "", [document]
    if isinstance(document, dict) and _is_one(document, _COLLECTIONS):
        collection = msgspec.convert(document, Collection)
        title = collection.name or ""
        listed = collection.orderedItems or collection.items
        if not listed and isinstance(collection.first, dict):
            page = msgspec.convert(collection.first, Collection)
            listed = page.orderedItems or page.items
        elif not listed and isinstance(collection.first, str):
            listed = [Bad(1, f"its entries lie at {collection.first[:200]}: add that address")]
    entries: list[Entry] = []
    withdrawn: list[str] = []
    for number, one in enumerate(listed, 1):
        entry = one if isinstance(one, Bad) else _entry(number, one)
        if isinstance(entry, str):
            withdrawn.append(entry)
        else:
            entries.append(entry)
    return Activities(title, entries, withdrawn)


def _is_one(raw: dict[str, Any], types: frozenset[str]) -> bool:
    said = raw.get("type")
    return isinstance(said, str) and said in types


def _entry(number: int, raw: Any) -> Entry | str:
    """An entry, or the id of what was withdrawn."""
    if not isinstance(raw, dict):
        return Bad(number, "an activity that is only a link")
    if too_deep(raw):
        return Bad(number, "nested too deep")
    try:
        if raw.get("type") == "Tombstone" or _is_one(raw, _CARDS):
            return _thing(number, raw, raw.get("attributedTo"), None)
        activity = msgspec.convert(raw, Activity)
        if activity.type == "Delete":
            gone = activity.object
            gone = gone.get("id") if isinstance(gone, dict) else gone
            return gone if isinstance(gone, str) else Bad(number, "Delete without an object")
        if activity.type not in _POSTS:
            return Bad(number, f"an activity that is no card: {activity.type[:40]}")
        return _thing(number, activity.object, activity.actor, activity.published)
    except msgspec.ValidationError as problem:
        return Bad(number, f"not as ActivityStreams wants it: {problem}"[:200])


def _thing(number: int, raw: Any, actor: Any, at: str | None) -> Entry | str:
    if not isinstance(raw, dict):
        return Bad(number, "an activity whose object is only a link")
    thing = msgspec.convert(raw, Thing)
    if thing.type == "Tombstone":
        return thing.id or Bad(number, "Tombstone without an id")
    if thing.type not in _CARDS:
        return Bad(number, f"an object that is no card: {thing.type[:40]}")
    if thing.inReplyTo is not None:
        return Bad(number, "a reply")
    language, name = next(iter(thing.nameMap.items()), ("", thing.name))
    spoken, content = next(iter(thing.contentMap.items()), ("", thing.content))
    fields: dict[str, Any] = {
        "id": thing.id,
        "title": name or thing.summary or content,
        "summary": (thing.summary if name else None) or (content if name else None),
        "content": content,
        "url": _first_link(thing.url, "text/html") or thing.id,
        "published": thing.published or at or thing.updated,
        "topic": [tag.lstrip("#") for tag in _names(thing.tag)],
        "language": language or spoken,
        "publisher": next(iter(_names(thing.attributedTo) or _names(actor)), None),
        "image": _first_link(_pictures(thing), "image/"),
        "sensitive": thing.sensitive,
    }
    if thing.type == "Video":
        videos = _links(thing.url, "video/") or _links(thing.attachment, "video/")
        fields |= {"kind": "video", "duration": thing.duration, "renditions": videos}
    return Row(number, fields)


def _pictures(thing: Thing) -> list[Any]:
    attached = [one for one in _listed(thing.attachment) if isinstance(one, dict)]
    attached = [one for one in attached if str(one.get("mediaType", "")).startswith("image/")
                or one.get("type") == "Image"]  # fmt: skip
    return [*_listed(thing.image), *attached, *_listed(thing.icon)]


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _names(value: Any) -> list[str]:
    """Names of actors and tags that are given whole."""
    named = [one.get("name") for one in _listed(value) if isinstance(one, dict)]
    return [name for name in named if isinstance(name, str) and name]


def _links(value: Any, media: str) -> list[dict[str, Any]]:
    found = []
    for one in _listed(value):
        if isinstance(one, dict) and str(one.get("mediaType", "")).startswith(media):
            source, height = one.get("href") or one.get("url"), one.get("height")
            if isinstance(source, str):
                tall = height if isinstance(height, int) else 0
                found.append({"src": source, "height": tall, "type": one["mediaType"]})
    return found


def _first_link(value: Any, media: str) -> str | None:
    """The first address, of the wanted media type where types are given."""
    others = []
    for one in _listed(value):
        if isinstance(one, str):
            return one
        if isinstance(one, dict):
            source = one.get("href") or one.get("url")
            source = _first_link(source, media) if not isinstance(source, str) else source
            if source and str(one.get("mediaType", media)).startswith(media):
                return str(source)
            others.append(source)
    return next((str(source) for source in others if source), None)
