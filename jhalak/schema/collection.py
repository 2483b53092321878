"""Series of a creator's own videos, and lists of videos that anybody with an account makes."""

from __future__ import annotations

from typing import Final

import msgspec

MOST: Final = 100
"""Series, and lists, of one account."""
MOST_VIDEOS: Final = 200
"""Parts of a series, entries of a list."""
MOST_TITLE: Final = 80
"""Grapheme clusters."""


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """Videos of one creator in an order. A video is in one series at most."""

    id: str
    account: int
    """Number of the creator's account."""
    title: str
    """"" of one that was removed: it has no parts, and is there for those who follow the series."""
    about: str = ""
    language: str
    """One of LANGUAGES."""
    finished: bool = False
    """No further part will come."""
    videos: tuple[str, ...] = ()
    """Their ids; the first is part 1. Also such as cannot be seen now: numbers stay."""
    created_ms: int
    changed_ms: int


class Playlist(msgspec.Struct, frozen=True, kw_only=True):
    """An ordered list of videos of anybody, made by one account."""

    id: str
    account: int
    title: str
    public: bool = False
    n: int = 0
    """Entries."""
    created_ms: int
    changed_ms: int
