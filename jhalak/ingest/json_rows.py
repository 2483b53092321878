"""JSON Lines, JSON arrays and JSON Feed 1.1."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec

from jhalak.ingest.columns import Columns
from jhalak.ingest.csv_rows import NOT_UTF8, TOO_LONG
from jhalak.ingest.lines import Line
from jhalak.ingest.rows import Bad, Entry, Row

MAX_DEPTH: Final = 16
"""Arrays and objects inside each other."""

_ITEMS: Final = re.compile(r'"items"\s*:\s*\[')
_SPACE: Final = re.compile(r"[\s,]*")
_decoder: Final = msgspec.json.Decoder(Any)


def json_lines(source: Iterable[Line], columns: Columns) -> Iterator[Entry]:
    """One object a line; unknown keys are ignored."""
    for line in source:
        if line.data is None:
            yield Bad(line.number, TOO_LONG)
        elif line.data.strip():
            yield _parsed(line.number, line.data, columns)


def json_document(data: bytes, columns: Columns) -> Iterator[Entry]:
    """A JSON Feed, or an array of objects; lines are numbers of entries, from 1.

    A document that is cut off or broken yields what stands before the break, then a rejection.
    """
    try:
        document = _decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        yield from _salvaged(data.decode("utf-8", "replace"), columns)
        return
    if isinstance(document, dict) and isinstance(document.get("items"), list):
        yield from _feed(document, enumerate(document["items"], 1))
    elif isinstance(document, dict):
        yield _row(1, document, columns)
    elif isinstance(document, list):
        for number, record in enumerate(document, 1):
            yield _row(number, record, columns)
    else:
        yield Bad(1, "neither an object nor an array")


def too_deep(value: Any, left: int = MAX_DEPTH) -> bool:
    """Does `value` nest arrays and objects deeper than `left`?"""
    if isinstance(value, dict):
        return left == 0 or any(too_deep(inner, left - 1) for inner in value.values())
    if isinstance(value, list):
        return left == 0 or any(too_deep(inner, left - 1) for inner in value)
    return False


def _parsed(number: int, data: bytes, columns: Columns) -> Entry:
    try:
        record = _decoder.decode(data)
    except RecursionError:
        return Bad(number, "nested too deep")
    except UnicodeDecodeError:
        return Bad(number, NOT_UTF8)
    except msgspec.DecodeError as problem:
        try:
            data.decode()
        except UnicodeDecodeError:
            return Bad(number, NOT_UTF8)
        return Bad(number, f"bad JSON: {problem}"[:200])
    return _row(number, record, columns)


def _row(number: int, record: Any, columns: Columns) -> Entry:
    if not isinstance(record, dict):
        return Bad(number, "not a JSON object")
    if too_deep(record):
        return Bad(number, "nested too deep")
    return Row(number, columns.pick(record))


def _feed(feed: dict[str, Any], items: Iterable[tuple[int, Any]]) -> Iterator[Entry]:
    for number, item in items:
        if not isinstance(item, dict):
            yield Bad(number, "not a JSON object")
        elif too_deep(item):
            yield Bad(number, "nested too deep")
        else:
            yield Row(number, feed_fields(feed, item))


def feed_fields(feed: dict[str, Any], item: dict[str, Any]) -> dict[str, Any]:
    """The fields of a JSON Feed item (https://www.jsonfeed.org/version/1.1/)."""
    text = item.get("summary") or item.get("content_text") or item.get("content_html")
    fields: dict[str, Any] = {
        "id": item.get("id"),
        "title": item.get("title") or item.get("content_text") or item.get("summary"),
        "summary": text if item.get("title") else None,
        "content": item.get("content_html") or item.get("content_text"),
        "url": item.get("url") or item.get("external_url"),
        "image": item.get("image") or item.get("banner_image"),
        "published": item.get("date_published"),
        "topic": item.get("tags"),
        "language": item.get("language"),
        "language_hint": feed.get("language"),
        "publisher": feed.get("title"),
    }
    attachments = item.get("attachments")
    for attachment in attachments if isinstance(attachments, list) else ():
        if not isinstance(attachment, dict):
            continue
        mime = attachment.get("mime_type")
        if isinstance(mime, str) and mime.startswith("video/"):
            rendition = {"src": attachment.get("url"), "height": 0, "type": mime}
            fields.setdefault("renditions", []).append(rendition)
            fields.setdefault("duration", attachment.get("duration_in_seconds"))
            fields["kind"] = "video"
    return fields


def _salvaged(text: str, columns: Columns) -> Iterator[Entry]:
    """The entries of a broken document up to the break."""
    items = _ITEMS.search(text)
    array = items or re.match(r"\s*\[", text)
    if array is None:
        yield Bad(1, "bad JSON")
        return
    decoder = json.JSONDecoder()
    number, place = 0, array.end()
    while True:
        number += 1
        space = _SPACE.match(text, place)
        place = space.end() if space else place
        if text.startswith("]", place):
            return
        try:
            record, place = decoder.raw_decode(text, place)
        except RecursionError:
            yield Bad(number, "nested too deep")
            return
        except ValueError as problem:
            yield Bad(number, f"cut off or bad JSON: {problem}"[:200])
            return
        if items:
            yield from _feed({}, [(number, record)])
        else:
            yield _row(number, record, columns)
