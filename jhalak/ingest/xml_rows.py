"""RSS, Atom and Media RSS, through feedparser."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any, Final

from jhalak.ingest.rows import Bad, Entry, Row

_DECLARED: Final = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._\-]+)""")
_DECLARATION: Final = re.compile(r"^\s*<\?xml[^>]{0,400}\?>")
_ENTITY: Final = re.compile(r"<!\s*ENTITY", re.IGNORECASE)
_ENTRY_END: Final = re.compile(r"</(?:\w+:)?(?:item|entry)\s*>")
_ROOT_END: Final = re.compile(r"</(?:\w+:)?(?:rss|feed|rdf)\s*>\s*(?:<!--.*?-->\s*)?$", re.I | re.S)

_SAFE_CODECS: Final = re.compile(
    r"utf-?8|us-ascii|ascii|iso-?8859-?\d{1,2}|latin-?1|windows-125\d|cp125\d|koi8-[ru]", re.I
)
"""Encodings in which markup is plain ASCII, so that a search for markup cannot be tricked."""


def xml_rows(data: bytes) -> Iterator[Entry]:
    """Entries of a feed (UTF-8, or the encoding that its declaration names), numbered from 1.

    A document that declares entities is refused before it is parsed: no feed needs them, and
    each XML bomb does. What stands before a break in the document is taken.
    """
    try:
        text = _decoded(data)
    except LookupError as problem:
        yield Bad(1, str(problem))
        return
    if _ENTITY.search(text):
        yield Bad(1, "declares XML entities")
        return
    feed = _parse(text)
    if not feed.get("version") and not feed.entries:
        yield Bad(1, "not a feed that we can read")
        return
    # Without the end of the root element the file was cut off, maybe inside the last entry.
    closed = len(feed.entries) if _ROOT_END.search(text[-4096:]) else _closed_entries(text)
    for number, entry in enumerate(feed.entries, 1):
        if number > closed:
            yield Bad(number, "cut off")
        else:
            yield Row(number, _fields(feed.feed, entry))
    if not _ROOT_END.search(text[-4096:]) and closed >= len(feed.entries):
        yield Bad(len(feed.entries) + 1, "cut off")


def _decoded(data: bytes) -> str:
    declared = _DECLARED.match(data[:1024])
    name = declared.group(1).decode() if declared else "utf-8"
    if name.lower().startswith(("utf-16", "utf-32", "ucs-")):
        name = "utf-8"  # lines.chunks has transcoded it
    if not _SAFE_CODECS.fullmatch(name):
        raise LookupError(f"encoding {name!r} is not supported")
    # What does not decode becomes U+FFFD, for which its entry alone is rejected.
    return _DECLARATION.sub("", data.decode(name, "replace"), count=1)


def _closed_entries(text: str) -> int:
    return len(_ENTRY_END.findall(text))


def _parse(text: str) -> Any:
    import feedparser

    return feedparser.parse(
        io.BytesIO(text.strip().encode("utf-8", "replace")),
        response_headers={"content-type": "application/xml; charset=utf-8"},
        sanitize_html=False,  # clean.py takes all markup out
        resolve_relative_uris=False,
    )


def _fields(feed: Any, entry: Any) -> dict[str, Any]:
    source = entry.get("source")
    contents = entry.get("content") or [{}]
    fields = {
        "id": entry.get("id"),
        "title": entry.get("title"),
        "summary": entry.get("summary") or contents[0].get("value"),
        "content": contents[0].get("value"),
        "url": entry.get("link"),
        "published": entry.get("published") or entry.get("updated"),
        "topic": [tag.get("label") or tag.get("term") or "" for tag in entry.get("tags") or ()],
        "language_hint": feed.get("language") or (feed.get("title_detail") or {}).get("language"),
        "publisher": (source.get("title") if source else None) or feed.get("title"),
        "image": _image(entry),
        "expires": entry.get("expired"),
    }
    videos = [video for video in _media(entry) if _is_video(video)]
    if videos:
        fields["kind"] = "video"
        fields["duration"] = next((v["duration"] for v in videos if v.get("duration")), None)
        fields["renditions"] = [_rendition(video) for video in videos]
    return fields


def _media(entry: Any) -> list[Any]:
    """Media RSS contents, then enclosures."""
    enclosures = [
        {**link, "url": link.get("href")}
        for link in entry.get("links") or ()
        if link.get("rel") == "enclosure"
    ]
    return [*(entry.get("media_content") or ()), *enclosures]


def _is_video(media: Any) -> bool:
    return media.get("medium") == "video" or str(media.get("type", "")).startswith("video/")


def _image(entry: Any) -> str | None:
    for thumbnail in entry.get("media_thumbnail") or ():
        if thumbnail.get("url"):
            return str(thumbnail["url"])
    for media in _media(entry):
        if media.get("medium") == "image" or str(media.get("type", "")).startswith("image/"):
            return str(media.get("url"))
    return None


def _rendition(video: Any) -> dict[str, Any]:
    def number(name: str, scale: int = 1) -> int:
        text = str(video.get(name) or "0").split(".")[0]
        return int(text) * scale if text.isdecimal() and len(text) < 10 else 0

    return {
        "src": video.get("url"),
        "height": number("height"),
        "bitrate": number("bitrate", 1000),  # Media RSS counts kilobits a second
        "type": video.get("type") or "video/mp4",
    }
