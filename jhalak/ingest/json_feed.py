"""JSON Feed 1.1, validated (https://www.jsonfeed.org/version/1.1/)."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from jhalak.ingest.json_rows import feed_fields, too_deep
from jhalak.ingest.rows import Bad, Entry, Row

MARK: Final = "https://jsonfeed.org/version/"


class Attachment(msgspec.Struct, kw_only=True, omit_defaults=True):
    url: str
    mime_type: str = ""
    title: str | None = None
    duration_in_seconds: float | None = None


class JsonItem(msgspec.Struct, kw_only=True, omit_defaults=True):
    """One item. Text in a number's place is what feeds in the wild get wrong: ids may be both."""

    id: str | int | float = ""
    url: str | None = None
    external_url: str | None = None
    title: str | None = None
    content_html: str | None = None
    content_text: str | None = None
    summary: str | None = None
    image: str | None = None
    banner_image: str | None = None
    date_published: str | None = None
    date_modified: str | None = None
    tags: list[str] | None = None
    language: str | None = None
    attachments: list[Attachment] | None = None


class Hub(msgspec.Struct):
    type: str
    url: str


class JsonFeed(msgspec.Struct, kw_only=True):
    """The feed; its items are validated one by one, so that one bad one costs only itself."""

    version: str
    title: str = ""
    feed_url: str = ""
    language: str | None = None
    expired: bool = False
    hubs: list[Hub] = []
    items: list[Any] = []


def json_feed(document: Any) -> JsonFeed:
    """Raises msgspec.ValidationError, saying where."""
    return msgspec.convert(document, JsonFeed)


def json_entries(feed: JsonFeed) -> list[Entry]:
    """The items in order, numbered from 1."""
    about = {"title": feed.title, "language": feed.language}
    return [_entry(number, item, about) for number, item in enumerate(feed.items, 1)]


def _entry(number: int, raw: Any, about: dict[str, Any]) -> Entry:
    if too_deep(raw):
        return Bad(number, "nested too deep")
    try:
        item = msgspec.to_builtins(msgspec.convert(raw, JsonItem))
    except msgspec.ValidationError as problem:
        return Bad(number, f"not as JSON Feed wants it: {problem}"[:200])
    fields = feed_fields(about, item)
    fields["published"] = fields["published"] or item.get("date_modified")
    return Row(number, fields)
