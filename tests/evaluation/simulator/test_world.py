"""The simulated world: items that come and go, and figures fitted to a real log."""

from __future__ import annotations

import numpy as np
import pytest

from jhalak.catalogue.topics import topic_by_id
from jhalak.evaluation.simulator.fit import fit, measured, spread
from jhalak.evaluation.simulator.items import centres, draw_items
from jhalak.evaluation.simulator.plan import draw_plan
from jhalak.evaluation.simulator.rules import DAY_MS, START_MS, Rules
from jhalak.evaluation.simulator.viewers import Viewers
from tests.evaluation.kuairand_folder import REAL

RULES = Rules(viewers=120, days=2, seed=5)
ITEMS = draw_items(RULES)
VIEWERS = Viewers(
    RULES.seed, RULES.viewers, len(RULES.topics), RULES.nature, languages=3,
    creators=int(ITEMS.creator.max()) + 1, centres=centres(RULES),
)  # fmt: skip


def test_about_as_many_items_live_at_any_time_as_the_rules_say() -> None:
    for day in (0.0, 1.0, 2.0):
        now = START_MS + day * DAY_MS
        live = (ITEMS.born_ms <= now) & (ITEMS.dies_ms > now)
        for language in range(3):
            count = int((live & (ITEMS.language == language)).sum())
            assert count == pytest.approx(RULES.live_each, abs=5 * RULES.live_each**0.5)


def test_items_are_born_in_order_and_live_as_long_as_their_topic_lasts() -> None:
    assert np.all(np.diff(ITEMS.born_ms) >= 0)
    for place, name in enumerate(RULES.topics):
        lives = (ITEMS.dies_ms - ITEMS.born_ms)[ITEMS.topic == place]
        assert np.all(np.abs(lives - topic_by_id()[name].lifetime_ms) <= 1)


def test_a_record_says_all_but_the_quality() -> None:
    record = ITEMS.record(7, RULES)
    assert record.num == 8 and record.item.topic == RULES.topics[ITEMS.topic[7]]
    assert len(record.embedding) == 64
    assert str(round(float(ITEMS.quality[7]), 4)) not in str(record)


def test_embeddings_of_one_topic_are_more_alike_than_those_of_two() -> None:
    e, topic = ITEMS.embedding[:400], ITEMS.topic[:400]
    cosine, same = e @ e.T, topic[:, None] == topic[None, :]
    assert cosine[same].mean() > 0.25 > 0.05 > abs(cosine[~same].mean())


def test_the_spread_of_a_log_is_found_without_its_noise() -> None:
    rng = np.random.default_rng(3)
    p = np.clip(rng.normal(0.45, 0.17, 4000), 0.02, 0.98)
    shown = rng.integers(5, 40, 4000)
    mean, sd = spread(shown, rng.binomial(shown, p))
    assert mean == pytest.approx(0.45, abs=0.01) and sd == pytest.approx(0.17, abs=0.01)
    raw = float((rng.binomial(shown, p) / shown).std())
    assert raw > 0.19, "with the noise it would be wider"
    assert np.isnan(spread(np.ones(3), np.ones(3)).sd)


@pytest.mark.skipif(not REAL.exists(), reason="the KuaiRand folder is not there")
def test_kuairand_has_the_spread_that_worlds_are_fitted_to() -> None:
    import polars as pl

    rows = pl.concat([pl.read_parquet(path) for path in sorted(REAL.glob("log_*.parquet"))])
    rows = rows.unique(subset=["user_id", "video_id", "time_ms"])
    videos = rows.group_by("video_id").agg(pl.len(), pl.col("is_click").sum())
    mean, sd = spread(videos["len"].to_numpy(), videos["is_click"].to_numpy())
    assert mean == pytest.approx(Rules().video_rate, abs=0.005)
    assert sd == pytest.approx(Rules().video_sd, abs=0.005)


def test_a_fitted_world_shows_the_figures_that_it_was_fitted_to() -> None:
    fitted = fit(RULES, VIEWERS, ITEMS)
    found = measured(RULES, VIEWERS, ITEMS, fitted, impressions=200)
    assert found["video"]["mean"] == pytest.approx(0.45, abs=0.02)
    assert found["video"]["sd"] == pytest.approx(0.17, abs=0.02)
    assert found["lockscreen"]["mean"] == pytest.approx(RULES.lockscreen_rate, abs=0.02)


def test_a_plan_is_the_same_for_a_seed_and_in_time_order() -> None:
    plan, same = draw_plan(RULES), draw_plan(RULES)
    assert all(np.array_equal(a, b) for a, b in zip(plan, same, strict=True))
    assert np.all(np.diff(plan.at_ms) >= 0)
    assert plan.at_ms[0] >= START_MS and plan.at_ms[-1] <= START_MS + 2 * DAY_MS
    visits = np.bincount(plan.viewer, minlength=120)
    assert 3 < visits.mean() < 8, "four a day, from when each joined"
    turns = plan.turns_ms < START_MS + 2 * DAY_MS
    assert 10 < turns.sum() < 60
