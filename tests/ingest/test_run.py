"""Rules of one ingest as a whole: duplicates, second runs, languages, batches, the summary."""

from __future__ import annotations

import itertools
import json

import pytest

from jhalak.ingest.report import MAX_REJECTIONS, Summary
from jhalak.ingest.run import BATCH
from tests.ingest.conftest import NOW_MS, World

HOUR_MS = 3_600_000


def jsonl(*rows: dict[str, object]) -> str:
    return "\n".join(json.dumps({"language": "en", **row}) for row in rows)


def test_the_first_row_wins_and_two_labels_for_one_text_are_a_duplicate(world: World) -> None:
    text = "text,labels\nTeam wins the cup,Sports\n TEAM  wins the cup ,India\nOther news,India\n"
    summary = world.ingest(world.write("en/x.csv", text))
    assert summary.counts() == {
        "rows": 3, "new": 2, "updated": 0, "unchanged": 0, "duplicate": 1, "rejected": 0,
    }  # fmt: skip
    assert [item.topic for item in world.store.items.values()] == ["sport", "news"]


def test_a_second_row_with_an_id_is_a_duplicate_whatever_it_says(world: World) -> None:
    rows = jsonl({"id": "a-1", "title": "One"}, {"id": "a-1", "title": "Two"})
    assert world.ingest(world.write("x.jsonl", rows)).duplicate == 1
    assert world.titles() == ["One"]


def test_one_text_of_two_publishers_is_two_items(world: World) -> None:
    rows = jsonl({"title": "One", "publisher": "A"}, {"title": "One", "publisher": "B"})
    assert world.ingest(world.write("x.jsonl", rows)).new == 2


def test_a_second_run_changes_nothing_and_says_the_same(world: World) -> None:
    text = "text,labels\nOne thing,a\nOne thing,b\n,c\nTwo things,d\ntext,labels\n"
    path = world.write("en/x.csv", text)
    first = world.ingest(path)
    before = dict(world.store.items)
    world.clock = lambda: NOW_MS + HOUR_MS
    second = world.ingest(path)
    assert (second.new, second.updated, second.unchanged) == (0, 0, first.new)
    assert second.duplicate == first.duplicate == 1
    assert second.rejections == first.rejections
    assert [tuple(rejection)[1:] for rejection in first.rejections] == [
        (4, "empty title"),
        (6, "header row"),
    ]
    assert world.store.items == before


def test_a_changed_row_updates_its_item(world: World) -> None:
    world.ingest(world.write("x.jsonl", jsonl({"id": "a-1", "title": "One"})))
    summary = world.ingest(world.write("x.jsonl", jsonl({"id": "a-1", "title": "Won"})))
    assert (summary.new, summary.updated) == (0, 1)


def test_a_title_too_long_for_a_card_begins_its_summary(world: World) -> None:
    title = " ".join(["word"] * 30)
    world.ingest(world.write("x.jsonl", jsonl({"title": title, "summary": "More."})))
    (item,) = world.store.items.values()
    assert item.title.endswith("…")
    assert item.summary == f"{title}\nMore."


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"title": " \t "}, "empty title"),
        ({"title": "<p></p>"}, "empty title"),
        ({"summary": "no title at all"}, "empty title"),
        ({"title": ["a"]}, "title is not text"),
        ({"title": "\ufffd\ufffd\ufffd news"}, "mojibake"),
        ({"title": "!!!"}, "title without letters"),
        ({"title": "x y", "language": "fr"}, "language not one of ours: fr"),
        ({"title": "Привет, как дела сегодня"}, "language not one of ours: ru"),
        ({"title": "x", "url": "javascript:alert(1)"}, "url is not http or https"),
        ({"title": "x", "published": "2099-01-01"}, "published in the future"),
        ({"title": "x", "published": NOW_MS + HOUR_MS + 1000}, "published in the future"),
        ({"title": "x", "expires": "never"}, "expiry is no date: never"),
        ({"title": "x", "kind": "video", "duration": "long"}, "duration is no number of seconds"),
    ],
)
def test_a_row_that_cannot_be_taken_says_why(
    world: World, row: dict[str, object], reason: str
) -> None:
    good = {"title": "A good row"}
    summary = world.ingest(world.write("x.jsonl", jsonl(good, row, {"title": "Another"})))
    assert (summary.new, summary.rejected) == (2, 1)
    assert summary.rejections[0][1:] == (2, reason)


def test_a_part_that_an_item_can_do_without_is_dropped_and_counted(world: World) -> None:
    rows = jsonl(
        {"title": "One", "image": "data:image/png;base64,x"},
        {"title": "Two", "published": "yesterday"},
        {"title": "Three", "summary": "दिल्ली में आज तेज़ बारिश"},
    )
    summary = world.ingest(world.write("x.jsonl", rows))
    assert summary.new == 3
    assert dict(summary.dropped) == {
        "image: image is not http or https": 1,
        "published: no date": 1,
        "summary: another script": 1,
    }
    assert all(item.image is None and not item.summary for item in world.store.items.values())


def test_a_publisher_an_hour_ahead_is_still_in_the_present(world: World) -> None:
    rows = jsonl({"title": "One", "published": NOW_MS + HOUR_MS})
    assert world.ingest(world.write("x.jsonl", rows)).new == 1


def test_an_item_that_expired_between_two_runs_stays_unchanged(world: World) -> None:
    path = world.write("x.jsonl", jsonl({"title": "One", "expires": NOW_MS + 1}))
    world.ingest(path)
    world.clock = lambda: NOW_MS + HOUR_MS
    assert world.ingest(path).unchanged == 1


def test_a_folder_names_the_language_where_the_script_agrees(world: World) -> None:
    text = (
        "text\n'या' चार गोष्टी\nThe government has announced a new plan for schools\n"
        "Surat: સુરતમાં ફરી ખેલાયો ખુની ખેલ\n"
    )
    summary = world.ingest(world.write("mr/x.csv", text))
    assert dict(summary.languages) == {"mr": 1, "en": 1, "gu": 1}


def test_the_rows_own_language_comes_before_option_and_folder(world: World) -> None:
    row = '{"title": "आज का मौसम", "lang": "Hindi"}'
    assert world.ingest(world.write("mr/x.jsonl", row), language="mr").languages == {"hi": 1}


def test_a_declared_language_in_another_script_is_not_believed(world: World) -> None:
    rows = jsonl({"title": "दिल्ली में आज तेज़ बारिश हुई है और कई इलाकों में पानी भर गया"})
    assert world.ingest(world.write("x.jsonl", rows)).languages == {"hi": 1}


def test_the_rest_of_a_source_speaks_for_a_doubtful_title(world: World) -> None:
    titles = [
        "Harga beras naik lagi menjelang akhir tahun", "Presiden meresmikan jalan tol baru",
        "Timnas Indonesia menang atas Vietnam", "Warga mengeluhkan air bersih yang keruh",
        "Polisi menangkap pelaku pencurian motor", "Pengakuan Bobby soal Naik Jet Pribadi Bareng",
        "Menetralisir Geng Solo",
    ]  # fmt: skip
    summary = world.ingest(world.write("x.csv", "\n".join(["judul", *titles])))
    assert dict(summary.languages) == {"id": len(titles)}


def test_a_sensitive_topic_makes_a_sensitive_item(world: World) -> None:
    world.ingest(world.write("x.jsonl", jsonl({"title": "Polls open", "topic": "Politics"})))
    (item,) = world.store.items.values()
    assert item.sensitive


def test_rows_are_committed_in_batches(world: World) -> None:
    text = "\n".join(["title", *(f"Story number {i} of the day" for i in range(BATCH * 2 + 7))])
    world.ingest(world.write("en/x.csv", text))
    assert world.store.batches == [BATCH, BATCH, 7]


def test_a_waiting_row_is_committed_after_50_ms(world: World) -> None:
    ticks = itertools.count(NOW_MS, 20)
    world.clock = lambda: next(ticks)
    text = "\n".join(["title", *(f"Story number {i} of the day" for i in range(20))])
    world.ingest(world.write("en/x.csv", text))
    assert max(world.store.batches) <= 4
    assert sum(world.store.batches) == 20


def test_progress_ends_at_all_rows_and_bytes(world: World) -> None:
    path = world.write("en/x.csv", "title\nOne story\nTwo stories\n")
    world.ingest(path)
    last = world.progress[-1]
    assert (last.rows, last.bytes_done, last.bytes_total) == (2, *[path.stat().st_size] * 2)


def test_rejections_are_counted_exactly_and_kept_up_to_a_limit() -> None:
    summary = Summary()
    for line in range(MAX_REJECTIONS + 5):
        summary.reject("x", line, f"reason {line}")
    assert summary.rejected == summary.rows == MAX_REJECTIONS + 5
    assert len(summary.rejections) == MAX_REJECTIONS
    assert summary.reasons.total() == summary.rejected
    assert len(summary.reasons) <= 1001
