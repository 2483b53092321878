"""The contract of VideoStore."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from sqlalchemy import insert, select, update

from jhalak.ports.items import Draft
from jhalak.ports.videos import FIRST, Which
from jhalak.records.database import Database
from jhalak.records.items import SqlItemStore
from jhalak.records.jobs import SqlJobStore
from jhalak.records.tables import creator_accounts, known_bad, uploads
from jhalak.records.videos import SqlVideoStore
from jhalak.schema.item import Item
from jhalak.schema.video import Details, Media, Video

DETAILS = Details(caption="बारिश #rain", language="hi", ai=False, sensitive=False, rights="own")
MEDIA = Media(set="5e7", duration_s=3.0, width=270, height=480, sound=True, files=(),
              likeness=b"likeness")  # fmt: skip


@pytest.fixture
def accounts(database: Database) -> list[int]:
    rows = [
        {"handle": name, "password_hash": "x", "created_ms": 1, "suspended_ms": 0}
        for name in ("asha", "ravi")
    ]
    with database.write() as connection:
        add = insert(creator_accounts).returning(creator_accounts.c.num)
        return [connection.execute(add, row).scalar_one() for row in rows]


@pytest.fixture
def store(database: Database) -> SqlVideoStore:
    return SqlVideoStore(database)


def video(name: str, account: int, **fields: Any) -> Video:
    defaults: dict[str, Any] = {
        "handle": "asha", "upload": f"up-{name}", "content": name.encode(), "details": DETAILS,
        "created_ms": 5,
    }  # fmt: skip
    return Video(id=name, account=account, **{**defaults, **fields})


def uploaded(database: Database, account: int, name: str) -> None:
    row = {
        "id": name, "account": account, "length": 1, "received": 1, "parts": 1, "details": b"",
        "created_ms": 1, "until_ms": 9, "video": "",
    }  # fmt: skip
    with database.write() as connection:
        connection.execute(insert(uploads), row)


def became(database: Database, upload: str) -> tuple[str, int]:
    """Which video, and how many parts."""
    asked = select(uploads.c.video, uploads.c.parts).where(uploads.c.id == upload)
    with database.read() as connection:
        row = connection.execute(asked).one()
    return row.video, row.parts


def test_an_upload_becomes_a_video_and_a_job_that_waits(
    store: SqlVideoStore, database: Database, accounts: list[int]
) -> None:
    uploaded(database, accounts[0], "up-a")
    begun = store.begin(video("a", accounts[0]), 7)
    assert begun == store.find("a") == video("a", accounts[0])
    assert store.begin(video("again", accounts[0], upload="up-a"), 8) == begun, (
        "the upload became it before"
    )
    assert became(database, "up-a") == ("a", 1)
    job = SqlJobStore(database).find(FIRST, "a")
    assert job is not None and job.state == "waiting" and job.rank == 0
    assert store.find("b") is None


def test_the_same_content_again_is_the_same_video_until_that_is_gone(
    store: SqlVideoStore, database: Database, accounts: list[int]
) -> None:
    first = store.begin(video("a", accounts[0], content=b"same"), 7)
    uploaded(database, accounts[0], "up-b")
    assert store.begin(video("b", accounts[0], content=b"same"), 8) == first
    assert became(database, "up-b") == ("a", 0) and store.find("b") is None
    assert SqlJobStore(database).find(FIRST, "b") is None
    assert store.begin(video("c", accounts[1], content=b"same"), 8).id == "c", "another account's"
    store.change("a", ("waiting",), 9, state="removed", reason="withdrawn")
    assert store.begin(video("d", accounts[0], content=b"same"), 10).id == "d"


def test_a_change_holds_only_in_the_states_it_is_meant_for(
    store: SqlVideoStore, accounts: list[int]
) -> None:
    begun = store.begin(video("a", accounts[0]), 7)
    live = store.change("a", ("waiting", "held"), 9, state="live", media=MEDIA, labels=("ai",),
                        num=4, live_ms=9)  # fmt: skip
    wanted = msgspec.structs.replace(
        begun, state="live", media=MEDIA, labels=("ai",), num=4, live_ms=9
    )
    assert live == store.find("a") == wanted
    assert store.change("a", ("waiting",), 10, state="held") is None
    assert store.change("none", ("waiting",), 10, state="held") is None
    assert store.find("a") == wanted


def test_an_accounts_videos_come_newest_first(store: SqlVideoStore, accounts: list[int]) -> None:
    for n, name in enumerate("abc"):
        store.begin(video(name, accounts[0], created_ms=n + 1), 9)
    store.begin(video("x", accounts[1]), 9)
    assert [one.id for one in store.of_account(accounts[0], 2)] == ["c", "b"]
    assert [one.id for one in store.of_account(accounts[0], 5, before_ms=2)] == ["a"]


def test_copies_are_looked_for_among_what_may_be_seen_and_what_is_known_to_be_bad(
    store: SqlVideoStore, database: Database, accounts: list[int]
) -> None:
    for name in "abc":
        store.begin(video(name, accounts[0]), 9)
    store.change("a", ("waiting",), 9, media=MEDIA)
    store.change("b", ("waiting",), 9, media=MEDIA, state="refused", reason="copy:a")
    with database.write() as connection:
        connection.execute(insert(known_bad), {"likeness": b"bad", "why": "", "at_ms": 1})
    assert sorted(store.alike()) == [("", b"bad"), ("a", b"likeness")]


def test_a_set_of_files_is_shown_while_a_live_video_uses_it(
    store: SqlVideoStore, accounts: list[int]
) -> None:
    store.begin(video("a", accounts[0]), 9)
    store.change("a", ("waiting",), 9, media=MEDIA)
    assert not store.shows("5e7"), "it waits"
    store.change("a", ("waiting",), 9, state="live")
    assert store.shows("5e7") and not store.shows("other")
    store.change("a", ("live",), 9, state="removed")
    assert not store.shows("5e7")


def test_whose_a_set_of_files_is_can_be_told_whatever_became_of_it(
    store: SqlVideoStore, accounts: list[int]
) -> None:
    store.begin(video("a", accounts[0]), 9)
    assert store.of_set("5e7") is None
    store.change("a", ("waiting",), 9, media=MEDIA)
    for state in ("held", "refused", "removed"):
        changed = store.change("a", ("waiting", "held", "refused"), 9, state=state)
        assert store.of_set("5e7") == changed and changed is not None
    assert store.of_set("other") is None


def test_a_change_holds_only_while_its_creator_says_the_same(
    store: SqlVideoStore, accounts: list[int]
) -> None:
    begun = store.begin(video("a", accounts[0]), 7)
    other = msgspec.structs.replace(DETAILS, caption="other")
    assert store.change("a", ("waiting",), 8, details=other, said=DETAILS) is not None
    assert store.change("a", ("waiting",), 9, details=DETAILS, said=DETAILS) is None
    found = store.find("a")
    assert found == msgspec.structs.replace(begun, details=other)


def put_back(store: SqlVideoStore, name: str, account: int, **said: Any) -> None:
    details = msgspec.structs.replace(DETAILS, publish_ms=said.pop("publish_ms", 0))
    store.begin(video(name, account, details=details, **said), 9)


def test_an_item_is_withheld_while_its_video_is_not_live_and_comes_up_when_that_changes(
    store: SqlVideoStore, database: Database, accounts: list[int]
) -> None:
    items = SqlItemStore(database)
    store.begin(video("a", accounts[0]), 7)
    item = Item(id="a", kind="video", language="hi", topic="food", title="x", publisher="@asha")
    items.put([Draft(item, b"", 1000, withheld=True), Draft(
        msgspec.structs.replace(item, id="b"), b"", 1000)], 7)  # fmt: skip
    first, other = items.get("a"), items.get("b")
    assert first is not None and other is not None and first.withheld and not other.withheld
    before = other.seq
    for state, of, withheld in (
        ("live", "waiting", False), ("draft", "live", True), ("held", "draft", True),
        ("live", "held", False),
    ):  # fmt: skip
        assert store.change("a", (of,), 9, state=state) is not None  # type: ignore[arg-type]
        found = items.get("a")
        assert found is not None and found.withheld is withheld and found.item == first.item
        came = items.changes(before, 9)
        assert [one.item.id for one in came] == (["a"] if state != "held" else [])
        before = max([before, *(one.seq for one in came)])
    items.put([Draft(msgspec.structs.replace(item, title="y"), b"", 1000, withheld=True)], 9)
    found = items.get("a")
    assert found is not None and not found.withheld, "what is shown stays so"


def test_drafts_and_scheduled_ones_are_told_apart_also_while_they_are_made(
    store: SqlVideoStore, accounts: list[int]
) -> None:
    for n, (name, publish_ms, state) in enumerate((
        ("now", 0, None), ("draft", -1, "draft"), ("making", -1, None), ("later", 99, "draft"),
        ("held", 99, "held"), ("live", 0, "live"), ("told", 99, "live"), ("gone", -1, "removed"),
        ("bad", 99, "refused"),
    )):  # fmt: skip
        put_back(store, name, accounts[0], publish_ms=publish_ms, created_ms=n + 1)
        if state is not None:
            store.change(name, ("waiting",), 9, state=state)  # type: ignore[arg-type]
    put_back(store, "other", accounts[1], publish_ms=-1)

    def names(which: Which, limit: int = 9, before_ms: int = 0) -> list[str]:
        return [one.id for one in store.of_account(accounts[0], limit, before_ms, which)]

    assert len(names("all")) == 9 and names("live") == ["told", "live"]
    assert names("drafts") == ["making", "draft"] and names("scheduled") == ["held", "later"]
    assert names("scheduled", 1) == ["held"] and names("scheduled", 9, 5) == ["later"]


def test_what_is_due_comes_in_its_order_and_none_of_a_suspended_account(
    store: SqlVideoStore, database: Database, accounts: list[int]
) -> None:
    for name, publish_ms, state, account in (
        ("second", 50, "draft", 0), ("first", 40, "live", 0), ("later", 51, "draft", 0),
        ("kept", -1, "draft", 0), ("now", 0, "live", 0), ("making", 40, None, 0),
        ("held", 40, "held", 0), ("gone", 40, "removed", 0), ("theirs", 30, "draft", 1),
    ):  # fmt: skip
        put_back(store, name, accounts[account], publish_ms=publish_ms)
        if state is not None:
            store.change(name, ("waiting",), 9, state=state)  # type: ignore[arg-type]
    assert [one.id for one in store.due(50, 9)] == ["theirs", "first", "second"]
    assert [one.id for one in store.due(50, 1)] == ["theirs"] and store.due(29, 9) == []
    with database.write() as connection:
        suspended = update(creator_accounts).where(creator_accounts.c.num == accounts[1])
        connection.execute(suspended.values(suspended_ms=5))
    assert [one.id for one in store.due(51, 9)] == ["first", "second", "later"]
