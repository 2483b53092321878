"""The report: the right rows, the right keys, intervals, and comparisons that favour no side."""

from __future__ import annotations

import json

import numpy as np
import pytest

from jhalak.evaluation.figures import compare, estimates, sheet
from jhalak.evaluation.metrics import auc, log_loss
from jhalak.evaluation.peers import Predictions, ours, popularity
from jhalak.evaluation.report import reported_rows, summary
from tests.evaluation.made_up import FIRST_DAY, TAP, log, replayed

LIVE = ("auc", "log_loss", "session_gauc_live")
FROZEN = ("auc_frozen", "log_loss_frozen", "session_gauc")


def test_each_recorded_label_has_live_and_frozen_figures_with_intervals() -> None:
    of = log()
    report = summary(of, replayed(of))
    assert list(report["labels"]) == ["click", "like"]
    for one in report["labels"].values():
        for key in (*LIVE, *FROZEN, "session_mrr", "session_ndcg_5", "session_ndcg_10"):
            low, high = one["intervals"][key]
            assert low < one[key] < high, key
        assert one["auc"] > one["auc_frozen"] > 0.5
        assert one["log_loss"] < one["log_loss_frozen"]
        assert sum(part["rows"] for part in one["curve"]) == report["reported"]
        assert 0 < one["calibration"] < 1
        assert one["popularity"]["auc"] == 0.5
    assert report["omitted"] == {"rows that were odd": 2}
    assert report["copies"] == 3
    json.dumps(report, allow_nan=False)


def test_the_figures_are_of_the_reported_rows_alone() -> None:
    of, answer = log(), None
    answer = replayed(of)
    late = of.impressions.day >= FIRST_DAY + 2
    click = summary(of, answer, FIRST_DAY + 2)["labels"]["click"]
    label = of.impressions.actions[late, TAP]
    assert click["auc"] == round(auc(label, answer.live[late, TAP]), 4)
    assert click["log_loss"] == round(log_loss(label, answer.live[late, TAP]), 4)
    assert click["positives"] == label.sum()
    assert [day["day"] for day in click["days"]] == ["2024-10-06", "2024-10-07"]
    assert sum(day["rows"] for day in click["days"]) == late.sum()


def test_the_report_begins_where_it_is_told_to() -> None:
    of = log(by_request=5)
    day, request = of.impressions.day, of.impressions.request
    assert reported_rows(of).tolist() == np.flatnonzero(day > FIRST_DAY).tolist()
    assert (
        reported_rows(of, FIRST_DAY + 3).tolist() == np.flatnonzero(day == FIRST_DAY + 3).tolist()
    )
    assert len(reported_rows(of, FIRST_DAY + 9)) == 0
    last = reported_rows(of, None, 0.8)
    assert len(set(request[last].tolist())) == 0.2 * len(set(request.tolist()))
    assert not set(request[last].tolist()) & set(request[: last[0]].tolist())
    assert np.array_equal(reported_rows(of, FIRST_DAY + 1, 0.8), reported_rows(of))


def test_a_log_of_one_day_reports_it() -> None:
    of = log()
    part = of._replace(impressions=of.impressions.first(100))
    assert len(reported_rows(part)) == 100


def test_an_empty_report_has_no_figures_and_does_not_fail() -> None:
    of = log(n=50)
    report = summary(of, replayed(of), FIRST_DAY + 9)
    assert report["reported"] == 0
    assert report["labels"]["click"]["auc"] is None
    assert report["labels"]["click"]["intervals"]["auc"] is None


def test_requests_are_judged_where_the_log_knows_them() -> None:
    of = log(by_request=5)
    click = summary(of, replayed(of))["labels"]["click"]
    for key in ("request_auc", "request_mrr", "request_ndcg_5", "request_ndcg_10"):
        assert 0.5 < click[key] < 1
    assert click["requests"] > 200
    assert click["popularity"]["request_auc"] == 0.5
    assert 0 < click["coverage"]["1"] <= 1
    assert "session_mrr" not in click


def test_a_model_does_not_differ_from_itself() -> None:
    of = log()
    model = ours(replayed(of))
    twin = model._replace(name="twin")
    (one,) = summary(of, replayed(of), compared=[(model, twin)])["comparisons"]
    for found in one["labels"].values():
        for gap in found.values():
            assert gap["difference"] == 0
            assert gap["better"] is None


def test_the_better_model_is_named_whichever_comes_first() -> None:
    of = log()
    page = sheet(of, reported_rows(of))
    good, bad = ours(replayed(of), "good"), popularity(replayed(of))
    for a, b in ((good, bad), (bad, good)):
        click = compare(page, a, b)["labels"]["click"]
        assert click["auc"]["better"] == click["log_loss"]["better"] == "good"
        assert (click["auc"]["difference"] > 0) == (a is good)
        assert (click["log_loss"]["difference"] < 0) == (a is good)
        low, high = click["auc"]["interval"]
        assert low < click["auc"]["difference"] < high


def test_what_a_model_does_not_say_is_not_judged() -> None:
    of = log()
    page = sheet(of, reported_rows(of))
    model = ours(replayed(of))
    silent = Predictions("silent", model.live, np.full_like(model.live, np.nan))
    assert set(estimates(page, "click", silent)) == set(LIVE)
    assert set(compare(page, model, silent)["labels"]["click"]) == set(LIVE)


@pytest.mark.parametrize("by_request", [1, 5])
def test_slices_have_figures_of_their_own(by_request: int) -> None:
    of = log(by_request=by_request)
    parts = summary(of, replayed(of))["labels"]["click"]["slices"]
    assert {part["kind"] for part in parts} >= {"language", "scene", "item"}
    for part in parts:
        assert part["rows"] > 0
        assert {"auc", "log_loss", "calibration", "rate", "intervals"} <= set(part)
