"""A video's figures equal a plain recomputation from the raw events, whatever happens."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jhalak.learning.reach import (
    COUNT,
    DAY_MS,
    FROM_HOUR,
    FROM_LANGUAGE,
    FROM_REASON,
    IMPRESSIONS,
    PEOPLE,
    PLAYS,
    ROW,
    WATCH_MS,
    played,
)
from jhalak.learning.reach_fold import ReachFold
from jhalak.schema.activity import Activity, Erased, Tick
from jhalak.schema.languages import LANGUAGES
from jhalak.schema.reason import REASON_INDEX, REASONS
from tests.learning.reach_records import (
    JOIN_MS,
    OFFSET_MS,
    Log,
    event,
    happenings,
    outcomes,
    recomputed,
    relation,
    served,
)
from tests.worlds import NOW_MS, often

PARTITIONS = 3


def fold_of(log: Log, fold: ReachFold | None = None) -> ReachFold:
    fold = fold or ReachFold(PARTITIONS, JOIN_MS, OFFSET_MS)
    for partition, record in log:
        fold.apply(partition, fold.offsets[partition] + 1, record)
    return fold


def of(*records: Activity) -> ReachFold:
    return fold_of([(0, record) for record in records])


def figures(fold: ReachFold) -> dict[tuple[int, str], int]:
    """As `recomputed` names them; 0 left out."""
    found: dict[tuple[int, str], int] = {}
    for item, video in fold.videos.items():
        cells = video.cells
        said = {name: cells[row, COUNT] for name, row in ROW.items()}
        said["impressions"] = cells[ROW["viewers"], IMPRESSIONS]
        said["plays"], said["watch_ms"] = cells[ROW["players"], [PLAYS, WATCH_MS]]
        for n, name in enumerate(REASONS):
            said[f"first {name}"], said[f"from {name}"] = cells[FROM_REASON + n, :2]
        for n, name in enumerate(LANGUAGES):
            said[f"language {name}"] = cells[FROM_LANGUAGE + n, COUNT]
        said |= {f"hour {n}": cells[FROM_HOUR + n, COUNT] for n in range(24)}
        for second, (people, times) in enumerate(video.curve):
            said[f"seen {second}"], said[f"played {second}"] = people, times
        found |= {(item, name): int(amount) for name, amount in said.items() if amount}
    return found


@often(60)
@given(st.integers(0, 10**6), st.sampled_from((0.1, 2.0, 9.0)))
def test_every_figure_is_what_the_raw_events_say(seed: int, hours: float) -> None:
    log = happenings(seed, 120, hours=hours)
    assert figures(fold_of(log)) == recomputed(log)


@often(25)
@given(st.integers(0, 10**6), st.lists(st.integers(0, 100), max_size=4))
def test_stopped_and_resumed_anywhere_it_ends_the_same(seed: int, cuts: list[int]) -> None:
    log = happenings(seed, 100)
    fold = ReachFold(PARTITIONS, JOIN_MS, OFFSET_MS)
    for start, end in zip([0, *sorted(cuts)], [*sorted(cuts), len(log)], strict=True):
        fold = fold_of(log[start:end], fold)
        resumed = ReachFold(PARTITIONS, JOIN_MS, OFFSET_MS)
        resumed.load(fold.dump())
        fold = resumed
    whole = fold_of(log)
    assert fold.dump() == whole.dump()
    assert figures(fold) == recomputed(log)


@often(25)
@given(st.integers(0, 10**6))
def test_the_order_in_which_partitions_are_read_changes_nothing(seed: int) -> None:
    log = [one for one in happenings(seed, 100) if not isinstance(one[1], Erased)]
    apart = sorted(log, key=lambda one: one[0])
    assert figures(fold_of(apart)) == figures(fold_of(log))


@often(25)
@given(st.integers(0, 10**6))
def test_the_days_sum_up_to_all_and_so_do_the_audiences(seed: int) -> None:
    for video in fold_of(happenings(seed, 80, hours=0.5)).videos.values():
        assert np.array_equal(sum(video.days.values()), video.cells[: len(PEOPLE)])
        bounds = (FROM_REASON, FROM_LANGUAGE, FROM_HOUR, len(video.cells))
        for start, end in pairwise(bounds):
            assert video.cells[start:end, COUNT].sum() == video.cells[0, COUNT]


def test_a_second_was_watched_where_its_middle_was() -> None:
    assert played([(0, 499)]) == []
    assert played([(0, 501), (0, 2500)]) == [2, 1]
    assert played([(400, 1600), (3000, 4000)]) == [1, 1, 0, 1]
    assert len(played([(0, 10**8)])) == 600


def test_outcomes_that_overtake_their_served_record_count_like_others() -> None:
    early = outcomes(event("a", "complete", 5), event("a", "complete", 5))
    fold = of(early, served(5))
    assert figures(fold)[1, "completed"] == figures(fold)[1, "viewers"] == 1
    assert figures(of(early, Tick(NOW_MS + 61_000), served(5))) == {}


def test_what_comes_after_the_slate_was_let_go_is_not_counted() -> None:
    late = outcomes(event("a", "share", 1), at_ms=NOW_MS + JOIN_MS + 2)
    assert figures(of(served(1), Tick(NOW_MS + JOIN_MS + 1), late)) == {}


def test_who_is_shown_a_repeat_long_after_is_not_one_more() -> None:
    later, again = NOW_MS + JOIN_MS + 1, REASON_INDEX["repeat"]
    log: list[Activity] = [served(1), outcomes(event("a", "play", 1, value=9.0))]
    once = figures(of(*log))
    repeat = served(2, at_ms=later, reasons=(again, 0, 0))
    assert figures(of(*log, repeat, outcomes(event("b", "play", 2), at_ms=later))) == once


def test_a_like_without_a_slot_counts_where_the_video_was_met_lately() -> None:
    met: list[Activity] = [served(1), outcomes(event("a", "impression", 1))]
    assert figures(of(*met, relation("likes", 0)))[1, "liked"] == 1
    assert (1, "liked") not in figures(of(*met, relation("likes", 0, viewer=2)))
    assert (1, "liked") not in figures(
        of(*met, relation("likes", 1), relation("likes", 1, on=False))
    )


@pytest.mark.parametrize("what", ["served", "outcomes", "surface"])
def test_nothing_is_counted_of_who_wants_nothing_learned_nor_of_the_lock_screen(what: str) -> None:
    slate = served(1, profiled=what != "served", surface=0 if what == "surface" else 1)
    scene = 0 if what == "surface" else 1
    batch = outcomes(event("a", "share", 1, surface=scene), profiled=what != "outcomes")
    assert figures(of(slate, batch)) == {}


def test_an_erased_viewer_is_gone_wherever_the_erasure_lies_and_others_stay() -> None:
    first: Log = [
        (1, served(1)),
        (1, outcomes(event("a", "play", 1, value=5.0, ranges=((0, 5000),)))),
    ]
    second: Log = [(2, served(2, 2)), (2, outcomes(event("b", "share", 2), viewer=2))]
    gone: Log = [(0, Erased(NOW_MS, (1,))), (1, outcomes(event("c", "share", 1)))]
    fold = fold_of([*first, *second, *gone])
    assert figures(fold) == figures(fold_of(second))
    assert b"\x01" not in {bytes([viewer]) for viewer, _ in fold.viewings}
    assert figures(fold_of([*gone[:1], *first])) == {}


def test_what_was_let_go_names_nobody_also_where_nothing_happens_any_more() -> None:
    fold = fold_of([(1, served(1)), (1, outcomes(event("a", "share", 1)))])
    fold.apply(0, 1, Tick(NOW_MS + JOIN_MS + 1))
    before = figures(fold)
    fold.settle()
    assert not fold.viewings and not any(fold.slates) and figures(fold) == before


def test_a_video_that_nobody_meets_is_let_go_and_so_are_old_days() -> None:
    fold = of(served(1), outcomes(event("a", "share", 1)), Tick(NOW_MS + 30 * DAY_MS))
    assert not fold.videos[1].days and figures(fold)[1, "shared"] == 1
    fold.apply(0, 9, Tick(NOW_MS + 91 * DAY_MS))
    assert not fold.videos


def test_a_checkpoint_of_another_shape_is_not_read() -> None:
    with pytest.raises(ValueError, match="partitions"):
        ReachFold(PARTITIONS + 1, JOIN_MS, OFFSET_MS).load(of().dump())
