"""The starter catalogue: enough, in every language, and nothing that ingest would refuse."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from jhalak.catalogue.topics import topic_by_id
from jhalak.ingest.options import IngestOptions
from jhalak.ingest.report import Summary
from jhalak.ingest.run import ingest
from jhalak.schema.languages import LANGUAGES
from jhalak.understanding.embedding import HashedNgrams
from tests.worlds import Jhalak, topics_of

STARTER = Path(str(files("jhalak.demo").joinpath("starter")))


def cards(language: str) -> list[dict[str, Any]]:
    text = (STARTER / f"{language}.jsonl").read_text("utf-8")
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_sixty_cards_over_twelve_topics(language: str) -> None:
    found = cards(language)
    assert len(found) >= 60
    topics = Counter(card["topic"] for card in found)
    assert len(topics) >= 12 and min(topics.values()) >= 5 and set(topics) <= set(topic_by_id())
    assert {card["language"] for card in found} == {language}
    for card in found:
        assert card["publisher"] and 10 <= len(card["title"]) <= 110, card["id"]
        assert 20 <= len(card["summary"]) <= 400, card["id"]


def test_no_id_and_no_headline_comes_twice() -> None:
    every = [card for language in LANGUAGES for card in cards(language)]
    assert len({card["id"] for card in every}) == len(every)
    assert len({card["title"] for card in every}) == len(every)


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Jhalak, Summary]]:
    jhalak = Jhalak(tmp_path_factory.mktemp("starter") / "data")
    summary = ingest(
        [str(STARTER)], jhalak.services.items, HashedNgrams(), IngestOptions({}, "", ""),
        jhalak.clock, lambda step: None,
    )  # fmt: skip
    jhalak.follow()
    yield jhalak, summary
    jhalak.end()


class TestTakenIn:
    def test_every_card_is_new_and_none_is_refused(self, taken: tuple[Jhalak, Summary]) -> None:
        counts = taken[1].counts()
        total = sum(len(cards(language)) for language in LANGUAGES)
        assert counts["new"] == total, taken[1].rejections
        assert not counts["rejected"] and not counts["duplicate"]

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_a_first_edition_is_full_and_in_one_language(
        self, taken: tuple[Jhalak, Summary], language: str
    ) -> None:
        edition = taken[0].phone(language).edition()
        assert len(edition["cards"]) == 24
        assert {card["language"] for card in edition["cards"]} == {language}
        assert len(set(topics_of(edition))) >= 8
        assert all(card["why"] and card["headline"] for card in edition["cards"])
