"""Ages: as little is kept as is needed, and unknown is never grown up."""

from __future__ import annotations

import pytest

from jhalak.people.age import (
    band_of,
    grown,
    is_minor,
    least_age,
    may_be_public,
    may_profile_ads,
    must_be_quiet,
)

YEAR_MS = 31_556_952_000


@pytest.mark.parametrize(
    ("born", "least", "band"),
    [(2026, 0, "under13"), (2013, 0, "under13"), (2012, 13, "13-17"), (2010, 13, "13-17"),
     (2009, 16, "13-17"), (2008, 16, "13-17"), (2007, 18, "18-24"), (2000, 25, "25-34"),
     (1990, 35, "35-49"), (1975, 50, "50+"), (1906, 50, "50+")],
)  # fmt: skip
def test_a_year_is_as_young_as_it_can_be(born: int, least: int, band: str) -> None:
    assert least_age(born, 2026) == least and band_of(least) == band


@pytest.mark.parametrize("born", [1905, 2027, -1, 0])
def test_nobody_alive_was_born_then(born: int) -> None:
    with pytest.raises(ValueError, match="1906 and 2026"):
        least_age(born, 2026)


def test_bands_rise_with_the_years_and_never_fall() -> None:
    steps = [grown(13, 0, round(years * YEAR_MS)) for years in (0, 2.9, 3, 4.9, 5, 12, 22, 37)]
    assert steps == [13, 13, 16, 16, 18, 25, 35, 50]
    assert grown(13, YEAR_MS, 0) == 13 and grown(0, 0, 99 * YEAR_MS) == 0


def test_minors_and_the_unknown_get_no_profiled_ads_and_no_late_word() -> None:
    assert [is_minor(band) for band in (None, "under13", "13-17", "18-24", "50+")] == [
        True, True, True, False, False,
    ]  # fmt: skip
    assert may_profile_ads("18-24") and not may_profile_ads("13-17") and not may_profile_ads(None)
    assert [must_be_quiet("13-17", hour) for hour in (21.9, 22, 0, 6.9, 7)] == [
        False, True, True, True, False,
    ]  # fmt: skip
    assert must_be_quiet(None, 23) and not must_be_quiet("25-34", 23)
    assert may_be_public(16) and not may_be_public(13) and not may_be_public(0)
