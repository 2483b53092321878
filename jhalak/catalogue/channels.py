"""Which items of the live catalogue are in which channel."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from importlib.resources import files
from typing import Final

import numpy as np

from jhalak.catalogue.live import LiveCatalogue
from jhalak.catalogue.topics import HASHTAG_ENDS, hashtags_in, topic_by_id
from jhalak.schema.candidates import Rows
from jhalak.schema.channel import Channel
from jhalak.schema.languages import LANGUAGE_INDEX, LANGUAGES

MOST: Final = 100
"""Channels of a cell."""
_ID: Final = re.compile(r"[a-z0-9-]{1,32}")

ByLanguage = dict[int, Rows]
"""Language index to rows, newest first."""


class BadChannel(Exception):
    """What is said of a channel does not fit together."""


@lru_cache(maxsize=1)
def shipped() -> dict[str, Channel]:
    """The channels of channels.toml, in their order. Raises BadChannel."""
    text = files("jhalak.catalogue").joinpath("channels.toml").read_text("utf-8")
    return {
        name: checked(
            Channel(
                id=name, names=table["names"], topics=tuple(table["topics"]),
                hashtags=tuple(table["hashtags"]),
            )
        )
        for name, table in tomllib.loads(text)["channels"].items()
    }  # fmt: skip


def merged(changed: Sequence[Channel]) -> dict[str, Channel]:
    """The channels that hold: those that ship, as they were changed, then the cell's own."""
    return shipped() | {channel.id: channel for channel in changed}


def checked(channel: Channel) -> Channel:
    """The channel with its hashtags folded. Raises BadChannel, saying what does not fit."""
    if not _ID.fullmatch(channel.id):
        raise BadChannel("its id has 1 to 32 of the letters a to z, digits and hyphens")
    unknown = [topic for topic in channel.topics if topic not in topic_by_id()]
    if unknown:
        raise BadChannel(f"there is no topic {unknown[0]!r}")
    codes = [*channel.names, *channel.languages]
    strange = [code for code in codes if code not in LANGUAGES]
    if strange:
        raise BadChannel(f"{strange[0]!r} is none of our languages")
    names = {code: " ".join(name.split()) for code, name in channel.names.items()}
    if not names.get("en"):
        raise BadChannel("it has no name in English, which stands where another one is missing")
    if any(not name or len(name) > 40 for name in names.values()):
        raise BadChannel("a name has 1 to 40 letters")
    tags = tuple(dict.fromkeys(folded(tag.lstrip("#＃")) for tag in channel.hashtags))
    if any(not tag or any(letter.isspace() for letter in tag) for tag in tags):
        raise BadChannel("a hashtag is one word")
    return Channel(
        id=channel.id, names=names, topics=channel.topics, hashtags=tags,
        languages=channel.languages, picked=channel.picked, left_out=channel.left_out,
        hidden=channel.hidden,
    )  # fmt: skip


@lru_cache(maxsize=1024)
def channel_number(channel_id: str) -> int:
    """What relations and logs call a channel: 31 bits of its id, above 0."""
    return int.from_bytes(blake2b(channel_id.encode(), digest_size=4).digest(), "little") >> 1 or 1


def folded(tag: str) -> str:
    """A hashtag as it is compared: composed, without case and underscores."""
    return unicodedata.normalize("NFKC", tag).casefold().replace("_", "").strip(HASHTAG_ENDS)


def tags_of(text: str) -> tuple[str, ...]:
    """The hashtags of a text, folded."""
    if "#" not in text and "＃" not in text:
        return ()
    return tuple(dict.fromkeys(folded(tag) for tag in hashtags_in(text)))


class ChannelRows:
    """Makes rows of channels from the catalogue's; remembers what hashtags items have. Used by one
    thread at a time."""

    def __init__(self) -> None:
        self._tags: dict[int, tuple[str, ...]] = {}
        """Of live items that have any, by sequence number of their newest change."""
        self._read: set[int] = set()

    def __call__(
        self, catalogue: LiveCatalogue, channels: Mapping[str, Channel]
    ) -> dict[str, ByLanguage]:
        """Rows of each channel that is not hidden, by language; none for a language without any.
        30 ms of CPU at 85,000 items, most of it looking for new hashtags: call it in a thread."""
        fresh = catalogue.pools.fresh
        tagged = self._tagged(catalogue, fresh)
        return {
            channel.id: _rows(catalogue, fresh, tagged, channel)
            for channel in channels.values()
            if not channel.hidden
        }

    def _tagged(self, catalogue: LiveCatalogue, fresh: ByLanguage) -> dict[str, list[int]]:
        """Rows by hashtag."""
        found: dict[str, list[int]] = {}
        read: set[int] = set()
        tags: dict[int, tuple[str, ...]] = {}
        for rows in fresh.values():
            for row in rows.tolist():
                record = catalogue.records[row]
                if record is None:
                    continue
                read.add(record.seq)
                if record.seq in self._read:
                    said = self._tags.get(record.seq, ())
                else:
                    said = tags_of(f"{record.item.title} {record.item.summary}")
                if said:
                    tags[record.seq] = said
                    for tag in said:
                        found.setdefault(tag, []).append(row)
        self._tags, self._read = tags, read
        return found


def _rows(
    catalogue: LiveCatalogue, fresh: ByLanguage, tagged: Mapping[str, list[int]], channel: Channel
) -> ByLanguage:
    topics = np.array([topic_by_id()[topic].index for topic in channel.topics], np.int8)
    by_tag = [row for tag in channel.hashtags for row in tagged.get(tag, ())]
    picked = _known(catalogue, channel.picked)
    named = np.array([*by_tag, *picked], np.int32)
    left_out = np.array(_known(catalogue, channel.left_out), np.int32)
    spoken = [LANGUAGE_INDEX[code] for code in channel.languages]
    found = {}
    for language, rows in fresh.items():
        if spoken and language not in spoken:
            continue
        fit = np.isin(catalogue.topic[rows], topics) | np.isin(rows, named)
        fit &= ~np.isin(rows, left_out)
        if fit.any():
            found[language] = rows[fit]
    return found


def _known(catalogue: LiveCatalogue, ids: Sequence[str]) -> list[int]:
    return [row for row in (catalogue.by_id.get(name, -1) for name in ids) if row >= 0]
