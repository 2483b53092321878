"""What was learned about a viewer in at most 1 KB: counts as floats of 12 bits, vectors in whole
numbers of 5 bits.

Rounding is up or down by chance, in proportion (drawn from a fixed table by the state's position
in the log): rounded to the nearest, a count or vector that moves less than half a step between two
writes would never move at all. What was rounded once stays as it is when it is written again.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
import numpy as np
from numba import njit
from numpy.typing import NDArray

from jhalak.schema.candidates import Floats
from jhalak.schema.item import EMBEDDING_SIZE
from jhalak.schema.viewer_state import (
    ENGAGED,
    INTERESTS,
    JUDGED,
    LIKE,
    LONG,
    PLACES,
    SHOWN,
    TAP,
    VECTORS,
    ViewerState,
)

COUNT_BITS: Final = 12
"""Of a float16 its sign, its exponent and 6 bits of its fraction: within 1.6 %."""
VECTOR_BITS: Final = 5
"""A vector's greatest number is 15 steps; each of its numbers is within one step."""
MOST: Final = 60_000.0
"""Counts are cut to +- this."""
_STEPS: Final = (1 << (VECTOR_BITS - 1)) - 1
_ROWS: Final = VECTORS + INTERESTS
_STORED: Final = (SHOWN, TAP, LONG, LIKE, ENGAGED)
"""Columns of counts; JUDGED beside them where it is not SHOWN's."""
_CHANCE: Final[Floats] = np.random.default_rng(0).random(4096, np.float32)


def _chance(state: ViewerState, size: int) -> Floats:
    """float32[size] in [0, 1): always the same for a state."""
    return _CHANCE[state.n % (len(_CHANCE) - size) :][:size]


@njit(cache=True, nogil=True)
def _pack(whole, bits, out):  # type: ignore[no-untyped-def]
    """Least bit first; `out` is zero before."""
    for i in range(len(whole)):
        for b in range(bits):
            if whole[i] >> b & 1:
                at = i * bits + b
                out[at >> 3] |= np.uint8(1 << (at & 7))


@njit(cache=True, nogil=True)
def _unpack(data, bits, out):  # type: ignore[no-untyped-def]
    for i in range(len(out)):
        for b in range(bits):
            at = i * bits + b
            out[i] |= np.int64(data[at >> 3] >> (at & 7) & 1) << b


def pack(whole: NDArray[Any], bits: int) -> bytes:
    """Numbers from 0 to 2**bits - 1, `bits` bits each."""
    out = np.zeros((whole.size * bits + 7) // 8, np.uint8)
    _pack(whole.ravel().astype(np.int64), bits, out)
    return out.tobytes()


def unpack(data: bytes, bits: int, n: int) -> NDArray[np.int64]:
    """int64[n]: the inverse of `pack`."""
    out = np.zeros(n, np.int64)
    _unpack(np.frombuffer(data, np.uint8), bits, out)
    return out


def _packed(numbers: NDArray[Any]) -> tuple[int, int, bytes]:
    """(how many, bits of each, their bytes): as many bits as the greatest takes."""
    bits = int(numbers.max(initial=0)).bit_length()
    return len(numbers), bits, pack(numbers, bits)


def taste_bytes(state: ViewerState) -> bytes:
    """What was learned: at most 1,024 bytes for 2**24 items and 2**20 creators, about 0.25 ms."""
    counts = state.counts
    judged = not np.array_equal(counts[:, JUDGED], counts[:, SHOWN])
    stored = counts[:, (*_STORED, JUDGED) if judged else _STORED]
    half = np.clip(stored, -MOST, MOST).astype(np.float16).view(np.uint16)
    spare = 16 - COUNT_BITS
    chance = (_chance(state, half.size) * (1 << spare)).astype(np.uint16)
    whole = (half + chance.reshape(half.shape)) >> spare
    used = whole.any(axis=1)
    remembered = np.count_nonzero(state.items)
    steps, units = _steps(state)
    return msgspec.msgpack.encode(
        (
            np.packbits(used).tobytes(), judged, pack(whole[used], COUNT_BITS),
            _packed(state.creators[state.creators > 0]), pack(steps, VECTOR_BITS), units,
            state.interest_weight.astype(np.float16).tobytes(),
            _packed(state.items[len(state.items) - remembered :]),
            _packed(state.items_done[len(state.items) - remembered :] >> 1),
        )
    )  # fmt: skip


def _steps(state: ViewerState) -> tuple[NDArray[np.uint8], bytes]:
    """uint8[_ROWS * EMBEDDING_SIZE], from 0 for -_STEPS, and the float16 unit of each vector."""
    vectors = np.concatenate([state.vectors, state.interests])
    units = (np.abs(vectors).max(axis=1) / _STEPS).astype(np.float16)
    unit = units.astype(np.float32)[:, None]
    exact = np.divide(vectors, unit, where=unit > 0, out=np.zeros_like(vectors)).ravel()
    # A hair's breadth beside a whole number is that number: else writing again would move it.
    near = 0.02 + 0.96 * _chance(state, len(exact))
    steps = np.clip(np.floor(exact + near), -_STEPS, _STEPS) + _STEPS
    return steps.astype(np.uint8), units.tobytes()


def load_taste(state: ViewerState, data: bytes) -> None:
    """Fill a new state with what `taste_bytes` kept."""
    places, judged, counts, creators, steps, units, weight, items, done = msgspec.msgpack.decode(
        data
    )
    used = np.flatnonzero(np.unpackbits(np.frombuffer(places, np.uint8), count=PLACES))
    columns = (*_STORED, JUDGED) if judged else _STORED
    half = unpack(counts, COUNT_BITS, len(used) * len(columns)) << (16 - COUNT_BITS)
    stored = half.astype(np.uint16).view(np.float16).reshape(len(used), len(columns))
    state.counts[used[:, None], columns] = stored
    if not judged:
        state.counts[:, JUDGED] = state.counts[:, SHOWN]
    state.creators[: creators[0]] = unpack(creators[2], creators[1], creators[0])
    whole = unpack(steps, VECTOR_BITS, _ROWS * EMBEDDING_SIZE).reshape(_ROWS, -1) - _STEPS
    both = whole * np.frombuffer(units, np.float16).astype(np.float32)[:, None]
    state.vectors[:], state.interests[:] = both[:VECTORS], both[VECTORS:]
    state.interest_weight[:] = np.frombuffer(weight, np.float16)
    if items[0]:
        state.items[-items[0] :] = unpack(items[2], items[1], items[0])
        state.items_done[-items[0] :] = unpack(done[2], done[1], items[0]) << 1
