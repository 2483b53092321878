"""The contract of PartNewsStore."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec
import pytest
from sqlalchemy import update

from jhalak.ports.notifications import Notice, NoticeSettings
from jhalak.records.creator_erasure import forget_account
from jhalak.records.database import Database
from jhalak.records.notice_settings import SqlNoticeSettingsStore
from jhalak.records.notifications import SqlNotificationStore
from jhalak.records.part_news import SqlPartNewsStore
from jhalak.records.series import SqlSeriesStore
from jhalak.records.tables import creator_accounts, items, videos
from jhalak.schema.collection import Series
from jhalak.schema.video import Details, Video
from tests.ports.people_world import add_account, add_video, add_viewer, relate

LIVE_MS = 50


class World(NamedTuple):
    database: Database
    store: SqlPartNewsStore
    series: SqlSeriesStore
    notices: SqlNotificationStore
    asha: int

    def video(self, name: str, num: int, state: str = "live", audience: str = "everyone") -> str:
        add_video(self.database, name, self.asha, num)
        said = Details(language="hi", ai=False, sensitive=False, rights="own")
        body = Video(id=name, account=self.asha, handle="asha", upload="", content=b"",
                     details=said, live_ms=LIVE_MS)  # fmt: skip
        self.set(name, state=state, audience=audience, body=msgspec.msgpack.encode(body))
        return name

    def set(self, video: str, **values: Any) -> None:
        with self.database.write() as connection:
            connection.execute(update(videos).where(videos.c.id == video).values(**values))

    def make(self, *parts: str, id_: str = "s") -> None:
        made = Series(id=id_, account=self.asha, title="Pots", language="hi", videos=parts,
                      created_ms=5, changed_ms=5)  # fmt: skip
        added = self.series.add(made)
        assert added is not None and added.series is not None

    def lay(self, *parts: str) -> None:
        assert self.series.change(self.asha, "s", 9, videos=parts).series is not None

    def reader(self, handle: str, *relations: tuple[str, str, int]) -> int:
        num = add_account(self.database, handle)
        for verb, kind, target in relations:
            relate(self.database, num + 1000, verb, kind, target)
        return num

    def news(self) -> str | None:
        found = self.store.next()
        return None if found is None else found.video

    def concerned(self) -> list[tuple[str, bool]]:
        found = self.store.next()
        assert found is not None
        return [(one.account.handle, one.saved) for one in self.store.concerned(found, 9)]

    def tell(self, *accounts: int, up_to: int = 0, now_ms: int = 60) -> bool:
        found = self.store.next()
        assert found is not None
        return self.store.tell(found, accounts, up_to, now_ms)

    def told(self, account: int) -> list[Notice]:
        return self.notices.page(account, None, 9)


@pytest.fixture
def world(database: Database) -> World:
    made = World(
        database, SqlPartNewsStore(database), SqlSeriesStore(database),
        SqlNotificationStore(database), add_account(database, "asha"),
    )  # fmt: skip
    for num, name in enumerate("ab", 1):
        made.video(name, num)
    return made


def follows(world: World) -> tuple[str, str, int]:
    return "follows", "creator", world.asha + 100


def test_a_live_video_that_joins_a_series_is_news_once(world: World) -> None:
    world.make("a", "b")
    assert world.news() is None, "what was gathered was there before"
    world.lay("a", "b", world.video("c", 3))
    found = world.store.next()
    assert found is not None
    assert found == ("c", 3, "s", world.asha, LIVE_MS, (1, 2), 0)
    assert world.tell() and world.news() is None
    world.lay("a", "b")
    world.lay("c", "b", "a")
    assert world.news() is None


@pytest.mark.parametrize("state", ["waiting", "held", "draft", "refused", "removed"])
def test_what_is_not_live_is_no_news_before_it_is(world: World, state: str) -> None:
    world.make("a", world.video("c", 3, state))
    assert world.news() is None
    world.set("c", state="live")
    assert world.news() == "c"
    found = world.store.next()
    assert found is not None
    world.set("c", state="removed")
    assert world.news() is None and not world.store.tell(found, [], 0, 60), "it went meanwhile"


def test_a_part_that_left_its_series_or_cannot_be_seen_waits(world: World) -> None:
    world.make("a")
    world.lay("a", world.video("c", 3))
    world.lay("a")
    assert world.news() is None
    world.lay("a", "c")
    for table, column in ((items, items.c.status), (creator_accounts, creator_accounts.c.num)):
        change = {"status": "recalled"} if table is items else {"suspended_ms": 7}
        back = {"status": "live"} if table is items else {"suspended_ms": 0}
        with world.database.write() as connection:
            connection.execute(update(table).where(column.is_not(None)).values(**change))
        assert world.news() is None
        with world.database.write() as connection:
            connection.execute(update(table).where(column.is_not(None)).values(**back))
        assert world.news() == "c"
    world.series.forget(world.asha, "s", 10)
    assert world.news() is None


def test_it_concerns_who_follows_its_creator_or_saved_another_part(world: World) -> None:
    world.make("a", "b")
    world.lay("a", "b", world.video("c", 3))
    world.reader("ravi", follows(world))
    world.reader("meena", ("saves", "item", 1), ("saves", "item", 2))
    world.reader("both", follows(world), ("saves", "item", 2))
    world.reader("only.this", ("saves", "item", 3))
    world.reader("likes", ("likes", "item", 1))
    relate(world.database, world.asha + 1000, "saves", "item", 1)
    add_viewer(world.database, 77)
    relate(world.database, 77, "saves", "item", 1)
    assert world.concerned() == [("ravi", False), ("meena", True), ("both", True)]
    world.set("c", audience="followers")
    assert world.concerned() == [("ravi", False), ("both", True)]
    world.set("c", audience="everyone")
    with world.database.write() as connection:
        of = creator_accounts.c.num == world.asha
        connection.execute(update(creator_accounts).where(of).values(private=True))
    assert world.concerned() == [("ravi", False), ("both", True)]


def test_parts_of_one_series_are_one_notice_until_it_is_read(world: World) -> None:
    world.make("a")
    ravi = world.reader("ravi", follows(world))
    for num, name in enumerate("cd", 3):
        world.lay("a", *"cd"[: num - 2].replace(name, ""), world.video(name, num))
        assert world.tell(ravi, now_ms=60 + num)
    [notice] = world.told(ravi)
    assert (notice.kind, notice.subject, notice.n, notice.at_ms) == ("part", "s", 2, 64)
    assert notice.said == {"video": "c", "title": "Pots"}, "it leads to the first of them"
    assert [one.handle for one in notice.people] == ["asha"]
    world.notices.read(ravi, (notice.at_ms, notice.num), 70)
    world.lay("a", "c", "d", world.video("e", 5))
    assert world.tell(ravi, now_ms=80)
    assert [(one.said["video"], one.n) for one in world.told(ravi)] == [("e", 1), ("c", 2)]
    assert world.notices.unread(ravi) == 1


def test_a_kill_on_the_way_tells_nobody_twice_and_leaves_nobody_out(world: World) -> None:
    world.make("a")
    readers = [world.reader(f"r{n}", follows(world)) for n in range(5)]
    world.lay("a", world.video("c", 3))
    news = world.store.next()
    assert news is not None
    page = [one.account.num for one in world.store.concerned(news, 2)]
    assert page == readers[:2]
    assert world.store.tell(news, page, page[-1], 60)
    assert not world.store.tell(news, page, page[-1], 60), "another process did it"
    again = SqlPartNewsStore(world.database).next()
    assert again is not None and again.after == readers[1]
    rest = [one.account.num for one in world.store.concerned(again, 9)]
    assert rest == readers[2:] and world.store.tell(again, rest, 0, 61)
    assert world.news() is None
    assert [len(world.told(reader)) for reader in readers] == [1] * 5


@pytest.mark.parametrize("verb", ["blocks", "mutes", "barred"])
def test_nobody_is_told_of_whom_they_do_not_want_to_hear(world: World, verb: str) -> None:
    world.make("a")
    ravi = world.reader("ravi", follows(world), (verb, "creator", world.asha + 100))
    off = world.reader("meena", follows(world))
    SqlNoticeSettingsStore(world.database).set(off, NoticeSettings(off=("part",)))
    world.lay("a", world.video("c", 3))
    assert world.tell(ravi, off, world.asha) and world.news() is None
    assert [world.told(one) for one in (ravi, off, world.asha)] == [[], [], []]


def test_it_goes_with_its_creator(world: World) -> None:
    world.make("a")
    world.lay("a", world.video("c", 3))
    with world.database.write() as connection:
        connection.execute(items.delete())
        forget_account(connection, world.asha, world.asha + 100)
    assert world.news() is None
