"""Counters: decay by log time, taking back, blocks in one call and one by one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jhalak.learning.counters import (
    FAST_HALF_LIFE_S,
    HALF_LIFE_S,
    KINDS,
    TOPIC_PRIOR,
    USUAL,
    Counters,
    K,
    item_blocks,
    trend,
)
from jhalak.learning.features import ITEM_BLOCK
from jhalak.schema.languages import LANGUAGES
from jhalak.schema.viewer_state import TOPICS_MAX

NOW_MS = 1_790_000_000_000
EVENTS = st.lists(
    st.tuples(
        st.sampled_from(KINDS[:5]),
        st.integers(1, 12),
        st.integers(0, 40 * 86_400),
        st.sampled_from([1.0, 1.0, 1.0, -1.0]),
    ),
    max_size=60,
)
"""(kind, item, seconds after the start, amount)"""


def facts(item: int) -> tuple[int, int, int]:
    """(topic, language, creator); every fourth item's creator is unknown."""
    return item % 5, item % len(LANGUAGES), item % 4


def counted(events) -> Counters:
    counters = Counters()
    for kind, item, after_s, amount in sorted(events, key=lambda event: event[2]):
        counters.count(kind, item, *facts(item), NOW_MS + after_s * 1000, amount)
    return counters


def decayed_sums(events, key, at_ms: int) -> dict[int, np.ndarray]:
    """What the tables must hold: each event halves by its own age. No amount of laziness shows."""
    sums: dict[int, np.ndarray] = {}
    for kind, item, after_s, amount in events:
        row = sums.setdefault(key(item), np.zeros(K))
        age_s = (at_ms - NOW_MS) / 1000 - after_s
        k = KINDS.index(kind)
        row[k] += amount * 2.0 ** (-age_s / HALF_LIFE_S)
        if k < 2:
            row[5 + k] += amount * 2.0 ** (-age_s / FAST_HALF_LIFE_S)
    return sums


@settings(deadline=None)
@given(EVENTS, st.integers(0, 86_400))
def test_counts_are_the_sums_of_decayed_events(events, later_s: int) -> None:
    counters = counted(events)
    at_ms = NOW_MS + (40 * 86_400 + later_s) * 1000
    for table, key in ((counters.items, int), (counters.creators, lambda item: facts(item)[2])):
        expected = decayed_sums(events, key, at_ms)
        expected.pop(0, None)  # an unknown creator
        now = table.now(at_ms)
        assert set(table.index) == set(expected)
        for number, row in table.index.items():
            np.testing.assert_allclose(now[row], expected[number], rtol=1e-3, atol=1e-4)


@settings(deadline=None)
@given(EVENTS, st.integers(0, 20 * 86_400))
def test_one_items_block_is_its_row_of_all_blocks(events, later_s: int) -> None:
    counters = counted(events)
    at_ms = NOW_MS + (40 * 86_400 + later_s) * 1000
    numbers, blocks = counters.blocks(at_ms)
    assert blocks.shape == (len(numbers), ITEM_BLOCK)
    for number, block in zip(numbers.tolist(), blocks, strict=True):
        assert np.array_equal(counters.block_of(number, *facts(number), at_ms), block)


@settings(deadline=None)
@given(EVENTS)
def test_the_blocks_kernel_equals_its_reference(events) -> None:
    counters = counted(events)
    at_ms = NOW_MS + 41 * 86_400_000
    numbers, blocks = counters.blocks(at_ms)
    if not len(numbers):
        return
    rates = counters.topic_rates(at_ms)
    topic, language, creator = np.array([facts(n) for n in numbers.tolist()]).T
    prior = rates[language, topic]
    made = counters.creators.now(at_ms)
    row = [counters.creators.index.get(c, -1) for c in creator.tolist()]
    known = np.array([made[r] if r >= 0 else np.zeros(K) for r in row]).clip(0)
    rate = ((known[:, 1] + 50 * prior[:, 0]) / (known[:, 0] + 50)).clip(0.0005, 0.95)
    reference = item_blocks(counters.items.now(at_ms), prior, rate.astype(np.float32))
    np.testing.assert_allclose(blocks, reference, rtol=1e-3, atol=1e-3)


def test_an_item_never_shown_has_the_cold_block_of_its_language_and_topic() -> None:
    counters = counted([("impression", 1, 0, 1.0), ("tap", 1, 1, 1.0)])
    cold = counters.cold_blocks(NOW_MS + 5000)
    assert cold.shape == (len(LANGUAGES), TOPICS_MAX, ITEM_BLOCK)
    for item in (1, 2, 3):
        topic, language, _ = facts(item)
        block = counters.block_of(999, topic, language, 0, NOW_MS + 5000)
        np.testing.assert_allclose(block, cold[language, topic], rtol=1e-5, atol=1e-5)
        assert block[8] == 1


def test_rates_start_at_the_usual_and_move_with_what_happens() -> None:
    counters = Counters()
    assert counters.topic_rates(NOW_MS)[0, 0] == pytest.approx(list(USUAL.values()))
    for _ in range(int(TOPIC_PRIOR)):
        counters.count("impression", 1, 3, 0, 0, NOW_MS)
        counters.count("tap", 1, 3, 0, 0, NOW_MS)
    rates = counters.topic_rates(NOW_MS)
    assert rates[0, 3, 0] == pytest.approx((1 + USUAL["tap"]) / 2)
    assert rates[0, 4, 0] == pytest.approx(USUAL["tap"])
    assert rates[1, 3, 0] == pytest.approx(USUAL["tap"])


def test_what_is_taken_back_is_as_if_it_had_not_been() -> None:
    events = [("impression", 1, 0, 1.0), ("tap", 1, 60, 1.0), ("tap", 1, 7200, -1.0)]
    counters = counted(events)
    (block,) = counters.blocks(NOW_MS + 7_200_000)[1]
    (without,) = counted(events[:1]).blocks(NOW_MS + 7_200_000)[1]
    np.testing.assert_allclose(block, without, atol=2e-3)


def test_items_that_nothing_happened_to_are_forgotten_and_the_others_stay() -> None:
    counters = Counters()
    for item in range(1, 400):
        counters.count("impression", item, *facts(item), NOW_MS + item * 1000)
    before = {n: b.copy() for n, b in zip(*counters.blocks(NOW_MS + 400_000), strict=True)}
    counters.expire(NOW_MS + 400_000, unused_s=100)
    numbers, blocks = counters.blocks(NOW_MS + 400_000)
    assert numbers.tolist() == list(range(300, 400))
    for number, block in zip(numbers.tolist(), blocks, strict=True):
        assert np.array_equal(block, before[number])
    counters.expire(NOW_MS + 10**9, unused_s=1)
    assert len(counters.blocks(NOW_MS)[0]) == 0
    counters.count("impression", 7, *facts(7), NOW_MS + 10**9)
    assert counters.blocks(NOW_MS + 10**9)[0].tolist() == [7]


@settings(deadline=None)
@given(EVENTS, EVENTS)
def test_counters_loaded_from_their_bytes_go_on_bit_for_bit(before, after) -> None:
    stayed = counted(before)
    loaded = Counters()
    loaded.load(stayed.dump())
    for kind, item, after_s, amount in after:
        for counters in (stayed, loaded):
            counters.count(
                kind, item, *facts(item), NOW_MS + (40 * 86_400 + after_s) * 1000, amount
            )
    assert stayed.dump() == loaded.dump()


def test_a_table_grows_past_its_first_room() -> None:
    counters = Counters()
    for item in range(1, 1000):
        counters.count("impression", item, 0, 0, item, NOW_MS)
    numbers, blocks = counters.blocks(NOW_MS)
    assert numbers.tolist() == list(range(1, 1000))
    assert np.isfinite(blocks).all()


def test_trend_is_zero_for_an_item_that_nobody_taps_and_rises_with_recent_taps() -> None:
    counters = Counters()
    for item, taps in ((1, 0), (2, 1), (3, 5)):
        for n in range(10):
            counters.count("impression", item, 0, 0, 0, NOW_MS)
            if n < taps:
                counters.count("tap", item, 0, 0, 0, NOW_MS)
    _, blocks = counters.blocks(NOW_MS)
    rising = trend(counters.items.now(NOW_MS), blocks[:, 0])
    assert rising[0] == 0 < rising[1] < rising[2]
    later = trend(counters.items.now(NOW_MS + 86_400_000), blocks[:, 0])
    assert (later[1:] < rising[1:]).all()
