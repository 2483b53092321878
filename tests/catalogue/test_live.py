"""The live catalogue: columns that follow the sequence of item changes."""

from __future__ import annotations

import json

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from jhalak.catalogue.live import REST_MS, STORIES, LiveCatalogue, prepare
from jhalak.catalogue.pools import SAFE
from jhalak.catalogue.topics import topic_by_id
from jhalak.schema.item import Item
from jhalak.schema.languages import LANGUAGE_INDEX
from tests.worlds import DAY_MS, NOW_MS, make_item, make_items, often, record_of


def commit(catalogue: LiveCatalogue, item: Item, num: int, *, seq: int = 0, now_ms: int = NOW_MS,
           recalled: bool = False) -> list[int]:  # fmt: skip
    change = prepare(record_of(item, num, seq=seq, recalled=recalled))
    rows: list[int] = catalogue.commit([change], now_ms).tolist()
    return rows


def test_an_item_fills_its_columns() -> None:
    catalogue = LiveCatalogue(4)
    item = make_item("a", "politics", "hi", publisher="P", kind="video", duration_s=12.5)
    [row] = commit(catalogue, item, 9)
    assert catalogue.by_id == {"a": row} and catalogue.find(9) == row
    assert catalogue.kind[row] == 1 and catalogue.duration_s[row] == 12.5
    assert catalogue.language[row] == LANGUAGE_INDEX["hi"]
    assert catalogue.topic[row] == topic_by_id()["politics"].index
    assert catalogue.sensitive[row], "a sensitive topic makes a sensitive item"
    assert np.linalg.norm(catalogue.embedding[row]) > 0.99
    assert catalogue.creators == {int(catalogue.creator[row]): "P"}
    assert catalogue.record(row).item == item
    facts = (catalogue.topic[row], catalogue.language[row], catalogue.creator[row])
    assert catalogue.facts[row] == facts


def test_a_story_has_one_number_in_each_language_and_a_sound_one_everywhere() -> None:
    catalogue = LiveCatalogue(8)
    told = [("a", "en", "s"), ("b", "en", "s"), ("c", "hi", "s"), ("d", "en", "t"), ("e", "en", "")]
    for num, (name, language, story) in enumerate(told, 1):
        item = make_item(name, "food", language, story=story, sound="song" if story == "s" else "")
        commit(catalogue, item, num)
    rows = [catalogue.by_id[name] for name, _, _ in told]
    a, b, c, d, e = catalogue.story[rows].tolist()
    assert a == b >= STORIES and len({a, c, d}) == 3 and e == 0
    sounds = catalogue.sound[rows].tolist()
    assert len(set(sounds[:3])) == 1 and sounds[0] > 0 and sounds[3:] == [0, 0]


def test_cards_of_a_story_are_tried_together_and_a_video_for_itself() -> None:
    catalogue = LiveCatalogue(2)
    [card] = commit(catalogue, make_item("a", story="s"), 1)
    [video] = commit(catalogue, make_item("b", story="s", kind="video"), 2)
    [alone] = commit(catalogue, make_item("c"), 3)
    assert catalogue.story[card] == catalogue.story[video] == catalogue.trial[card]
    assert (catalogue.trial[video], catalogue.trial[alone]) == (2, 3)


def test_an_update_keeps_the_row_and_is_no_new_item() -> None:
    catalogue = LiveCatalogue(4)
    [row] = commit(catalogue, make_item("a", "food"), 1)
    assert commit(catalogue, make_item("a", "sport", title="New"), 1, seq=2) == []
    assert catalogue.by_id == {"a": row}
    assert catalogue.topic[row] == topic_by_id()["sport"].index
    assert json.loads(b"{" + catalogue.card[row][1:])["headline"] == "New"
    assert len(catalogue) == 1


def test_what_is_made_of_a_record_is_made_when_asked_for_and_anew_when_it_changes() -> None:
    catalogue = LiveCatalogue(4)
    [row] = commit(catalogue, make_item("a", title="Old #One"), 1)
    assert not (catalogue.card or catalogue.video or catalogue.image)
    assert b'"Old #One"' in catalogue.card[row] and b'"Old #One"' in catalogue.video[row]
    assert catalogue.card[row] is catalogue.card[row], "it is kept"
    assert catalogue.tags == {row: ("one",)}
    before = int(catalogue.changed[row])
    commit(catalogue, make_item("a", title="New"), 1, seq=2)
    assert b'"New"' in catalogue.card[row] and b'"New"' in catalogue.video[row]
    assert catalogue.tags == {} and catalogue.changed[row] > before
    commit(catalogue, make_item("a", title="New"), 1, seq=3, recalled=True)
    assert b'"New"' in catalogue.card[row], "an answer in the making may still need it"
    commit(catalogue, make_item("b"), 2, now_ms=NOW_MS + REST_MS)
    assert catalogue.records[row] is None or catalogue.record(row).item.id == "b"
    assert row not in catalogue.card


def test_a_recalled_item_leaves_at_once_and_is_listed() -> None:
    catalogue = LiveCatalogue(4)
    [row] = commit(catalogue, make_item("a"), 1)
    commit(catalogue, make_item("a"), 1, seq=7, recalled=True)
    assert not catalogue.live[row] and catalogue.find(1) == -1 and len(catalogue) == 0
    assert catalogue.recalled == {1: "a"}
    assert catalogue.recalls == [(7, "a", NOW_MS)]
    commit(catalogue, make_item("a"), 1, seq=7, recalled=True)
    assert len(catalogue.recalls) == 1, "following the same change again lists it once"


def test_a_change_read_before_a_recall_does_not_bring_the_item_back() -> None:
    catalogue = LiveCatalogue(4)
    read_before = prepare(record_of(make_item("a", title="Newer"), 1, seq=3))
    commit(catalogue, make_item("a"), 1)
    commit(catalogue, make_item("a"), 1, seq=4, recalled=True)
    catalogue.commit([read_before], NOW_MS)
    assert catalogue.find(1) == -1 and len(catalogue) == 0


def test_a_recall_of_an_item_that_was_never_live_is_listed_too() -> None:
    catalogue = LiveCatalogue(4)
    commit(catalogue, make_item("a"), 1, seq=3, recalled=True)
    assert catalogue.recalls == [(3, "a", NOW_MS)]


def test_expired_items_leave() -> None:
    catalogue = LiveCatalogue(4)
    commit(catalogue, make_item("a", expires_ms=NOW_MS + 1000), 1)
    commit(catalogue, make_item("b", expires_ms=NOW_MS + 2000), 2)
    commit(catalogue, make_item("late", expires_ms=NOW_MS), 3)
    assert sorted(catalogue.by_id) == ["a", "b"]
    assert catalogue.expire(NOW_MS + 999) == 0
    assert catalogue.expire(NOW_MS + 1000) == 1
    assert list(catalogue.by_id) == ["b"]


def test_an_update_that_is_over_takes_the_item_out() -> None:
    catalogue = LiveCatalogue(4)
    commit(catalogue, make_item("a"), 1)
    commit(catalogue, make_item("a", expires_ms=NOW_MS - 1), 1, seq=2)
    assert len(catalogue) == 0


def test_a_row_rests_before_it_is_used_again() -> None:
    catalogue = LiveCatalogue(1)
    [row] = commit(catalogue, make_item("a"), 1)
    commit(catalogue, make_item("a"), 1, seq=2, recalled=True)
    [other] = commit(catalogue, make_item("b"), 2, now_ms=NOW_MS + REST_MS - 1)
    assert other != row, "an answer in the making may still mean the old item"
    assert catalogue.record(row).item.id == "a"
    commit(catalogue, make_item("c"), 3, now_ms=NOW_MS + REST_MS)
    commit(catalogue, make_item("d"), 4, now_ms=NOW_MS + REST_MS)
    assert row in catalogue.by_id.values()


def test_the_catalogue_grows_and_keeps_what_it_has() -> None:
    catalogue = LiveCatalogue(2)
    items = make_items({"food": 300})
    for num, item in enumerate(items, 1):
        commit(catalogue, item, num)
    assert catalogue.capacity >= 300 and len(catalogue) == 300
    for num, item in enumerate(items, 1):
        assert catalogue.record(catalogue.find(num)).item.id == item.id


def test_pools_hold_live_rows_newest_first() -> None:
    catalogue = LiveCatalogue()
    items = make_items({"food": 3, "politics": 2}) + make_items({"food": 2}, "hi")
    catalogue.commit([prepare(record_of(i, n)) for n, i in enumerate(items, 1)], NOW_MS)
    assert catalogue.renew_pools() and not catalogue.renew_pools()
    english, hindi = LANGUAGE_INDEX["en"], LANGUAGE_INDEX["hi"]
    pools = catalogue.pools
    assert names_of_rows(catalogue, pools.fresh[english])[:2] in (
        ["en-food-0", "en-politics-0"], ["en-politics-0", "en-food-0"],
    )  # fmt: skip
    assert len(pools.fresh[hindi]) == 2
    food = topic_by_id()["food"].index
    grouped = pools.by_topic[english]
    of_food = grouped.rows[grouped.offsets[food] : grouped.offsets[food + 1]]
    assert names_of_rows(catalogue, of_food) == ["en-food-0", "en-food-1", "en-food-2"]
    assert sorted(names_of_rows(catalogue, pools.safe[english])) == sorted(
        names_of_rows(catalogue, of_food)
    )
    creator = catalogue.creator_num["en food 1"]
    assert names_of_rows(catalogue, pools.creator[creator]) == ["en-food-1"]


def test_the_safe_pool_is_bounded() -> None:
    catalogue = LiveCatalogue()
    items = make_items({"food": SAFE + 50})
    catalogue.commit([prepare(record_of(i, n)) for n, i in enumerate(items, 1)], NOW_MS)
    catalogue.renew_pools()
    assert len(catalogue.pools.safe[LANGUAGE_INDEX["en"]]) == SAFE


def names_of_rows(catalogue: LiveCatalogue, rows: np.ndarray) -> list[str]:
    return [catalogue.record(int(row)).item.id for row in rows]


CHANGES = st.lists(
    st.tuples(
        st.integers(1, 6), st.sampled_from(["live", "live", "recalled", "short"]),
        st.integers(0, 8000),
    ),
    max_size=40,
)  # fmt: skip


@given(changes=CHANGES)
@often()
def test_whatever_happens_the_catalogue_holds_exactly_what_may_be_shown(
    changes: list[tuple[int, str, int]],
) -> None:
    catalogue = LiveCatalogue(2)
    expected: dict[int, int] = {}
    recalled: set[int] = set()
    now_ms = NOW_MS
    for seq, (num, what, passed_ms) in enumerate(changes, 1):
        now_ms += passed_ms
        expires_ms = now_ms + (5000 if what == "short" else DAY_MS)
        item = make_item(f"i{num}", expires_ms=expires_ms)
        commit(catalogue, item, num, seq=seq, now_ms=now_ms, recalled=what == "recalled")
        catalogue.expire(now_ms)
        if what == "recalled":
            recalled.add(num)
        expected[num] = expires_ms
        alive = {n for n, until in expected.items() if until > now_ms and n not in recalled}
        assert {int(catalogue.num[row]) for row in catalogue.by_id.values()} == alive
        assert {int(n) for n in catalogue.num[catalogue.live]} == alive
        assert all(catalogue.find(n) == catalogue.by_id[f"i{n}"] for n in alive)
        assert all(catalogue.find(n) == -1 for n in expected if n not in alive)
        rows = list(catalogue.by_id.values())
        assert len(set(rows)) == len(rows), "no two items share a row"


def test_the_facts_of_many_are_those_of_each() -> None:
    catalogue = LiveCatalogue(8)
    for num, topic in enumerate(("food", "sport", "politics"), 1):
        commit(catalogue, make_item(f"i{num}", topic, "hi", publisher=topic), num)
    commit(catalogue, make_item("i2", "sport", "hi"), 2, seq=9, recalled=True)
    asked = np.array([3, 1, 2, 99, -1, 0, 3], np.int64)
    found = catalogue.facts_of(asked)
    assert found[0].tolist() == [catalogue.find(item) for item in asked.tolist()]
    each = [catalogue.facts[row] if row >= 0 else (-1, -1, 0) for row in found[0].tolist()]
    assert list(zip(*found[1:].tolist(), strict=True)) == each
    rows, embeddings = catalogue.embedding_of(asked)
    assert embeddings is catalogue.embedding and rows.tolist() == found[0].tolist()
