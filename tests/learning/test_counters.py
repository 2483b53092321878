"""Counters: decay by log time, taking back, scenes, blocks in one call and one by one."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jhalak.learning.counters import Counters, trend
from jhalak.learning.features import ITEM_BLOCK, ITEM_OWN, UNKNOWN
from jhalak.learning.labels import kinds, kinds_said
from jhalak.learning.rates import (
    CREATOR_PRIOR,
    ITEM_SCENE_PRIOR,
    LEAST,
    MOST,
    TOPIC_PRIOR,
    USUAL,
    item_blocks,
)
from jhalak.learning.table import FAST_HALF_LIFE_S, HALF_LIFE_S, KINDS, SLOW, K, Table
from jhalak.schema.languages import LANGUAGES
from jhalak.schema.slate import SURFACES
from jhalak.schema.viewer_state import SCENES, TOPICS_MAX

NOW_MS = 1_790_000_000_000
END_MS = NOW_MS + 40 * 86_400_000
EVENTS = st.lists(
    st.tuples(
        st.sampled_from(KINDS[:SLOW]),
        st.integers(1, 12),
        st.integers(0, 40 * 86_400),
        st.sampled_from([1.0, 1.0, 1.0, -1.0]),
        st.sampled_from([-1, 0, 1, 1, SCENES - 1]),
    ),
    max_size=60,
)
"""(kind, item, seconds after the start, amount, scene)"""


def facts(item: int) -> tuple[int, int, int]:
    """(topic, language, creator); every fourth item's creator is unknown."""
    return item % 5, item % len(LANGUAGES), item % 4


def add(counters: Counters, events, start_ms: int = NOW_MS) -> Counters:
    for kind, item, after_s, amount, scene in sorted(events, key=lambda event: event[2]):
        counters.count(kind, item, *facts(item), start_ms + after_s * 1000, amount, scene)
    return counters


def counted(events) -> Counters:
    return add(Counters(), events)


def decayed_sums(events, keys, at_ms: int) -> dict[int, np.ndarray]:
    """What the tables must hold: each event halves by its own age. No amount of laziness shows."""
    sums: dict[int, np.ndarray] = {}
    for kind, item, after_s, amount, scene in events:
        age_s = (at_ms - NOW_MS) / 1000 - after_s
        k = KINDS.index(kind)
        for key in keys(item, scene):
            row = sums.setdefault(key, np.zeros(K))
            row[k] += amount * 2.0 ** (-age_s / HALF_LIFE_S)
            if kind in ("judged", "tap"):
                row[SLOW - 1 + k] += amount * 2.0 ** (-age_s / FAST_HALF_LIFE_S)
    return sums


def topic_key(item: int) -> int:
    topic, language, _ = facts(item)
    return language * TOPICS_MAX + topic


KEYS = {
    "items": lambda item, scene: [item],
    "creators": lambda item, scene: [facts(item)[2]] if facts(item)[2] else [],
    "topics": lambda item, scene: [topic_key(item)],
    "scenes": lambda item, scene: [SCENES, *([scene] if scene >= 0 else [])],
    "item_scenes": lambda item, scene: [item * SCENES + scene] if scene >= 0 else [],
}


@settings(deadline=None, derandomize=True, max_examples=60)
@given(EVENTS, st.integers(0, 86_400))
def test_counts_are_the_sums_of_decayed_events(events, later_s: int) -> None:
    counters = counted(events)
    at_ms = END_MS + later_s * 1000
    assert set(KEYS) == set(Counters.TABLES)
    for name, keys in KEYS.items():
        table, expected = getattr(counters, name), decayed_sums(events, keys, at_ms)
        now = table.now(at_ms)
        assert set(table.index) == set(expected)
        for key, row in table.index.items():
            np.testing.assert_allclose(now[row], expected[key], rtol=1e-3, atol=1e-4)


@settings(deadline=None, derandomize=True, max_examples=60)
@given(EVENTS, st.integers(0, 20 * 86_400))
def test_one_items_block_is_its_row_of_all_blocks(events, later_s: int) -> None:
    counters = counted(events)
    at_ms = END_MS + later_s * 1000
    numbers, blocks = counters.blocks(at_ms)
    assert blocks.shape == (len(numbers), ITEM_BLOCK)
    for number, block in zip(numbers.tolist(), blocks, strict=True):
        assert np.array_equal(counters.block_of(number, *facts(number), at_ms), block)


def scene_lift_reference(counters: Counters, item: int, scene: int, tap: float, at_ms: int):
    """Smoothed towards the item's own rate, a scene in which it never was says nothing."""
    at = counters.item_scenes.index.get(item * SCENES + scene)
    if at is None:
        return 0.0
    row, usual = counters.item_scenes.now(at_ms)[at], 1 / (1 + math.exp(-tap))
    rate = (max(row[2], 0) + ITEM_SCENE_PRIOR * usual) / (max(row[1], 0) + ITEM_SCENE_PRIOR)
    rate = min(max(rate, LEAST), MOST)
    return math.log(rate / (1 - rate)) - tap


@settings(deadline=None, derandomize=True, max_examples=60)
@given(EVENTS)
def test_the_blocks_kernel_equals_its_reference(events) -> None:
    counters, at_ms = counted(events), END_MS + 86_400_000
    numbers, blocks = counters.blocks(at_ms)
    if not len(numbers):
        return
    topic, language, creator = np.array([facts(n) for n in numbers.tolist()]).T
    usual = counters.topic_rates(at_ms)[language, topic]
    made = counters.creators.now(at_ms)
    row = [counters.creators.index.get(c, -1) for c in creator.tolist()]
    known = np.array([made[r] if r >= 0 else np.zeros(K) for r in row]).clip(0)
    rate = (known[:, 2] + CREATOR_PRIOR * usual[:, 0]) / (known[:, 1] + CREATOR_PRIOR)
    expected = item_blocks(counters.items.now(at_ms), usual, rate)
    for i, item in enumerate(numbers.tolist()):
        for s in range(len(SURFACES)):
            lift = scene_lift_reference(counters, item, s, float(expected[i, 0]), at_ms)
            expected[i, ITEM_OWN + s] = lift
    np.testing.assert_allclose(blocks, expected, rtol=1e-3, atol=1e-3)


def test_an_item_never_shown_has_the_cold_block_of_its_language_and_topic() -> None:
    counters = counted([("impression", 1, 0, 1.0, 0), ("judged", 1, 0, 1.0, 0)])
    add(counters, [("tap", 1, 1, 1.0, 0)])
    cold = counters.cold_blocks(NOW_MS + 5000)
    assert cold.shape == (len(LANGUAGES), TOPICS_MAX, ITEM_BLOCK)
    for item in (1, 2, 3):
        topic, language, _ = facts(item)
        block = counters.block_of(999, topic, language, 0, NOW_MS + 5000)
        np.testing.assert_allclose(block, cold[language, topic], rtol=1e-5, atol=1e-5)
        assert block[UNKNOWN] == 1


def test_rates_start_at_the_usual_and_move_with_what_happens() -> None:
    counters = Counters()
    assert counters.topic_rates(NOW_MS)[0, 0] == pytest.approx(list(USUAL.values()))
    assert counters.scene_rates(NOW_MS)[0] == pytest.approx(list(USUAL.values())[:3])
    for n in range(int(TOPIC_PRIOR[0])):
        for kind in ("impression", "judged", "tap")[: 3 - n % 2]:
            counters.count(kind, 1, 3, 0, 0, NOW_MS, scene=1)
    rates, everything = counters.topic_rates(NOW_MS), counters.all_rates(NOW_MS)
    assert rates[0, 3, 0] == pytest.approx((0.5 + everything[0]) / 2)
    assert rates[0, 4, 0] == rates[1, 3, 0] == pytest.approx(everything[0])
    assert rates[0, 3, 1] < everything[1] < USUAL["long"], "shown, and never watched for long"
    tap_by_scene = counters.scene_rates(NOW_MS)[:, 0]
    assert tap_by_scene.argmax() == 1
    assert tap_by_scene[0] == tap_by_scene[SCENES] == pytest.approx(everything[0])


def test_an_item_that_is_tapped_in_one_scene_alone_is_lifted_there() -> None:
    counters = Counters()
    for n in range(40):
        for kind in ("impression", "judged", *(["tap"] if n % 2 else [])):
            counters.count(kind, 1, 0, 0, 0, NOW_MS, scene=n % 2)
    (block,) = counters.blocks(NOW_MS)[1]
    assert block[ITEM_OWN] < -0.5 and block[ITEM_OWN + 1] > 0.5
    counters.count("impression", 2, 0, 0, 0, NOW_MS)
    assert not counters.block_of(2, 0, 0, 0, NOW_MS)[ITEM_OWN:].any(), "its scene is not known"


def test_impressions_of_which_taps_are_not_known_do_not_lower_the_tap_rate() -> None:
    """An imported history says who watched for long, but nothing of taps."""
    counters = Counters()
    for _ in range(50):
        counters.count("impression", 1, 0, 0, 0, NOW_MS)
        counters.count("long", 1, 0, 0, 0, NOW_MS)
    block = counters.block_of(1, 0, 0, 0, NOW_MS)
    usual = math.log(USUAL["tap"] / (1 - USUAL["tap"]))
    assert block[0] == pytest.approx(usual) and block[1] > 0
    assert block[5] == pytest.approx(math.log(51)) and block[6] == 0
    for _ in range(50):
        counters.count("judged", 1, 0, 0, 0, NOW_MS)
    block = counters.block_of(1, 0, 0, 0, NOW_MS)
    assert block[0] < usual and block[6] == pytest.approx(math.log(51))


def test_what_is_taken_back_is_as_if_it_had_not_been() -> None:
    seen = [("impression", 1, 0, 1.0, 0), ("judged", 1, 0, 1.0, 0)]
    undone = [("tap", 1, 60, 1.0, 0), ("tap", 1, 7200, -1.0, 0)]
    (block,) = counted(seen + undone).blocks(NOW_MS + 7_200_000)[1]
    (without,) = counted(seen).blocks(NOW_MS + 7_200_000)[1]
    np.testing.assert_allclose(block, without, atol=2e-3)


def test_items_that_nothing_happened_to_are_forgotten_and_the_others_stay() -> None:
    counters = Counters()
    for item in range(1, 400):
        counters.count("impression", item, *facts(item), NOW_MS + item * 1000, scene=item % 3)
        counters.count("tap", item, *facts(item), NOW_MS + item * 1000, scene=item % 3)
    # Of these it is known that they were shown long ago in one scene, and lately in another.
    for item in range(1, 400, 7):
        counters.count("impression", item, *facts(item), NOW_MS + 390_000, scene=(item + 1) % 3)
    before = {n: b.copy() for n, b in zip(*counters.blocks(NOW_MS + 400_000), strict=True)}
    counters.expire(NOW_MS + 400_000, unused_s=100)
    numbers, blocks = counters.blocks(NOW_MS + 400_000)
    assert numbers.tolist() == sorted({*range(1, 400, 7), *range(300, 400)})
    for number, block in zip(numbers.tolist(), blocks, strict=True):
        forgotten = ITEM_OWN if number < 300 else ITEM_BLOCK
        assert np.array_equal(block[:forgotten], before[number][:forgotten])
        assert np.array_equal(
            counters.block_of(number, *facts(number), NOW_MS + 400_000), block
        )  # fmt: skip
    assert set(counters.item_scenes.index) == {
        *(item * SCENES + item % 3 for item in range(300, 400)),
        *(item * SCENES + (item + 1) % 3 for item in range(1, 400, 7)),
    }
    counters.expire(NOW_MS + 10**9, unused_s=1)
    assert len(counters.blocks(NOW_MS)[0]) == len(counters.item_scenes) == 0
    counters.count("impression", 7, *facts(7), NOW_MS + 10**9, scene=0)
    assert counters.blocks(NOW_MS + 10**9)[0].tolist() == [7]


@settings(deadline=None, derandomize=True, max_examples=60)
@given(EVENTS, EVENTS)
def test_counters_loaded_from_their_bytes_go_on_bit_for_bit(before, after) -> None:
    stayed, loaded = counted(before), Counters()
    loaded.load(stayed.dump())
    for counters in (stayed, loaded):
        add(counters, after, END_MS)
    assert stayed.dump() == loaded.dump()
    assert np.array_equal(
        stayed.blocks(2 * END_MS - NOW_MS)[1], loaded.blocks(2 * END_MS - NOW_MS)[1]
    )


def test_a_table_grows_past_its_first_room() -> None:
    counters = Counters()
    for item in range(1, 1000):
        counters.count("impression", item, 0, 0, item, NOW_MS, scene=0)
    numbers, blocks = counters.blocks(NOW_MS)
    assert numbers.tolist() == list(range(1, 1000))
    assert np.isfinite(blocks).all()


def test_trend_is_zero_for_an_item_that_nobody_taps_and_rises_with_recent_taps() -> None:
    counters = Counters()
    for item, taps in ((1, 0), (2, 1), (3, 5)):
        for n in range(10):
            for kind in ("impression", "judged", *(["tap"] if n < taps else [])):
                counters.count(kind, item, 0, 0, 0, NOW_MS)
    _, blocks = counters.blocks(NOW_MS)
    rising = trend(counters.items.now(NOW_MS), blocks[:, 0])
    assert rising[0] == 0 < rising[1] < rising[2]
    later = trend(counters.items.now(NOW_MS + 86_400_000), blocks[:, 0])
    assert (later[1:] < rising[1:]).all()


def counted_at_once(events) -> dict[str, dict[int, np.ndarray]]:
    """What the tables hold where each event is added to each table when it comes."""
    tables = {name: Table() for name in Counters.TABLES}
    for names, item, after_s, amount, scene in sorted(events, key=lambda event: event[2]):
        topic, language, creator = facts(item)
        keys = {"items": item, "topics": language * TOPICS_MAX + topic}
        keys |= {"creators": creator} if creator else {}
        for kind in names:
            scenes = [SCENES, scene] if scene >= 0 else [SCENES]
            adds = [*keys.items(), *(("scenes", key) for key in scenes)]
            adds += [("item_scenes", item * SCENES + scene)] if scene >= 0 else []
            for name, key in adds:
                table = tables[name]
                at_ms = NOW_MS + after_s * 1000
                table.add(table.at(key), KINDS.index(kind), float(amount), at_ms)
    return {name: rows(table) for name, table in tables.items()}


def rows(table: Table) -> dict[int, np.ndarray]:
    return {key: table.counts[row] for key, row in table.index.items()}


@settings(deadline=None, derandomize=True, max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.integers(1, 255), st.integers(1, 12), st.integers(0, 40 * 86_400),
            st.sampled_from([1, 1, 1, -1]), st.sampled_from([-1, 0, 1, 1, SCENES - 1]),
        ),
        max_size=40,
    ),
    st.integers(0, 40),
)  # fmt: skip
def test_what_waits_is_counted_as_if_each_had_been_added_when_it_came(said, settled) -> None:
    events = [(kinds_said(yes), *rest) for yes, *rest in said]
    counters = Counters()
    for n, (yes, item, after_s, amount, scene) in enumerate(sorted(said, key=lambda e: e[2])):
        place = item, *facts(item), scene
        if kinds(yes):
            counters.count_all(kinds(yes), place, NOW_MS + after_s * 1000, amount)
        if n == settled:
            counters.dump()
    expected = counted_at_once(event for event in events if event[0])
    for name in Counters.TABLES:
        found = rows(getattr(counters, name))
        assert found.keys() == expected[name].keys()
        for key, counts in found.items():
            assert np.array_equal(counts, expected[name][key])


def test_places_that_are_forgotten_are_found_again(monkeypatch: pytest.MonkeyPatch) -> None:
    events = [("tap", item % 40 + 1, item, 1.0, item % 2) for item in range(900)]
    whole = counted(events)
    monkeypatch.setattr("jhalak.learning.counters.PLACES_MOST", 7)
    assert counted(events).dump() == whole.dump()
