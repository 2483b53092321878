"""Quiet hours: when a device may make a sound. What it delays are pushes, never the list."""

from __future__ import annotations

from typing import Final

from jhalak.ports.notifications import NoticeSettings

MINUTE_MS: Final = 60_000
DAY_MIN: Final = 24 * 60
NIGHT: Final = (22 * 60, 7 * 60)
"""From and to, in minutes of the day: nobody under 18 can switch it off."""


def push_at(now_ms: int, settings: NoticeSettings, *, minor: bool) -> int:
    """The first moment from `now_ms` on that lies in no quiet hours. Where a minor's own hours
    and the night leave none, the end of the night."""
    own = (settings.quiet_from_min, settings.quiet_to_min)
    windows = ([NIGHT] if minor else []) + ([own] if settings.quiet else [])
    at_ms = now_ms
    for _ in range(3):  # the end of one may lie in the other
        later = max((_end(at_ms, window, settings.utc_offset_min) for window in windows), default=0)
        if later <= at_ms:
            return at_ms
        at_ms = later
    return _end(now_ms, NIGHT, settings.utc_offset_min)


def _end(at_ms: int, window: tuple[int, int], offset_min: int) -> int:
    """When the window ends in which `at_ms` lies; `at_ms` where it lies outside."""
    start, end = window
    minutes = at_ms // MINUTE_MS + offset_min
    now = minutes % DAY_MIN
    length = (end - start) % DAY_MIN
    if (now - start) % DAY_MIN >= length:
        return at_ms
    return (minutes + (end - now) % DAY_MIN - offset_min) * MINUTE_MS
