"""Text as both databases can keep it."""

from __future__ import annotations

import unicodedata


def storable(text: str) -> str:
    """`text` with U+FFFD for NUL, which PostgreSQL refuses, and for lone surrogates, which
    UTF-8 cannot spell."""
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return whole.replace("\0", "\ufffd")


def is_storable(text: str) -> bool:
    return storable(text) == text


def creator_name(publisher: str) -> str:
    """The name by which a creator is known: NFC, without white space around it; "" is unknown."""
    return unicodedata.normalize("NFC", storable(publisher)).strip()
