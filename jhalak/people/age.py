"""How old somebody may be taken for: of the year of birth only a band is kept.

Whoever says a year is as old as if their birthday were its last day. The band is that of the day
on which they said it; with the years since then the least age that is possible rises, and bands
rise with it (`grown`). Unknown is never taken for grown up.
"""

from __future__ import annotations

from typing import Final

from jhalak.ports.viewers import AgeBand

YOUNGEST, PUBLIC_FROM, ADULT_FROM = 13, 16, 18
"""Years: nobody younger has an account; who is younger stays private; who is younger is a minor."""
OLDEST: Final = 120
MINORS: Final[tuple[AgeBand, ...]] = ("under13", "13-17")
"""Those who are known to be: from them what is unfit stays away."""
LATE_HOURS: Final = (22, 7)
"""From, until: hours of the cell's day in which minors are not told anything."""
_LEAST: Final[tuple[tuple[int, AgeBand], ...]] = (
    (50, "50+"), (35, "35-49"), (25, "25-34"), (18, "18-24"), (13, "13-17"), (0, "under13"),
)  # fmt: skip
_YEAR_MS: Final = 31_556_952_000
_KEPT: Final = (50, 35, 25, 18, 16, 13)
"""What is kept of an age: it is at least so much. 16 halves the band of minors, because who may
be public depends on it."""


def least_age(birth_year: int, year: int) -> int:
    """Years that somebody has who says that they were born in `birth_year`; what is kept of it:
    13, 16, 18, 25, 35 or 50; 0: younger. Raises ValueError for a year that nobody alive says."""
    if not year - OLDEST <= birth_year <= year:
        raise ValueError(f"a year of birth lies between {year - OLDEST} and {year}")
    age = year - birth_year - 1
    return next((least for least in _KEPT if age >= least), 0)


def band_of(least: int) -> AgeBand:
    return next(band for start, band in _LEAST if least >= start)


def grown(least: int, told_ms: int, now_ms: int) -> int:
    """`least_age` of somebody who said it at `told_ms`; 0 (unknown) stays."""
    if not least:
        return 0
    age = least + max(now_ms - told_ms, 0) // _YEAR_MS
    return next(kept for kept in _KEPT if age >= kept)


def is_minor(band: AgeBand | None) -> bool:
    """Under 18, or unknown."""
    return band is None or band in MINORS


def may_profile_ads(band: AgeBand | None) -> bool:
    """May ads be chosen by somebody's interests, if they allow it?"""
    return not is_minor(band)


def may_be_public(least: int) -> bool:
    """May an account be other than private? `least`: as kept of its age."""
    return least >= PUBLIC_FROM


def must_be_quiet(band: AgeBand | None, hour: float) -> bool:
    """Is it too late at this hour (0 to 24) of the cell's day to tell them anything?"""
    return is_minor(band) and (hour >= LATE_HOURS[0] or hour < LATE_HOURS[1])
