"""The contract of SoundStore and SoundsDown."""

from __future__ import annotations

from itertools import count
from typing import NamedTuple

import msgspec
import numpy as np
import pytest
from sqlalchemy import select, update

from jhalak.media.fingerprint import marks_of, shared
from jhalak.ports.search import Alternative, Document
from jhalak.ports.sounds import Heard, NewSound
from jhalak.records import sequences
from jhalak.records.audit import SqlAuditStore
from jhalak.records.creators import SqlCreatorStore
from jhalak.records.database import Database
from jhalak.records.items import SqlItemStore
from jhalak.records.search import SqlSearchStore
from jhalak.records.shown_videos import SqlShownVideos
from jhalak.records.sounds import Matching, SqlSoundStore
from jhalak.records.sounds_down import SqlSoundsDown
from jhalak.records.tables import creator_accounts, items, sound_marks, sounds, videos
from jhalak.records.videos import SqlVideoStore
from jhalak.schema.item import Item
from jhalak.schema.video import Details, Video
from tests.ports.people_world import add_account, add_video, add_viewer

GUEST = 77
SAID = Details(language="hi", ai=False, sensitive=False, rights="own")


def song(seed: int, items_: int = 240) -> bytes:
    """A fingerprint of half a minute."""
    return np.random.default_rng(seed).integers(0, 1 << 32, items_, np.uint32).tobytes()


def part(of: bytes, begin: int, end: int) -> bytes:
    return of[4 * begin : 4 * end]


class World(NamedTuple):
    database: Database
    store: SqlSoundStore
    down: SqlSoundsDown
    shown: SqlShownVideos
    asha: int
    ravi: int

    def upload(
        self, name: str, num: int, account: int, state: str = "live", **said: object
    ) -> None:
        add_video(self.database, name, account, num)
        video = Video(
            id=name, account=account, handle="h", upload="", content=b"", num=num, created_ms=num,
            details=msgspec.structs.replace(SAID, **said), state=state,
        )  # fmt: skip
        row = {
            "body": msgspec.msgpack.encode(video), "audience": video.details.audience,
            "state": state, "created_ms": num, "set_name": f"set-{name}",
        }  # fmt: skip
        item = Item(id=name, kind="video", language="hi", topic="news", title="", publisher="@h")
        with self.database.write() as connection:
            connection.execute(update(videos).where(videos.c.id == name).values(**row))
            said_ = {"body": msgspec.msgpack.encode(item), "withheld": state != "live"}
            connection.execute(update(items).where(items.c.id == name).values(said_))

    def hear(self, name: str, account: int, fingerprint: bytes, of: str = "") -> Heard:
        new = NewSound(name, account, "asha", 30.0, fingerprint, of)
        return self.store.join(new, 5)

    def set(self, account: int, **fields: object) -> None:
        change = update(creator_accounts).where(creator_accounts.c.num == account)
        with self.database.write() as connection:
            connection.execute(change.values(**fields))


@pytest.fixture
def world(database: Database) -> World:
    asha, ravi = add_account(database, "asha"), add_account(database, "ravi")
    add_viewer(database, GUEST)
    with database.write() as connection:
        sequences.take(connection, sequences.ITEMS, 99)
    numbers = count(1)
    matching = Matching(marks_of, lambda one, other: shared(one, other).share)
    store = SqlSoundStore(database, matching, lambda: f"sound-{next(numbers)}")
    made = World(database, store, SqlSoundsDown(database), SqlShownVideos(database), asha, ravi)
    made.upload("a", 1, asha)
    made.upload("b", 2, ravi)
    return made


def test_what_is_heard_first_is_a_new_sound_of_its_creator(world: World) -> None:
    heard = world.hear("a", world.asha, song(1))
    sound = heard.sound
    assert (sound.id, sound.video, sound.account, sound.handle) == (
        "sound-1",
        "a",
        world.asha,
        "asha",
    )
    assert not sound.open and not sound.down and sound.duration_s == 30.0 and sound.created_ms == 5
    assert (heard.down, heard.share) == ("", 0.0)
    assert world.store.find("sound-1") == sound == world.store.named(["sound-1", "x"])["sound-1"]
    assert world.store.find("none") is None and world.store.find("n\0") is None
    video = SqlVideoStore(world.database).find("a")
    assert video is not None and video.sound == "sound-1"
    assert world.hear("a", world.asha, song(1)).sound == sound  # again, after a crash


def test_an_excerpt_of_a_sound_is_that_sound_and_another_is_not(world: World) -> None:
    first = world.hear("a", world.asha, song(1)).sound
    assert world.hear("b", world.ravi, part(song(1), 60, 140)).sound == first
    world.upload("c", 3, world.ravi)
    assert world.hear("c", world.ravi, song(2)).sound.id == "sound-2"
    world.upload("d", 4, world.ravi)
    more = part(song(1), 0, 40) + song(3)
    assert world.hear("d", world.ravi, more).sound.id == "sound-3"  # a sixth of it is no match
    assert world.store.uses(first.id) == 2
    shown = world.shown.with_sound(first.id, GUEST, 1 << 40, 9)
    assert [one.video.id for one in shown] == ["b", "a"]
    assert [one.video.id for one in world.shown.with_sound(first.id, GUEST, 2, 9)] == ["a"]


def test_a_video_made_to_a_sound_belongs_to_it_whatever_is_heard(world: World) -> None:
    first = world.hear("a", world.asha, song(1)).sound
    assert world.hear("b", world.ravi, song(2), of=first.id).sound == first
    world.upload("c", 3, world.ravi)
    assert world.hear("c", world.ravi, b"", of="gone").sound.id == "sound-2"


def test_a_sound_that_is_too_short_matches_nothing(world: World) -> None:
    short = part(song(1), 0, 4)
    assert world.hear("a", world.asha, short).sound != world.hear("b", world.ravi, short).sound


@pytest.mark.parametrize("why", ["private", "followers", "gone"])
def test_what_not_everyone_may_see_is_joined_by_its_own_account_only(
    world: World, why: str
) -> None:
    if why == "followers":
        world.upload("p", 3, world.asha, audience="followers")
    name = "p" if why == "followers" else "a"
    first = world.hear(name, world.asha, song(1)).sound
    if why == "private":
        world.set(world.asha, private=True)
    if why == "gone":
        store = SqlVideoStore(world.database)
        assert store.change("a", ("live",), 6, state="removed", reason="withdrawn")
    assert world.hear("b", world.ravi, song(1)).sound.id == "sound-2"
    world.upload("own", 4, world.asha)
    own = world.hear("own", world.asha, song(1)).sound
    assert own.id == ("sound-2" if why == "gone" else first.id)


def test_its_owner_names_it_and_its_item_comes_up_again(world: World) -> None:
    world.hear("a", world.asha, song(1))
    store = SqlItemStore(world.database)
    before = store.changes(0, 9)[-1].seq
    changed = world.store.rename("sound-1", "Rain song")
    assert changed is not None and changed.title == "Rain song"
    assert world.store.find("sound-1") == changed
    newest = store.changes(0, 9)[-1]
    assert newest.seq > before and newest.item.id == "a"
    assert world.store.rename("none", "x") is None
    assert world.store.of_account(world.asha, 9) == [changed]
    assert world.store.of_account(world.ravi, 9) == []


@pytest.mark.parametrize("why", ["", "private", "removed", "followers", "not said"])
def test_others_may_use_it_while_its_video_is_there_for_all_and_its_owner_says_so(
    world: World, why: str
) -> None:
    world.upload("o", 3, world.asha, sound=why != "not said",
                 audience="followers" if why == "followers" else "everyone")  # fmt: skip
    world.hear("o", world.asha, song(1))
    if why == "private":
        world.set(world.asha, private=True)
    if why == "removed":
        SqlVideoStore(world.database).change("o", ("live",), 6, state="removed")
    found = world.store.find("sound-1")
    assert found is not None and found.open is (not why)


def test_a_sound_that_is_taken_down_takes_its_videos_with_it_at_once(world: World) -> None:
    first = world.hear("a", world.asha, song(1)).sound
    world.hear("b", world.ravi, song(1))
    videos_, items_ = SqlVideoStore(world.database), SqlItemStore(world.database)
    assert videos_.shows("set-a") and videos_.shows("set-b")
    gone = world.down.take_down(first.id, "copyright", "operator:asha", "a label asked", 7)
    assert gone is not None and gone.down == "copyright"
    assert not videos_.shows("set-a") and not videos_.shows("set-b")
    assert world.shown.with_sound(first.id, GUEST, 1 << 40, 9) == []
    assert world.shown.find("b", GUEST) is None
    assert all(one.withheld for one in items_.changes(0, 9))
    assert world.down.take_down("none", "copyright", "operator:asha", "x", 7) is None
    told = SqlAuditStore(world.database).read(0, 9)[-1]
    assert told[2:6] == (
        "operator:asha",
        "take down sound",
        "sound sound-1",
        "copyright: a label asked",
    )


def test_nothing_with_it_is_shown_although_it_becomes_live(world: World) -> None:
    world.upload("h", 3, world.asha, state="held")
    first = world.hear("h", world.asha, song(1)).sound
    world.down.take_down(first.id, "copyright", "operator:asha", "x", 7)
    assert SqlVideoStore(world.database).change("h", ("held",), 8, state="live")
    assert not SqlVideoStore(world.database).shows("set-h")
    assert SqlItemStore(world.database).changes(0, 9)[-1].withheld
    assert world.shown.find("h", GUEST) is None


def test_what_is_uploaded_later_is_told_to_be_it(world: World) -> None:
    first = world.hear("a", world.asha, song(1)).sound
    world.down.take_down(first.id, "hate", "operator:asha", "x", 7)
    heard = world.hear("b", world.ravi, part(song(1), 20, 90))
    assert (heard.sound.id, heard.down) == (first.id, "hate") and heard.share > 0.9
    world.upload("c", 3, world.ravi)
    some = world.hear("c", world.ravi, part(song(1), 0, 60) + song(2))
    assert some.sound.id == "sound-2" and some.down == "hate" and 0.1 < some.share < 0.3
    world.upload("d", 4, world.ravi)
    named = world.hear("d", world.ravi, song(5), of=first.id)
    assert (named.sound.id, named.down, named.share) == (first.id, "hate", 1.0)


def test_it_is_settled_when_all_was_done_and_not_if_it_changed_meanwhile(world: World) -> None:
    first = world.hear("a", world.asha, song(1)).sound
    world.hear("b", world.ravi, song(1))
    assert world.down.unsettled(9) == []
    gone = world.down.take_down(first.id, "hate", "operator:asha", "x", 7)
    assert gone is not None and world.down.unsettled(9) == [gone]
    page = world.down.videos(first.id, None, 1)
    assert [one.id for one in page] == ["a"]
    assert [one.id for one in world.down.videos(first.id, page[0], 9)] == ["b"]
    back = world.down.restore(first.id, "operator:bina", "it was wrong", 8)
    assert back is not None and not back.down
    world.down.settled(gone)
    assert world.down.unsettled(9) == [back]
    world.down.settled(back)
    assert world.down.unsettled(9) == []
    assert world.down.restore("none", "operator:bina", "x", 8) is None


def test_a_video_may_leave_its_sound(world: World) -> None:
    world.hear("a", world.asha, song(1))
    left = world.down.leave("a")
    assert left is not None and left.sound == ""
    assert SqlVideoStore(world.database).find("a") == left
    assert world.down.leave("none") is None


def test_of_an_erased_account_only_what_others_use_stays_and_is_nobodys(world: World) -> None:
    world.hear("a", world.asha, song(1))
    world.hear("b", world.ravi, song(1))
    world.upload("c", 3, world.asha)
    world.hear("c", world.asha, song(2))
    search = SqlSearchStore(world.database, 1)
    found = [
        Document("sound", "sound-1", ("monsoon",), ("asha",), ()),
        Document("creator", "@asha", ("asha",), (), ()),
        Document("creator", "@ravi", ("ravi",), (), ()),
    ]
    search.put(found, [], 1)
    SqlCreatorStore(world.database).erase(world.asha)
    assert search.find([[Alternative("asha"), Alternative("monsoon")]], 9) == []
    assert not search.holds("monsoon") and not search.holds("asha") and search.holds("ravi")
    kept = world.store.find("sound-1")
    assert kept is not None
    assert (kept.account, kept.handle, kept.video, kept.open) == (0, "", "", False)
    assert world.store.find("sound-2") is None
    with world.database.read() as connection:
        nums = connection.execute(select(sounds.c.num)).scalars().all()
        assert set(connection.execute(select(sound_marks.c.sound)).scalars()) == set(nums)
