"""What accounts say of their videos, on both databases: items come up again in the sequence of
changes when it changes, and the shelf shows what is for whom."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from jhalak.ports.creators import Creator, Newcomer
from jhalak.ports.items import Draft
from jhalak.ports.viewers import AgeBand
from jhalak.records.creators import SqlCreatorStore
from jhalak.records.database import Database
from jhalak.records.items import SqlItemStore
from jhalak.records.video_shelf import SqlVideoShelf
from jhalak.records.videos import SqlVideoStore
from jhalak.schema.item import Item, ItemRecord
from jhalak.schema.video import Audience, Details, Media, Video

_fresh = itertools.count(1)


class Studio:
    """Accounts and their live videos, which are items too."""

    def __init__(self, database: Database) -> None:
        self.accounts, self.items = SqlCreatorStore(database), SqlItemStore(database)
        self.videos, self.shelf = SqlVideoStore(database), SqlVideoShelf(database)

    def account(self, band: AgeBand | None = "25-34") -> Creator:
        return self.accounts.add(f"maker{next(_fresh)}", "x", 1, Newcomer(age_band=band))

    def publish(self, who: Creator, at_ms: int, audience: Audience = "everyone") -> str:
        number = next(_fresh)
        name = f"video{number}"
        details = Details(language="en", ai=False, sensitive=False, rights="own", audience=audience)
        video = Video(
            id=name, account=who.num, handle=who.handle, upload=name, content=name.encode(),
            details=details, created_ms=at_ms,
        )  # fmt: skip
        self.videos.begin(video, at_ms)
        media = Media(set=f"{number:032x}", duration_s=1, width=1, height=1, sound=True, files=())
        self.videos.change(name, ["waiting"], at_ms, media=media, state="live")
        item = Item(
            id=name, kind="video", language="en", topic="food", title="x",
            publisher=f"@{who.handle}", followers_only=audience == "followers",
        )  # fmt: skip
        self.items.put([Draft(item, b"", 1000)], at_ms)
        return name

    def record(self, name: str) -> ItemRecord:
        found = self.items.get(name)
        assert found is not None
        return found


@pytest.fixture
def studio(database: Database) -> Studio:
    return Studio(database)


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"private": True}, "private"), ({"age_band": "13-17"}, "by_minor")],
)
def test_what_an_account_says_of_itself_comes_up_with_its_items(
    studio: Studio, changes: dict[str, Any], said: str
) -> None:
    asha, bina = studio.account(), studio.account()
    mine, other = studio.publish(asha, 1), studio.publish(bina, 2)
    before = studio.record(other).seq
    assert studio.accounts.change(asha.num, **changes) is not None
    [changed] = studio.items.changes(before, 10)
    assert changed == studio.record(mine) and getattr(changed, said) is True
    assert getattr(studio.record(other), said) is False
    assert studio.accounts.change(asha.num, name="Asha") is not None
    assert studio.items.changes(changed.seq, 10) == []


def test_a_suspension_withholds_items_and_files_until_it_is_lifted(studio: Studio) -> None:
    asha = studio.account()
    names = [studio.publish(asha, at_ms) for at_ms in (1, 2)]
    set_ = studio.videos.find(names[0]).media.set  # type: ignore[union-attr]
    before = studio.record(names[1]).seq
    for at_ms, withheld in ((5, True), (0, False)):
        assert studio.accounts.suspend(asha.num, at_ms)
        changed = studio.items.changes(before, 10)
        assert [one.item.id for one in changed] == names
        assert [one.withheld for one in changed] == [withheld] * 2
        assert studio.videos.shows(set_) is not withheld
        before = changed[-1].seq


def test_only_an_account_of_unknown_age_is_taken_for_a_minors(studio: Studio) -> None:
    young, unknown = (
        studio.publish(studio.account("13-17"), 1),
        studio.publish(studio.account(None), 2),
    )
    grown = studio.publish(studio.account("18-24"), 3)
    studio.items.put(
        [Draft(Item(id="card", language="en", topic="food", title="x", publisher="Daily"), b"", 9)],
        4,
    )
    said = {name: studio.record(name).by_minor for name in (young, unknown, grown, "card")}
    assert said == {young: True, unknown: True, grown: False, "card": False}


def test_a_shelf_shows_live_videos_newest_first_and_closed_ones_to_followers(
    studio: Studio,
) -> None:
    asha, bina = studio.account(), studio.account()
    old = studio.publish(asha, 10)
    same = [studio.publish(asha, 20), studio.publish(asha, 20)]
    closed = studio.publish(asha, 30, "followers")
    theirs = studio.publish(bina, 40)
    studio.videos.change(studio.publish(asha, 50), ["live"], 51, state="removed")

    def names(limit: int = 9, after: str = "", *, closed: bool = False) -> list[str] | None:
        found = studio.shelf.newest(asha.num, limit, after, closed=closed)
        return None if found is None else [video.id for video in found]

    assert names() == [*same, old] and names(closed=True) == [closed, *same, old]
    assert studio.shelf.how_many(asha.num) == 3
    assert studio.shelf.how_many(asha.num, closed=True) == 4
    assert names(1, same[0]) == [same[1]] and names(9, same[1]) == [old]
    assert names(9, old) == [] and names(9, theirs) is None and names(9, "nothing") is None
