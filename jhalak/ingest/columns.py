"""Which column, key or element of a source means which field of an item."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

FIELDS: Final[dict[str, tuple[str, ...]]] = {
    "title": ("title", "headline", "heading", "judul", "text", "name"),
    "summary": (
        "summary", "description", "abstract", "excerpt", "deskripsi", "ringkasan", "content_text",
        "text", "content", "body", "isi",
    ),
    "content": ("content_html", "full_text", "article", "content", "body", "isi"),
    "topic": (
        "topic", "label", "labels", "category", "categories", "kategori", "section", "tags",
        "genre", "topik",
    ),
    "language": ("language", "lang", "language_code", "bahasa"),
    "publisher": (
        "publisher", "source", "creator", "author", "channel", "site", "penerbit", "sumber",
    ),
    "url": ("url", "link", "href", "permalink", "tautan"),
    "id": ("id", "guid", "uuid", "item_id", "article_id"),
    "image": ("image", "image_url", "thumbnail", "picture", "img", "photo", "gambar"),
    "image_alt": ("image_alt", "alt", "caption"),
    "kind": ("kind", "type", "item_type"),
    "duration": ("duration_s", "duration", "length_s", "durasi"),
    "published": (
        "published", "date", "pubdate", "pub_date", "published_at", "date_published", "created_at",
        "timestamp", "tanggal", "published_ms",
    ),
    "expires": ("expires", "expires_at", "expiry", "valid_until", "expires_ms"),
    "story": ("story", "story_id"),
    "sound": ("sound", "sound_id", "music", "music_id"),
    "sensitive": ("sensitive",),
    "renditions": ("renditions",),
}  # fmt: skip
"""Field to the usual names of its column, the surest first; in any case, `-` and blanks as `_`.
A name that two fields list (`text`) goes to the first field that nothing surer claims."""


class NoTitle(Exception):
    """A source has no column that could be the title."""


class MissingColumn(Exception):
    """A column that `--map` names is not in the source."""


class Columns:
    """Finds the fields of a header or of an object's keys.

    `mapping` is field to column, as `--map` gave it; it wins over the usual names.
    """

    def __init__(self, mapping: Mapping[str, str] | None = None) -> None:
        self._mapping = dict(mapping or {})
        self._known: dict[tuple[str, ...], dict[str, str]] = {}

    def find(self, header: Sequence[str]) -> dict[str, str]:
        """Field to column name. Raises MissingColumn."""
        folded: dict[str, str] = {}
        for name in header:
            folded.setdefault(fold(name), name)
        found: dict[str, str] = {}
        for field, column in self._mapping.items():
            if fold(column) not in folded:
                raise MissingColumn(
                    f"no column {column!r} for {field}; there are: {_named(header)}"
                )
            found[field] = folded.pop(fold(column))
        for field, names in FIELDS.items():
            usual = next((name for name in names if name in folded), None)
            if field not in found and usual is not None:
                found[field] = folded.pop(usual)
        return found

    def find_with_title(self, header: Sequence[str]) -> dict[str, str]:
        """As `find`. Raises NoTitle too."""
        found = self.find(header)
        if "title" not in found:
            raise NoTitle(
                f"no title column among: {_named(header)}; name it with --map title=COLUMN"
            )
        return found

    def pick(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """The fields of one object; keys that mean nothing to us are ignored."""
        keys = tuple(record)
        found = self._known.get(keys)
        if found is None:
            found = self._find_present(keys)
            if len(self._known) < 256:  # hostile files name other keys in each row
                self._known[keys] = found
        return {field: record[column] for field, column in found.items()}

    def _find_present(self, keys: tuple[str, ...]) -> dict[str, str]:
        """An object may lack a mapped key: then the usual names serve."""
        try:
            return self.find(keys)
        except MissingColumn:
            present = {fold(key) for key in keys}
            mapping = {f: c for f, c in self._mapping.items() if fold(c) in present}
            return Columns(mapping).find(keys)


def parse_map(text: str) -> dict[str, str]:
    """`title=JUDUL,topic=KATEGORI` as field to column. Raises ValueError with what is wrong."""
    mapping: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in text.split(","))):
        field, equals, column = (part.strip() for part in pair.partition("="))
        if not equals or not column:
            raise ValueError(f"--map wants FIELD=COLUMN, not {pair!r}")
        if field not in FIELDS:
            raise ValueError(f"--map knows no field {field!r}; there are: {', '.join(FIELDS)}")
        mapping[field] = column
    return mapping


def fold(name: str) -> str:
    """A column's name as it is compared."""
    return re.sub(r"[\s\-]+", "_", name.strip().strip("\ufeff").casefold())


def _named(header: Sequence[str]) -> str:
    return ", ".join(name.strip()[:40] for name in header[:12]) or "none"
