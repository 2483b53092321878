"""Channels: genres of the video feed, each a rule over what items are about."""

from __future__ import annotations

import msgspec


class Channel(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An item is in it by its topic or a hashtag, or since somebody picked it."""

    id: str
    """1 to 32 of the letters a to z, digits and `-`."""
    names: dict[str, str]
    """Language code to name; English at least."""
    topics: tuple[str, ...] = ()
    """Keys of catalogue/topics.toml."""
    hashtags: tuple[str, ...] = ()
    """Without `#`, as they are compared: catalogue/channels.py, folded()."""
    languages: tuple[str, ...] = ()
    """Only items in these; empty: in all."""
    picked: tuple[str, ...] = ()
    """Ids of items that are in it whatever they are about."""
    left_out: tuple[str, ...] = ()
    """Ids of items that are not in it."""
    hidden: bool = False
    """Nobody is shown it: it is being made, or was given up."""

    def name(self, language: str) -> str:
        return self.names.get(language) or self.names["en"]
