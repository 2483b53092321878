"""RSS, Atom and Media RSS, through feedparser."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import urljoin

from jhalak.ingest.clean import unescaped
from jhalak.ingest.rows import Bad, Entry, Row

_DECLARED: Final = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._\-]+)""")
_OURS: Final = b'<?xml version="1.0" encoding="utf-8"?>\n'
_DECLARATION: Final = re.compile(r"^\s*<\?xml[^>]{0,400}\?>")
_ENTITY: Final = re.compile(r"<!\s*ENTITY", re.IGNORECASE)
_ENTRY_END: Final = re.compile(r"</(?:\w+:)?(?:item|entry)\s*>")
_ROOT_END: Final = re.compile(r"</(?:\w+:)?(?:rss|feed|rdf)\s*>\s*(?:<!--.*?-->\s*)?$", re.I | re.S)
_TOMBSTONES: Final = "http://purl.org/atompub/tombstones/1.0"
_NO_MARKUP: Final = re.compile(r"<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)", re.S)
_WITHDRAWN: Final = re.compile(
    r"""<(?:\w+:)?deleted-entry\s[^>]{0,2000}?\bref\s*=\s*["']([^"'<>]{1,2000})["']"""
)

_SAFE_CODECS: Final = re.compile(
    r"utf-?8|us-ascii|ascii|iso-?8859-?\d{1,2}|latin-?1|windows-125\d|cp125\d|koi8-[ru]", re.I
)
"""Encodings in which markup is plain ASCII, so that a search for markup cannot be tricked."""

_PICTURE_FILE: Final = re.compile(r"\.(?:jpe?g|png|webp|avif|gif)(?:[?#]|$)", re.IGNORECASE)
WIDTH_UNSAID: Final = 720
"""Pixels that a picture which does not say its width is taken to have; a thumbnail: none."""


class XmlFeed(NamedTuple):
    """A document as read."""

    version: str
    """As feedparser names it, such as `rss20` or `atom10`; "" for no feed."""
    feed: Any
    """What feedparser makes of all that is no entry."""
    entries: list[Entry]
    withdrawn: list[str]
    """Ids of entries that the publisher withdrew (RFC 6721)."""


def xml_rows(data: bytes) -> Iterator[Entry]:
    """Entries of a feed (UTF-8, or the encoding that its declaration names), numbered from 1."""
    yield from xml_feed(data).entries


def xml_feed(data: bytes, charset: str = "") -> XmlFeed:
    """A feed and its entries; `charset` is the encoding where the document names none.

    A document that declares entities is refused before it is parsed: no feed needs them, and
    each XML bomb does. What stands before a break in the document is taken. 0.4 ms an entry.
    """
    try:
        text = _decoded(data, charset)
    except LookupError as problem:
        return XmlFeed("", {}, [Bad(1, str(problem))], [])
    if text.lstrip().startswith("<?xml "):  # unclosed or endless: feedparser needs minutes for it
        return XmlFeed("", {}, [Bad(1, "a damaged XML declaration")], [])
    if _ENTITY.search(text):
        return XmlFeed("", {}, [Bad(1, "declares XML entities")], [])
    try:
        parsed = _parse(text)
    except Exception as error:  # damage that feedparser does not expect
        return XmlFeed("", {}, [Bad(1, f"not a feed that we can read: {type(error).__name__}")], [])
    if not parsed.get("version") and not parsed.entries:
        return XmlFeed("", {}, [Bad(1, "not a feed that we can read")], [])
    return XmlFeed(
        parsed.get("version") or "", parsed.feed, _entries(parsed, text), _withdrawn(text)
    )


def _withdrawn(text: str) -> list[str]:
    if _TOMBSTONES not in text:
        return []
    return list(map(unescaped, _WITHDRAWN.findall(_NO_MARKUP.sub("", text))))


def _entries(parsed: Any, text: str) -> list[Entry]:
    # Without the end of the root element the file was cut off, maybe inside the last entry.
    whole = _ROOT_END.search(text[-4096:])
    closed = len(parsed.entries) if whole else _closed_entries(text)
    entries: list[Entry] = [
        Row(number, _fields(parsed.feed, entry)) if number <= closed else Bad(number, "cut off")
        for number, entry in enumerate(parsed.entries, 1)
    ]
    if not whole and closed >= len(parsed.entries):
        entries.append(Bad(len(parsed.entries) + 1, "cut off"))
    return entries


def _decoded(data: bytes, charset: str = "") -> str:
    declared = _DECLARED.match(data[:1024])
    name = declared.group(1).decode() if declared else charset or "utf-8"
    if name.lower().startswith(("utf-16", "utf-32", "ucs-")):
        name = "utf-8"  # lines.chunks has transcoded it
    if not _SAFE_CODECS.fullmatch(name):
        raise LookupError(f"encoding {name!r} is not supported")
    if not data.isascii() and _is_utf8(data):
        name = "utf-8"  # whatever a template declares: text in other encodings is no UTF-8
    # What does not decode becomes U+FFFD, for which its entry alone is rejected.
    return _DECLARATION.sub("", data.decode(name, "replace"), count=1)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _closed_entries(text: str) -> int:
    return len(_ENTRY_END.findall(text))


def _parse(text: str) -> Any:
    import feedparser

    return feedparser.parse(
        # A first line of ours: feedparser looks for an encoding in it, which on a long line
        # that was made for it takes minutes.
        io.BytesIO(_OURS + text.strip().encode("utf-8", "replace")),
        response_headers={"content-type": "application/xml; charset=utf-8"},
        sanitize_html=False,  # clean.py takes all markup out
        resolve_relative_uris=False,
    )


def _fields(feed: Any, entry: Any) -> dict[str, Any]:
    source = part_of(entry, "source")
    contents = parts_of(entry, "content") or [{}]
    fields = {
        "id": entry.get("id"),
        "title": entry.get("title"),
        "summary": entry.get("summary") or contents[0].get("value"),
        "content": contents[0].get("value"),
        "url": _link(entry),
        "published": entry.get("published") or entry.get("updated"),
        "topic": [tag.get("label") or tag.get("term") or "" for tag in parts_of(entry, "tags")],
        "language_hint": language_said(feed),
        "publisher": source.get("title") or feed.get("title"),
        "image": _image(entry),
        "expires": entry.get("expired"),
    }
    videos = [video for video in _media(entry) if _is_video(video)]
    if videos:
        fields["kind"] = "video"
        fields["duration"] = next((v["duration"] for v in videos if v.get("duration")), None)
        fields["renditions"] = [_rendition(video) for video in videos]
    return fields


def part_of(of: Any, name: str) -> Mapping[str, Any]:
    """What feedparser made of an element with parts. An element that is called as it calls its own
    (`<links>`) leaves a text there."""
    found = of.get(name)
    return found if isinstance(found, Mapping) else {}


def parts_of(of: Any, name: str) -> list[Mapping[str, Any]]:
    """The same of elements that may come again."""
    found = of.get(name)
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def language_said(feed: Any) -> Any:
    """What a feed says of its language, or its title of its own; whatever that is."""
    return feed.get("language") or part_of(feed, "title_detail").get("language")


def _link(entry: Any) -> str | None:
    """The entry's address, whole where the document gives a base for it (xml:base)."""
    link, base = entry.get("link"), part_of(entry, "title_detail").get("base")
    if link and link == entry.get("id"):  # feedparser's, where there is none: maybe `urn:uuid:...`
        return str(link) if str(link).startswith(("http://", "https://")) else None
    if not link or not base:
        return str(link) if link else None
    try:
        return str(urljoin(base, link))
    except ValueError:
        return str(link)


def _media(entry: Any) -> list[Any]:
    """Media RSS contents, then enclosures."""
    enclosures = [
        {**link, "url": link.get("href")}
        for link in parts_of(entry, "links")
        if link.get("rel") == "enclosure"
    ]
    return [*parts_of(entry, "media_content"), *enclosures]


def _is_video(media: Any) -> bool:
    return media.get("medium") == "video" or str(media.get("type", "")).startswith("video/")


def _is_picture(media: Any) -> bool:
    medium, kind = media.get("medium"), str(media.get("type", ""))
    said = medium == "image" or kind.startswith("image/")
    return said or (not (medium or kind) and bool(_PICTURE_FILE.search(str(media.get("url")))))


def _image(entry: Any) -> str | None:
    """The widest one, by what they say of themselves: thumbnails are often too small for a card."""
    pictures = [
        (_number(media, "width") or WIDTH_UNSAID, media) for media in _media(entry)
        if _is_picture(media)
    ]  # fmt: skip
    pictures += [(_number(media, "width"), media) for media in parts_of(entry, "media_thumbnail")]
    found = [(width, str(media["url"])) for width, media in pictures if media.get("url")]
    return max(found, key=lambda one: one[0])[1] if found else None


def _number(media: Any, name: str) -> int:
    text = str(media.get(name) or "0").split(".")[0]
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _rendition(video: Any) -> dict[str, Any]:
    return {
        "src": video.get("url"),
        "height": _number(video, "height"),
        "bitrate": 1000 * _number(video, "bitrate"),  # Media RSS counts kilobits a second
        "type": video.get("type") or "video/mp4",
    }
