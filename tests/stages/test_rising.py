"""Which sounds rise."""

from __future__ import annotations

from jhalak.schema.item import Item
from jhalak.schema.languages import LANGUAGE_INDEX
from jhalak.stages.rising import rising_sounds
from tests.worlds import NOW_MS, make_item, world_of

HOUR_MS = 3_600_000


def used(sound: str, creators: int, hours: float, language: str = "hi") -> list[Item]:
    """One video each of so many creators, so long ago."""
    return [
        make_item(f"{sound}-{language}-{hours}-{n}", language=language, publisher=f"@{sound}{n}",
                  kind="video", sound=sound, published_ms=NOW_MS - int(hours * HOUR_MS))
        for n in range(creators)
    ]  # fmt: skip


def test_a_sound_rises_where_more_creators_use_it_than_others_and_only_while_they_do() -> None:
    busy = [
        make_item(f"busy{n}", language="hi", publisher="@one", sound="busy", published_ms=NOW_MS)
        for n in range(40)
    ]
    world = world_of(
        *used("most", 9, 1), *used("some", 4, 2), *used("two", 2, 1), *used("old", 30, 24 * 9),
        *used("most", 3, 1, "ta"), *busy,
    )  # fmt: skip
    found = rising_sounds(world.catalogue, NOW_MS)
    assert found[LANGUAGE_INDEX["hi"]] == ["most", "some"]
    assert found[LANGUAGE_INDEX["ta"]] == ["most"]


def test_where_nothing_is_heard_nothing_rises() -> None:
    assert rising_sounds(world_of(make_item("a")).catalogue, NOW_MS) == {}
