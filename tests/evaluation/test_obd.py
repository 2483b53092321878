"""The Open Bandit Dataset: a small folder in its shape, and the real one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from jhalak.evaluation.log import BadLog
from jhalak.evaluation.obd import campaigns, read_campaign, target_chances
from jhalak.evaluation.off_policy import DR, IPS, SNIPS, evaluate
from jhalak.evaluation.reward_model import cross_fitted
from jhalak.evaluation.support import ThinSupport
from tests.evaluation.bandit_world import REAL_OBD

real = pytest.mark.skipif(not REAL_OBD.is_dir(), reason="the Open Bandit Dataset is not here")


def write(
    folder: Path, policy: str, campaign: str, rows: list[tuple[int, int, int, float]]
) -> Path:
    """A log of (item, position, click, propensity)."""
    where = folder / policy / campaign
    where.mkdir(parents=True)
    frame = pl.DataFrame(rows, ["item_id", "position", "click", "propensity_score"], orient="row")
    features = [pl.lit(f"hash {n}").alias(f"user_feature_{n}") for n in range(4)]
    frame.with_columns(features).write_csv(where / f"{campaign}.csv")
    (where / "item_context.csv").write_text("item_id\n0\n")
    return folder


def test_a_campaign_is_read_beside_its_target(tmp_path: Path) -> None:
    write(tmp_path, "random", "men", [(0, 1, 1, 0.5), (33, 3, 0, 0.25), (2, 3, 0, 0.25)])
    write(tmp_path, "bts", "men", [(0, 1, 1, 0.5), (1, 2, 0, 0.5)])
    assert campaigns(tmp_path, "random") == ["men"]
    found = read_campaign(tmp_path, "men", "random", "bts")
    logged = found.logged
    assert logged.action.tolist() == [0, 33, 2] and logged.reward.tolist() == [1, 0, 0]
    assert logged.propensity.tolist() == [0.5, 0.25, 0.25]
    chances = target_chances("bts", "men", 34)
    assert logged.target.tolist() == [chances[0, 0], chances[33, 2], chances[2, 2]]
    assert logged.context.tolist() == [[1, 0, 1, 1, 1, 1], [0, 1, 1, 1, 1, 1], [0, 1, 1, 1, 1, 1]]
    assert found.truth == 0.5


def test_without_the_targets_own_log_there_is_no_truth(tmp_path: Path) -> None:
    write(tmp_path, "bts", "x", [(0, 1, 1, 0.5), (1, 2, 0, 0.5)])
    found = read_campaign(tmp_path, "x", "bts", "random")
    assert np.isnan(found.truth) and found.logged.target.tolist() == [0.5, 0.5]


def test_what_is_no_such_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadLog, match=r"random/CAMPAIGN"):
        campaigns(tmp_path, "random")
    write(tmp_path, "random", "x", [(0, 1, 1, 0.5)])
    with pytest.raises(BadLog, match="no prior of bts is published for campaign x"):
        read_campaign(tmp_path, "x", "random", "bts")
    write(tmp_path, "random", "men", [(34, 1, 1, 0.5)])
    with pytest.raises(BadLog, match="item 34 has no published prior"):
        read_campaign(tmp_path, "men", "random", "bts")
    write(tmp_path, "random", "women", [(1, 4, 1, 0.5)])
    with pytest.raises(BadLog, match="a position is 1 to 3"):
        read_campaign(tmp_path, "women", "random", "bts")
    (tmp_path / "random/x/x.csv").write_text("item_id\n1\n")
    with pytest.raises(BadLog, match=r"x\.csv"):
        read_campaign(tmp_path, "x", "random", "random")


@real
@pytest.mark.parametrize(
    ("campaign", "logged", "ips", "on_policy"),
    [("all", 0.0038, 0.0046, 0.0042), ("men", 0.0046, 0.0045, 0.0069),
     ("women", 0.0046, 0.0068, 0.0046)],
)  # fmt: skip
def test_thompson_sampling_from_the_random_log_is_worth_what_is_known(
    campaign: str, logged: float, ips: float, on_policy: float
) -> None:
    found = read_campaign(REAL_OBD, campaign, "random", "bts")
    foretold = cross_fitted(found.logged, np.random.default_rng(0))
    said = evaluate(found.logged, foretold)
    assert said.logging.value == pytest.approx(logged, abs=5e-5)
    assert said.estimates[IPS].value == pytest.approx(ips, abs=5e-5)
    assert found.truth == pytest.approx(on_policy, abs=5e-5)
    for name in (IPS, SNIPS, DR):
        assert said.estimates[name].holds(found.truth), name


@real
def test_a_log_that_hardly_tried_some_items_is_refused() -> None:
    """A row of 1 in a million has 69 % of the weight."""
    found = read_campaign(REAL_OBD, "women", "bts", "random")
    with pytest.raises(ThinSupport, match=r"weigh as much as 2\.1 independent ones"):
        evaluate(found.logged)
