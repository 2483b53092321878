"""The contracts of FeedStore and EntryStore."""

from __future__ import annotations

import msgspec
import pytest

from jhalak.ports.errors import Conflict
from jhalak.ports.feeds import EntryRow, EntryStore, FeedStore
from jhalak.ports.subscriptions import DeliveryStore, SubscriptionStore
from jhalak.records.database import Database
from jhalak.records.feeds import SqlEntryStore, SqlFeedStore
from jhalak.records.subscriptions import SqlDeliveryStore, SqlSubscriptionStore
from jhalak.schema.feed import FeedState, Subscription, Tally

URL = "https://news.example/समाचार.xml"


@pytest.fixture
def store(database: Database) -> FeedStore:
    return SqlFeedStore(database)


@pytest.fixture
def entries(database: Database) -> EntryStore:
    return SqlEntryStore(database)


@pytest.fixture
def subscriptions(database: Database) -> SubscriptionStore:
    return SqlSubscriptionStore(database)


@pytest.fixture
def deliveries(database: Database) -> DeliveryStore:
    return SqlDeliveryStore(database)


def test_an_address_is_added_once_and_stays_as_it_was(store: FeedStore) -> None:
    feed, added = store.add(URL, 5, tier="reviewed", language="hi", publisher="समाचार")
    assert added and feed.next_ms == feed.added_ms == 5 and feed.status == "following"
    again, added = store.add(URL, 9, publisher="another")
    assert not added and again == feed
    other, _ = store.add("https://b.example/", 6)
    pushed, _ = store.add("publisher:समाचार", 7)
    assert pushed.status == "pushed" and pushed not in store.all(99)
    store.remove(pushed.num)
    assert store.all() == [feed, other] and store.find(URL) == feed == store.find(feed.num)
    assert store.find(feed.num + 100) is None
    assert store.find("https://none.example/") is None and store.find("\0") is None


def test_wishes_and_findings_do_not_undo_each_other(store: FeedStore) -> None:
    feed, _ = store.add(URL, 5)
    state = FeedState(etag='"ख"', gap_s=1.5, tally=Tally(new=3, reasons={"no title": 2}),
                      days={20_000: 3}, delays_s=(1.0, 2.5))  # fmt: skip
    store.change(feed.num, 7, status="paused", tier="reviewed")
    assert store.save(feed, state, 99)
    now = store.find(URL)
    assert now is not None and now.state == state
    assert (now.status, now.tier, now.next_ms) == ("paused", "reviewed", 99)
    store.change(feed.num, 100, status="following")
    assert store.find(URL) == msgspec.structs.replace(now, status="following", next_ms=100)
    store.change(feed.num, 101)
    assert store.all(99) == [] and [one.num for one in store.all(100)] == [feed.num]
    store.change(feed.num, 102, status="gone")
    assert store.all(200) == [] and len(store.all()) == 1


def test_entries_are_known_by_feed_and_key(store: FeedStore, entries: EntryStore) -> None:
    rows = [EntryRow(bytes([n]) * 16, f"item-{n}", b"m", 10 + n, n % 2 == 0) for n in range(900)
            if n < 256]  # fmt: skip
    entries.keep(1, rows)
    entries.keep(2, rows[:1])
    entries.keep(1, [])
    keys = [row.key for row in rows]
    assert entries.known(1, keys) == {row.key: row for row in rows}
    assert set(entries.known(2, keys)) == {rows[0].key} and entries.known(3, keys) == {}
    changed = rows[3]._replace(item="item-b", mark=b"n", at_ms=5, owned=True, reason="क \ufffd")
    entries.keep(1, [rows[3], changed._replace(reason="क \0")])
    assert entries.known(1, [changed.key]) == {changed.key: changed}
    assert entries.owners(["item-2", "item-5", "item-b", "none", "\0"]) == {
        "item-2": 1, "item-b": 1
    }  # fmt: skip
    assert entries.forget(11) == 3, "the changed one, and the first of both feeds"
    assert rows[0].key not in entries.known(1, keys)


def test_a_removed_feed_leaves_nothing(
    store: FeedStore, entries: EntryStore, subscriptions: SubscriptionStore,
    deliveries: DeliveryStore,
) -> None:  # fmt: skip
    feed, _ = store.add(URL, 5)
    other, _ = store.add("https://b.example/", 5)
    for one in (feed.num, other.num):
        entries.keep(one, [EntryRow(bytes(16), f"i{one}", b"", 1)])
        deliveries.add(one, "text/xml", b"<rss/>", 1)
        subscriptions.put(subscription(one))
    store.remove(feed.num)
    assert store.all() == [other] and entries.known(feed.num, [bytes(16)]) == {}
    assert [s.feed for s in subscriptions.all()] == [other.num]
    assert (deliveries.waiting(feed.num), deliveries.waiting(other.num)) == (0, 1)
    assert not store.save(feed, FeedState(), 1)
    assert store.find(URL) is None


def test_a_feed_at_another_address_is_the_same_without_what_held_of_the_old_one(
    store: FeedStore, entries: EntryStore, subscriptions: SubscriptionStore,
    deliveries: DeliveryStore,
) -> None:  # fmt: skip
    feed, _ = store.add(URL, 5, tier="reviewed", language="hi", publisher="समाचार")
    other, _ = store.add("https://b.example/", 5)
    kept = FeedState(title="समाचार", gap_s=1.5, newest_ms=4, tally=Tally(new=3), days={20_000: 3})
    state = msgspec.structs.replace(
        kept, etag='"a"', modified="Wed", hub="https://hub.example/", topic=URL, moved="https://x/",
        ttl_s=9, interval_s=60.0, polled_ms=6, ok_ms=6, failures=2, error="no connection",
    )  # fmt: skip
    store.save(feed, state, 99)
    entries.keep(feed.num, [EntryRow(bytes(16), "i", b"", 1)])
    deliveries.add(feed.num, "text/xml", b"<rss/>", 1)
    for one in (feed.num, other.num):
        subscriptions.put(subscription(one))
    with pytest.raises(Conflict):
        store.change(feed.num, 7, url=other.url)
    assert len(subscriptions.all()) == 2 and store.find(URL) is not None
    new = "https://news.example/नया.xml"
    store.change(feed.num, 7, url=new)
    assert store.find(URL) is None
    assert store.find(new) == msgspec.structs.replace(feed, url=new, next_ms=7, state=kept)
    assert set(entries.known(feed.num, [bytes(16)])) == {bytes(16)}
    assert deliveries.waiting(feed.num) == 1
    assert [s.feed for s in subscriptions.all()] == [other.num]
    assert not store.save(feed, state, 99), "what the old address said comes too late"
    assert store.all(7) == [store.find(new), other]
    store.change(999, 7, url="https://none.example/")


def subscription(feed: int) -> Subscription:
    return Subscription(feed=feed, token=f"token-{feed}", hub="https://hub.example/",
                        topic=URL, secret="s" * 32, asked_ms=5)  # fmt: skip


def test_a_feed_has_one_subscription_found_by_its_token(subscriptions: SubscriptionStore) -> None:
    first, second = subscription(1), subscription(2)
    subscriptions.put(second)
    subscriptions.put(first)
    active = msgspec.structs.replace(first, status="active", until_ms=99, ending=True)
    subscriptions.put(active)
    assert subscriptions.find("token-1") == active and subscriptions.find("x") is None
    assert subscriptions.find("\0") is None
    assert subscriptions.all() == [active, second]
    subscriptions.remove(1)
    assert subscriptions.find("token-1") is None and subscriptions.all() == [second]


def test_deliveries_are_read_in_the_order_in_which_they_came(deliveries: DeliveryStore) -> None:
    assert deliveries.next(0) is None
    for n in range(3):
        deliveries.add(7, f"text/{n}\0", bytes([n, 0, 255]), n)
    first = deliveries.next(0)
    assert first is not None
    assert (first.feed, first.at_ms, first.type, first.body) == (7, 0, "text/0\ufffd", b"\0\0\xff")
    second = deliveries.next(first.num)
    assert second is not None and second.body[0] == 1
    deliveries.done(first.num)
    deliveries.done(first.num)
    assert deliveries.next(0) == second and deliveries.waiting(7) == 2
