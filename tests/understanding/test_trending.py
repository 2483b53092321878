"""Stories that rise, on a two days' background of usual ones."""

from __future__ import annotations

import numpy as np
import pytest

from jhalak.understanding.trending import USUAL_MS, Rising, rising

NOW_MS = 1_790_000_000_000
MINUTE = 60_000
PLANTED, LOUD = 900_001, 900_002
POLITICS, SPORT = 11, 2
HINDI, TAMIL = 1, 2


class World:
    """Items as columns: 4,000 of 40 publishers in two languages, told as usual."""

    def __init__(self, seed: int) -> None:
        random = np.random.default_rng(seed)
        stories = 1 + np.minimum(random.geometric(0.0008, 4000), 3000)
        self.rows = [
            (int(story), int(random.integers(1, 41)), int(story % 12), 1 + int(story % 2),
             NOW_MS - int(random.integers(0, USUAL_MS)))
            for story in stories
        ]  # fmt: skip

    def tell(self, story: int, publishers: range, topic: int = SPORT, times: int = 1,
             ago_ms: int = MINUTE, language: int = HINDI) -> None:  # fmt: skip
        for publisher in publishers:
            for _ in range(times):
                self.rows.append((story, publisher, topic, language, NOW_MS - ago_ms))

    def rising(self, now_ms: int = NOW_MS) -> Rising:
        story, creator, topic, language, published = (
            np.array(column, np.int64) for column in zip(*self.rows, strict=True)
        )
        return rising(story, creator, topic, language, published, now_ms)


@pytest.mark.parametrize("seed", range(20))
def test_a_story_of_five_publishers_is_in_its_language_s_top_five_within_three_minutes(
    seed: int,
) -> None:
    world = World(seed)
    world.tell(PLANTED, range(50, 55), ago_ms=2 * MINUTE)
    assert PLANTED in world.rising().of(HINDI, 5)
    assert PLANTED not in world.rising().of(TAMIL)


@pytest.mark.parametrize("seed", range(20))
def test_two_hundred_items_of_one_publisher_never_trend(seed: int) -> None:
    world = World(seed)
    world.tell(LOUD, range(50, 51), times=200)
    assert LOUD not in world.rising().story
    for number in range(200):  # nor told as 200 stories
        world.tell(LOUD + number, range(50, 51))
    assert not set(range(LOUD, LOUD + 200)) & set(world.rising().story.tolist())


def test_it_is_over_in_hours() -> None:
    world = World(1)
    world.tell(PLANTED, range(50, 55))
    assert PLANTED not in world.rising(NOW_MS + 4 * 3_600_000).story


def test_where_every_story_has_many_tellers_it_takes_more_of_them() -> None:
    world = World(1)
    for number in range(100):
        world.tell(500_000 + number, range(60, 66), POLITICS, ago_ms=600 * MINUTE)
    world.tell(PLANTED, range(50, 55), POLITICS)
    world.tell(PLANTED + 9, range(50, 55), SPORT)
    found = world.rising()
    scores = dict(zip(found.story.tolist(), found.score.tolist(), strict=True))
    assert scores.get(PLANTED, 0.0) < scores[PLANTED + 9]


def test_a_publisher_that_repeats_itself_does_not_keep_a_story_fresh() -> None:
    world, again = World(1), World(1)
    for one in (world, again):
        one.tell(PLANTED, range(50, 55), ago_ms=90 * MINUTE)
    again.tell(PLANTED, range(50, 55), ago_ms=MINUTE)
    assert world.rising().story.tolist() == again.rising().story.tolist()


def test_nothing_rises_in_an_empty_catalogue() -> None:
    empty = np.zeros(0, np.int64)
    assert len(rising(empty, empty, empty, empty, empty, NOW_MS).story) == 0


def test_two_publishers_are_too_few() -> None:
    world = World(1)
    world.tell(PLANTED, range(50, 52))
    assert PLANTED not in world.rising().story
