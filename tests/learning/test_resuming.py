"""A fold resumed at a checkpoint ends, bit for bit, like one that never stopped."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jhalak.config.settings import ModelSettings
from jhalak.learning.fold import Fold
from jhalak.learning.joining import Slates
from jhalak.learning.model import H
from jhalak.learning.tallies import ITEM_UNUSED_S
from jhalak.schema.activity import Activity, Tick
from jhalak.schema.viewer_state import SCENES
from tests.learning.folding import (
    HOUR_MS,
    STEP,
    WINDOW_MS,
    after,
    busy_log,
    counts,
    new_fold,
    run,
    small_log,
)
from tests.learning.records import NOW_MS, event, outcomes, served


@settings(max_examples=60, deadline=None)
@given(st.lists(STEP, max_size=60), st.data())
def test_a_fold_resumed_at_any_record_ends_bit_for_bit_like_one_that_never_stopped(
    steps, data
) -> None:
    log, model = small_log(steps), ModelSettings(batch=data.draw(st.sampled_from([1, 3])))
    whole = run(new_fold(model=model), log)
    cut = data.draw(st.integers(0, len(log)))
    before = run(new_fold(model=model), log[:cut], log)
    before.arrays()  # publishing changes nothing
    resumed = new_fold(model=model)
    resumed.load(before.dump())
    assert resumed.dump() == before.dump()
    run(resumed, log[cut:], log, start=cut)
    assert resumed.dump() == whole.dump()
    for name, values in whole.arrays().items():
        assert np.array_equal(resumed.arrays()[name], values), name


def test_days_on_which_little_happened_fade_alike_wherever_it_was_stopped() -> None:
    """Figures fade by day; what waits to be counted must not decide when a day begins."""
    looks, day = [(0, 0, 0, "impression", 0)] * 8, 30 * HOUR_MS
    log = small_log([
        *looks, (2, 0, 0, "impression", 0), (5, 0, 0, "impression", day),
        (4, 0, 0, "impression", 40 * day), (2, 3, 1, "share", 1000), (6, 1, 0, "impression", day),
        (6, 8, 1, "play", WINDOW_MS), (0, 9, 2, "dwell", 0), (1, 4, 0, "share", 1),
    ])  # fmt: skip
    whole = run(new_fold(), log).dump()
    for cut in range(len(looks), len(log)):
        resumed = new_fold()
        resumed.load(run(new_fold(), log[:cut], log).dump())
        assert run(resumed, log[cut:], log, start=cut).dump() == whole, cut


def test_more_labels_than_are_kept_at_hand_may_close_first_thing_after_a_restart() -> None:
    def small_fold() -> Fold:
        fold = new_fold()
        fold.slates = Slates(fold.slates.life_ms, cache=4)
        return fold

    log: list[Activity] = []
    for slate in range(1, 6):
        log.append(served(slate, [slate, 20 + slate], NOW_MS))
        look = event(f"e{slate}", "impression", slate, slate, 0, at_ms=NOW_MS)
        log.append(outcomes(look, at_ms=NOW_MS))
    log.append(Tick(NOW_MS + 2 * WINDOW_MS))
    resumed = small_fold()
    resumed.load(run(small_fold(), log[:-1], log).dump())
    run(resumed, log[-1:], log, start=len(log) - 1)
    assert resumed.dump() == run(small_fold(), log).dump()
    assert resumed.model.examples == 5


@pytest.mark.parametrize("seed", range(3))
def test_a_fold_that_is_stopped_again_and_again_learns_the_same(seed: int) -> None:
    rng = np.random.default_rng(seed)
    log = busy_log(rng)
    model = ModelSettings(batch=4)
    whole = run(new_fold(model=model), log)
    assert len(whole.model.items) > 5 and whole.model.steps > 5
    at, part = 0, new_fold(model=model)
    while at < len(log):
        to = at + int(rng.integers(1, 60))
        run(part, log[at:to], log, start=at)
        saved, part = part.dump(), new_fold(model=model)
        part.load(saved)
        at = to
    for name in whole.model.ARRAYS:
        assert np.array_equal(getattr(part.model, name), getattr(whole.model, name)), name
    for mine, other in ((part.model.items, whole.model.items),
                        (part.model.creators, whole.model.creators)):  # fmt: skip
        for one, two in zip(mine.arrays(), other.arrays(), strict=True):
            assert np.array_equal(one, two)
    assert np.array_equal(part.watch.threshold_s, whole.watch.threshold_s)
    assert part.dump() == whole.dump()


@settings(max_examples=40, deadline=None)
@given(st.lists(STEP, max_size=60))
def test_no_action_of_a_slot_counts_more_than_once_whatever_comes(steps) -> None:
    log = small_log([(*step[:4], 0) for step in steps])  # no decay: sums are whole numbers
    fold = run(new_fold(), log)
    for slate in range(10):
        for item in (1 + slate, 20 + slate, 40 + slate):
            found = counts(fold, item)
            # Likes count beside shares, and hides beside reports.
            assert all(found[kind] <= 1 + (kind in ("like", "hide")) for kind in found)


def test_a_checkpoint_of_another_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="partitions"):
        new_fold(partitions=3).load(new_fold(partitions=2).dump())


def test_items_that_nothing_happened_to_are_forgotten_by_log_time_alone() -> None:
    fold = after(served(1, [10]), outcomes(event("a", "tap", 1, 10)))
    run(fold, [Tick(NOW_MS + int(ITEM_UNUSED_S * 1000))], start=2)
    assert len(fold.arrays()["nums"]) == 1
    run(fold, [Tick(NOW_MS + int(ITEM_UNUSED_S * 1000) + 24 * HOUR_MS)], start=3)
    assert len(fold.arrays()["nums"]) == 0


def test_arrays_are_what_serving_reads() -> None:
    fold = after(
        served(1, [10, 11]), outcomes(event("a", "tap", 1, 10), event("b", "tap", 1, 11, 1))
    )
    arrays = fold.arrays()
    assert arrays["nums"].tolist() == [10, 11]
    assert len(arrays["blocks"]) == len(arrays["trend"]) == 2
    assert arrays["calibration"].shape[-1] == H
    assert len(arrays["scene_rates"]) == SCENES + 1
    arrays["flat"][:] = 0
    assert fold.model.average.any()  # a copy: the reader cannot change what is learned
