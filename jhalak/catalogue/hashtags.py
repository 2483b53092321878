"""Hashtags as they are compared: an item's, and those that channels name."""

from __future__ import annotations

import unicodedata

from jhalak.catalogue.topics import HASHTAG_ENDS, hashtags_in
from jhalak.schema.stored import StoredItem

_HASHES = b"#", "＃".encode()


def folded(tag: str) -> str:
    """A hashtag as it is compared: composed, without case and underscores."""
    return unicodedata.normalize("NFKC", tag).casefold().replace("_", "").strip(HASHTAG_ENDS)


def tags_of(text: str) -> tuple[str, ...]:
    """The hashtags of a text, folded, each once."""
    if "#" not in text and "＃" not in text:
        return ()
    return tuple(dict.fromkeys(folded(tag) for tag in hashtags_in(text)))


def tags_of_item(item: StoredItem) -> tuple[str, ...]:
    """Those of its title and summary. 0.1 us for an item without any."""
    if not any(mark in item.body for mark in _HASHES):
        return ()
    said = item.record().item
    return tags_of(f"{said.title} {said.summary}")
