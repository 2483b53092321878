"""The contract of ShownVideos."""

from __future__ import annotations

from typing import NamedTuple

import msgspec
import pytest
from sqlalchemy import insert, select, update

from jhalak.records.database import Database
from jhalak.records.shown_videos import SqlShownVideos
from jhalak.records.tables import creator_accounts, items, relation_counts, videos
from jhalak.records.videos import SqlVideoStore
from jhalak.schema.video import Details, Use, Video
from tests.ports.people_world import add_account, add_video, add_viewer, count, relate

GUEST = 77
SAID = Details(language="hi", ai=False, sensitive=False, rights="own")


class World(NamedTuple):
    database: Database
    shown: SqlShownVideos
    asha: int
    ravi: int

    def say(self, name: str, num: int, account: int, created_ms: int = 1, **said: object) -> None:
        """A live video of which this is said."""
        add_video(self.database, name, account, num)
        details = msgspec.structs.replace(SAID, **said)
        of = details.of
        video = Video(
            id=name, account=account, handle="asha", upload="", content=b"", details=details,
            state="live", num=num, created_ms=created_ms,
        )  # fmt: skip
        row = {
            "body": msgspec.msgpack.encode(video), "audience": details.audience,
            "created_ms": created_ms, "of": of.video if of else "",
            "of_kind": of.kind if of else "",
        }  # fmt: skip
        with self.database.write() as connection:
            connection.execute(update(videos).where(videos.c.id == name).values(**row))

    def set(self, account: int, **fields: object) -> None:
        change = update(creator_accounts).where(creator_accounts.c.num == account)
        with self.database.write() as connection:
            connection.execute(change.values(**fields))

    def sees(self, viewer: int, name: str = "v") -> bool:
        return self.shown.find(name, viewer) is not None


@pytest.fixture
def world(database: Database) -> World:
    asha, ravi = add_account(database, "asha"), add_account(database, "ravi")
    add_viewer(database, GUEST)
    made = World(database, SqlShownVideos(database), asha, ravi)
    made.say("v", 1, asha)
    return made


def test_a_video_comes_with_all_that_stands_beside_it(world: World) -> None:
    relate(world.database, GUEST, "likes", "item", 1)
    relate(world.database, GUEST, "mutes", "creator", world.asha + 100)
    count(world.database, "likes", "item", 1, 41)
    with world.database.write() as connection:
        shares = {"verb": "shares", "kind": "item", "target": 1, "n": 5}
        connection.execute(insert(relation_counts), shares)
    with world.database.write() as connection:
        connection.exec_driver_sql("INSERT INTO comment_counts (video, n, pinned) VALUES ('v',3,0)")
    found = world.shown.find("v", GUEST)
    assert found is not None and found.video.id == "v" and found.owner.handle == "asha"
    assert (found.likes, found.saves, found.comments, found.shares) == (41, 0, 3, 5)
    assert (found.liked, found.saved, found.follows, found.muted, found.own) == (
        True, False, False, True, False,
    )  # fmt: skip
    own = world.shown.find("v", world.asha + 1000)
    assert own is not None and own.own and not own.liked
    assert world.shown.find("none", GUEST) is None


def test_who_is_apart_sees_nothing(world: World) -> None:
    relate(world.database, GUEST, "blocks", "creator", world.asha + 100)
    relate(world.database, world.ravi + 1000, "barred", "creator", world.asha + 100)
    assert not world.sees(GUEST) and not world.sees(world.ravi + 1000)
    assert world.sees(world.asha + 1000) and world.sees(5)


@pytest.mark.parametrize("how", ["private", "audience"])
def test_what_is_for_followers_only_they_and_its_creator_see(world: World, how: str) -> None:
    if how == "private":
        world.set(world.asha, private=True)
        name = "v"
    else:
        world.say("closed", 2, world.asha, audience="followers")
        name = "closed"
    assert not world.sees(GUEST, name)
    relate(world.database, GUEST, "follows", "creator", world.asha + 100)
    assert world.sees(GUEST, name) and world.sees(world.asha + 1000, name)


def test_suspended_erased_recalled_and_removed_are_gone(world: World) -> None:
    world.set(world.asha, suspended_ms=5)
    assert not world.sees(GUEST) and not world.sees(world.asha + 1000)
    world.set(world.asha, suspended_ms=0)
    assert world.sees(GUEST)
    with world.database.write() as connection:
        connection.execute(update(items).where(items.c.num == 1).values(status="recalled"))
    assert not world.sees(GUEST)
    world.say("w", 2, world.asha)
    with world.database.write() as connection:
        connection.execute(update(videos).where(videos.c.id == "w").values(state="removed"))
    assert not world.sees(GUEST, "w")


def test_what_was_made_with_a_video_is_listed_for_who_may_see_it(world: World) -> None:
    for n, kind in enumerate(("duet", "sound", "duet"), 2):
        use = Use(kind=kind, video="v", handle="asha")  # type: ignore[arg-type]
        world.say(f"u{n}", n, world.ravi, created_ms=n, of=use)

    def uses(kind: str | None, before_ms: int = 99, limit: int = 9) -> list[str]:
        found = world.shown.uses("v", kind, GUEST, before_ms, limit)  # type: ignore[arg-type]
        return [one.video.id for one in found]

    assert uses("duet") == ["u4", "u2"] and uses("sound") == ["u3"] and uses("stitch") == []
    assert uses(None) == ["u4", "u3", "u2"] and uses(None, 4) == ["u3", "u2"]
    assert uses(None, 99, 1) == ["u4"]
    assert [one.id for one in world.shown.made_with("v", 9)] == ["u2", "u3", "u4"]
    world.set(world.ravi, private=True)
    assert uses(None) == [] and len(world.shown.made_with("v", 9)) == 3


def test_a_stores_video_is_found_by_what_it_was_made_with(world: World) -> None:
    use = Use(kind="stitch", video="v", handle="asha", title="क")
    video = Video(
        id="made", account=world.ravi, handle="ravi", upload="", content=b"made",
        details=msgspec.structs.replace(SAID, of=use), created_ms=5,
    )  # fmt: skip
    SqlVideoStore(world.database).begin(video, 5)
    kept = select(videos.c.of, videos.c.of_kind).where(videos.c.id == "made")
    with world.database.read() as connection:
        assert tuple(connection.execute(kept).one()) == ("v", "stitch")
