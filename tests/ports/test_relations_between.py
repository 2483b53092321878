"""The contract of RelationStore between two accounts: blocks and their mirrors, private accounts
and requests; and counters that are exact whatever happens."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, true, update

from jhalak.ports.creators import Creator
from jhalak.ports.errors import Conflict
from jhalak.ports.items import Draft
from jhalak.ports.relations import Apart, Change, Changed, NeedsAccount
from jhalak.ports.viewers import Viewer
from jhalak.records.creators import SqlCreatorStore
from jhalak.records.database import Database
from jhalak.records.items import SqlItemStore
from jhalak.records.relations import SqlFollowRequests, SqlRelationStore
from jhalak.records.tables import creator_accounts, items, relation_counts, relations
from jhalak.records.viewers import SqlViewerStore
from jhalak.schema.item import Item

_fresh = itertools.count(1)


class People:
    """Accounts a and b, an anonymous viewer, and the stores."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.store, self.requests = SqlRelationStore(database), SqlFollowRequests(database)
        self.accounts, self.viewers = SqlCreatorStore(database), SqlViewerStore(database)
        self.now_ms = 100
        self.a, self.b = self.account(), self.account()
        self.nobody = self.anonymous()

    def account(self) -> Creator:
        return self.accounts.add(f"person{next(_fresh)}", "x", 1)

    def anonymous(self) -> int:
        viewer = 10**9 + next(_fresh)
        self.viewers.create(Viewer(id=viewer, created_ms=1, languages=("en",)))
        return viewer

    def make_private(self, who: Creator) -> None:
        with self.database.write() as connection:
            change = update(creator_accounts).where(creator_accounts.c.num == who.num)
            connection.execute(change.values(private=True))

    def video(self, by: Creator) -> int:
        item = Item(
            id=f"video{next(_fresh)}", kind="video", language="en", topic="food", title="x",
            publisher=f"@{by.handle}",
        )  # fmt: skip
        store = SqlItemStore(self.database)
        store.put([Draft(item, b"", 1000)], 1)
        found = store.get(item.id)
        assert found is not None
        return found.num

    def change(self, viewer: int, verb: str, target: int, on: bool = True) -> Changed | Conflict:
        self.now_ms += 1
        change = Change(viewer, verb, "creator", target, on, self.now_ms)  # type: ignore[arg-type]
        [done] = self.store.write([change])
        return done

    def stand(self, viewer: int) -> set[tuple[str, int]]:
        return {(row.verb, row.target) for row in self.store.of_viewer(viewer)}

    def counted(self) -> dict[tuple[str, str, int], int]:
        """Every counter that is not 0."""
        with self.database.read() as connection:
            rows = connection.execute(select(relation_counts)).all()
        return {(row.verb, row.kind, row.target): row.n for row in rows if row.n}

    def count(self) -> dict[tuple[str, str, int], int]:
        """What the counters have to say, by counting."""
        stands = relations.c.standing == true()
        named = relations.c.verb, relations.c.kind, relations.c.target
        likes = (
            select(creator_accounts.c.creator, func.count())
            .select_from(relations)
            .join(items, items.c.num == relations.c.target)
            .join(creator_accounts, creator_accounts.c.creator == items.c.creator)
            .where(stands, relations.c.verb == "likes", relations.c.kind == "item")
            .group_by(creator_accounts.c.creator)
        )
        follows = (
            select(relations.c.viewer, func.count())
            .where(stands, relations.c.verb == "follows", relations.c.kind == "creator")
            .group_by(relations.c.viewer)
        )
        every = select(*named, func.count()).where(stands, relations.c.verb != "barred")
        with self.database.read() as connection:
            found = {tuple(r[:3]): r[3] for r in connection.execute(every.group_by(*named))}
            found |= {("likes", "items_of", r[0]): r[1] for r in connection.execute(likes)}
            found |= {("follows", "viewer", r[0]): r[1] for r in connection.execute(follows)}
        return found


@pytest.fixture
def people(database: Database) -> People:
    return People(database)


def test_a_block_hides_both_ways_and_ends_both_follows(people: People) -> None:
    a, b = people.a, people.b
    people.change(a.viewer, "follows", b.creator)
    people.change(b.viewer, "follows", a.creator)
    done = people.change(a.viewer, "blocks", b.creator)
    assert isinstance(done, Changed) and done.changed
    assert {(row.viewer, row.verb, row.target, on) for row, on in done.also} == {
        (b.viewer, "barred", a.creator, True), (a.viewer, "follows", b.creator, False),
        (b.viewer, "follows", a.creator, False),
    }  # fmt: skip
    assert people.stand(a.viewer) == {("blocks", b.creator)}
    assert people.stand(b.viewer) == {("barred", a.creator)}
    assert people.store.unwanted(b.viewer) == {a.creator}
    assert people.store.count("follows", "creator", a.creator) == 0
    again = people.change(a.viewer, "blocks", b.creator)
    assert again == done._replace(changed=False)


def test_taking_a_block_back_lifts_the_mirror_but_not_the_others_own_block(people: People) -> None:
    a, b = people.a, people.b
    people.change(a.viewer, "blocks", b.creator)
    people.change(b.viewer, "blocks", a.creator)
    people.change(a.viewer, "blocks", b.creator, on=False)
    assert people.stand(a.viewer) == {("barred", b.creator)}
    assert people.stand(b.viewer) == {("blocks", a.creator)}


@pytest.mark.parametrize("first", ["blocker", "blocked"])
def test_neither_follows_while_one_blocks_the_other(people: People, first: str) -> None:
    a, b = people.a, people.b
    people.change(a.viewer, "blocks", b.creator)
    who, whom = (a, b) if first == "blocker" else (b, a)
    assert isinstance(people.change(who.viewer, "follows", whom.creator), Apart)
    assert people.store.count("follows", "creator", whom.creator) == 0


def test_who_is_barred_likes_no_video_of_who_bars(people: People) -> None:
    a, b = people.a, people.b
    video = people.video(a)
    people.change(a.viewer, "blocks", b.creator)
    with pytest.raises(Apart):
        people.store.put(b.viewer, "likes", "item", video, 500)
    people.change(a.viewer, "blocks", b.creator, on=False)
    assert people.store.put(b.viewer, "likes", "item", video, 501)[1]


def test_a_block_of_who_has_no_account_has_no_mirror(people: People) -> None:
    assert people.change(people.nobody, "blocks", people.a.creator).also == ()  # type: ignore[union-attr]
    assert people.stand(people.a.viewer) == set()


def test_a_private_account_is_asked_and_answers(people: People) -> None:
    a, b = people.a, people.b
    people.make_private(a)
    done = people.change(b.viewer, "follows", a.creator)
    assert done == Changed(None, True, asked=True)
    assert people.change(b.viewer, "follows", a.creator) == Changed(None, False, asked=True)
    assert people.requests.waiting(a.num) == [(b.viewer, 101)]
    assert people.requests.asked(a.num, b.viewer)
    assert people.requests.of_viewer(b.viewer) == [(a.num, 101)]
    assert people.stand(b.viewer) == set()
    followed = people.requests.answer(a.num, b.viewer, True, 500)
    assert followed is not None and followed.changed and followed.row is not None
    assert people.stand(b.viewer) == {("follows", a.creator)}
    assert people.store.count("follows", "creator", a.creator) == 1
    assert people.requests.waiting(a.num) == []
    assert people.requests.answer(a.num, b.viewer, True, 501) is None
    # Who follows already follows on, also when they say so again.
    assert people.change(b.viewer, "follows", a.creator).changed is False  # type: ignore[union-attr]


def test_a_request_is_declined_or_withdrawn_or_ended_by_a_block(people: People) -> None:
    a, b = people.a, people.b
    people.make_private(a)
    people.change(b.viewer, "follows", a.creator)
    assert people.requests.answer(a.num, b.viewer, False, 500) is not None
    assert people.stand(b.viewer) == set() and not people.requests.asked(a.num, b.viewer)
    people.change(b.viewer, "follows", a.creator)
    withdrawn = people.change(b.viewer, "follows", a.creator, on=False)
    assert withdrawn == Changed(None, True) and people.requests.waiting(a.num) == []
    for who, whom in ((a, b), (b, a)):
        people.change(b.viewer, "follows", a.creator)
        people.change(who.viewer, "blocks", whom.creator)
        assert people.requests.waiting(a.num) == []
        people.change(who.viewer, "blocks", whom.creator, on=False)


def test_only_an_account_may_ask(people: People) -> None:
    people.make_private(people.a)
    asked = people.change(people.nobody, "follows", people.a.creator)
    assert isinstance(asked, NeedsAccount) and people.requests.waiting(people.a.num) == []


def test_one_of_many_that_may_not_be_spoils_nothing_for_the_others(people: People) -> None:
    wanted = [
        Change(viewer, "likes", "item", 7, True, 100)
        for viewer in (people.a.viewer, 1, people.nobody)
    ]
    first, none, last = people.store.write(wanted)
    assert isinstance(none, Conflict)
    assert isinstance(first, Changed) and isinstance(last, Changed)
    assert people.store.count("likes", "item", 7) == 2


def test_who_is_erased_is_counted_nowhere_and_bars_nobody(people: People) -> None:
    a, b = people.a, people.b
    people.store.put(b.viewer, "likes", "item", people.video(a), 100)
    people.change(b.viewer, "follows", a.creator)
    people.change(b.viewer, "mutes", a.creator)
    c = people.account()
    people.change(b.viewer, "blocks", c.creator)
    people.viewers.erase(b.viewer, 200)
    assert people.counted() == people.count() == {}
    assert people.stand(c.viewer) == set()


def test_an_erased_account_is_followed_asked_and_blocked_by_nobody(people: People) -> None:
    a, b = people.a, people.b
    people.store.put(b.viewer, "likes", "item", people.video(a), 100)
    people.change(b.viewer, "follows", a.creator)
    people.change(a.viewer, "blocks", people.account().creator)
    people.accounts.erase(a.num)
    assert people.stand(b.viewer) - {("likes", 1)} == set()
    people.viewers.erase(a.viewer, 300)
    assert people.counted() == people.count()


steps = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c", "nobody"]),
        st.sampled_from(["likes", "follows", "blocks", "mutes", "erase", "answer"]),
        st.integers(0, 2),
        st.booleans(),
    ),
    max_size=30,
)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=steps, together=st.integers(1, 6))
def test_counters_are_what_counting_says_after_any_history(
    database: Database, steps: list[tuple[str, str, int, bool]], together: int
) -> None:
    people = People(database)
    c = people.account()
    people.make_private(c)
    whom = [people.a, people.b, c]
    viewers = {
        "a": people.a.viewer, "b": people.b.viewer, "c": c.viewer, "nobody": people.nobody
    }  # fmt: skip
    videos = [people.video(who) for who in whom]
    waiting: list[Change] = []
    erased: set[int] = set()

    def write() -> None:
        people.store.write(waiting)
        waiting.clear()

    for who, verb, which, on in steps:
        people.now_ms += 1
        viewer, other = viewers[who], whom[which]
        if verb == "erase":
            write()
            people.viewers.erase(viewer, people.now_ms)
            erased.add(viewer)
        elif verb == "answer":
            write()
            people.requests.answer(c.num, viewer, on, people.now_ms)
        else:
            kind, target = (
                ("item", videos[which]) if verb == "likes" else ("creator", other.creator)
            )
            waiting.append(Change(viewer, verb, kind, target, on, people.now_ms))  # type: ignore[arg-type]
        if len(waiting) >= together:
            write()
    write()
    assert people.counted() == people.count()
    for one, other in itertools.permutations(whom, 2):
        barred = ("barred", other.creator) in people.stand(one.viewer)
        blocked = ("blocks", one.creator) in people.stand(other.viewer)
        assert barred == (blocked and one.viewer not in erased)
    assert people.requests.waiting(people.a.num) == []
