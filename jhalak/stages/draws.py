"""Random numbers for kernels: one 64-bit seed, then splitmix64.

Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit

STEP: Final = np.uint64(0x9E3779B97F4A7C15)
"""A generator's state after n draws is its seed + n x STEP."""


@njit(cache=True, nogil=True, inline="always")
def uniform(state):  # type: ignore[no-untyped-def]
    """The draw of the state `state` uint64: a float64 in [0, 1)."""
    z = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return np.float64(z >> np.uint64(11)) * 2.0**-53


def uniforms_reference(seed: int, n: int) -> list[float]:
    """The first n draws, in plain Python."""
    mask = (1 << 64) - 1
    found = []
    for i in range(1, n + 1):
        z = (seed + i * int(STEP)) & mask
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        found.append(((z ^ (z >> 31)) >> 11) * 2.0**-53)
    return found
