"""The greatest of many keys int64, without sorting them all. A key is what counts, shifted left by
32, plus what it counts for; equal ones are ordered by the latter."""

from __future__ import annotations

from numba import njit


@njit(cache=True, nogil=True)
def keep_greatest(keys, n, wanted):  # type: ignore[no-untyped-def]
    """Move the `wanted` greatest of keys[:n], all different, to its front, in no order; the least
    of them is at wanted - 1. 0 < wanted <= n. Quickselect: O(n)."""
    low, high, at = 0, n - 1, wanted - 1
    while low < high:
        pivot = keys[(low + high) // 2]
        i, j = low, high
        while i <= j:
            while keys[i] > pivot:
                i += 1
            while keys[j] < pivot:
                j -= 1
            if i <= j:
                keys[i], keys[j] = keys[j], keys[i]
                i += 1
                j -= 1
        if at <= j:
            high = j
        elif at >= i:
            low = i
        else:
            return


@njit(cache=True, nogil=True)
def sort_down(keys, n):  # type: ignore[no-untyped-def]
    """Sort keys[:n], greatest first: Shell's sort, 3 us for 100."""
    gap = 1
    while gap < n // 3:
        gap = 3 * gap + 1
    while gap > 0:
        for i in range(gap, n):
            key = keys[i]
            j = i
            while j >= gap and keys[j - gap] < key:
                keys[j] = keys[j - gap]
                j -= gap
            keys[j] = key
        gap //= 3
