"""When events happened: RFC 3339 and nothing else, the same read together as one by one."""

from __future__ import annotations

from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from jhalak.api.event_times import time_of, times_of
from tests.worlds import often

NUMBERS = st.tuples(
    st.integers(0, 9999), st.integers(0, 13), st.integers(0, 32), st.integers(0, 24),
    st.integers(0, 60), st.integers(0, 60), st.integers(0, 999),
)  # fmt: skip


def usual(numbers: tuple[int, ...]) -> str:
    return "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z".format(*numbers)


@given(st.datetimes())
@often()
def test_times_as_devices_write_them(at: datetime) -> None:
    text = usual((at.year, *at.timetuple()[1:6], at.microsecond // 1000))
    found = times_of([text, text])
    assert found is not None and found.tolist() == [time_of(text)] * 2


@given(NUMBERS)
@often(400)
def test_numbers_that_are_no_time_are_none_either_way(numbers: tuple[int, ...]) -> None:
    text = usual(numbers)
    one, together = time_of(text), times_of([text])
    assert (None if together is None else together[0]) == one


@given(st.integers(0, 23), st.characters(exclude_categories=["Cs"]))
@often(300)
def test_one_other_character_is_read_the_same_together(at: int, other: str) -> None:
    text = usual((2024, 2, 29, 18, 47, 5, 120))
    changed = text[:at] + other + text[at + 1 :]
    one, together = time_of(changed), times_of([text, changed])
    assert (None if together is None else together.tolist()) == (one and [time_of(text), one])


def test_milliseconds_are_exact() -> None:
    texts = [f"2026-11-23T18:47:00.{ms:03}Z" for ms in range(1000)]
    found = times_of(texts)
    assert found is not None
    assert (found - found[0]).tolist() == list(range(1000))
    assert [time_of(text) for text in texts] == found.tolist()


def test_other_forms_are_read_too() -> None:
    texts = ["2026-11-23T18:47:00Z", "2026-11-24T00:17:00.000+05:30", "2026-11-23 18:47:00.000Z"]
    found = times_of(texts)
    assert found is not None and len(set(found.tolist())) == 1


def test_what_looks_like_two_times_only_together_is_none() -> None:
    assert times_of(["2026-11-23T18:47:00.000Z2", "026-11-23T18:47:00.000Z"]) is None
