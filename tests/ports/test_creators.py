"""The contract of CreatorStore."""

from __future__ import annotations

import pytest

from jhalak.ports.creators import Creator
from jhalak.ports.errors import Conflict
from jhalak.ports.viewers import Viewer
from jhalak.records.creator_lookup import SqlCreatorLookup
from jhalak.records.creators import SqlCreatorStore
from jhalak.records.database import Database
from jhalak.records.items import SqlItemStore
from jhalak.records.reviews import SqlReviewStore
from jhalak.records.videos import SqlVideoStore
from jhalak.records.viewers import SqlViewerStore
from tests.ports.test_videos import video


@pytest.fixture
def store(database: Database) -> SqlCreatorStore:
    return SqlCreatorStore(database)


def test_a_handle_is_given_once(store: SqlCreatorStore) -> None:
    asha = store.add("asha", "hash", 5)
    assert asha == Creator(asha.num, "asha", 5, 0, asha.creator, asha.viewer) and asha.num >= 1
    assert asha.creator >= 1 and asha.viewer >= 1
    assert store.find("asha") == (asha, "hash")
    assert store.find("ravi") is None and store.find("a\0") is None
    with pytest.raises(Conflict):
        store.add("asha", "other", 6)


def test_a_session_holds_until_it_is_over_or_ended(store: SqlCreatorStore) -> None:
    asha = store.add("asha", "hash", 5)
    store.open(b"token", asha.num, 10, 20)
    assert store.signed_in(b"token", 19) == asha
    assert store.signed_in(b"token", 20) is None and store.signed_in(b"other", 10) is None
    assert store.end(b"token") and not store.end(b"token")
    assert store.signed_in(b"token", 11) is None


def test_a_suspended_account_is_signed_out_and_cannot_sign_in_until_it_is_lifted(
    store: SqlCreatorStore,
) -> None:
    asha = store.add("asha", "hash", 5)
    store.open(b"token", asha.num, 10, 99)
    assert store.suspend(asha.num, 11) and not store.suspend(asha.num + 9, 11)
    assert store.signed_in(b"token", 12) is None
    with pytest.raises(Conflict):
        store.open(b"new", asha.num, 13, 99)
    store.suspend(asha.num, 0)
    store.open(b"new", asha.num, 14, 99)
    assert store.signed_in(b"token", 15) is None and store.signed_in(b"new", 15) is not None


def test_an_erased_account_leaves_its_handle_and_nothing_else(
    store: SqlCreatorStore, database: Database
) -> None:
    asha, ravi = store.add("asha", "hash", 5), store.add("ravi", "hash", 5)
    videos, reviews = SqlVideoStore(database), SqlReviewStore(database)
    videos.begin(video("a", asha.num), 7)
    videos.begin(video("b", ravi.num), 7)
    reviews.open("gate", "a", "hi", "sexual", 8)
    store.open(b"token", asha.num, 10, 99)
    assert store.erase(asha.num) and not store.erase(ravi.num + 9)
    assert store.signed_in(b"token", 11) is None
    assert videos.find("a") is None and videos.find("b") is not None
    assert reviews.of("a") == []
    with pytest.raises(Conflict):
        store.open(b"new", asha.num, 12, 99)
    with pytest.raises(Conflict):
        store.add("asha", "hash", 13)


def test_an_account_has_the_number_of_its_name_and_a_viewer_of_its_own(
    store: SqlCreatorStore, database: Database
) -> None:
    viewers, items = SqlViewerStore(database), SqlItemStore(database)
    mine = Viewer(id=77, created_ms=4, languages=("hi", "ur"), age_band="13-17")
    viewers.create(mine)
    asha, ravi = store.add("asha", "hash", 5, mine), store.add("ravi", "hash", 6)
    assert items.creators(0, 9) == [(asha.creator, "@asha"), (ravi.creator, "@ravi")]
    assert asha.viewer == 77 and viewers.get(77) == mine
    made = viewers.get(ravi.viewer)
    assert made is not None and made.languages == ("en",) and made.created_ms == 6
    with pytest.raises(Conflict):
        store.add("meera", "hash", 7, mine)
    assert store.find("meera") is None and len(items.creators(0, 9)) == 2


def test_people_are_found_by_each_of_their_names(
    store: SqlCreatorStore, database: Database
) -> None:
    people = SqlCreatorLookup(database)
    asha, ravi = store.add("asha", "hash", 5), store.add("ravi", "hash", 6)
    assert people.of_handle("asha") == asha and people.of_handle("a\0") is None
    assert people.of_accounts([asha.num, ravi.num, 99]) == {asha.num: asha, ravi.num: ravi}
    assert people.of_creators([ravi.creator, 0]) == {ravi.creator: ravi}
    assert people.of_viewers({asha.viewer, 0}) == {asha.viewer: asha}
    assert people.of_viewers([]) == {}
    store.erase(asha.num)
    assert people.of_handle("asha") is None and people.of_accounts([asha.num]) == {}
    assert people.of_creators([0]) == {} and people.of_viewers([0, asha.viewer]) == {}


def test_options_of_one_part_leave_those_of_others(store: SqlCreatorStore) -> None:
    asha = store.add("asha", "hash", 5)
    assert store.set_option(asha.num, "comments", {"from": "followers"})
    assert store.set_option(asha.num, "told", {"like": False})
    assert store.set_option(asha.num, "comments", {"from": "all"})
    found = store.find("asha")
    assert found is not None
    assert found[0].options == {"comments": {"from": "all"}, "told": {"like": False}}
    assert not store.set_option(asha.num + 9, "comments", {})
