"""Exposed slates and their outcomes become counts of viewers, by arm; an erasure takes them out."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jhalak.experiments.fold import ExperimentFold
from jhalak.experiments.metrics import COLUMN
from jhalak.schema.activity import Activity, Erased, Tick
from jhalak.schema.slate import Level
from tests.experiments.records import BOLD, USUAL, event, outcomes, relation, served
from tests.worlds import DAY_MS, NOW_MS, often

JOIN_MS, KEEP_MS = 3 * DAY_MS, 90 * DAY_MS


def fold_of(*records: Activity) -> ExperimentFold:
    fold = ExperimentFold(1, JOIN_MS, KEEP_MS)
    for record in records:
        fold.apply(0, fold.offsets[0] + 1, record)
    return fold


def counts(fold: ExperimentFold, arm: str = "bold") -> dict[str, int]:
    """Sums over the arm's viewers, where they are not 0."""
    tally = fold.tables["bolder"].tallies()[arm]
    sums = tally.counts.sum(0, dtype=np.int64)
    return {name: int(sums[column]) for name, column in COLUMN.items() if sums[column]}


@pytest.mark.parametrize(
    ("kind", "value", "counted"),
    [
        ("impression", 0, {}), ("tap", 0, {"tap": 1}), ("dwell", 4999, {}),
        ("dwell", 5000, {"long": 1}), ("play", 9999, {}), ("play", 10_000, {"long": 1}),
        ("complete", 0, {"complete": 1, "long": 1}), ("share", 0, {"share": 1}),
        ("report", 3, {"report": 1}),
    ],
)  # fmt: skip
def test_every_event_proves_an_impression_and_counts_as_what_it_is(
    kind: str, value: float, counted: dict[str, int]
) -> None:
    fold = fold_of(served(1), outcomes(event(kind, 1, value=value)))
    assert counts(fold) == {"slate": 1, "impression": 1, **counted}


def test_a_slot_counts_an_action_once_and_slots_count_apart() -> None:
    taps = [event("tap", 1), event("tap", 1), event("tap", 1, 2)]
    assert counts(fold_of(served(1), outcomes(*taps), outcomes(*taps))) == {
        "slate": 1, "impression": 2, "tap": 2,
    }  # fmt: skip


def test_an_undo_takes_back_what_no_other_event_of_the_slot_says() -> None:
    dwell, done = event("dwell", 1, value=6000), event("complete", 1)
    undo = [event("undo", 1, undoes=e.id) for e in (dwell, done)]
    fold = fold_of(served(1), outcomes(dwell, done, undo[0]))
    assert counts(fold)["long"] == 1, "the completion says it too"
    fold = fold_of(served(1), outcomes(dwell, done, *undo))
    assert counts(fold) == {"slate": 1, "impression": 1}


def test_likes_follows_and_hides_count_where_the_slot_is_known_and_can_be_taken_back() -> None:
    put = [relation(v, 1) for v in ("likes", "saves", "follows", "hides", "blocks")]
    fold = fold_of(served(1), *put, relation("likes", 99), relation("likes", 1, item=50))
    assert counts(fold) == {"slate": 1, "like": 1, "follow": 1, "hide": 1}
    fold.apply(0, 9, relation("hides", 1, on=False))
    assert counts(fold) == {"slate": 1, "like": 1, "follow": 1}


def test_levels_count_by_slate() -> None:
    levels = [Level.full, Level.cached, Level.popular, Level.static, Level.exhausted]
    fold = fold_of(*(served(n, level=level) for n, level in enumerate(levels, 1)))
    assert counts(fold) == {"slate": 5, "degraded": 3, "exhausted": 1}


@pytest.mark.parametrize(("hours", "returned"), [(23.9, 0), (24, 1), (47.9, 1), (48, 0)])
def test_a_viewer_returned_who_came_the_next_day(hours: float, returned: int) -> None:
    later = NOW_MS + int(hours * 3_600_000)
    fold = fold_of(served(1), served(2, at_ms=later), served(3, at_ms=later))
    assert counts(fold).get("returned", 0) == returned


def test_what_was_not_exposed_is_not_counted() -> None:
    fold = fold_of(served(1, arms=()), outcomes(event("tap", 1)), outcomes(event("tap", 2)))
    assert fold.tables == {}


def test_what_viewers_did_before_they_were_exposed_is_kept_beside_what_they_did_after() -> None:
    fold = fold_of(
        served(1, arms=()), outcomes(event("tap", 1), event("impression", 1, 1)),
        served(2, viewer=9, arms=(("other", "usual"),)), outcomes(event("tap", 2), viewer=9),
        served(3), outcomes(event("tap", 3), event("tap", 1, 2)),
        served(4), served(5, viewer=9), served(6, viewer=8),
    )  # fmt: skip
    tally = fold.tables["bolder"].tallies()["bold"]
    assert tally.prior is not None
    columns = [COLUMN[name] for name in ("slate", "impression", "tap")]
    assert tally.prior[:, columns].tolist() == [[1, 2, 1], [1, 1, 1], [0, 0, 0]]
    assert tally.counts[:, columns].tolist() == [[2, 1, 1], [1, 0, 0], [1, 0, 0]]
    fold.apply(0, 99, Erased(NOW_MS, (1, 3, 4)))
    assert fold.before.counts_of(1) is None
    assert fold.tables["bolder"].tallies()["bold"].prior.tolist() == tally.prior[1:].tolist()


def test_nothing_is_counted_of_who_wants_nothing_learned() -> None:
    fold = fold_of(served(1), outcomes(event("tap", 1), profiled=False))
    assert counts(fold) == {"slate": 1}


def test_a_slate_of_two_experiments_counts_in_both() -> None:
    both = (*BOLD, ("other", "usual"))
    fold = fold_of(served(1, arms=both), outcomes(event("tap", 1)))
    for table in fold.tables.values():
        [tally] = table.tallies().values()
        assert tally.counts[0, COLUMN["tap"]] == 1


def test_a_viewer_met_in_two_arms_counts_in_neither() -> None:
    fold = fold_of(served(1), served(2, arms=USUAL), served(3, 2, USUAL), outcomes(event("tap", 1)))
    assert fold.tables["bolder"].crossed == 1
    assert counts(fold) == {} and counts(fold, "usual") == {"slate": 1}


def test_outcomes_that_come_too_late_are_not_counted() -> None:
    late = outcomes(event("tap", 1), at_ms=NOW_MS + JOIN_MS + 2)
    fold = fold_of(served(1), Tick(NOW_MS + JOIN_MS + 1), late)
    assert counts(fold) == {"slate": 1} and not fold.slates


def test_an_erased_viewer_is_gone_and_the_others_stay() -> None:
    fold = fold_of(
        served(1), served(2), served(3, 2), outcomes(event("tap", 1), event("tap", 2)),
        outcomes(event("tap", 3), viewer=2), Erased(NOW_MS, (1, 2)),
        outcomes(event("tap", 2, 1)), served(2),
    )  # fmt: skip
    assert counts(fold) == {"slate": 1, "impression": 1, "tap": 1}
    assert 1 not in fold.tables["bolder"].viewer[:10] and 1 not in fold.tables["bolder"].row_of


def test_a_viewer_is_erased_long_after_their_slates_were_let_go() -> None:
    later = NOW_MS + 60 * DAY_MS
    fold = fold_of(served(1), served(2), Tick(later), Erased(later, (1, 2)))
    assert counts(fold) == {}


def test_who_was_not_exposed_for_the_logs_retention_stays_without_a_name() -> None:
    fold = fold_of(served(1), outcomes(event("tap", 1)), Tick(NOW_MS + KEEP_MS + DAY_MS))
    assert counts(fold) == {"slate": 1, "impression": 1, "tap": 1}
    table = fold.tables["bolder"]
    assert not table.row_of and not table.viewer.any() and not table.slate.any()


def happenings(seed: int, count: int) -> list[Activity]:
    random = Random(seed)
    records: list[Activity] = []
    slates: list[tuple[int, int]] = []
    for n in range(count):
        at_ms = NOW_MS + n * 1_800_000
        viewer = random.randrange(1, 6)
        what = random.random()
        if what < 0.4 or not slates:
            slates.append((n + 1, viewer))
            arms = (("bolder", "bold" if viewer % 2 else "usual"),)
            records.append(served(n + 1, viewer, arms, at_ms, level=random.randrange(6)))
        elif what < 0.9:
            slate, who = random.choice(slates)
            kind = random.choice(("impression", "tap", "dwell", "complete", "report"))
            records.append(
                outcomes(event(kind, slate, random.randrange(4), 6000), viewer=who, at_ms=at_ms)
            )
        elif what < 0.95:
            slate, who = random.choice(slates)
            on = random.random() < 0.7
            records.append(relation("hides", slate, random.randrange(1, 5), on=on, viewer=who))
        else:
            gone = random.choice(slates)[1]
            records.append(Erased(at_ms, tuple(s for s, who in slates if who == gone)))
            slates = [pair for pair in slates if pair[1] != gone]
    return records


@often(25)
@given(st.integers(0, 10**6), st.integers(0, 120))
def test_resumed_anywhere_it_ends_like_one_that_never_stopped(seed: int, cut: int) -> None:
    records = happenings(seed, 120)
    whole = fold_of(*records)
    first = fold_of(*records[:cut])
    second = ExperimentFold(1, JOIN_MS, KEEP_MS)
    second.load(first.dump())
    for record in records[cut:]:
        second.apply(0, second.offsets[0] + 1, record)
    assert second.dump() == whole.dump()


def test_a_checkpoint_of_another_shape_is_refused() -> None:
    data = fold_of(served(1)).dump()
    with pytest.raises(ValueError, match="partitions"):
        ExperimentFold(2, JOIN_MS, KEEP_MS).load(data)


def test_tables_grow_and_keep_what_they_hold() -> None:
    fold = fold_of(*(served(n, viewer=n) for n in range(1, 300)))
    assert len(fold.tables["bolder"].tallies()["bold"]) == 299
    assert counts(fold) == {"slate": 299}
