"""The contract of the stores of comments."""

from __future__ import annotations

import itertools
import random
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import pytest
from sqlalchemy import func, select

from jhalak.ports.comments import Added, Asker, Comment, Limits, Line
from jhalak.ports.relations import Change, Changed
from jhalak.records.comment_pages import SqlCommentPages
from jhalak.records.comments import SqlCommentStore
from jhalak.records.creators import SqlCreatorStore
from jhalak.records.database import Database
from jhalak.records.relations import SqlRelationStore
from jhalak.records.tables import (
    comment_counts,
    comment_likes,
    comments,
    creator_accounts,
    videos,
)
from tests.ports.people_world import add_account, add_video, add_viewer, relate

MANY = Limits(1000, 1000)
NOBODY = Asker(5, 0, 0)
_ids = itertools.count(1)


def worth(likes: int, replies: int, reports: int, by_creator: bool, created_ms: int) -> float:
    return likes + 2 * replies - 3 * reports + 5 * by_creator + created_ms / 1e6


class World(NamedTuple):
    database: Database
    store: SqlCommentStore
    pages: SqlCommentPages
    asha: int
    """Who made the video "v"."""
    ravi: int
    meena: int

    def say(self, by: int, text: str, at_ms: int = 0, **fields: Any) -> Comment:
        added = self.put(by, text, at_ms, **fields)
        assert added.comment is not None, added
        return added.comment

    def put(
        self, by: int, text: str, at_ms: int = 0, limits: Limits = MANY, **fields: Any
    ) -> Added:
        n = next(_ids)
        made: dict[str, Any] = {
            "num": 0, "id": f"c{n}", "video": "v", "account": by, "parent": 0, "answers": 0,
            "text": text, "mark": text.encode(), "mentions": (), "language": "hi",
            "state": "shown", "reason": "", "likes": 0, "replies": 0, "reports": 0,
            "by_creator": False, "value": 0.0, "created_ms": at_ms or 1_000_000 * n,
            "edited_ms": 0,
        }  # fmt: skip
        return self.store.add(Comment(**made | fields), limits)

    def seen(self, asker: Asker = NOBODY, **more: Any) -> list[Line]:
        asked: dict[str, Any] = {
            "video": "v", "parent": 0, "asker": asker, "order": "newest", "limit": 50,
        }  # fmt: skip
        return self.pages.page(**asked | more)

    def texts(self, asker: Asker = NOBODY, **more: Any) -> list[str]:
        return [line.comment.text for line in self.seen(asker, **more)]

    def count(self, video: str = "v") -> int:
        return self.pages.counts([video]).get(video, 0)

    def counted(self, video: str = "v") -> int:
        """The same, by looking at every comment: what a stranger reads, page by page."""
        with self.database.read() as connection:
            of = select(creator_accounts.c.viewer).join(
                videos, videos.c.account == creator_accounts.c.num
            )
            owner = connection.execute(of.where(videos.c.id == video)).scalar_one()
            rows = connection.execute(select(comments).where(comments.c.video == video)).all()
        stranger, found = Asker(5, 0, owner), 0
        top = {one.comment.num: one for one in self.seen(stranger, video=video, limit=500)}
        for row in rows:
            if not row.parent and row.state != "deleted":
                read = self.seen(stranger, video=video, parent=row.num, limit=500)
                assert row.replies == len(read) * (row.num in top), row
                found += row.replies
        return found + sum(one.comment.state == "shown" for one in top.values())

    def suspend(self, account: int, on: bool) -> None:
        SqlCreatorStore(self.database).suspend(account, 7 * on)

    def block(self, by: int, account: int, on: bool, at_ms: int = 1) -> None:
        change = Change(by + 1000, "blocks", "creator", account + 100, on, at_ms)
        [done] = SqlRelationStore(self.database).write([change])
        assert isinstance(done, Changed)


@pytest.fixture
def world(database: Database) -> World:
    asha, ravi, meena = (add_account(database, name) for name in ("asha", "ravi", "meena"))
    add_video(database, "v", asha, 1)
    add_video(database, "w", asha, 2)
    store = SqlCommentStore(database, worth)
    return World(database, store, SqlCommentPages(database), asha, ravi, meena)


def asker(account: int) -> Asker:
    """Somebody with an account; the videos' creator is the first account."""
    return Asker(account + 1000, account, 1001)


def test_a_comment_is_found_as_it_was_written(world: World) -> None:
    said = world.say(world.ravi, "कमाल", mentions=("asha", "meena"), language="hi")
    assert world.pages.find(said.id) == said and said.num > 0
    assert world.pages.find("none") is None
    [line] = world.seen()
    assert line == Line(said, "ravi", "Ravi", False, "", "", False, False)
    assert world.count() == 1 and world.count("w") == 0
    assert world.pages.lines([said.id, "none"], NOBODY) == [line]


def test_replies_stand_below_what_they_answer_oldest_first(world: World) -> None:
    first = world.say(world.ravi, "first")
    one = world.say(world.meena, "one", parent=first.num, answers=world.ravi)
    two = world.say(world.ravi, "two", parent=first.num, answers=world.meena)
    assert world.texts() == ["first"]
    below = world.seen(parent=first.num, order="oldest")
    assert [line.comment.text for line in below] == ["one", "two"]
    assert [line.answers for line in below] == ["ravi", "meena"]
    assert {line.thread for line in below} == {first.id}
    found = world.pages.find(first.id)
    assert found is not None and found.replies == 2 and world.count() == 3
    assert world.put(world.ravi, "deeper", parent=one.num).why == "gone", "one level deep"
    assert world.put(world.ravi, "elsewhere", parent=first.num, video="w").why == "gone"
    assert world.put(world.ravi, "nowhere", parent=12_345).why == "gone"
    assert two.parent == first.num and world.count() == world.counted() == 3


def test_the_same_sent_again_is_the_same_and_too_much_is_refused(world: World) -> None:
    limits = Limits(4, 2)
    first = world.put(world.ravi, "same", 1_000, limits)
    again = world.put(world.ravi, "same", 30_000, limits)
    assert first.new and not again.new and again.comment == first.comment
    assert world.put(world.ravi, "same", 70_000, limits).new, "a minute later it is another one"
    assert world.put(world.ravi, "same", 140_000, limits).why == "same"
    assert world.put(world.ravi, "same", 140_000, limits, video="w").why == "same"
    for n in range(4):
        assert world.put(world.meena, f"n{n}", 1_000 + n, limits).new
    assert world.put(world.meena, "n5", 2_000, limits).why == "often"
    assert world.put(world.meena, "n6", 61_100, limits).new
    assert world.count() == world.counted() == 7


def test_likes_are_counted_once_each_and_the_creators_is_told_apart(world: World) -> None:
    said = world.say(world.ravi, "nice")
    assert world.store.like(said.id, world.meena, True, 5) == (1, True)
    assert world.store.like(said.id, world.meena, True, 6) == (1, False)
    assert world.store.like(said.id, world.asha, True, 7) == (2, True)
    [line] = world.seen(asker(world.meena))
    assert line.liked and line.comment.likes == 2 and line.comment.by_creator
    assert line.comment.value == worth(2, 0, 0, True, said.created_ms)
    assert not world.seen(asker(world.ravi))[0].liked
    assert world.pages.liked_by(world.meena) == [(said.id, 5)]
    assert world.store.like(said.id, world.asha, False, 8) == (1, True)
    assert world.store.like(said.id, world.asha, False, 9) == (1, False)
    found = world.pages.find(said.id)
    assert found is not None and not found.by_creator and found.likes == 1
    assert world.store.like("none", world.asha, True, 9) is None


def test_an_edit_changes_what_is_said_while_it_is_young(world: World) -> None:
    said = world.say(world.ravi, "befor", 1_000)
    better = said._replace(text="before", mark=b"before", edited_ms=2_000, language="en")
    assert world.store.edit(better, since_ms=1_000) is None, "too old"
    changed = world.store.edit(better, since_ms=999)
    assert changed is not None and changed.text == "before" and changed.edited_ms == 2_000
    assert world.pages.find(said.id) == changed
    held = world.store.edit(better._replace(state="held", reason="hate"), since_ms=0)
    assert held is not None and held.state == "held" and world.count() == world.counted() == 0
    assert world.store.edit(better, since_ms=0) is not None and world.count() == 1


def test_deleted_takes_all_that_stands_below_it(world: World) -> None:
    first, other = world.say(world.ravi, "first"), world.say(world.meena, "other")
    reply = world.say(world.meena, "reply", parent=first.num)
    world.store.like(reply.id, world.asha, True, 5)
    world.store.pin(first.id, True)
    assert world.store.delete(reply.id) == 1 and world.count() == world.counted() == 2
    world.say(world.meena, "again", parent=first.num)
    assert world.store.delete(first.id) == 2 and world.store.delete(first.id) == 0
    assert world.store.delete("none") == 0
    assert world.texts(asker(world.ravi)) == ["other"] and world.count() == world.counted() == 1
    for gone in (first, reply):
        found = world.pages.find(gone.id)
        assert found is not None and (found.text, found.state, found.mark) == ("", "deleted", b"")
    assert world.pages.liked_by(world.asha) == [] and world.pages.pinned("v", NOBODY) is None
    assert world.put(world.meena, "late", parent=first.num).why == "gone"
    assert world.store.like(first.id, world.asha, True, 9) is None
    assert other.state == "shown"


def test_what_is_held_is_seen_by_its_writer_until_somebody_decides(world: World) -> None:
    said = world.say(world.ravi, "doubtful", state="held", reason="hate")
    assert world.texts() == [] == world.texts(asker(world.asha)) and world.count() == 0
    assert world.texts(asker(world.ravi)) == ["doubtful"]
    assert world.store.held(0, 10) == [said] and world.store.held(said.num, 10) == []
    assert world.put(world.meena, "below", parent=said.num).why == "gone"
    shown = world.store.release(said.id)
    assert shown is not None and shown.state == "shown" and world.count() == 1
    assert world.store.decide(said.id, True, "") is None, "it is so already"
    world.say(world.meena, "below", parent=said.num)
    removed = world.store.decide(said.id, False, "hate")
    assert removed is not None and removed.reason == "hate"
    assert world.texts() == [] and world.count() == world.counted() == 0
    assert world.texts(asker(world.ravi)) == ["doubtful"], "and is told why it went"
    assert world.store.release(said.id) is None, "it is not held"
    assert world.store.decide(said.id, True, "") is not None, "an appeal was right"
    assert world.count() == world.counted() == 2 and world.texts() == ["doubtful"]
    assert world.store.delete(said.id) == 2
    assert world.store.decide(said.id, True, "") is None


def test_one_comment_of_a_video_is_pinned(world: World) -> None:
    one, two = world.say(world.ravi, "one"), world.say(world.meena, "two")
    reply = world.say(world.meena, "reply", parent=one.num)
    assert world.store.pin(one.id, True) and world.store.pin(two.id, True)
    line = world.pages.pinned("v", NOBODY)
    assert line is not None and line.comment.id == two.id and line.pinned
    assert [line.pinned for line in world.seen()] == [True, False]
    assert world.store.pin(one.id, False), "it is not pinned: nothing changes"
    assert world.pages.pinned("v", NOBODY) is not None
    assert world.store.pin(two.id, False) and world.pages.pinned("v", NOBODY) is None
    assert not world.store.pin(reply.id, True) and not world.store.pin("none", True)


def test_the_best_come_first_and_pages_fit_together_while_new_ones_come(world: World) -> None:
    said = [world.say(world.ravi, f"n{n}", 10_000_000 + n) for n in range(6)]
    for n, likes in enumerate((0, 3, 1, 2, 0, 0)):
        for account in (world.asha, world.ravi, world.meena)[:likes]:
            world.store.like(said[n].id, account, True, 5)
    world.store.reported(said[0].id)
    assert not world.store.reported("none")
    first = world.seen(order="best", limit=3)
    assert [line.comment.text for line in first] == ["n1", "n3", "n2"]
    late = world.say(world.meena, "late", 10_000_009)
    last = first[-1].comment
    rest = world.seen(
        order="best", after=(last.value, last.num), up_to_ms=max(one.created_ms for one in said)
    )
    assert [line.comment.text for line in rest] == ["n5", "n4", "n0"]
    assert world.texts(without=[late.num, said[5].num], limit=2) == ["n4", "n3"]
    assert world.texts(writers=[world.ravi]) == ["late"]
    assert world.texts(after=(0.0, said[2].num)) == ["n1", "n0"]


def test_a_page_is_of_the_readers_languages_and_their_own(world: World) -> None:
    for language in ("hi", "ta", "und"):
        world.say(world.ravi, language, language=language)
    assert world.texts(languages=["ta", "und"]) == ["und", "ta"]
    assert world.texts(asker(world.ravi), languages=["ta"]) == ["und", "ta", "hi"]


def test_who_is_blocked_muted_barred_suspended_or_erased_is_not_read(world: World) -> None:
    world.say(world.ravi, "ravi's")
    world.say(world.meena, "meena's")
    for reader, verb in enumerate(("blocks", "mutes", "barred"), 9_000):
        add_viewer(world.database, reader)
        relate(world.database, reader, verb, "creator", world.ravi + 100)
        assert world.texts(Asker(reader, 0, 0)) == ["meena's"], verb
    assert world.texts(asker(world.asha)) == ["meena's", "ravi's"]
    relate(world.database, world.asha + 1000, "mutes", "creator", world.meena + 100)
    assert world.texts(Asker(5, 0, world.asha + 1000)) == ["meena's", "ravi's"], (
        "a mute is one's own"
    )
    relate(world.database, world.asha + 1000, "blocks", "creator", world.meena + 100)
    assert world.texts(Asker(5, 0, world.asha + 1000)) == ["ravi's"], "whom the creator blocks"
    with world.database.write() as connection:
        connection.execute(
            creator_accounts.update()
            .where(creator_accounts.c.num == world.ravi)
            .values(suspended_ms=7)
        )
    assert world.texts(Asker(5, 0, world.asha + 1000)) == []
    assert world.texts() == ["meena's"]


def test_suspended_writers_count_again_when_they_are_back(world: World) -> None:
    first = world.say(world.ravi, "first")
    world.say(world.meena, "below it", parent=first.num)
    other = world.say(world.meena, "other")
    world.say(world.ravi, "ravi's below the other", parent=other.num)
    world.say(world.ravi, "elsewhere", video="w")
    world.suspend(world.ravi, True)
    assert (world.count(), world.count("w")) == (1, 0), "what stands below his is not read either"
    found = world.pages.find(other.id)
    assert found is not None and found.replies == 0
    world.suspend(world.ravi, True)
    world.say(world.ravi, "on its way when he was suspended")
    world.say(world.meena, "so was this", parent=first.num)
    assert world.store.decide(first.id, False, "hate") is not None
    assert world.store.decide(first.id, True, "") is not None
    assert world.count() == world.counted() == 1 and world.counted("w") == 0
    world.suspend(world.ravi, False)
    assert (world.count(), world.count("w")) == (world.counted(), world.counted("w")) == (6, 1)
    world.suspend(world.ravi, False)
    assert world.count() == 6


def test_whom_the_videos_creator_blocks_does_not_count_below_their_videos(world: World) -> None:
    add_video(world.database, "x", world.meena, 3)
    first = world.say(world.ravi, "first")
    world.say(world.meena, "below it", parent=first.num)
    world.say(world.ravi, "elsewhere", video="x")
    for n in range(2):
        world.block(world.asha, world.ravi, True, 2 + n)
        assert (world.count(), world.counted()) == (0, 0) and world.count("x") == 1
    world.block(world.meena, world.ravi, True, 4)
    assert world.count("x") == world.counted("x") == 0
    world.suspend(world.ravi, True)
    world.block(world.asha, world.ravi, False, 5)
    assert world.count() == 0, "he is still suspended"
    world.suspend(world.ravi, False)
    assert (world.count(), world.count("x")) == (2, 0), "meena still blocks him"
    assert (world.counted(), world.counted("x")) == (2, 0)
    world.block(world.asha, world.ravi, True, 6)
    assert SqlCreatorStore(world.database).erase(world.ravi)
    assert world.count() == world.counted() == 1, "what stands below the empty place is read"
    assert world.count("x") == world.counted("x") == 0


def test_only_who_wants_to_be_met_can_be_mentioned(world: World) -> None:
    reader = world.meena + 1000
    assert world.pages.mentioned(["ravi", "asha", "none"], reader) == {
        "ravi": world.ravi, "asha": world.asha,
    }  # fmt: skip
    relate(world.database, reader, "barred", "creator", world.ravi + 100)
    assert world.pages.mentioned(["ravi", "asha"], reader) == {"asha": world.asha}
    assert world.pages.mentioned([], reader) == {}


def test_an_erased_writer_leaves_an_empty_place_where_others_answered(world: World) -> None:
    alone = world.say(world.ravi, "alone")
    first = world.say(world.ravi, "first", mentions=("asha",))
    reply = world.say(world.meena, "reply", parent=first.num, answers=world.ravi)
    own = world.say(world.ravi, "own", parent=first.num)
    other = world.say(world.meena, "other")
    world.say(world.ravi, "under another's", parent=other.num)
    world.store.like(other.id, world.ravi, True, 5)
    world.store.like(alone.id, world.meena, True, 6)
    assert [one.text for one in world.pages.of_account(world.ravi, 0, 2)] == ["alone", "first"]
    assert len(world.pages.of_account(world.ravi, first.num, 9)) == 2
    assert SqlCreatorStore(world.database).erase(world.ravi)
    assert world.pages.of_account(world.ravi, 0, 9) == [] == world.pages.liked_by(world.ravi)
    assert world.count() == world.counted() == 2, "the reply and the other one"
    lines = {line.comment.id: line for line in world.seen()}
    assert set(lines) == {first.id, other.id}
    place = lines[first.id]
    assert place.handle == place.name == place.comment.text == "" and not place.comment.account
    assert place.comment.replies == 1 and place.comment.mentions == ()
    assert lines[other.id].comment.likes == 0 and lines[other.id].comment.replies == 0
    [below] = world.seen(parent=first.num)
    assert below.comment.id == reply.id and below.answers == "" and not below.comment.answers
    assert world.pages.find(alone.id) is None and world.pages.find(own.id) is None
    assert world.say(world.meena, "it goes on", parent=first.num).parent == first.num


def test_an_erased_creators_videos_take_all_that_was_said_with_them(world: World) -> None:
    said = world.say(world.ravi, "nice")
    world.store.like(said.id, world.meena, True, 5)
    add_video(world.database, "other", world.meena, 3)
    stays = world.say(world.ravi, "stays", video="other")
    assert SqlCreatorStore(world.database).erase(world.asha)
    assert world.pages.find(said.id) is None and world.pages.find(stays.id) == stays
    with world.database.read() as connection:
        for table in (comment_likes, comment_counts):
            rows = select(func.count()).select_from(table)
            assert connection.execute(rows).scalar() == (table is comment_counts)


def test_many_in_one_transaction_are_each_answered_by_itself(world: World) -> None:
    def said(n: int, video: str, by: int) -> Comment:
        text = f"t{n}"
        return Comment(
            0, f"all{n}", video, by, 0, 0, text, text.encode(), (), "hi", "shown", "", 0, 0, 0,
            False, 0.0, 1_000 + n, 0,
        )  # fmt: skip

    many = [said(0, "w", world.ravi), said(1, "v", world.ravi), said(2, "v", world.ravi),
            said(3, "v", world.meena)]  # fmt: skip
    added = world.store.add_all([*many, many[3]._replace(id="again")], Limits(2, 9))
    found = [one.comment.id if one.comment else one.why for one in added]
    assert found == ["often", "all1", "all2", "all3", "all3"], "in the order of their videos"
    assert world.count() == world.counted() == 3 and world.count("w") == 0
    gone = [said(7, "none", world.meena), said(8, "v", world.meena)]
    assert [one.why for one in world.store.add_all(gone, Limits(9, 9))] == ["gone", ""]
    assert world.count() == world.counted()


def test_many_at_a_time_are_counted_exactly(world: World) -> None:
    first = world.say(world.ravi, "first")

    def work(n: int) -> None:
        account = (world.asha, world.ravi, world.meena)[n % 3]
        said = world.say(account, f"n{n}", 50_000_000 + n, parent=first.num * (n % 2))
        world.store.like(first.id, account, True, n)
        if n % 4 == 0:
            world.store.delete(said.id)

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(work, range(60)))
    found = world.pages.find(first.id)
    assert found is not None and found.likes == 3
    assert world.count() == world.counted() == 1 + 60 - 15


def test_who_is_suspended_or_blocked_while_writing_is_counted_exactly(world: World) -> None:
    """Batches over two videos, of writers who are suspended and blocked meanwhile: none waits for
    the other in a ring."""
    first = {video: world.say(world.meena, "first", video=video) for video in ("v", "w")}
    ids = itertools.count(1)

    def write(turn: int) -> None:
        said = [
            first[video]._replace(
                id=f"r{next(ids)}", account=by, parent=first[video].num * (turn % 2),
                text=f"{turn} {by} {video}", mark=f"{turn} {by} {video}".encode(),
                created_ms=90_000_000 + turn,
            )
            for video in ("v", "w") for by in (world.ravi, world.meena)
        ]  # fmt: skip
        assert all(added.new for added in world.store.add_all(said, MANY))

    def judge(turn: int) -> None:
        world.suspend((world.ravi, world.meena)[turn % 2], turn % 4 < 2)
        world.block(world.asha, (world.meena, world.ravi)[turn % 2], turn % 4 > 1, 100 + turn)

    with ThreadPoolExecutor(6) as pool:
        works = [pool.submit(work, turn) for turn in range(40) for work in (write, judge)]
        for one in works:
            one.result()
    for video in ("v", "w"):
        assert world.count(video) == world.counted(video)


@pytest.mark.parametrize("seed", range(4))
def test_counts_are_exact_whatever_is_done(world: World, seed: int) -> None:
    rng, said = random.Random(seed), list[Comment]()
    for step in range(90):
        by = rng.choice((world.ravi, world.meena))
        some = rng.choice(said) if said else None
        what = rng.random()
        if what < 0.5 or some is None:
            tops = [one for one in said if not one.parent]
            under = rng.choice(tops).num if tops and rng.random() < 0.6 else 0
            state = rng.choice(("shown", "shown", "held"))
            added = world.put(by, f"s{step}", 1_000_000 * step, parent=under, state=state)
            said += [added.comment] if added.comment else []
        elif what < 0.65:
            world.store.decide(some.id, rng.random() < 0.5, "hate")
        elif what < 0.8:
            world.store.edit(some._replace(state=rng.choice(("shown", "held"))), since_ms=0)
        elif what < 0.84:
            world.suspend(by, rng.random() < 0.5)
        elif what < 0.88:
            world.block(world.asha, by, rng.random() < 0.5, step)
        elif what < 0.92:
            world.store.delete(some.id)
        else:
            world.store.like(some.id, by, rng.random() < 0.7, step)
        if step % 10 == 0:
            assert world.count() == world.counted()
    assert world.count() == world.counted()
    SqlCreatorStore(world.database).erase(world.meena)
    assert world.count() == world.counted()
    for account in (world.ravi, world.asha):
        world.suspend(account, False)
    world.block(world.asha, world.ravi, False, 100)
    assert world.count() == world.counted()
    with world.database.read() as connection:
        likes = select(comment_likes.c.comment, func.count()).group_by(comment_likes.c.comment)
        counted = dict(map(tuple, connection.execute(likes)))
        kept = select(comments.c.num, comments.c.likes).where(comments.c.state != "deleted")
        for num, n in connection.execute(kept):
            assert counted.get(num, 0) == n
