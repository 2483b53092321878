"""How much of the catalogue is shown, and how unevenly."""

from __future__ import annotations

import numpy as np
import pytest

from jhalak.learning.features import FEATURES, ITEM_BLOCK
from jhalak.learning.serving import BLOCK
from jhalak.stages.coverage import Coverage, coverage, gini
from tests.worlds import make_item, world_of


def test_one_who_has_all_is_the_most_uneven_and_all_alike_the_least() -> None:
    assert gini(np.ones(10, np.float32)) == pytest.approx(0.0)
    assert gini(np.array([0, 0, 0, 8], np.float32)) == pytest.approx(0.75)
    assert gini(np.zeros(4, np.float32)) == 0.0 == gini(np.zeros(0, np.float32))


def test_coverage_is_of_live_items_by_language() -> None:
    items = [make_item(f"{code}-{i}", language=code) for code in ("hi", "ta") for i in range(4)]
    world = world_of(*items)
    c = world.catalogue
    serving, shown = world.serving, FEATURES.index("item_shown") - 1
    serving.blocks = np.zeros((2, ITEM_BLOCK), np.float32)
    serving.blocks[1, shown] = np.log1p(8)
    serving.at[:, BLOCK] = 0
    serving.at[c.by_id["hi-0"], BLOCK] = 1
    assert coverage(world) == [
        Coverage("", 8, 1, 0.875), Coverage("hi", 4, 1, 0.75), Coverage("ta", 4, 0, 0.0)
    ]  # fmt: skip
