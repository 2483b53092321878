"""The contract of ItemStore."""

from __future__ import annotations

import itertools

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jhalak.ports.errors import Conflict
from jhalak.ports.items import Draft, ItemStore
from jhalak.records.audit import SqlAuditStore
from jhalak.records.database import Database, open_database
from jhalak.records.items import SqlItemStore
from jhalak.schema.item import Image, Item, ItemRecord, Rendition

DAY_MS = 86_400_000


@pytest.fixture
def store(database: Database) -> ItemStore:
    return SqlItemStore(database)


def draft(item_id: str = "a", **fields: object) -> Draft:
    facts = {"language": "hi", "topic": "sports", "title": "क्रिकेट", "publisher": "आज"} | fields
    embedding = facts.pop("embedding", bytes(64))
    assert isinstance(embedding, bytes)
    return Draft(msgspec.convert({"id": item_id, **facts}, Item), embedding, DAY_MS)


def ids(records: list[ItemRecord]) -> list[str]:
    return [record.item.id for record in records]


def test_an_item_comes_back_as_it_was_put(store: ItemStore) -> None:
    item = Item(
        id="v-1/ä ଓଡ଼ିଆ 🎬",
        kind="video",
        language="or",
        topic="music",
        title="ଗୀତ \0 \u202eاردو",
        summary="line\nline",
        publisher="ରାଗ",
        url="https://example.org/a?b=c",
        image=Image(src="https://example.org/p.jpg", alt="ଛବି"),
        story="s",
        duration_s=12.5,
        renditions=(Rendition(src="v.mp4", height=720, bitrate=1_200_000),),
        published_ms=1000,
        expires_ms=2000,
        sensitive=True,
    )
    assert store.put([Draft(item, b"\x80\x7f" * 32, DAY_MS)], 5000) == ["new"]
    record = store.get(item.id)
    assert record == ItemRecord(
        num=1, seq=1, status="live", item=item, creator=1, embedding=b"\x80\x7f" * 32,
        changed_ms=5000,
    )  # fmt: skip
    assert store.by_num([1, 1, 7]) == {1: record}


def test_what_is_not_there_is_none(store: ItemStore) -> None:
    assert store.get("a") is None
    assert store.get("a\0") is None
    assert store.get("\ud800") is None
    assert store.recall("a\0", "operator:x", "why", 1) is None
    assert store.recall("a", "operator:x", "why", 1) is None
    assert store.by_num([]) == {}
    assert store.changes(0, 10) == []
    assert store.put([], 1) == []


def test_a_second_identical_put_writes_nothing(store: ItemStore) -> None:
    drafts = [draft(str(n), title=f"t{n}") for n in range(450)]
    assert store.put(drafts, 1000) == ["new"] * 450
    before = store.changes(0, 1000)
    assert store.put(drafts, 2000) == ["unchanged"] * 450
    assert store.changes(0, 1000) == before
    assert ids(before) == [str(n) for n in range(450)]
    assert [record.seq for record in before] == list(range(1, 451))


@pytest.mark.parametrize(
    "changed",
    [
        {"title": "other"},
        {"summary": "more"},
        {"topic": "music"},
        {"publisher": "कल"},
        {"published_ms": 7},
        {"expires_ms": 9},
        {"sensitive": True},
        {"embedding": b"\1" * 64},
        {"embedding": b""},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_any_difference_of_content_is_an_update_under_the_same_number(
    store: ItemStore, changed: dict[str, object]
) -> None:
    store.put([draft(), draft("b")], 1000)
    num = store.changes(0, 1)[0].num
    assert store.put([draft(**changed), draft("b")], 2000) == ["updated", "unchanged"]
    record = store.get("a")
    assert record is not None
    assert (record.num, record.seq, record.changed_ms) == (num, 3, 2000)
    assert ids(store.changes(0, 10)) == ["b", "a"], "each item's newest state once"
    assert store.put([draft(**changed)], 3000) == ["unchanged"]


def test_times_that_a_draft_does_not_name_are_those_of_the_first_put(store: ItemStore) -> None:
    store.put([draft()], 1000)
    store.put([draft(title="new words")], 5000)
    record = store.get("a")
    assert record is not None
    assert record.item.published_ms == 1000
    assert record.item.expires_ms == 1000 + DAY_MS
    assert store.put([draft(title="new words", published_ms=1000)], 6000) == ["unchanged"]
    assert store.put([draft(title="new words", published_ms=900)], 7000) == ["updated"]
    assert store.put([draft(title="new words")], 8000) == ["unchanged"]


def test_an_id_repeated_in_one_call_meets_what_the_first_left(store: ItemStore) -> None:
    drafts = [draft(), draft(), draft("b"), draft(title="other"), draft(title="other")]
    assert store.put(drafts, 1) == ["new", "unchanged", "new", "updated", "unchanged"]
    record = store.get("a")
    assert record is not None
    assert record.item.title == "other"
    assert len(store.changes(0, 10)) == 2


def test_a_recalled_item_stays_recalled_and_its_record_tells_who_and_why(
    store: ItemStore, database: Database
) -> None:
    store.put([draft(), draft("b")], 1000)
    record = store.recall("a", "operator:asha", "court order 7 \0", 2000)
    assert record is not None
    assert (record.status, record.seq, record.changed_ms) == ("recalled", 3, 2000)
    assert store.get("a") == record
    assert store.recall("a", "operator:other", "again", 3000) == record, "idempotent"
    assert store.put([draft(title="back?")], 4000) == ["unchanged"]
    assert store.get("a") == record
    assert store.changes(2, 10) == [record]
    entries = SqlAuditStore(database).read(0, 10)
    assert [entry[1:] for entry in entries] == [
        (2000, "operator:asha", "recall item", "a", "court order 7 \ufffd")
    ]


def test_changes_come_in_pages_in_order(store: ItemStore) -> None:
    store.put([draft(str(n)) for n in range(5)], 1)
    store.put([draft("1", title="x")], 2)
    first = store.changes(0, 3)
    assert ids(first) == ["0", "2", "3"]
    assert ids(store.changes(first[-1].seq, 3)) == ["4", "1"]
    assert store.changes(6, 3) == []


def test_changes_still_encoded_are_the_same(store: ItemStore) -> None:
    store.put([draft("a", image={"src": "s"}), draft("b", unsafe=("violence",))], 1000)
    store.recall("b", "x", "y", 2000)
    for after in (0, 1, 9):
        encoded = store.stored(after, 5)
        assert [one.record() for one in encoded] == store.changes(after, 5)
        assert [one.head().id for one in encoded] == ids(store.changes(after, 5))


def test_publishers_become_creators_once_whatever_their_spelling(store: ItemStore) -> None:
    names = ["\u00c9", " E\u0301\n", "\u00e9", "आज तक", "  ", "", "آج"]
    store.put([draft(str(n), publisher=name) for n, name in enumerate(names)], 1)
    assert store.creators(0, 10) == [(1, "\u00c9"), (2, "\u00e9"), (3, "आज तक"), (4, "آج")]
    assert store.creators(1, 2) == [(2, "\u00e9"), (3, "आज तक")]
    assert [record.creator for record in store.changes(0, 10)] == [1, 1, 2, 3, 0, 0, 4]
    store.put([draft("9", publisher="É")], 2)
    assert store.changes(7, 1)[0].creator == 1


@pytest.mark.parametrize("item_id", ["", "x" * 129, "a\0", "\ud800"])
def test_an_id_that_cannot_be_kept_is_refused_and_nothing_is_put(
    store: ItemStore, item_id: str
) -> None:
    with pytest.raises(Conflict):
        store.put([draft("good"), Draft(Item(id=item_id, language="en", topic="t", title="t"),
                                        b"", 1)], 1)  # fmt: skip
    assert store.changes(0, 10) == []


def test_numbers_go_on_after_the_store_was_opened_anew(store: ItemStore, records_url: str) -> None:
    store.put([draft(), draft("b")], 1)
    database = open_database(records_url)
    again = SqlItemStore(database)
    again.put([draft("c")], 2)
    assert [(r.num, r.seq) for r in again.changes(0, 10)] == [(1, 1), (2, 2), (3, 3)]
    database.close()


# A model: a dictionary that follows the words of the port, one draft at a time.

few = st.sampled_from("abc")
drafts = st.builds(
    draft,
    few,
    title=st.sampled_from(["x", "y"]),
    publisher=st.sampled_from(["", "p", "q"]),
    published_ms=st.sampled_from([0, 5]),
    expires_ms=st.sampled_from([0, 7]),
)
steps = st.lists(st.lists(drafts, max_size=4) | few, max_size=8)
_examples = itertools.count()


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=steps)
def test_any_history_of_puts_and_recalls_leaves_what_a_dictionary_would(
    store: ItemStore, steps: list[list[Draft] | str]
) -> None:
    example = next(_examples)  # its own ids: examples share the store
    start = last = max((record.seq for record in store.changes(0, 10_000)), default=0)
    model: dict[str, tuple[str, Item]] = {}
    for now_ms, step in enumerate(steps, start=100):
        if isinstance(step, str):
            item_id = f"{step}{example}"
            assert (store.recall(item_id, "system", "", now_ms) is None) == (item_id not in model)
            if item_id in model:
                model[item_id] = ("recalled", model[item_id][1])
        else:
            named = [_renamed(one, f"{one.item.id}{example}") for one in step]
            assert store.put(named, now_ms) == [_model_put(model, one, now_ms) for one in named]
        assert {r.item.id: (r.status, r.item) for r in store.changes(start, 9)} == model
        news = [record.seq for record in store.changes(last, 9)]
        assert news == list(range(last + 1, last + 1 + len(news))), "no number is skipped"
        last += len(news)


def _renamed(one: Draft, item_id: str) -> Draft:
    return one._replace(item=msgspec.structs.replace(one.item, id=item_id))


def _model_put(model: dict[str, tuple[str, Item]], one: Draft, now_ms: int) -> str:
    status, old = model.get(one.item.id, ("", None))
    if status == "recalled":
        return "unchanged"
    item = msgspec.structs.replace(
        one.item,
        published_ms=(published := one.item.published_ms or (old.published_ms if old else now_ms)),
        expires_ms=one.item.expires_ms or published + one.lifetime_ms,
    )
    model[item.id] = ("live", item)
    return "new" if old is None else "unchanged" if item == old else "updated"


def test_ids_keep_their_exact_letters(store: ItemStore) -> None:
    spelled = ["a", "A", "\u00c9", "E\u0301", "a ", " a"]
    assert store.put([draft(one) for one in spelled], 1) == ["new"] * len(spelled)
    assert ids(store.changes(0, 20)) == spelled
