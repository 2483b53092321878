"""Taste: what a viewer taps, follows and hides changes the next edition."""

from __future__ import annotations

from pathlib import Path
from statistics import mean
from typing import Any

import pytest

from tests.worlds import Jhalak, Phone, ids, make_items, share, sporty_counts, topics_of


def sports_by_tapping(data: Path, seed: int, *, impressions: bool) -> tuple[float, float, int]:
    """Share of sport in the fourth edition of who taps only sport in three, and of a twin who taps
    nothing, and the fewest topics that any edition had."""
    jhalak = Jhalak(data)
    jhalak.put(make_items(sporty_counts(seed)), seed=seed)
    pairs = [(jhalak.phone(), True), (jhalak.phone(), False)]
    fewest = 99
    for _ in range(3):
        for phone, taps in pairs:
            edition = phone.edition()
            fewest = min(fewest, len(set(topics_of(edition))))
            if impressions:
                phone.look(*edition["cards"])
            sport = [card for card in edition["cards"] if card["topic"] == "sport"]
            if taps and sport:
                phone.tap(*sport)
        jhalak.clock.forward(s=1)
        jhalak.learn()
    shares = {True: 0.0, False: 0.0}
    for phone, taps in pairs:
        edition = phone.edition()
        fewest = min(fewest, len(set(topics_of(edition))))
        shares[taps] = share(topics_of(edition), "sport")
    jhalak.end()
    return shares[True], shares[False], fewest


def check_taste(tmp_path: Path, seeds: range, impressions: bool) -> None:
    found = [sports_by_tapping(tmp_path / str(s), s, impressions=impressions) for s in seeds]
    print([f"{fan:.2f}/{twin:.2f}" for fan, twin, _ in found])
    for fan, twin, fewest in found:
        assert fan >= 2 * twin > 0
        assert fewest >= 4


@pytest.mark.parametrize("impressions", [True, False], ids=["with impressions", "taps alone"])
def test_who_taps_only_sport_gets_twice_the_sport_of_a_twin_who_taps_nothing(
    tmp_path: Path, impressions: bool
) -> None:
    check_taste(tmp_path, range(5), impressions)


@pytest.mark.soak
@pytest.mark.parametrize("impressions", [True, False], ids=["with impressions", "taps alone"])
def test_over_twenty_seeds_who_taps_only_sport_gets_twice_the_sport(
    tmp_path: Path, impressions: bool
) -> None:
    check_taste(tmp_path, range(20), impressions)


def test_a_tap_changes_the_next_edition_before_anything_was_learned(jhalak: Jhalak) -> None:
    """The viewer's own state is folded at once; the learner need not have run."""
    shares: list[float] = []
    for _ in range(4):
        phone = jhalak.phone()
        before = phone.edition()
        phone.look(*before["cards"])
        phone.tap(*(card for card in before["cards"] if card["topic"] == "games"))
        shares.append(share(topics_of(phone.edition()), "games"))
    assert mean(shares) >= 0.25, "two in eight and more, where one in eight is usual"


def test_the_reason_names_what_decided(jhalak: Jhalak, phone: Phone) -> None:
    before = phone.edition()
    phone.look(*before["cards"])
    phone.tap(*(card for card in before["cards"] if card["topic"] == "games"))
    games = [card for card in phone.edition()["cards"] if card["topic"] == "games"]
    assert any(card["why"] == "Because you read about Games" for card in games)


def test_a_hidden_publisher_is_gone_from_the_next_edition(jhalak: Jhalak, phone: Phone) -> None:
    publisher = phone.edition()["cards"][0]["publisher"]
    answer = phone.ask("PUT", f"/v1/me/hides/creator/{publisher}")
    assert answer.status_code == 200
    for _ in range(3):
        assert publisher not in {card["publisher"] for card in phone.edition()["cards"]}
    jhalak.restart()
    assert publisher not in {card["publisher"] for card in phone.edition()["cards"]}


@pytest.mark.parametrize("verb", ["hides", "blocks"])
def test_a_hidden_topic_and_a_hidden_item_are_gone(jhalak: Jhalak, phone: Phone, verb: str) -> None:
    phone.ask("PUT", f"/v1/me/{verb}/topic/food")
    phone.ask("PUT", f"/v1/me/{verb}/item/en-sport-0")
    for _ in range(4):
        edition = phone.edition()
        assert "food" not in topics_of(edition) and "en-sport-0" not in ids(edition)


def test_a_hide_holds_for_ninety_days_and_a_block_until_it_is_taken_back(jhalak: Jhalak) -> None:
    jhalak.clock.forward(days=-75)
    phone = jhalak.phone()
    phone.ask("PUT", "/v1/me/hides/topic/food")
    phone.ask("PUT", "/v1/me/blocks/topic/games")
    jhalak.clock.forward(days=89)
    assert not {"food", "games"} & set(topics_of(phone.edition()))
    jhalak.clock.forward(days=1, s=1)
    jhalak.put(make_items({"food": 9, "games": 9}, newest_ms=jhalak.clock()))
    later: list[str] = []
    for _ in range(3):
        later += topics_of(phone.edition())
    assert "food" in later and "games" not in later


def test_a_hide_that_was_taken_back_is_over(jhalak: Jhalak, phone: Phone) -> None:
    phone.ask("PUT", "/v1/me/hides/topic/food")
    assert "food" not in topics_of(phone.edition())
    phone.ask("DELETE", "/v1/me/hides/topic/food")
    assert "food" in topics_of(phone.edition())


def test_a_blocked_creator_stays_away_when_only_the_hide_is_taken_back(
    jhalak: Jhalak, phone: Phone
) -> None:
    for verb in ("hides", "blocks"):
        phone.ask("PUT", f"/v1/me/{verb}/creator/en food 1")
    phone.ask("DELETE", "/v1/me/hides/creator/en food 1")
    for _ in range(3):
        assert "en food 1" not in {card["publisher"] for card in phone.edition()["cards"]}


def test_a_followed_creator_comes_more_often_and_says_why(jhalak: Jhalak) -> None:
    follower, other = jhalak.phone(), jhalak.phone()
    follower.ask("PUT", "/v1/me/follows/creator/en travel 2")

    def count(phone: Phone) -> tuple[int, list[str]]:
        cards: list[Any] = [c for _ in range(2) for c in phone.edition()["cards"]]
        mine = [c for c in cards if c["publisher"] == "en travel 2"]
        return len(mine), [c["why"] for c in mine]

    many, reasons = count(follower)
    few, _ = count(other)
    assert many > few
    assert any("en travel 2" in why for why in reasons)
