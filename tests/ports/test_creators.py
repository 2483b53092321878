"""The contract of CreatorStore."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import Table, insert, select

from jhalak.ports.cases import NewReport
from jhalak.ports.comments import Added, Comment, Limits
from jhalak.ports.creators import Creator, Newcomer
from jhalak.ports.errors import Conflict
from jhalak.ports.items import Draft
from jhalak.ports.sounds import NewSound
from jhalak.ports.understandings import Understanding, Understood
from jhalak.ports.uploads import Upload
from jhalak.ports.viewers import Viewer
from jhalak.records.comments import SqlCommentStore
from jhalak.records.creator_lookup import SqlCreatorLookup
from jhalak.records.creator_sessions import SqlCreatorSessions
from jhalak.records.creators import SqlCreatorStore
from jhalak.records.database import Database
from jhalak.records.items import SqlItemStore
from jhalak.records.playlists import SqlPlaylistStore
from jhalak.records.reports import SqlReportStore
from jhalak.records.reviews import SqlReviewStore
from jhalak.records.series import SqlSeriesStore
from jhalak.records.sounds import Matching, SqlSoundStore
from jhalak.records.tables import creator_accounts, metadata
from jhalak.records.understandings import SqlUnderstandingStore
from jhalak.records.uploads import SqlUploadStore
from jhalak.records.verified_names import SqlVerifiedNames
from jhalak.records.videos import SqlVideoStore
from jhalak.records.viewers import SqlViewerStore
from jhalak.schema.collection import Playlist, Series
from jhalak.schema.item import Item
from tests.ports.test_videos import video


@pytest.fixture
def store(database: Database) -> SqlCreatorStore:
    return SqlCreatorStore(database)


def test_a_handle_is_given_once(store: SqlCreatorStore) -> None:
    asha = store.add("asha", "hash", 5)
    numbers = {"creator": asha.creator, "viewer": asha.viewer}
    assert asha == Creator(asha.num, "asha", 5, 0, **numbers, told_ms=5) and asha.num >= 1
    assert asha.creator >= 1 and asha.viewer >= 1
    assert store.find("asha") == (asha, "hash")
    assert store.find("ravi") is None and store.find("a\0") is None
    with pytest.raises(Conflict):
        store.add("asha", "other", 6)


def test_a_suspended_account_is_signed_out_and_cannot_sign_in_until_it_is_lifted(
    store: SqlCreatorStore, database: Database
) -> None:
    sessions, viewers = SqlCreatorSessions(database), SqlViewerStore(database)
    asha = store.add("asha", "hash", 5)
    sessions.open(b"token", asha.num, 10, 99)
    assert store.suspend(asha.num, 11) and not store.suspend(asha.num + 9, 11)
    assert sessions.signed_in(b"token", 12) is None
    assert [(viewer, epoch) for _, viewer, epoch in viewers.revoked(0)] == [(asha.viewer, 1)]
    with pytest.raises(Conflict):
        sessions.open(b"new", asha.num, 13, 99)
    store.suspend(asha.num, 0)
    sessions.open(b"new", asha.num, 14, 99)
    assert sessions.signed_in(b"token", 15) is None and sessions.signed_in(b"new", 15) is not None


def test_an_erased_account_leaves_its_handle_and_nothing_else(
    store: SqlCreatorStore, database: Database
) -> None:
    asha, ravi = store.add("asha", "hash", 5), store.add("ravi", "hash", 5)
    videos, reviews = SqlVideoStore(database), SqlReviewStore(database)
    videos.begin(video("a", asha.num), 7)
    videos.begin(video("b", ravi.num), 7)
    reviews.open("gate", "a", "hi", "sexual", 8)
    sessions = SqlCreatorSessions(database)
    sessions.open(b"token", asha.num, 10, 99)
    assert store.erase(asha.num) and not store.erase(ravi.num + 9)
    assert sessions.signed_in(b"token", 11) is None
    assert videos.find("a") is None and videos.find("b") is not None
    assert reviews.of("a") == []
    with pytest.raises(Conflict):
        sessions.open(b"new", asha.num, 12, 99)
    with pytest.raises(Conflict):
        store.add("asha", "hash", 13)


def test_of_an_erased_accounts_items_stays_only_that_they_were_recalled(
    store: SqlCreatorStore, database: Database
) -> None:
    asha, ravi = store.add("asha", "hash", 5), store.add("ravi", "hash", 5)
    items, videos = SqlItemStore(database), SqlVideoStore(database)
    understood = SqlUnderstandingStore(database)
    for name, owner in (("taken", asha), ("late", asha), ("other", ravi)):
        videos.begin(video(name, owner.num, handle=owner.handle), 7)
        shown = Item(
            id=name, kind="video", language="hi", topic="travel", title=f"rain over {name}",
            summary="at the old bridge", publisher=f"@{owner.handle}", published_ms=7,
            expires_ms=99,
        )  # fmt: skip
        items.put([Draft(shown, b"\1" * 64, 9)], 8)
    records = understood.live(0, 10, 9)
    said = [Understanding(one.num, "topic", "travel", 0.9, "m", 9) for one in records]
    understood.put(
        "m",
        [
            Understood(one, one.item, one.embedding, b"vector", (found,))
            for one, found in zip(records, said, strict=True)
        ],
        9,
    )
    items.recall("taken", "creator", "withdrawn", 10)
    before = max(one.seq for one in items.changes(0, 9))
    store.erase(asha.num)
    for name in ("taken", "late"):  # `late` became live after the videos were taken down
        left = items.get(name)
        assert left is not None and left.status == "recalled" and left.seq > before
        kept = Item(
            id=name, kind="video", language="hi", topic="travel", title="", published_ms=7,
            expires_ms=99,
        )  # fmt: skip
        assert left.item == kept and left.embedding == b"" and understood.of(left.num) == []
        assert understood.vectors([left.num], "m") == {}
    other = items.get("other")
    assert other is not None and other.status == "live" and other.item.title == "rain over other"
    assert understood.of(other.num) == [said[2]]
    assert items.put([Draft(shown, b"", 9), Draft(replace(shown, id="late"), b"", 9)], 11) == [
        "updated", "unchanged",
    ]  # fmt: skip


def test_what_was_under_way_when_an_account_was_erased_leaves_nothing(
    store: SqlCreatorStore, database: Database
) -> None:
    asha, ravi = store.add("asha", "hash", 5), store.add("ravi", "hash", 5)
    videos, comments = SqlVideoStore(database), SqlCommentStore(database, lambda *_: 0.0)
    videos.begin(video("b", ravi.num), 7)
    said = Comment(
        0, "c1", "b", ravi.num, 0, 0, "rain", b"rain", (), "hi", "shown", "", 0, 0, 0, False, 0.0,
        9, 0,
    )  # fmt: skip
    comments.add(said, Limits(9, 9))
    SqlViewerStore(database).erase(asha.viewer, 8)
    store.erase(asha.num)
    with pytest.raises(Conflict):
        videos.begin(video("a", asha.num), 9)
    with pytest.raises(Conflict):
        SqlUploadStore(database).create(
            Upload("u", asha.num, 10, 0, 0, video("a", 1).details, 9, 99, ""), 5
        )
    with pytest.raises(Conflict):
        SqlSoundStore(database, Matching(lambda _: [], lambda *_: 0.0)).join(
            NewSound("a", asha.num, "asha", 3.0, b"", ""), 9
        )
    with pytest.raises(Conflict):
        SqlReportStore(database).report(
            NewReport("comment", "c1", ravi.num, "hi", asha.viewer, asha.num, "spam", "", 99), 9
        )
    assert not SqlPlaylistStore(database).add(
        Playlist(id="l", account=asha.num, title="Mine", created_ms=9, changed_ms=9)
    )
    series = Series(
        id="s", account=asha.num, title="Mine", language="hi", created_ms=9, changed_ms=9
    )
    assert SqlSeriesStore(database).add(series) is None
    late = said._replace(id="c2", account=asha.num, mark=b"other")
    assert comments.add(late, Limits(9, 9)) == Added(None, "gone")
    assert comments.like("c1", asha.num, True, 9) is None
    assert comments.like("c1", ravi.num, True, 9) == (1, True)
    _is_in_no_table(database, asha.num)


def test_an_account_has_the_number_of_its_name_and_a_viewer_of_its_own(
    store: SqlCreatorStore, database: Database
) -> None:
    viewers, items = SqlViewerStore(database), SqlItemStore(database)
    mine = Viewer(id=77, created_ms=4, languages=("hi", "ur"), age_band="25-34")
    viewers.create(mine)
    asha = store.add("asha", "hash", 5, Newcomer(mine, "आशा", "13-17", 16, private=True))
    ravi = store.add("ravi", "hash", 6)
    assert items.creators(0, 9) == [(asha.creator, "@asha"), (ravi.creator, "@ravi")]
    assert (asha.name, asha.age_band, asha.least_age, asha.private) == ("आशा", "13-17", 16, True)
    assert asha.viewer == 77 and viewers.get(77) == replace(mine, age_band="13-17", version=1)
    made = viewers.get(ravi.viewer)
    assert made is not None and made.languages == ("en",) and made.created_ms == 6
    with pytest.raises(Conflict):
        store.add("meera", "hash", 7, Newcomer(mine))
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
    assert people.page(0, 9) == [asha, ravi] and people.page(asha.num, 9) == [ravi]
    assert people.page(0, 9, verified=True) == []
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


def test_what_one_says_of_oneself_changes_and_the_viewer_follows_in_age(
    store: SqlCreatorStore, database: Database
) -> None:
    asha = store.add("asha", "hash", 5)
    changed = store.change(asha.num, name="आशा", about="नमस्ते", private=True)
    assert changed == asha._replace(name="आशा", about="नमस्ते", private=True)
    grown = store.change(asha.num, age_band="18-24", least_age=18, told_ms=9)
    assert grown is not None and (grown.least_age, grown.told_ms) == (18, 9)
    viewer = SqlViewerStore(database).get(asha.viewer)
    assert viewer is not None and (viewer.age_band, viewer.version) == ("18-24", 1)
    assert store.change(asha.num + 9, name="x") is None
    with pytest.raises(ValueError, match="handle"):
        store.change(asha.num, handle="other")


def test_what_verified_accounts_look_like_is_theirs(
    store: SqlCreatorStore, database: Database
) -> None:
    names, people = SqlVerifiedNames(database), SqlCreatorLookup(database)
    asha, ravi = store.add("asha", "hash", 5), store.add("ravi", "hash", 6)
    assert not names.taken(["asha", ""])
    assert names.verify(asha.num, 7, {"asha", "आशा", ""}) and not names.verify(99, 7, {"x"})
    assert names.taken(["x", "आशा"]) and not names.taken(["x"]) and not names.taken([])
    assert not names.taken(["asha"], but=asha.num) and names.taken(["asha"], but=ravi.num)
    assert people.page(0, 9, verified=True) == [asha._replace(verified_ms=7)]
    assert names.verify(asha.num, 8, {"other"}) and not names.taken(["asha"])
    assert names.verify(asha.num, 0, ()) and not names.taken(["other"])


def _of_accounts() -> list[Table]:
    return [t for t in metadata.sorted_tables if "account" in t.columns and t.name != "sessions"]


def _is_in_no_table(database: Database, account: int) -> None:
    with database.read() as connection:
        for table in _of_accounts():
            kept = select(table).where(table.c.account == account)
            assert connection.execute(kept).first() is None, table.name


PARTS = {"comment_likes": {"comment": 1}, "comments": {"answers": 0}}
"""Values that a table's foreign keys or eraser need."""


def _row(table: Table, account: int, viewer: int) -> dict[str, Any]:
    """A row of any table that is about the account."""
    row: dict[str, Any] = {}
    for column in table.columns:
        value = {"BIGINT": 0, "TEXT": "", "BLOB": b"", "BOOLEAN": False, "FLOAT": 0.0}.get(
            str(column.type).split("(")[0], 0
        )
        row[column.name] = value
    named = {"account": account, "viewer": viewer, "video": "a"}
    row |= {name: value for name, value in named.items() if name in row}
    return (
        row | {"num": 1, **PARTS.get(table.name, {})}
        if "num" in row
        else row | PARTS.get(table.name, {})
    )


def test_no_table_keeps_anything_of_an_erased_account(
    store: SqlCreatorStore, database: Database
) -> None:
    asha = store.add("asha", "hash", 5)
    tables = _of_accounts()
    SqlVideoStore(database).begin(video("a", asha.num), 7)
    with database.write() as connection:
        for table in tables:
            if table.name != "videos":
                connection.execute(insert(table), _row(table, asha.num, asha.viewer))
    store.erase(asha.num)
    _is_in_no_table(database, asha.num)
    with database.read() as connection:
        left = connection.execute(select(creator_accounts)).one()._mapping
    told = {name: value for name, value in left.items() if value}
    assert told == {"num": asha.num, "handle": "asha", "created_ms": 5}
