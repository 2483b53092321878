"""Several interest vectors a viewer."""

from __future__ import annotations

from numba import njit


@njit(cache=True, nogil=True)
def lean_interests(interests, weights, embedding, unit, weight):  # type: ignore[no-untyped-def]
    return
