"""The catalogue's columns, laid so that what belongs to a row lies together.

A slate asks twenty things of each of some hundred rows that lie anywhere among all of them. In
arrays of their own each would be a line of memory to wait for; here all of a row is one.
"""

from __future__ import annotations

from struct import Struct
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from jhalak.schema.item import EMBEDDING_SIZE

LINE: Final = 64
"""Bytes that a processor fetches at once."""

FACTS: Final = np.dtype(
    [
        ("num", np.int64), ("published_ms", np.int64), ("expires_ms", np.int64),
        ("story", np.int64), ("trial", np.int64),
        ("creator", np.int32), ("sound", np.int32), ("lifetime_h", np.float32),
        ("duration_s", np.float32),
        ("kind", np.int8), ("language", np.int8), ("topic", np.int8),
        ("sensitive", np.bool_), ("unsafe", np.bool_), ("followers_only", np.bool_),
        ("by_minor", np.bool_), ("unpictured", np.bool_),
    ]
)  # fmt: skip
"""All of a row that is a number: one line."""
pack_facts: Final = Struct("=5q2i2f3b5?").pack
"""The bytes of a row of FACTS, its fields in their order."""
assert FACTS.itemsize == LINE


def rows_of(n: int, dtype: Any, width: int = 1) -> NDArray[Any]:
    """dtype[n, width] zeros (dtype[n] for a width of 1), beginning with a line."""
    size = n * width * np.dtype(dtype).itemsize
    raw = np.zeros(size + LINE, np.uint8)
    start = -raw.ctypes.data % LINE
    made: NDArray[Any] = raw[start : start + size].view(dtype)
    return made if width == 1 else made.reshape(n, width)


def facts_of(n: int) -> NDArray[Any]:
    """FACTS[n], of nothing."""
    facts = rows_of(n, FACTS)
    facts["lifetime_h"] = 1.0
    return facts


def packed_of(n: int) -> NDArray[np.int8]:
    """int8[n, EMBEDDING_SIZE] zeros, each a line."""
    return rows_of(n, np.int8, EMBEDDING_SIZE)
