"""Items that tell the same become one story."""

from __future__ import annotations

import numpy as np
import pytest

from jhalak.schema.item import Item
from jhalak.understanding.embedding import HashedNgrams
from jhalak.understanding.story import WINDOW_MS, Stories, Told, standing, words_of

RANDOM = np.random.default_rng(1)
AXES = RANDOM.normal(size=(384, 64)) / 8
EMBEDDER = HashedNgrams()


def unit(vector: np.ndarray) -> np.ndarray:
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def meant(num: int, vector: np.ndarray, language: str = "en", at_ms: int = 0) -> Told:
    small = vector @ AXES
    small = np.rint(127 * small / np.linalg.norm(small)).astype(np.int8)
    return Told(num, language, "p", "", at_ms, small, unit(vector))


def worded(num: int, text: str, language: str = "en", at_ms: int = 0) -> Told:
    return Told(num, language, "p", text, at_ms, EMBEDDER.embed([text])[0], None)


def things(count: int) -> np.ndarray:
    return RANDOM.normal(size=(count, 384))


def test_two_languages_that_mean_the_same_tell_one_story() -> None:
    stories = Stories()
    told = things(60)
    first = [stories.story_of(meant(num, told[num]), 0)[0] for num in range(60)]
    assert first == [f"story-{num}" for num in range(60)]
    again = told + 0.3 * things(60)
    second = [stories.story_of(meant(100 + num, again[num], "ta"), 0) for num in range(60)]
    assert [story for story, _ in second] == first
    assert all(0.5 < sure <= 1 for _, sure in second)


def test_near_is_not_enough_where_everything_is_near() -> None:
    """Twenty match reports, all alike: each lies as near to the others as a new one does."""
    stories = Stories()
    common = 1.1 * things(1)[0]
    reports = common + things(20)
    for num in range(20):
        stories.story_of(meant(num, reports[num]), 0)
    new = meant(99, common + things(1)[0])
    assert stories.story_of(new, 0)[0] == "story-99"


def test_a_story_ends_with_its_window() -> None:
    stories = Stories()
    thing = things(1)[0]
    stories.story_of(meant(1, thing), 0)
    assert stories.story_of(meant(2, thing, at_ms=WINDOW_MS), 0)[0] == "story-1"
    assert stories.story_of(meant(3, thing, at_ms=2 * WINDOW_MS + 1), 0)[0] == "story-3"


def test_without_an_encoder_nearly_the_same_words_tell_one_story() -> None:
    stories = Stories()
    for num, text in enumerate(["Rain floods roads in Chennai", "Gold price falls today"]):
        stories.story_of(worded(num, text), 0)
    assert stories.story_of(worded(7, "Rain floods roads in Chennai again"), 0)[0] == "story-0"
    assert stories.story_of(worded(8, "Silver price rises"), 0)[0] == "story-8"
    assert stories.story_of(worded(9, "Rain floods roads in Chennai", "id"), 0)[0] == "story-9"


def test_the_oldest_are_forgotten_when_the_room_is_full() -> None:
    stories = Stories(capacity=8)
    numbers = ["one", "two", "three", "four", "five", "six", "seven"]
    texts = [f"headline number {number}" for number in numbers]
    for num, text in enumerate([*texts, *texts, "something else entirely"]):
        stories.story_of(worded(num, text), 0)
    assert len(stories) == 8
    assert stories.story_of(worded(50, "something else entirely"), 0)[0] == "story-14"


def test_a_restart_remembers() -> None:
    stories = Stories()
    thing = things(1)[0]
    stories.remember(meant(5, thing), "story-2")
    assert stories.story_of(meant(6, thing), 0)[0] == "story-2"


@pytest.mark.parametrize("text", ["", "!!!", "word " * 100])
def test_any_text_has_words_of_one_length(text: str) -> None:
    assert words_of(text).shape == (24,)


def test_the_best_source_s_card_stands() -> None:
    def item(name: str, **fields: object) -> Item:
        return Item(id=name, language="en", topic="news", title=name, **fields)  # type: ignore[arg-type]

    late = item("late", reviewed=True, published_ms=9)
    loud = item("loud", reviewed=True, bait=0.5, published_ms=1)
    early, unreviewed = item("early", reviewed=True, published_ms=5), item("new", published_ms=1)
    assert standing([unreviewed, loud, late, early]) == [early, late, loud, unreviewed]
