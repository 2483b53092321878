"""An erased viewer is gone from all that the learner keeps; counts, which name nobody, stay."""

from __future__ import annotations

import msgspec
import pytest

from jhalak.learning.neighbours import CoEngagement
from jhalak.schema.activity import Activity, Erased, Tick
from jhalak.schema.reason import REASON_INDEX
from tests.learning.folding import HOUR_MS, JOIN_H, after, counts, new_fold, run
from tests.learning.records import NOW_MS, event, outcomes, relation, served

GONE, STAYS = 0x1122334455667788, 0x2233445566778899
DAY_MS = 86_400_000
EXPLORE = REASON_INDEX["explore"]


def of(viewer: int, *records: Activity) -> list[Activity]:
    """The same records, of this viewer."""
    return [msgspec.structs.replace(record, viewer=viewer) for record in records]


def engaged(viewer: int, slate: int, at_ms: int = NOW_MS) -> list[Activity]:
    """A slate with a trial, taps, a long view and a like."""
    slot = msgspec.structs.replace(served(slate, [10, 11, 12], at_ms), reason=bytes([EXPLORE] * 3))
    return of(
        viewer, slot,
        outcomes(event(f"{slate}a", "tap", slate, 10), event(f"{slate}b", "complete", slate, 11, 1),
                 at_ms=at_ms),
        relation(f"{slate}r", "likes", 12, slate=slate, at_ms=at_ms),
    )  # fmt: skip


def names(data: bytes, number: int) -> bool:
    """Do bytes hold a number, as MessagePack or NumPy writes it?"""
    return number.to_bytes(8, "big") in data or number.to_bytes(8, "little") in data


def test_nothing_in_the_learner_names_an_erased_viewer_or_their_slates() -> None:
    slate, other = 0x0102030405060708, 0x0203040506070809
    fold = after(*engaged(GONE, slate), *engaged(STAYS, other))
    assert names(fold.dump(), GONE) and names(fold.dump(), slate)
    before = counts(fold, 10)
    run(fold, [Erased(NOW_MS, (slate,))], start=6)
    assert not names(fold.dump(), GONE)
    assert names(fold.dump(), STAYS), "who was not erased is there still"
    assert counts(fold, 10) == before
    run(fold, [Tick(NOW_MS + 2 * DAY_MS)], start=7)
    assert not names(fold.dump(), slate), "and a day later not even the slate's number"


def test_what_they_engaged_with_is_found_also_when_their_slates_are_long_forgotten() -> None:
    later_ms = NOW_MS + int(JOIN_H * HOUR_MS) + 1
    fold = after(*engaged(GONE, 1), *engaged(GONE, 2), Tick(later_ms))
    assert not fold.slates.shown and names(fold.dump(), GONE)
    run(fold, [Erased(later_ms, (1, 2))], start=8)
    assert not names(fold.dump(), GONE)


def test_who_did_not_engage_for_as_long_as_items_are_remembered_is_forgotten_unasked() -> None:
    fold = after(*engaged(GONE, 1), Tick(NOW_MS + 47 * DAY_MS))
    assert not names(fold.dump(), GONE)


def test_records_that_another_partition_brings_after_the_erasure_are_not_counted() -> None:
    fold = new_fold(2)
    fold.apply(1, 1, Erased(NOW_MS, (1,)))
    for n, record in enumerate(engaged(GONE, 1), 1):
        fold.apply(0, n, record)
    assert not names(fold.dump(), GONE) and not fold.slates.shown
    assert counts(fold, 10) == counts(fold, 12) == {}
    assert len(fold.tallies.trials) == 0
    assert fold.offsets == [3, 1]


def test_trials_and_counters_are_of_items_and_never_of_viewers() -> None:
    one, two = (after(*engaged(viewer, 1)) for viewer in (GONE, STAYS))
    assert one.tallies.trials.dump() == two.tallies.trials.dump()
    assert one.tallies.counters.dump() == two.tallies.counters.dump()
    assert len(one.tallies.trials) > 0


def test_of_a_slate_whose_served_record_is_lost_nobody_is_remembered() -> None:
    """An erasure names the slates that the log knows: it could not name this one."""
    fold = after(*engaged(GONE, 1)[1:])
    assert not names(fold.dump(), GONE)


@pytest.mark.parametrize("resumed", [False, True])
def test_a_viewer_is_found_by_the_slate_that_they_engaged_with_last(resumed: bool) -> None:
    pairs = CoEngagement()
    pairs.engage(GONE, 1, NOW_MS, slate=100)
    pairs.engage(GONE, 2, NOW_MS, slate=101)
    pairs.engage(STAYS, 1, NOW_MS, slate=102)
    if resumed:
        again = CoEngagement()
        again.load(pairs.dump())
        pairs = again
    pairs.forget_slates([100])
    assert names(pairs.dump(), GONE), "an erasure names all slates, so also the last"
    pairs.forget_slates([100, 101])
    assert not names(pairs.dump(), GONE) and names(pairs.dump(), STAYS)
