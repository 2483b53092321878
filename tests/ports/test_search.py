"""The contract of SearchStore."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jhalak.ports.search import Alternative, Document, SearchStore
from jhalak.records.creators import SqlCreatorStore
from jhalak.records.database import Database
from jhalak.records.search import SqlSearchStore, one_apart
from jhalak.understanding.search_words import words

BEGINNING = Document("item", "a", ("हिन्दी", "मौसम"), ("दिल्ली",), ("\ue000musn",), 500)


def document(ref: str, said: str, *terms: str, expires_ms: int = 0) -> Document:
    return Document("item", ref, tuple(said.split()), (), terms, expires_ms)


@pytest.fixture
def store(database: Database) -> SearchStore:
    return SqlSearchStore(database, 1)


def refs(store: SearchStore, *parts: str, limit: int = 10) -> list[str]:
    """Each part: alternatives by `|`; one that ends in `*` is open."""
    query = [
        [Alternative(one.removesuffix("*"), one.endswith("*")) for one in part.split("|")]
        for part in parts
    ]
    return [found.ref for found in store.find(query, limit)]


def test_what_was_put_is_found_by_its_words_and_terms(store: SearchStore) -> None:
    store.put([BEGINNING], [], 7)
    (found,) = store.find([[Alternative("मौसम")]], 5)
    assert found == ("item", "a", ("हिन्दी", "मौसम"), ("दिल्ली",))
    assert refs(store, "दिल्ली") == refs(store, "\ue000musn") == ["a"]
    assert refs(store, "हिन्*") == ["a"]
    assert refs(store, "हि") == refs(store, "न") == refs(store, "musn") == []


def test_every_part_is_met_by_one_of_its_alternatives_newest_first(store: SearchStore) -> None:
    store.put(
        [document("a", "red fox"), document("b", "red hen"), document("c", "blue fox")], [], 1
    )
    assert refs(store, "red") == ["b", "a"]
    assert refs(store, "red", "fox") == ["a"]
    assert refs(store, "red|blue", "fo*") == ["c", "a"]
    assert refs(store, "red|blue", limit=2) == ["c", "b"]
    assert refs(store) == []


def test_put_again_it_keeps_its_place_and_loses_its_old_words(store: SearchStore) -> None:
    store.put([document("a", "old words", "\ue005item"), document("b", "fox")], [], 1)
    store.put([document("a", "new fox")], [], 2)
    assert refs(store, "old") == refs(store, "\ue005item") == []
    assert refs(store, "fox") == ["b", "a"]
    assert not store.holds("old")
    assert store.holds("fox")


def test_what_is_gone_is_not_found(store: SearchStore) -> None:
    store.put([document("a", "fox"), document("b", "fox")], [], 1)
    store.put([], [("item", "a"), ("item", "never"), ("hashtag", "b")], 2)
    assert refs(store, "fox") == ["b"]
    store.put([], [("item", "b")], 3)
    assert refs(store, "fox") == []
    assert not store.holds("fox")


def test_the_position_is_remembered_and_another_version_begins_anew(database: Database) -> None:
    store = SqlSearchStore(database, 1)
    assert store.position() == 0
    store.put([document("a", "fox")], [], 41)
    assert SqlSearchStore(database, 1).position() == 41
    newer = SqlSearchStore(database, 2)
    assert newer.position() == 0
    assert refs(newer, "fox") == []
    assert not newer.holds("fox")
    newer.put([document("a", "fox")], [], 3)
    assert refs(newer, "fox") == ["a"]
    assert newer.position() == 3


def account(num: int, said: str) -> Document:
    return Document("account", str(num), tuple(words(said)), (), ("\ue005account",))


def test_accounts_wait_until_their_words_are_put_and_leave_with_them(database: Database) -> None:
    store, accounts = SqlSearchStore(database, 1), SqlCreatorStore(database)
    nums = [accounts.add(handle, "x", 5).num for handle in ("asha", "bina")]
    assert sorted(store.waiting(9)) == nums and len(store.waiting(1)) == 1
    assert store.expired(1 << 60, 9) == [], "they do not expire"
    store.put_accounts([account(nums[0], "asha"), account(nums[1], "bina rao")])
    assert store.waiting(9) == []
    assert refs(store, "asha") == [str(nums[0])]
    accounts.change(nums[1], about="I film rain")
    assert store.waiting(9) == []
    accounts.change(nums[1], name="Bina Sen")
    assert store.waiting(9) == [nums[1]]
    store.put_accounts([account(nums[1], "bina sen")])
    assert (refs(store, "rao"), refs(store, "sen")) == ([], [str(nums[1])])
    accounts.erase(nums[1])
    assert refs(store, "sen") == refs(store, "bina") == [] and not store.holds("sen")
    store.put_accounts([account(nums[1], "bina sen")])  # of a worker that read it before
    assert refs(store, "sen") == []
    newer = SqlSearchStore(database, 2)
    assert newer.position() == 0 == SqlSearchStore(database, 1).position()
    store.put([document("a", "fox")], [], 1)
    assert SqlSearchStore(database, 2).position() == 0
    assert store.waiting(9) == [nums[0]], "the index is made again, of accounts too"


def test_the_words_of_what_is_gone_lie_nowhere_in_the_index(
    database: Database, store: SearchStore
) -> None:
    if database.engine.dialect.name != "sqlite":
        assert not store.purge(begin=True), "PostgreSQL vacuums"
        return
    file = Path(str(database.engine.url.database))

    def lies_there() -> bool:
        with database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        return any(
            b"unforgettable" in path.read_bytes() for path in file.parent.glob(f"{file.name}*")
        )

    for n in range(40):
        store.put([document(f"{n}", f"many words number{n}")], [], n)
    store.put([document("a", "unforgettable")], [], 41)
    store.put([], [("item", "a")], 42)
    assert refs(store, "unforgettable") == [] and lies_there()
    begin = True
    while store.purge(begin=begin):
        begin = False
    assert not lies_there()
    assert refs(store, "number7") == ["7"] and len(refs(store, "words", limit=50)) == 40
    assert not store.purge(begin=True), "nothing is left to do"


def test_what_expired_is_told_oldest_first(store: SearchStore) -> None:
    store.put(
        [
            document("a", "x", expires_ms=30), document("b", "x", expires_ms=10),
            document("c", "x"), document("d", "x", expires_ms=31),
        ],
        [], 1,
    )  # fmt: skip
    assert store.expired(30, 9) == [("item", "b"), ("item", "a")]
    assert store.expired(30, 1) == [("item", "b")]
    store.put([], store.expired(30, 9), 1)
    assert store.expired(30, 9) == []


def test_words_at_one_letter_are_near_those_of_most_documents_first(store: SearchStore) -> None:
    store.put(
        [
            document("a", "cricket thicket"), document("b", "cricket wicket"),
            document("c", "crickets मौसम"),
        ],
        [], 1,
    )  # fmt: skip
    assert store.near("criket", 5) == ["cricket"]
    assert store.near("rcicket", 5) == ["cricket"]
    assert store.near("cricketz", 5) == ["cricket", "crickets"]
    assert store.near("ricket", 5) == ["cricket", "wicket"]
    assert store.near("मोसम", 5) == ["मौसम"]
    assert store.near("cricket", 5) == ["crickets"]
    assert store.near("cat", 5) == store.near("cr\0ket", 5) == []
    assert store.near("ricket", 1) == ["cricket"]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(max_size=12).map(words), min_size=1, max_size=4))
def test_any_word_of_any_script_is_found(store: SearchStore, said: list[list[str]]) -> None:
    named = {f"n{at}": cut for at, cut in enumerate(said)}
    store.put(
        [Document("item", ref, tuple(cut), (), ()) for ref, cut in named.items()],
        [("item", f"n{at}") for at in range(4)], 1,
    )  # fmt: skip
    for word in {word for cut in said for word in cut}:
        assert set(refs(store, word)) == {ref for ref, cut in named.items() if word in cut}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.sampled_from("abcdef"),
            st.lists(st.sampled_from(("red", "fox", "hen", "blue")), max_size=3).map(" ".join),
            st.booleans(),
        ),
        max_size=12,
    )
)
def test_it_holds_exactly_the_words_of_what_is_there(
    store: SearchStore, changes: list[tuple[str, str, bool]]
) -> None:
    there: dict[str, set[str]] = {}
    store.put([], [("item", ref) for ref in "abcdef"], 0)
    for ref, said, stays in changes:
        if stays:
            store.put([document(ref, said)], [], 1)
            there[ref] = set(said.split())
        else:
            store.put([], [("item", ref)], 1)
            there.pop(ref, None)
    for word in ("red", "fox", "hen", "blue"):
        holding = {ref for ref, said in there.items() if word in said}
        assert set(refs(store, word)) == holding
        assert store.holds(word) == bool(holding)


@given(st.text("abc", min_size=1, max_size=6), st.data())
def test_one_change_is_one_apart(word: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(word) - 1))
    other = data.draw(st.sampled_from("abcd"))
    for changed in (
        word[:at] + other + word[at:],
        word[:at] + word[at + 1 :],
        word[:at] + other + word[at + 1 :],
        word[:at] + word[at : at + 2][::-1] + word[at + 2 :],
    ):  # fmt: skip
        assert one_apart(word, changed) == (word != changed)
        assert one_apart(changed, word) == (word != changed)
    assert not one_apart(word, word + "xy")
