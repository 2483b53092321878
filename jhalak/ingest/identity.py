"""What makes two rows the same item."""

from __future__ import annotations

import re
import unicodedata
from array import array
from hashlib import blake2b
from typing import Final

MAX_ID: Final = 128

_GLOBAL: Final = re.compile(r"[:\-]|^[0-9a-fA-F]{32}$")


def normalised(title: str) -> str:
    """A clean title as it is compared: compatibility forms, case and blanks folded; joiners stay,
    because in Indic scripts and Urdu they are spelling."""
    return " ".join(unicodedata.normalize("NFKC", title).casefold().split())


def item_id(source_id: str, title: str, publisher: str) -> str:
    """The item's id.

    A source's id stays as it is where it looks unique in the world (a URL, a UUID, anything with
    `:` or `-`); else the publisher's name goes before it, so that two publishers' `1` do not
    meet. Without one it is a hash of the normalised title and the publisher. An id longer than
    MAX_ID is hashed whole.
    """
    source_id = " ".join(source_id.split())
    if not source_id:
        return digest(normalised(title), publisher).hex()
    spelt = source_id
    if publisher and not _GLOBAL.search(source_id):
        spelt = f"{publisher}:{source_id}"
    return spelt if len(spelt) <= MAX_ID else digest("id", spelt).hex()


def text_key(title: str, language: str, publisher: str) -> int:
    """64 bits that two rows share when they say the same in the same language and place."""
    return _short(digest(normalised(title), language, publisher))


def id_key(item: str) -> int:
    return _short(digest("", item))


def digest(*parts: str) -> bytes:
    """16 bytes of BLAKE2b over the parts."""
    return blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _short(data: bytes) -> int:
    return int.from_bytes(data[:8], "little") or 1


class Seen:
    """A set of 64-bit keys, none of them 0, in 16 to 32 bytes a key.

    Open addressing, linear probing: a Python set of integers would take 70 bytes and more. Two of
    ten million rows share a key by chance once in 400,000 runs.
    """

    def __init__(self) -> None:
        self._slots = array("Q", bytes(8 * 1024))
        self._count = 0

    def __contains__(self, key: int) -> bool:
        return self._slots[self._place(key)] == key

    def __len__(self) -> int:
        return self._count

    def add(self, key: int) -> None:
        place = self._place(key)
        if self._slots[place] == key:
            return
        self._slots[place] = key
        self._count += 1
        if 2 * self._count > len(self._slots):
            self._grow()

    def _place(self, key: int) -> int:
        """Where the key stands or would stand."""
        slots, mask = self._slots, len(self._slots) - 1
        place = key & mask
        while slots[place] and slots[place] != key:
            place = (place + 1) & mask
        return place

    def _grow(self) -> None:
        old = self._slots
        self._slots = array("Q", bytes(16 * len(old)))
        for key in old:
            if key:
                self._slots[self._place(key)] = key
