"""The topic table that ships: what each topic is called, how long it lasts, what labels mean it."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

import msgspec

from jhalak.schema.languages import LANGUAGES

GENERAL: Final = "general"
"""The topic of an item whose label says nothing that we know."""

_VAGUE: Final = frozenset({GENERAL, "news"})
_HOUR_MS: Final = 3_600_000
_HASHTAG: Final = re.compile(r"[#＃]([^\s#＃]{1,100})")
"""Not of word characters alone: in Python the vowel signs of Indic scripts are none."""
HASHTAG_ENDS: Final = ".,;:!?()[]\"'।॥۔،؟"
_PARTS: Final = re.compile(r"[/>|&,;_\-–—]+")


class BadTopics(Exception):
    """`topics.toml` does not fit together."""


class Topic(msgspec.Struct, frozen=True, kw_only=True):
    """One topic."""

    id: str
    index: int
    """Its place in the file, from 0: what columns and logs carry."""
    iab: str
    """Id in the IAB Content Taxonomy 3."""
    colour: str
    """`#RRGGBB`, of the chip that names the topic."""
    lifetime_ms: int
    """How long an item is worth showing after it was published."""
    sensitive: bool
    names: dict[str, str]
    """Language code to name; all of LANGUAGES."""


@lru_cache(maxsize=1)
def topics() -> tuple[Topic, ...]:
    """All topics; a topic's index is its place here. Raises BadTopics."""
    return tuple(
        _topic(name, index, table) for index, (name, table) in enumerate(_table()["topics"].items())
    )


@lru_cache(maxsize=1)
def topic_by_id() -> dict[str, Topic]:
    """Topic id to topic."""
    return {topic.id: topic for topic in topics()}


@lru_cache(maxsize=1)
def aliases() -> dict[str, str]:
    """Folded label to topic id: the alias table, the ids, and the names in every language.

    An alias wins over a name. Raises BadTopics for an alias of a topic that is not there.
    """
    table: dict[str, str] = {}
    for topic in topics():
        for name in (topic.id, *topic.names.values()):
            table.setdefault(_fold(name), topic.id)
    for label, topic_id in _table().get("aliases", {}).items():
        if topic_id not in topic_by_id():
            raise BadTopics(f"alias {label!r} names the topic {topic_id!r}, which is not there")
        table[_fold(label)] = topic_id
    return table


@lru_cache(maxsize=4096)
def by_label(text: str) -> str:
    """The topic id for a source's label, in any case; `general` when no part of it is known.

    The whole label decides, else its parts (`News > Sports`, `health-news-hindi`), where a part
    that says something beats `news` and `general`, and then the first part wins.
    """
    known = aliases()
    whole = known.get(_fold(text))
    if whole is not None:
        return whole
    found = [known[part] for part in map(_fold, _PARTS.split(text)) if part in known]
    return next((topic for topic in found if topic not in _VAGUE), found[0] if found else GENERAL)


def hashtags_in(text: str) -> list[str]:
    """The `#words` of a text without `#`, as they were written."""
    return [word.strip(HASHTAG_ENDS) for word in _HASHTAG.findall(text)]


def hashtag_places(text: str) -> list[tuple[int, int, str]]:
    """The same with where each begins, at its `#`, and ends."""
    found = []
    for match in _HASHTAG.finditer(text):
        word = match[1].lstrip(HASHTAG_ENDS)
        start = match.end() - len(word)
        word = word.rstrip(HASHTAG_ENDS)
        found.append((match.start(), start + len(word), word))
    return found


def by_hashtags(caption: str) -> str:
    """The topic id that a caption's `#words` name; the first that says something wins. `general`
    where none does."""
    found = [by_label(word.replace("_", " ")) for word in hashtags_in(caption)]
    said = [topic for topic in found if topic != GENERAL]
    return next((topic for topic in said if topic not in _VAGUE), said[0] if said else GENERAL)


def _fold(label: str) -> str:
    return " ".join(unicodedata.normalize("NFC", label).casefold().split())


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    text = files("jhalak.catalogue").joinpath("topics.toml").read_text("utf-8")
    return tomllib.loads(text)


def _topic(name: str, index: int, table: dict[str, Any]) -> Topic:
    missing = [code for code in LANGUAGES if not table.get("names", {}).get(code)]
    if missing:
        raise BadTopics(f"topic {name!r} has no name in {', '.join(missing)}")
    try:
        return Topic(
            id=name,
            index=index,
            iab=str(table["iab"]),
            colour=str(table["colour"]),
            lifetime_ms=int(table["lifetime_h"] * _HOUR_MS),
            sensitive=bool(table["sensitive"]),
            names=dict(table["names"]),
        )
    except KeyError as error:
        raise BadTopics(f"topic {name!r} has no {error.args[0]!r}") from None
