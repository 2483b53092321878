"""The contracts of NotificationStore and NoticeSettingsStore."""

from __future__ import annotations

import pytest

from jhalak.ports.notifications import NoticeSettings, Person, Told
from jhalak.records.database import Database
from jhalak.records.notice_settings import SqlNoticeSettingsStore
from jhalak.records.notifications import SqlNotificationStore
from tests.ports.people_world import add_account, add_video, add_viewer, count, relate

DAY_MS = 86_400_000


@pytest.fixture
def store(database: Database) -> SqlNotificationStore:
    return SqlNotificationStore(database)


@pytest.fixture
def asha(database: Database) -> int:
    return add_account(database, "asha")


@pytest.fixture
def ravi(database: Database) -> int:
    return add_account(database, "ravi")


def test_each_thing_is_told_once_and_nobody_is_told_of_themselves(
    store: SqlNotificationStore, asha: int, ravi: int
) -> None:
    told = Told(asha, "comment", "c1", ravi, {"video": "v"})
    assert store.add([told, told, told._replace(actor=asha)], 5) == [True, False, False]
    assert store.add([told], 6) == [False]
    assert store.add([Told(asha + 99, "comment", "c1", ravi, {})], 6) == [False], "no such account"
    (notice,) = store.page(asha, None, 9)
    assert notice[1:] == (
        "comment", "c1", {"video": "v"}, (Person("ravi", "Ravi"),), 1, 5, 0,
    )  # fmt: skip
    assert store.page(ravi, None, 9) == [] and store.unread(asha) == 1
    store.read(asha, (5, notice.num), 7)
    assert store.add([told], 8) == [False], "read or not, it was told"


def test_what_the_house_says_is_told_again_only_where_it_says_something_else(
    store: SqlNotificationStore, asha: int
) -> None:
    told = Told(asha, "taken_down", "v", 0, {"reason": "hate", "review": "1"})
    again = told._replace(said={"reason": "hate", "review": "2"})
    assert store.add([told, told, again], 5) == [True, False, True]
    assert [one.n for one in store.page(asha, None, 9)] == [0, 0]


@pytest.mark.parametrize("verb", ["blocks", "mutes", "barred"])
def test_nothing_comes_from_whom_one_blocks_or_mutes_or_is_barred_from(
    store: SqlNotificationStore, database: Database, asha: int, ravi: int, verb: str
) -> None:
    mina = add_account(database, "mina")
    assert store.add([Told(asha, "comment", "c0", ravi, {})], 4) == [True]
    relate(database, asha + 1000, verb, "creator", ravi + 100)
    told = [Told(asha, "comment", "c1", ravi, {}), Told(asha, "comment", "c2", mina, {})]
    assert store.add(told, 5) == [False, True]
    named = {one.subject: one.people for one in store.page(asha, None, 9)}
    assert named == {"c2": (Person("mina", "Mina"),), "c0": ()}, "named no more"


def test_followers_of_one_day_are_one_notice_until_it_is_read(
    store: SqlNotificationStore, database: Database, asha: int
) -> None:
    fans = [add_account(database, f"fan{n}") for n in range(5)]
    for at, fan in enumerate(fans[:3]):
        store.add([Told(asha, "follow", "", fan, {})], at)
    assert store.add([Told(asha, "follow", "", fans[0], {})], 9) == [False], "followed again"
    (notice,) = store.page(asha, None, 9)
    assert (notice.n, [one.handle for one in notice.people]) == (3, ["fan2", "fan1"])
    assert store.read(asha, (notice.at_ms, notice.num), 9) == 1
    store.add([Told(asha, "follow", "", fans[3], {})], 10)
    store.add([Told(asha, "follow", "", fans[4], {})], DAY_MS + 1)
    assert [one.n for one in store.page(asha, None, 9)] == [1, 1, 3]
    assert store.add([Told(asha, "follow", "", fans[0], {})], DAY_MS + 2) == [False]


def test_likes_of_a_video_are_one_notice_whose_number_is_that_of_the_relations(
    store: SqlNotificationStore, database: Database, asha: int, ravi: int
) -> None:
    mina = add_account(database, "mina")
    add_video(database, "v", asha, 7)
    crowd = add_viewer(database, 5)
    for viewer in (crowd, ravi + 1000, mina + 1000, asha + 1000):
        relate(database, viewer, "likes", "item", 7)
    count(database, "likes", "item", 7, 15)
    store.liked({"v": [ravi + 1000, mina + 1000, crowd], "gone": [crowd]}, 5)
    store.liked({"v": [ravi + 1000, asha + 1000]}, 6)
    (notice,) = store.page(asha, None, 9)
    assert notice.n == 14, "all but one's own"
    assert [one.handle for one in notice.people] == ["ravi", "mina"] and notice.at_ms == 6
    count(database, "likes", "item", 7, 20)
    assert store.page(asha, None, 9)[0].n == 19, "nothing needs to be written for it"
    store.read(asha, (6, notice.num), 8)
    count(database, "likes", "item", 7, 40)
    store.liked({"v": [crowd]}, 9)
    assert [one.n for one in store.page(asha, None, 9)] == [39, 19]


def test_ones_own_like_tells_nothing(
    store: SqlNotificationStore, database: Database, asha: int
) -> None:
    add_video(database, "v", asha, 7)
    store.liked({"v": [asha + 1000]}, 5)
    assert store.page(asha, None, 9) == []


@pytest.mark.parametrize("verb", ["blocks", "mutes", "barred"])
def test_the_like_of_who_is_unwanted_tells_nothing(
    store: SqlNotificationStore, database: Database, asha: int, ravi: int, verb: str
) -> None:
    mina = add_account(database, "mina")
    add_video(database, "v", asha, 7)
    relate(database, asha + 1000, verb, "creator", ravi + 100)
    count(database, "likes", "item", 7, 2)
    for fan in (ravi, mina):
        relate(database, fan + 1000, "likes", "item", 7)
    store.liked({"v": [ravi + 1000]}, 5)
    assert store.page(asha, None, 9) == []
    store.liked({"v": [ravi + 1000, mina + 1000]}, 6)
    (notice,) = store.page(asha, None, 9)
    assert [one.handle for one in notice.people] == ["mina"]


def test_a_like_that_was_taken_back_at_once_tells_nothing(
    store: SqlNotificationStore, database: Database, asha: int, ravi: int
) -> None:
    add_video(database, "v", asha, 7)
    count(database, "likes", "item", 7, 0)
    store.liked({"v": [ravi + 1000]}, 5)
    assert store.page(asha, None, 9) == [] and store.unread(asha) == 0


def test_pages_go_from_the_newest_to_the_oldest_and_lose_none(
    store: SqlNotificationStore, asha: int, ravi: int
) -> None:
    told = [Told(asha, "comment", f"c{n}", ravi, {}) for n in range(7)]
    store.add(told[:4], 5)
    store.add(told[4:], 6)
    found, before = [], None
    while page := store.page(asha, before, 3):
        found += [one.subject for one in page]
        before = (page[-1].at_ms, page[-1].num)
    assert found == ["c6", "c5", "c4", "c3", "c2", "c1", "c0"]
    last = store.page(asha, None, 3)[-1]
    assert store.read(asha, (last.at_ms, last.num), 9) == 5, "that one and the older ones"
    assert store.unread(asha) == 2 and store.read(asha, (last.at_ms, last.num), 9) == 0


def test_a_kind_that_is_switched_off_is_not_told_but_what_the_house_owes_is(
    store: SqlNotificationStore, database: Database, asha: int, ravi: int
) -> None:
    wishes = SqlNoticeSettingsStore(database)
    assert wishes.settings(asha) == NoticeSettings()
    chosen = NoticeSettings(off=("comment", "strike"), utc_offset_min=330)
    wishes.set(asha, NoticeSettings(off=("like",)))
    wishes.set(asha, chosen)
    assert wishes.settings(asha) == chosen and wishes.settings(ravi) == NoticeSettings()
    told = [
        Told(asha, "comment", "c", ravi, {}), Told(asha, "reply", "c", ravi, {}),
        Told(asha, "strike", "1", 0, {}),
    ]  # fmt: skip
    assert store.add(told, 5) == [False, True, True]


def test_what_is_old_goes_with_who_did_it(
    store: SqlNotificationStore, asha: int, ravi: int
) -> None:
    store.add([Told(asha, "comment", "old", ravi, {})], 5)
    store.add([Told(asha, "comment", "new", ravi, {})], 50)
    assert store.sweep(50, 10) == 1 and store.sweep(50, 10) == 0
    assert [one.subject for one in store.page(asha, None, 9)] == ["new"]
    assert store.add([Told(asha, "comment", "old", ravi, {})], 60) == [True]
