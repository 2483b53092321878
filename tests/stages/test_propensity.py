"""Propensities by simulation: a slot shows an item as often as the logged propensity says.

A few worlds with weights and rules of all kinds; many slates of each, which only their seeds tell
apart. A propensity is conditional on the slots before it: what a slot shows less its propensity has
the mean 0 whatever came before, and the variance p (1 - p). So both may be summed up over slates,

- in 20 bins of the propensity, of equal expected counts: shown / expected;
- in each cell (world, slot, item): shown less expected, in standard errors. Cells in which fewer
  than LEAST are expected are put together, by world and slot.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from random import Random

import numpy as np
import pytest
from numpy.typing import NDArray

from jhalak.learning.model import H
from jhalak.pipeline.stage import SOURCES, VALUE
from jhalak.schema.candidates import Candidates
from jhalak.stages.diversity import Diverse
from jhalak.stages.diversity_reference import Slots
from jhalak.stages.exploration import TRIAL, TrialWeights
from jhalak.stages.greedy import fading
from jhalak.stages.prediction import PREDICTIONS
from jhalak.stages.world import World
from tests.worlds import TOPICS, candidates_of, make_item, query_of, world_of

SLOTS, ITEMS, BINS, LEAST = 6, 24, 20, 30
EXPLORATION = (0.05, 0.05, 0.1, 0.2, 0.4)
"""Of each world."""
Prefix = tuple[int, ...]


def made_up(number: int) -> tuple[World, Candidates]:
    """A few items of fewer creators, topics and stories, 6 to 18 of them on trial."""
    rng = np.random.default_rng(number)
    world = world_of(
        *(
            make_item(
                f"i{i}", TOPICS[rng.integers(6)], publisher=f"p{rng.integers(9)}",
                story=f"s{rng.integers(3)}" if i % 4 == 0 else "",
            )
            for i in range(ITEMS)
        )
    )  # fmt: skip
    found = candidates_of(world)
    found.columns[VALUE] = rng.lognormal(-2.5, 0.7, ITEMS).astype(np.float32)
    found.columns[SOURCES][rng.permutation(ITEMS)[: 6 + 3 * number]] = 0b11
    found.columns[PREDICTIONS] = rng.random((ITEMS, H)).astype(np.float32) * 0.3
    found.columns[TRIAL] = TrialWeights(world, source=1).score(query_of(), found)[TRIAL]
    return world, found


def asked(world: World, found: Candidates) -> Slots:
    """The same for the reference, which tells the chances of all that a slot may show."""
    c, rows = world.catalogue, found.rows
    group = np.stack(
        [c.topic[rows] + 1, c.creator[rows], c.language[rows] + 1, c.story[rows], c.sound[rows]]
    ).astype(np.int64)
    value = found[VALUE].astype(np.float64)
    return Slots(value, group, found[TRIAL], SLOTS, fading(0.88, 0.85, 0.93), 5, 4)


def simulated(slates: int) -> NDArray[np.float64]:
    """float64[n, 6], a row for each item that could follow some slots: world, slot, item, its
    propensity, how often it could, how often it did."""
    rows: list[tuple[float, ...]] = []
    for number, exploration in enumerate(EXPLORATION):
        world, found = made_up(number)
        selector = Diverse(world, exploration=exploration)
        reference = asked(world, found)
        rng = Random(number)
        shown: dict[Prefix, Counter[int]] = defaultdict(Counter)
        logged: dict[Prefix, float] = {}
        for _ in range(slates // len(EXPLORATION)):
            selection = selector.select(query_of(slots=SLOTS, rng=rng), found)
            index = tuple(selection.index.tolist())
            for slot, p in enumerate(selection.propensity.tolist()):
                shown[index[:slot]][index[slot]] += 1
                logged[index[: slot + 1]] = p
        for before, counts in shown.items():
            chances = reference.chances(before, exploration)
            assert set(counts) <= set(chances) and sum(chances.values()) == pytest.approx(1.0)
            for item, p in chances.items():
                assert logged.get((*before, item), p) == pytest.approx(p, abs=1e-6)
                times = counts.total(), counts[item]
                rows.append((number, len(before), item, p, *times))
    return np.array(rows)


def binned(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """float64[BINS, 3]: shown, expected, standard error; by rising propensity."""
    rows = rows[np.argsort(rows[:, 3], kind="stable")]
    p, could, did = rows[:, 3:].T
    ends = np.cumsum(p * could)
    at = np.minimum((ends / ends[-1] * BINS).astype(np.int64), BINS - 1)
    sums = [np.bincount(at, v, minlength=BINS) for v in (did, p * could, p * (1 - p) * could)]
    return np.stack([sums[0], sums[1], np.sqrt(sums[2])], 1)


def cells(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """float64[n]: shown less expected of every cell, in standard errors."""
    sums: dict[tuple[float, ...], NDArray[np.float64]] = defaultdict(lambda: np.zeros(3))
    for world, slot, item, p, could, did in rows.tolist():
        sums[world, slot, item] += [did, p * could, p * (1 - p) * could]
    joined: dict[tuple[float, ...], NDArray[np.float64]] = defaultdict(lambda: np.zeros(3))
    for cell, found in sums.items():
        joined[cell if found[1] >= LEAST else cell[:2]] += found
    did, expected, variance = np.array([f for f in joined.values() if f[1] >= LEAST]).T
    off: NDArray[np.float64] = (did - expected) / np.sqrt(np.maximum(variance, 1e-9))
    return off


def test_slots_show_items_as_often_as_their_propensities_say() -> None:
    rows = simulated(2_000)
    shown, expected, error = binned(rows).T
    assert shown.sum() == 2_000 * SLOTS
    assert (np.abs(shown - expected) <= 4.5 * error + 1e-6).all()
    off = cells(rows)
    assert len(off) > 50 and np.abs(off).max() <= 4.5


@pytest.mark.soak
def test_a_hundred_thousand_slates_meet_their_propensities() -> None:
    rows = simulated(100_000)
    shown, expected, _ = binned(rows).T
    ratio = shown / expected
    print(f"observed over expected by bin: {ratio.min():.4f} to {ratio.max():.4f}")
    assert np.abs(ratio - 1).max() <= 0.02
    off = cells(rows)
    print(f"{len(off)} cells, off by at most {np.abs(off).max():.2f} standard errors")
    assert len(off) > 300 and np.abs(off).max() <= 4.5
