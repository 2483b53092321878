"""Real headlines, dirty as they are: nothing lost, one language an item, a second run changes
nothing. Skipped where ../shared/data is absent."""

from __future__ import annotations

import csv
import tracemalloc
from collections import Counter
from pathlib import Path

import pytest

from jhalak.ingest.report import Summary
from jhalak.understanding.language import agrees
from tests.ingest.conftest import World

DATA = Path(__file__).parents[3] / "shared" / "data"
ROWS = {
    "bn": 26_964, "en": 41_487, "gu": 3_417, "hi": 3_835, "kn": 3_085, "ml": 3_500, "mr": 2_761,
    "or": 3_524, "pa": 3_402, "ta": 3_129, "te": 2_650,
}  # fmt: skip

pytestmark = pytest.mark.skipif(not DATA.exists(), reason="no ../shared/data")


def check(world: World, first: Summary, second: Summary) -> None:
    taken = first.new
    assert first.updated == first.unchanged == 0
    assert (second.new, second.updated, second.unchanged) == (0, 0, taken)
    assert (second.duplicate, second.rejections) == (first.duplicate, first.rejections)
    assert first.rows == second.rows
    assert len(world.store.items) == taken == first.languages.total()
    for item in world.store.items.values():
        assert item.title
        assert agrees(item.language, f"{item.title} {item.summary}")


def head(source: Path, target: Path, rows: int) -> None:
    """The first rows of a CSV file, header included."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with (
        source.open(encoding="utf-8-sig", newline="") as full,
        target.open("w", encoding="utf-8", newline="") as part,
    ):
        writer = csv.writer(part)
        for _, row in zip(range(rows + 1), csv.reader(full), strict=False):
            writer.writerow(row)


def test_the_first_rows_of_each_language(world: World) -> None:
    for language in ROWS:
        name = f"{language}/valid.csv"
        head(DATA / "indicnews" / name, world.folder / name, 150)
    first, second = world.ingest(), world.ingest()
    assert first.rows == 150 * len(ROWS)
    check(world, first, second)
    assert set(first.languages) == set(ROWS)


def test_indonesian_headlines_need_no_hint_from_a_folder(world: World) -> None:
    head(DATA / "detik" / "berita_detik_5_kategori.csv", world.folder / "detik.csv", 400)
    summary = world.ingest()
    assert summary.languages["id"] == summary.new
    assert {item.topic for item in world.store.items.values()} == {"politics"}


@pytest.mark.soak
def test_all_of_indicnews_and_detik(world: World) -> None:
    first, second = (world.ingest(DATA / "indicnews") for _ in range(2))
    assert first.rows == sum(ROWS.values()) == 97_754
    check(world, first, second)
    assert {reason for reason in first.reasons if not reason.startswith("language")} == {
        "empty title",
        "header row",
    }
    assert first.reasons["header row"] == 11
    by_folder = Counter(Path(rejection.source).parent.name for rejection in first.rejections)
    assert by_folder["or"] <= 2
    assert all(first.languages[language] > 2_000 for language in ROWS)
    detik = world.ingest(DATA / "detik")
    assert (detik.rows, detik.duplicate) == (5_000, 1_557)
    assert detik.languages["id"] >= 0.99 * detik.new


@pytest.mark.soak
def test_memory_does_not_grow_with_the_file(world: World) -> None:
    """11 MB of 500 headlines again and again: neither rows nor duplicates pile up."""
    rows = 150_000
    path = world.folder / "en" / "big.csv"
    path.parent.mkdir()
    with path.open("w", encoding="utf-8") as file:
        file.write("title,label\n")
        for number in range(rows):
            file.write(f"The same story of the day is told once more (part {number % 500}),a\n")
    assert world.ingest(path).new == 500
    tracemalloc.start()
    try:
        summary = world.ingest(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert summary.rows == rows
    assert summary.unchanged == 500
    assert summary.duplicate == rows - 500
    assert peak < 4 << 20
