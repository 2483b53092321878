"""Ordered lists against every order that ties leave open."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jhalak.evaluation.lists import coverage, judge

LISTS = st.lists(
    st.lists(st.tuples(st.booleans(), st.sampled_from([0.1, 0.5, 0.9])), min_size=1, max_size=6),
    max_size=4,
)
"""Lists of (label, score)."""


def columns(lists):
    label = np.array([row[0] for rows in lists for row in rows], bool)
    score = np.array([row[1] for rows in lists for row in rows], np.float32)
    group = np.repeat(np.arange(len(lists)) * 7, [len(rows) for rows in lists])
    return label, score, group


def orders(rows):
    """Labels from first to last, in each order that the scores allow."""
    for order in itertools.permutations(range(len(rows))):
        scores = [rows[i][1] for i in order]
        if scores == sorted(scores, reverse=True):
            yield [rows[i][0] for i in order]


def reciprocal(labels) -> float:
    return sum(y / (n + 1) for n, y in enumerate(labels)) / sum(labels)


def ndcg(labels, depth: int) -> float:
    def gain(found) -> float:
        return sum(y / math.log2(n + 2) for n, y in enumerate(found[:depth]))

    return gain(labels) / gain(sorted(labels, reverse=True))


@given(LISTS)
def test_figures_are_means_over_lists_of_means_over_the_orders_of_ties(lists) -> None:
    judged = [rows for rows in lists if len({y for y, _ in rows}) == 2]
    answer = judge(*columns(lists))

    def expected(figure) -> float:
        each = [np.mean([figure(labels) for labels in orders(rows)]) for rows in judged]
        return float(np.mean(each)) if each else math.nan

    assert answer.mrr.value == pytest.approx(expected(reciprocal), nan_ok=True)
    for depth in (5, 10):
        wanted = expected(lambda labels, depth=depth: ndcg(labels, depth))
        assert answer.ndcg[depth].value == pytest.approx(wanted, nan_ok=True)
    assert answer.mrr.groups == answer.auc.groups == len(judged)


def test_each_list_counts_the_same_however_long_it_is() -> None:
    long = [(False, 0.9)] * 98 + [(True, 0.1)]
    short = [(True, 0.9), (False, 0.1)]
    answer = judge(*columns([long, short]))
    assert answer.auc.value == pytest.approx(0.5)
    assert answer.mrr.value == pytest.approx((1 / 99 + 1) / 2)
    assert answer.ndcg[10].value == pytest.approx(0.5)


def test_coverage_is_the_share_of_shown_items_that_stand_first_somewhere() -> None:
    item = np.array([1, 2, 3, 1, 2, 3, 9], np.int32)
    group = np.array([0, 0, 0, 1, 1, 1, 2])
    score = np.array([0.9, 0.5, 0.1, 0.8, 0.2, 0.1, 0.9])
    answer = coverage(item, score, group)
    assert answer[1] == pytest.approx(1 / 3)  # item 9 had no other beside it
    assert answer[5] is None
    score[3:6] = [0.1, 0.2, 0.8]
    assert coverage(item, score, group)[1] == pytest.approx(2 / 3)
    assert coverage(item[:0], score[:0], group[:0]) == {1: None, 5: None, 10: None}
