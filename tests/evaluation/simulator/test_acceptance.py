"""The large run: 1,000 viewers, 30 visits each, with exploration and without."""

from __future__ import annotations

import json
import logging
from functools import lru_cache
from typing import Any

import pytest

from jhalak.evaluation.simulator.figures import CALIBRATED, CORRELATION, KNOWN, figures
from jhalak.evaluation.simulator.rules import Rules
from jhalak.evaluation.simulator.summary import trial

pytestmark = pytest.mark.soak

RULES = Rules(viewers=1000, days=9.0, seed=11)
"""Viewers join during the first half, so nine days are 30 visits on average."""

FOUND_MORE = 0.03
"""Share of viewers whose interest exploration finds and its absence does not. The difference has a
standard error of about two points."""

log = logging.getLogger(__name__)


@lru_cache(maxsize=1)
def found() -> dict[str, Any]:
    said: dict[str, Any] = trial(RULES, compare=True)
    for row in figures(said):
        log.info("%-75s %s  without exploration %s  %s", row.name, row.value, row.off, row.wanted)
    log.info("exploration: %s", json.dumps(said["exploration"]))
    return said


def test_a_new_viewers_top_topic_is_known_after_eight_engagements() -> None:
    cold = found()["interest"]["cold"]
    assert cold["viewers"] > 500 and cold["right"] >= KNOWN


def test_a_new_top_topic_is_found_within_twenty_engagements() -> None:
    turned = found()["interest"]["turned"]
    assert turned["viewers"] > 100 and turned["within"] >= KNOWN


def test_a_new_items_value_is_known_within_a_hundred_impressions() -> None:
    items = found()["items"]
    assert items["known"] > 30 and items["correlation"] >= CORRELATION


def test_every_language_and_surface_is_calibrated() -> None:
    errors = {
        (surface, language): of["error"]
        for surface, by_language in found()["calibration"].items()
        for language, of in by_language.items()
    }
    assert len(errors) == 6
    assert {key: error for key, error in errors.items() if error > CALIBRATED} == {}


def test_people_get_more_than_what_is_best_for_all_and_topics_beyond_their_taste() -> None:
    worth = found()["worth"]["mean"]
    assert worth["oracle"] > worth["worth"] > worth["popular"] > worth["random"]
    assert found()["bubble"]["ratio"] >= 1


def test_exploration_finds_interests_that_go_unseen_without_it() -> None:
    """Of new viewers, and of those whose taste changed; for hardly a tap fewer."""
    exploration, worth = found()["exploration"], found()["worth"]["mean"]["worth"]
    assert exploration["cold_right"] >= FOUND_MORE and exploration["turned_within"] >= FOUND_MORE
    assert exploration["worth"] >= -0.01 * worth
