"""The slot tokens of a slate made at once, and those of a batch of events verified at once: dozens,
all of one viewer.

Makes what SlotTokens.mint makes. Takes what SlotTokens.verify takes and nothing else; what is wrong
with a token it leaves for that to say. BLAKE2b (RFC 7693) of 168 bytes, of which the key's 128 are
hashed once a batch: 0.2 us a token, where hashlib with all that is around it takes 1.7.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from jhalak.feeds.slot_token import LENGTH, LIFE_S
from jhalak.ports.keys import Keys
from jhalak.schema.slate import SURFACES, Slate

_IV: Final = np.array(
    [
        0x6A09E667F3BCC908, 0xBB67AE8584CAA73B, 0x3C6EF372FE94F82B, 0xA54FF53A5F1D36F1,
        0x510E527FADE682D1, 0x9B05688C2B3E6C1F, 0x1F83D9ABFB41BD6B, 0x5BE0CD19137E2179,
    ],
    np.uint64,
)  # fmt: skip
_ORDER: Final = np.array(
    [
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
        [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
        [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
        [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
        [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
        [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
        [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
        [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
        [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
        [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
    ],
    np.int64,
)
"""Which words of a block each of ten rounds mixes; the two that follow are the first two again."""
_ROUNDS: Final = 12
_1, _8, _16, _24, _32, _40, _48, _63 = (np.uint64(n) for n in (1, 8, 16, 24, 32, 40, 48, 63))
_BYTE: Final = np.uint64(0xFF)
_ALPHABET: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_VALUE: Final = np.full(256, 64, np.int64)
"""What a character stands for; 64: nothing."""
_VALUE[np.frombuffer(_ALPHABET, np.uint8)] = np.arange(64)
_LETTERS: Final = np.frombuffer(_ALPHABET, np.uint8)
_WHOLE: Final = 0xFFFF_FFFF_FFFF_FFFF
_SURFACES: Final = np.uint64(len(SURFACES))


@njit(cache=True, nogil=True, inline="always")
def _mix(a, b, c, d, x, y):  # type: ignore[no-untyped-def]
    a += b + x
    d ^= a
    d = (d >> _32) | (d << _32)
    c += d
    b ^= c
    b = (b >> _24) | (b << _40)
    a += b + y
    d ^= a
    d = (d >> _16) | (d << _48)
    c += d
    b ^= c
    b = (b >> _63) | (b << _1)
    return a, b, c, d


@njit(cache=True, nogil=True)
def _compress(h, m, bytes_before, last, out):  # type: ignore[no-untyped-def]
    """One block m uint64[16] into a state h uint64[8]: out[8] is the state after it."""
    v0, v1, v2, v3, v4, v5, v6, v7 = h[0], h[1], h[2], h[3], h[4], h[5], h[6], h[7]
    v8, v9, v10, v11 = _IV[0], _IV[1], _IV[2], _IV[3]
    v12, v13, v14, v15 = _IV[4] ^ bytes_before, _IV[5], _IV[6] ^ last, _IV[7]
    for turn in range(_ROUNDS):
        s = _ORDER[turn % 10]
        v0, v4, v8, v12 = _mix(v0, v4, v8, v12, m[s[0]], m[s[1]])
        v1, v5, v9, v13 = _mix(v1, v5, v9, v13, m[s[2]], m[s[3]])
        v2, v6, v10, v14 = _mix(v2, v6, v10, v14, m[s[4]], m[s[5]])
        v3, v7, v11, v15 = _mix(v3, v7, v11, v15, m[s[6]], m[s[7]])
        v0, v5, v10, v15 = _mix(v0, v5, v10, v15, m[s[8]], m[s[9]])
        v1, v6, v11, v12 = _mix(v1, v6, v11, v12, m[s[10]], m[s[11]])
        v2, v7, v8, v13 = _mix(v2, v7, v8, v13, m[s[12]], m[s[13]])
        v3, v4, v9, v14 = _mix(v3, v4, v9, v14, m[s[14]], m[s[15]])
    out[0], out[1], out[2] = h[0] ^ v0 ^ v8, h[1] ^ v1 ^ v9, h[2] ^ v2 ^ v10
    out[3], out[4], out[5] = h[3] ^ v3 ^ v11, h[4] ^ v4 ^ v12, h[5] ^ v5 ^ v13
    out[6], out[7] = h[6] ^ v6 ^ v14, h[7] ^ v7 ^ v15


@njit(cache=True, nogil=True, inline="always")
def _keyed(key, key_bytes, out):  # type: ignore[no-untyped-def]
    """out uint64[8]: the state after the key uint64[16], padded with zeros; 16 bytes of MAC."""
    start = _IV.copy()
    start[0] ^= np.uint64(0x01010010) ^ (key_bytes << np.uint64(8))
    _compress(start, key, np.uint64(128), np.uint64(0), out)


@njit(cache=True, nogil=True)
def _encode(raw, out, at):  # type: ignore[no-untyped-def]
    """48 bytes as LENGTH characters of base 64 at out[at:]."""
    for group in range(LENGTH // 4):
        bits = (
            np.int64(raw[3 * group]) << 16 | np.int64(raw[3 * group + 1]) << 8
            | np.int64(raw[3 * group + 2])
        )  # fmt: skip
        for k in range(4):
            out[at + 4 * group + k] = _LETTERS[bits >> (18 - 6 * k) & 0x3F]


@njit(cache=True, nogil=True)
def _mint(  # type: ignore[no-untyped-def]
    key, key_bytes, viewer, key_id, surface, issued_s, slate, items, propensity, model, out
):
    """out uint8[LENGTH * n]: a token for each of `items` int64[n]; `propensity` uint32[n] are the
    bits of float32."""
    keyed, found = np.empty(8, np.uint64), np.empty(8, np.uint64)
    _keyed(key, np.uint64(key_bytes), keyed)
    block, raw = np.zeros(16, np.uint64), np.empty(48, np.uint8)
    words = raw.view(np.uint64)
    head = np.uint64(key_id) | np.uint64(surface) << _8 | np.uint64(issued_s) << _32
    block[0] = np.uint64(viewer)
    block[2] = np.uint64(slate)
    for i in range(len(items)):
        block[1] = head | np.uint64(i) << _16
        block[3] = np.uint64(items[i])
        block[4] = np.uint64(propensity[i]) | np.uint64(model) << _32
        _compress(keyed, block, np.uint64(168), ~np.uint64(0), found)
        for k in range(4):
            words[k] = block[1 + k]
        words[4], words[5] = found[0], found[1]
        _encode(raw, out, i * LENGTH)


@lru_cache(maxsize=4)
def _padded(key: bytes) -> NDArray[np.uint64]:
    """A key as BLAKE2b takes it: a block of its own."""
    return np.frombuffer(key.ljust(128, b"\0"), np.uint64)


def mint(keys: Keys, slate: Slate) -> list[bytes]:
    """One token a slot, as answers carry them: 0.5 us each."""
    key_id, key = keys.current()
    out = np.empty(LENGTH * len(slate), np.uint8)
    _mint(
        _padded(key), len(key), slate.viewer, key_id, slate.surface, slate.at_ms // 1000, slate.id,
        slate.items, slate.propensity.view(np.uint32), slate.model & 0xFFFF_FFFF, out,
    )  # fmt: skip
    text = out.tobytes()
    return [text[at : at + LENGTH] for at in range(0, len(text), LENGTH)]


@njit(cache=True, nogil=True)
def _decode(text, at, out):  # type: ignore[no-untyped-def]
    """One token of text uint8[LENGTH * n], from `at` on, to out uint8[48]; was it base 64?"""
    worst = 0
    for group in range(LENGTH // 4):
        bits = 0
        for k in range(4):
            value = _VALUE[text[at + 4 * group + k]]
            worst |= value
            bits = bits << 6 | (value & 0x3F)
        out[3 * group] = bits >> 16
        out[3 * group + 1] = bits >> 8 & 0xFF
        out[3 * group + 2] = bits & 0xFF
    return worst < 64


@njit(cache=True, nogil=True)
def _read(text, key, key_id, key_bytes, viewer, oldest_s, slate, out):  # type: ignore[no-untyped-def]
    """Fills out int64[4, n] and slate uint64[n], as Claims has them, from n tokens text
    uint8[LENGTH * n]; is every one good and of this key? `key` uint64[16] is padded with zeros.
    Takes as long wherever a MAC differs."""
    keyed, found = np.empty(8, np.uint64), np.empty(8, np.uint64)
    _keyed(key, key_bytes, keyed)
    block, raw = np.zeros(16, np.uint64), np.empty(48, np.uint8)
    block[0] = viewer
    words = raw.view(np.uint64)
    differ = np.uint64(0)
    for i in range(len(slate)):
        if not _decode(text, i * LENGTH, raw):
            return False
        for k in range(4):
            block[1 + k] = words[k]
        _compress(keyed, block, np.uint64(168), ~np.uint64(0), found)
        differ |= (found[0] ^ words[4]) | (found[1] ^ words[5])
        head = words[0]
        surface, issued_s = (head >> _8) & _BYTE, np.int64(head >> _32)
        if raw[0] != key_id or surface >= _SURFACES or issued_s < oldest_s:
            return False
        out[0, i], out[1, i] = surface, (head >> _16) & _BYTE
        out[2, i], out[3, i] = issued_s * 1000, words[2]
        slate[i] = words[1]
    return differ == 0


class Claims(NamedTuple):
    """What n verified tokens say, in the order in which they were given."""

    surface: list[int]
    position: list[int]
    issued_ms: NDArray[np.int64]
    item: NDArray[np.int64]
    slate: list[int]


def claims_of(keys: Keys, tokens: list[str], viewer: int, now_ms: int) -> Claims | None:
    """The claims of all tokens of one viewer, made with one key; None when they are not all good,
    or of several keys: then each is to be verified alone."""
    text = "".join(tokens).encode()
    if not tokens or set(map(len, tokens)) != {LENGTH} or len(text) != LENGTH * len(tokens):
        return None
    key_id = int(_VALUE[text[0]]) << 2 | int(_VALUE[text[1]]) >> 4
    key = keys.by_id(key_id)
    if key is None:
        return None
    padded = _padded(key)
    named = np.uint64(viewer & _WHOLE)
    out, slate = np.empty((4, len(tokens)), np.int64), np.empty(len(tokens), np.uint64)
    if not _read(
        np.frombuffer(text, np.uint8), padded, key_id, np.uint64(len(key)), named,
        now_ms // 1000 - LIFE_S, slate, out,
    ):  # fmt: skip
        return None
    surface, position = out[:2].tolist()
    return Claims(surface, position, out[2], out[3], slate.tolist())


def warm() -> None:
    """Load the kernels before the first slate or batch waits for them."""
    text, key = np.frombuffer(b"A" * LENGTH, np.uint8), np.frombuffer(bytes(128), np.uint64)
    out, slate = np.empty((4, 1), np.int64), np.empty(1, np.uint64)
    _read(text, key, 0, np.uint64(32), np.uint64(0), 0, slate, out)
    none, bits = np.empty(0, np.int64), np.empty(0, np.uint32)
    _mint(_padded(b""), 0, 0, 0, 0, 0, 0, none, bits, 0, np.empty(0, np.uint8))
