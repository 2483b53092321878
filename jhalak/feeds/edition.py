"""Packing slates as answers: an edition that a phone keeps offline, a page of the video feed.

Items' own JSON lies encoded in the live catalogue; only what differs by slot is written here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from itertools import pairwise
from typing import Final

import msgspec
import numpy as np
from numba import njit

from jhalak.catalogue.live import LiveCatalogue
from jhalak.feeds.media_link import MediaLinks
from jhalak.schema.ids import spell
from jhalak.schema.languages import LANGUAGES
from jhalak.schema.reason import REASONS
from jhalak.schema.slate import Slate
from jhalak.stages.explanation import Sentences

_json: Final = msgspec.json.Encoder().encode
MOST_SAID: Final = 50_000
"""So many sentences are kept in a language; then it is begun anew."""


@lru_cache(maxsize=64)
def _day(days: int) -> str:
    return datetime.fromtimestamp(days * 86_400, UTC).strftime("%Y-%m-%dT")


def rfc3339(at_ms: int) -> str:
    """Unix milliseconds as `2026-11-23T18:47:00Z`."""
    days, seconds = divmod(at_ms // 1000, 86_400)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{_day(days)}{hours:02}:{minutes:02}:{seconds:02}Z"


@lru_cache(maxsize=256)
def _edges(from_ms: int, span_ms: int, k: int) -> list[bytes]:
    """The k + 1 times between which k cards are shown; the same for all who ask in one second."""
    return [rfc3339(from_ms + i * span_ms // k).encode() for i in range(k + 1)]


@lru_cache(maxsize=256)
def _times(from_ms: int, span_ms: int, k: int) -> list[bytes]:
    """When each of them is shown, as its card says it."""
    edges = _edges(from_ms, span_ms, k)
    return [b'"show_from":"%b","show_until":"%b"' % pair for pair in pairwise(edges)]


@dataclass(frozen=True, slots=True)
class Edition:
    """An encoded edition."""

    body: bytes
    etag: str
    cards: int


class Packer:
    """Encodes slates over one live catalogue."""

    def __init__(self, catalogue: LiveCatalogue, links: MediaLinks) -> None:
        self._catalogue, self._links = catalogue, links
        self._sentences = Sentences()
        self._said: dict[str, dict[int, bytes]] = {}
        """By language, and by what `_keys` lays."""
        self._of = np.array([_bits(self._sentences, reason) for reason in REASONS])
        # Loaded before the first slate waits for it.
        _keys(_NO_ROWS, _NO_REASONS, catalogue.lines, self._of, np.empty(0, np.int64))

    def why(self, slate: Slate, to: str) -> list[bytes]:
        """The JSON string of each slot's reason, told in the language `to`."""
        said = self._said.setdefault(to, {})
        keys = np.empty(len(slate.rows), np.int64)
        _keys(slate.rows, slate.reason, self._catalogue.lines, self._of, keys)
        return [said.get(key) or self._say(to, key) for key in keys.tolist()]

    def _say(self, to: str, key: int) -> bytes:
        """What `key` stands for, in words that are kept."""
        reason, topic, language, creator = key >> 48, key >> 40 & 0xFF, key >> 32 & 0xFF, key & _32
        publisher = self._catalogue.creators.get(creator, "")
        said = self._said[to]
        if len(said) > MOST_SAID:
            said.clear()
        told = self._sentences.say(REASONS[reason], to, topic, language, publisher)
        text = said[key] = _json(told)
        return text

    def edition(
        self,
        slate: Slate,
        tokens: list[bytes],
        to: str,
        recalled: list[str],
        budget: int,
        *,
        small: bool = False,
        since: int = 0,
    ) -> Edition:
        """An edition of the contract in docs/api.md; cards that would exceed `budget` bytes are
        left out, last first. Cards follow one another over the time that it is valid. What the
        cards' texts leave of the budget goes to pictures, first cards first, `small` ones for who
        saves data; the other cards show drawn art. `since`: the recalls that the slate obeys."""
        c = self._catalogue
        name = spell(slate.id)
        span_ms = slate.valid_until_ms - slate.at_ms
        k = max(len(slate), 1)
        begins_ms = slate.at_ms // 1000 * 1000
        shown = _times(begins_ms, span_ms, k)
        parts: list[tuple[bytes, int, bytes]] = []
        left = budget - 1024
        reasons = self.why(slate, to)
        refs = slate.ref.tolist()
        for i, row in enumerate(slate.rows.tolist()):
            slot = tokens[i]
            if refs[i]:
                item = _json(c.record(row).item.id)
                before = b'{"slot":"%b","item":%b,"ref":true,%b}' % (slot, item, shown[i])
                card, after, size = -1, b"", len(before)
            else:
                before = b'{"slot":"%b",%b,"why":%b' % (slot, shown[i], reasons[i])
                card, after = row, c.card[row]
                size = len(before) + len(c.image[row].art) + len(after)
            left -= size + 1
            if left < 0:
                break
            parts.append((before, card, after))
        cards, pictures = self._pictured(parts, left, small)
        head = b'{"edition":"%b","valid_from":"%b","valid_until":"%b","level":"%b","cards":[' % (
            name.encode(), _edges(begins_ms, span_ms, k)[0], rfc3339(slate.valid_until_ms).encode(),
            slate.level.name.encode(),
        )  # fmt: skip
        tail = b'],"recalled":%b,"recalls_since":%d,"picture_bytes":%d,"bytes":' % (
            _json(recalled), since, pictures,
        )  # fmt: skip
        # The count counts its own digits: padded to a width that always suffices.
        size = len(head) + len(cards) + len(tail) + _DIGITS + 1
        return Edition(head + cards + tail + b"%*d}" % (_DIGITS, size), f'"{name}"', len(parts))

    def _pictured(
        self, parts: list[tuple[bytes, int, bytes]], left: int, small: bool
    ) -> tuple[bytes, int]:
        """The cards joined, each with a picture while `left` bytes suffice for its file and for
        telling of it, and the bytes of those files. `parts`: (before the image, row or -1 for a
        card that the device holds, after it)."""
        cards: list[bytes] = []
        spent = 0
        for before, row, after in parts:
            told = b""
            if row >= 0:
                image = self._catalogue.image[row]
                told, size = image.art, image.small_bytes if small else image.usual_bytes
                form = image.small if small else image.usual
                if size and (cost := size + len(form) - len(told)) <= left:
                    told, left, spent = form, left - cost, spent + size
            cards.append(before + told + after)
        return b",".join(cards), spent

    def page(
        self, slate: Slate, tokens: list[bytes], to: str, *, small: bool = False,
        beside: Mapping[int, bytes] = {},
    ) -> bytes:  # fmt: skip
        """A page of the video feed; `small`: with the low renditions only. `beside`: what else is
        said of a row to this viewer, as `,"name":value`."""
        c = self._catalogue
        reasons, forms = self.why(slate, to), c.small_video if small else c.video
        parts: list[bytes] = []
        for token, why, row in zip(tokens, reasons, slate.rows.tolist(), strict=True):
            media = c.media[row]
            parts += (
                b',{"slot":"' if parts else b'{"slot":"', token, b'","why":', why,
                b',"at":', self._at(media, slate.at_ms) if media else b"null",
                beside.get(row, b""), forms[row],
            )  # fmt: skip
        items = b"".join(parts)
        return b'{"slate":"%b","level":"%b","items":[%b]}' % (
            spell(slate.id).encode(), slate.level.name.encode(), items,
        )  # fmt: skip

    def _at(self, set_: str, now_ms: int) -> bytes:
        """The base address of a creator's video as JSON; null for any other item."""
        return b'"%b"' % self._links.base(set_, now_ms).encode() if set_ else b"null"


_DIGITS: Final = 9
_32: Final = 0xFFFF_FFFF
_NO_ROWS, _NO_REASONS = np.empty(0, np.int32), np.empty(0, np.uint8)


def _bits(sentences: Sentences, reason: str) -> int:
    """Which of `_keys`'s bits the sentence for `reason` depends on."""
    bits = {"topic": 0xFF << 40, "language": 0xFF << 32, "publisher": _32}
    return sum(mask for what, mask in bits.items() if sentences.names(reason, what))


@njit(cache=True, nogil=True)
def _keys(rows, reason, facts, of, out):  # type: ignore[no-untyped-def]
    """out int64[k]: what each slot's sentence depends on: the reason, and of topic, language and
    creator what is in the bits of[reason]."""
    for i in range(len(rows)):
        row = rows[i]
        said = (
            np.int64(facts.topic[row]) << 40 | np.int64(facts.language[row]) << 32
            | np.int64(facts.creator[row])
        )  # fmt: skip
        out[i] = np.int64(reason[i]) << 48 | (said & of[reason[i]])


def language_of(viewer_languages: tuple[int, ...]) -> str:
    """The language in which reasons are told: the first that the viewer chose."""
    return LANGUAGES[viewer_languages[0]]
