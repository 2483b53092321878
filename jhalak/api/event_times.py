"""When events happened, as devices write it: RFC 3339 to Unix milliseconds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

USUAL: Final = len("2026-11-23T18:47:00.000Z")
"""Characters of a time as JavaScript writes it, and so most devices."""
_MARKS: Final = frozenset(("--T::", "--t::", "-- ::"))
"""What stands between the numbers of a time."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MS: Final = timedelta(milliseconds=1)
_FORM: Final = np.frombuffer(b"0000-00-00T00:00:00.000Z", np.uint8)
_DIGIT: Final = _FORM[0]
_BEFORE: Final = np.array([0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365])
"""Days of a year before each month; of a common year."""


def time_of(text: str) -> int | None:
    """Unix milliseconds of a time of RFC 3339; None for anything else."""
    try:
        at = datetime.fromisoformat(text)
        # It takes more of ISO 8601 than RFC 3339 has: week dates, no colons, a NUL at the end.
        if at.tzinfo is None or text[4:17:3] not in _MARKS or len(text) < 20 or "\0" in text:
            return None
        return (at - _EPOCH) // _MS
    except (ValueError, OverflowError):
        return None


def times_of(texts: list[str]) -> NDArray[np.int64] | None:
    """int64[n]: what `time_of` says of n times; None when one of them is none. 0.05 us each where
    all are in the USUAL form, where `time_of` takes 0.6."""
    raw = "".join(texts).encode()
    if set(map(len, texts)) == {USUAL} and len(raw) == USUAL * len(texts):
        out = np.empty(len(texts), np.int64)
        if _read(np.frombuffer(raw, np.uint8), out):
            return out
    each = list(map(time_of, texts))
    return None if None in each else np.array(each, np.int64)


@njit(cache=True, nogil=True, inline="always")
def _number(text, start, end):  # type: ignore[no-untyped-def]
    value = 0
    for k in range(start, end):
        value = value * 10 + int(text[k] - _DIGIT)
    return value


@njit(cache=True, nogil=True)
def _read(text, out):  # type: ignore[no-untyped-def]
    """Fills out[n] from text uint8[USUAL * n]; was every one a time in the usual form?"""
    for i in range(len(out)):
        one = text[i * USUAL : (i + 1) * USUAL]
        for k in range(USUAL):
            if _FORM[k] == _DIGIT:
                if one[k] < _DIGIT or one[k] > _DIGIT + 9:
                    return False
            elif one[k] != _FORM[k]:
                return False
        year, month, day = _number(one, 0, 4), _number(one, 5, 7), _number(one, 8, 10)
        hour, minute, second = _number(one, 11, 13), _number(one, 14, 16), _number(one, 17, 19)
        if year < 1 or month < 1 or month > 12 or hour > 23 or minute > 59 or second > 59:
            return False
        leap = np.int64((year % 4 == 0 and year % 100 != 0) or year % 400 == 0)
        length = _BEFORE[month] - _BEFORE[month - 1] + (leap if month == 2 else 0)
        if day < 1 or day > length:
            return False
        past = year - 1
        days = past * 365 + past // 4 - past // 100 + past // 400 - 719_162
        days += _BEFORE[month - 1] + (leap if month > 2 else 0) + day - 1
        seconds = ((days * 24 + hour) * 60 + minute) * 60 + second
        out[i] = seconds * 1000 + _number(one, 20, 23)
    return True
