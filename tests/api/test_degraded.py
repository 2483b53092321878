"""When a part is down feeds answer 200, and the level says how good the answer is."""

from __future__ import annotations

from typing import Any

import pytest

from jhalak.ports.errors import Unavailable
from tests.worlds import Jhalak, Phone, ids, topics_of

Patch = pytest.MonkeyPatch


def down(*_: Any, **__: Any) -> Any:
    raise Unavailable("down")


async def down_later(*_: Any, **__: Any) -> Any:
    raise Unavailable("down")


def levels(phone: Phone) -> tuple[str, str]:
    """Of an edition and a page, each full of items."""
    edition, page = phone.edition(), phone.page()
    assert len(edition["cards"]) == 24 and len(page["items"]) == 12
    return edition["level"], page["level"]


def test_all_is_well(jhalak: Jhalak, phone: Phone) -> None:
    jhalak.learn()
    assert levels(phone) == ("full", "full")


def test_a_learner_that_never_ran(jhalak: Jhalak, phone: Phone) -> None:
    assert levels(phone) == ("popular", "popular")


def test_a_learner_that_is_silent(jhalak: Jhalak, phone: Phone) -> None:
    jhalak.learn()
    jhalak.clock.forward(s=5)
    assert levels(phone) == ("full", "full")
    jhalak.clock.forward(s=0.001)
    assert levels(phone) == ("cached", "cached")
    jhalak.learn()
    assert levels(phone) == ("full", "full")


def test_a_profile_store_that_fails(jhalak: Jhalak, phone: Phone, monkeypatch: Patch) -> None:
    jhalak.learn()
    with monkeypatch.context() as broken:
        broken.setattr(jhalak.services.profiles, "get", down_later)
        seen: list[str] = []
        for _ in range(3):
            edition = phone.edition()
            assert edition["level"] == "unpersonalised" and len(edition["cards"]) == 24
            seen += ids(edition)
        assert len(set(seen)) == 72, "nothing repeats nonetheless"
        assert phone.page()["level"] == "unpersonalised"
    jhalak.settle()
    edition = phone.edition()
    assert edition["level"] == "full" and not set(ids(edition)) & set(seen)


def test_a_profile_store_that_never_answers(
    jhalak: Jhalak, phone: Phone, monkeypatch: Patch
) -> None:
    import asyncio

    async def never(viewer: int) -> bytes:
        await asyncio.Event().wait()
        return b""

    jhalak.learn()
    for feed in (jhalak.services.lockscreen, jhalak.services.video):
        feed._ranked._budget_s = 0.001
    monkeypatch.setattr(jhalak.services.profiles, "get", never)
    assert levels(phone) == ("unpersonalised", "unpersonalised")


def test_a_viewer_at_hand_needs_no_profile_store(
    jhalak: Jhalak, phone: Phone, monkeypatch: Patch
) -> None:
    jhalak.learn()
    phone.edition()
    monkeypatch.setattr(jhalak.services.profiles, "get", down_later)
    assert levels(phone) == ("full", "full")


def test_a_scorer_that_raises(jhalak: Jhalak, phone: Phone, monkeypatch: Patch) -> None:
    jhalak.learn()
    for feed in (jhalak.services.lockscreen, jhalak.services.video):
        monkeypatch.setattr(feed._ranked._scorers[0][0], "score", down)
    assert levels(phone) == ("popular", "popular")


def test_a_ranker_that_raises(jhalak: Jhalak, phone: Phone, monkeypatch: Patch) -> None:
    jhalak.learn()
    for feed in (jhalak.services.lockscreen, jhalak.services.video):
        monkeypatch.setattr(feed._ranked._selector[0], "select", down)
    assert levels(phone) == ("popular", "popular")
    for feed in (jhalak.services.lockscreen, jhalak.services.video):
        monkeypatch.setattr(feed._unranked._selector[0], "select", down)
    assert levels(phone) == ("static", "static")


def test_records_that_are_down_for_a_viewer_nobody_knows(
    jhalak: Jhalak, phone: Phone, monkeypatch: Patch
) -> None:
    """The token itself tells the languages; nothing sensitive is shown to whoever it is."""
    jhalak.learn()
    jhalak.services.directory.drop(phone.number)
    monkeypatch.setattr(jhalak.services.viewers, "get", down)
    monkeypatch.setattr(jhalak.services.relations, "of_viewer", down)
    assert levels(phone) == ("unpersonalised", "unpersonalised")
    edition = phone.edition()
    assert {card["language"] for card in edition["cards"]} == {"en"}
    assert not {"politics", "health", "faith", "crime"} & set(topics_of(edition))
    answer = phone.ask("GET", "/v1/me/preferences")
    assert answer.status_code == 503 and answer.headers["retry-after"] == "1"


def test_events_of_a_viewer_nobody_knows_are_taken_and_teach_nothing(
    jhalak: Jhalak, phone: Phone, monkeypatch: Patch
) -> None:
    card = phone.edition()["cards"][0]
    jhalak.services.directory.drop(phone.number)
    monkeypatch.setattr(jhalak.services.viewers, "get", down)
    assert phone.tap(card)["accepted"] == 1
    from jhalak.schema.activity import Outcomes

    [batch] = [r for r in jhalak.records(phone.viewer) if isinstance(r, Outcomes)]
    assert not batch.profiled


def test_a_log_that_takes_no_served_record_harms_no_answer(
    jhalak: Jhalak, phone: Phone, monkeypatch: Patch
) -> None:
    jhalak.learn()
    phone.edition()
    monkeypatch.setattr(jhalak.services.event_log, "append", down_later)
    first, second = phone.edition(), phone.edition()
    assert not set(ids(first)) & set(ids(second)), "seen is noted in memory all the same"


def test_a_source_that_raises_is_gone_on_without(
    jhalak: Jhalak, phone: Phone, monkeypatch: Patch
) -> None:
    jhalak.learn()
    for feed in (jhalak.services.lockscreen, jhalak.services.video):
        for source, _ in feed._ranked._sources[:3]:
            monkeypatch.setattr(source, "find", down)
    assert levels(phone) == ("full", "full")


def test_a_safety_filter_that_raises_shows_only_what_is_safe_for_everyone(
    jhalak: Jhalak, phone: Phone, monkeypatch: Patch
) -> None:
    from tests.worlds import make_items

    jhalak.put(make_items({"politics": 40, "crime": 40}))
    jhalak.learn()
    for feed in (jhalak.services.lockscreen, jhalak.services.video):
        monkeypatch.setattr(feed._ranked._screen, "keep", down)
        for stage, _ in feed._ranked._filters:
            if stage.name in ("age safe", "safe when locked"):
                monkeypatch.setattr(stage, "keep", down)
    edition = phone.edition()
    assert edition["level"] in ("static", "exhausted") and len(edition["cards"]) == 24
    assert not {"politics", "crime"} & set(topics_of(edition))
