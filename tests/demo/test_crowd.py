"""The demo's crowd: simulated people, speaking HTTP."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from jhalak.demo.crowd import VISITS, Crowd, _quality

TOPICS = ("food", "sport", "travel", "games", "science", "business")


class Server(Crowd):
    """A crowd that asks a make-believe server: editions of one card of each topic, in turn."""

    def __init__(self, size: int, seed: int = 7) -> None:
        self.sent: list[dict[str, Any]] = []
        self.editions = 0
        many, few = dict.fromkeys(TOPICS, 7), {"food": 7, "sport": 4}
        super().__init__("nowhere", 0, lambda: {"en": many, "hi": many, "ta": few}, size, seed)

    def _ask(self, method: str, path: str, token: str, body: Any = None) -> dict[str, Any]:
        if path == "/v1/viewers":
            return {"token": "t"}
        if method == "GET":
            self.editions += 1
            cards = (*TOPICS, "weather", "food")
            name = f"{self.editions}"
            return {
                "cards": [
                    {"item": f"{name}-{i}", "slot": f"{name}-{i}", "topic": topic}
                    for i, topic in enumerate(cards)
                ]
            }
        self.sent += body["events"]
        return {}


def visit(crowd: Crowd, rounds: int) -> None:
    for _ in range(rounds):
        for member in crowd.members:
            crowd._visit(member)


def test_members_speak_the_languages_with_enough_topics_and_like_some() -> None:
    crowd = Server(9)
    assert [member.language for member in crowd.members[:4]] == ["en", "hi", "en", "hi"]
    for member in crowd.members:
        assert set(member.tastes) <= set(TOPICS) and 1 <= len(member.tastes) <= 3
    assert len({member.tastes for member in crowd.members}) > 3


def test_they_tap_what_they_like_more_than_anything_else() -> None:
    crowd = Server(30)
    visit(crowd, 2 * VISITS)
    tapped = {event["slot"] for event in crowd.sent if event["type"] == "tap"}
    cards = (*TOPICS, "weather", "food")
    liked, others = [], []
    for edition in range(crowd.editions):
        tastes = crowd.members[edition % 30].tastes
        for i, topic in enumerate(cards):
            (liked if topic in tastes else others).append(f"{edition + 1}-{i}" in tapped)
    assert np.mean(liked) > 0.4 and np.mean(others) < 0.15
    assert all(found.shown for found in crowd.found)


def test_every_card_is_an_impression_and_event_ids_are_never_used_twice() -> None:
    crowd = Server(4)
    visit(crowd, 3)
    assert (
        sum(e["type"] == "impression" for e in crowd.sent)
        == 4 * 3 * 8
        == sum(found.shown for found in crowd.found)
    )
    assert len({event["id"] for event in crowd.sent}) == len(crowd.sent)


def test_what_is_found_is_told_beside_chance_and_what_was_left() -> None:
    crowd = Server(1)
    visit(crowd, 3)
    tastes = crowd.members[0].tastes
    each = len(tastes) + ("food" in tastes)
    first, second, third = crowd.found
    # Seven cards of each of six topics; every edition has one of each, a second of food, and one
    # of a topic that nobody counts.
    assert [found.liked for found in crowd.found] == [each] * 3
    assert first.chance == pytest.approx(8 * 7 * len(tastes) / 42)
    assert second.chance == pytest.approx(8 * (7 * len(tastes) - each) / 35)
    assert first.findable == min(8, 7 * len(tastes))
    assert third.findable == min(8, 7 * len(tastes) - 2 * each)
    line = crowd._line()
    assert line == (
        "round   0   edition 1, 2, 3:   cards to a viewer's hidden taste 12, 12, 12 %"
        "   by chance 17, 17, 18 %   of those left 14, 17, 20 %"
    )


def test_the_same_seed_makes_the_same_crowd() -> None:
    one, same, other = Server(6), Server(6), Server(6, seed=8)
    tastes = [[member.tastes for member in crowd.members] for crowd in (one, same, other)]
    assert tastes[0] == tastes[1] != tastes[2]


def test_a_cards_quality_is_its_own_and_usual_on_average() -> None:
    qualities = np.array([_quality(f"card-{i}") for i in range(3000)])
    assert _quality("card-1") == qualities[1]
    assert qualities.mean() == pytest.approx(0, abs=0.06)
    assert qualities.std() == pytest.approx(1, abs=0.06)


def test_who_comes_anew_is_not_tired() -> None:
    crowd = Server(2)
    visit(crowd, VISITS)
    people, place = crowd.members[0].people, crowd.members[0].place
    assert people.topic_load[place].sum() > 8
    visit(crowd, 1)
    assert people.topic_load[place].sum() <= 8
