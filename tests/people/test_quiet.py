"""Pushes wait for the end of quiet hours, wherever one lives."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from jhalak.people.quiet import DAY_MIN, MINUTE_MS, NIGHT, push_at
from jhalak.ports.notifications import NoticeSettings

minutes = st.integers(0, DAY_MIN - 1)
settings = st.builds(
    NoticeSettings, quiet=st.booleans(), quiet_from_min=minutes, quiet_to_min=minutes,
    utc_offset_min=st.integers(-12 * 60, 14 * 60),
)  # fmt: skip
INDIA = NoticeSettings(utc_offset_min=330)


def at(hour: int, minute: int = 0, day: int = 20_000, offset_min: int = 330) -> int:
    """Unix milliseconds of that time of day where the clock is so far ahead of UTC."""
    return (day * DAY_MIN + hour * 60 + minute - offset_min) * MINUTE_MS


def within(at_ms: int, window: tuple[int, int], offset_min: int) -> bool:
    now = (at_ms // MINUTE_MS + offset_min) % DAY_MIN
    start, end = window
    return start <= now < end if start <= end else now >= start or now < end


def test_at_night_a_push_waits_for_the_morning() -> None:
    assert push_at(at(21, 59), INDIA, minor=False) == at(21, 59)
    assert push_at(at(22), INDIA, minor=False) == at(7, day=20_001)
    assert push_at(at(3), INDIA, minor=False) == at(7) == push_at(at(6, 59), INDIA, minor=False)
    assert push_at(at(7), INDIA, minor=False) == at(7)


def test_an_adult_may_choose_other_hours_or_none_and_a_minor_not() -> None:
    none = NoticeSettings(quiet=False, utc_offset_min=330)
    noon = NoticeSettings(quiet_from_min=12 * 60, quiet_to_min=14 * 60, utc_offset_min=330)
    assert push_at(at(23), none, minor=False) == at(23)
    assert push_at(at(23), none, minor=True) == at(7, day=20_001)
    assert push_at(at(13), noon, minor=True) == at(14) == push_at(at(13), noon, minor=False)
    late = NoticeSettings(quiet_from_min=7 * 60, quiet_to_min=9 * 60, utc_offset_min=330)
    assert push_at(at(23), late, minor=True) == at(9, day=20_001), "one after the other"


@given(settings, st.integers(0, 10**13), st.booleans())
def test_a_push_never_comes_in_quiet_hours_nor_a_day_late(
    chosen: NoticeSettings, now_ms: int, minor: bool
) -> None:
    when = push_at(now_ms, chosen, minor=minor)
    assert now_ms <= when <= now_ms + DAY_MIN * MINUTE_MS
    own = (chosen.quiet_from_min, chosen.quiet_to_min)
    offset = chosen.utc_offset_min
    assert not (minor and within(when, NIGHT, offset))
    if chosen.quiet and not minor:
        assert not within(when, own, offset)
