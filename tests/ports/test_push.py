"""The contract of PushStore."""

from __future__ import annotations

from jhalak.ports.notifications import Told
from jhalak.ports.push import DuePush, PushSubscription
from jhalak.records.creators import SqlCreatorStore
from jhalak.records.database import Database
from jhalak.records.notifications import SqlNotificationStore
from jhalak.records.push import SqlPushStore
from tests.ports.people_world import add_account


def browser(account: int, name: str, endpoint: str = "") -> PushSubscription:
    address = endpoint or f"https://push.example/{name}"
    return PushSubscription(name, account, address, b"k" * 65, b"a" * 16, 5)


def test_a_browser_asks_once_and_may_change_hands(database: Database) -> None:
    store = SqlPushStore(database)
    asha, ravi = add_account(database, "asha"), add_account(database, "ravi")
    first, second = browser(asha, "a"), browser(asha, "b")
    assert store.subscribe(first, 2) == first and store.subscribe(second, 2) == second
    assert store.subscribe(browser(asha, "c"), 2) is None, "two are enough"
    again = browser(asha, "d", first.endpoint)
    assert store.subscribe(again, 2) == again and store.of(asha) == [second, again]
    other = browser(ravi, "e", first.endpoint)
    assert store.subscribe(other, 2) == other, "somebody else signed in there"
    assert store.of(asha) == [second] and store.of(ravi) == [other]
    assert not store.end(ravi, "b") and store.end(asha, "b") and not store.end(asha, "b")
    SqlCreatorStore(database).erase(ravi)
    assert store.of(ravi) == [] and store.subscribe(other, 2) is None


def test_what_was_told_is_due_until_it_is_pushed(database: Database) -> None:
    store, notices = SqlPushStore(database), SqlNotificationStore(database)
    asha, ravi = add_account(database, "asha"), add_account(database, "ravi")
    notices.add([Told(asha, "comment", f"c{n}", ravi, {}) for n in range(3)], 5)
    due = store.due(5, 9)
    assert [one[1:] for one in due] == [(asha, "comment", 5)] * 3 and store.due(4, 9) == []
    assert store.due(5, 2) == due[:2]
    store.later([due[0].num], 0)
    store.later([due[1].num], 50)
    assert store.due(49, 9) == due[2:] and store.due(50, 9) == [due[2], due[1]]
    notices.read(asha, (5, due[2].num), 51)
    assert store.due(99, 9) == [], "what was read wakes nobody"
    assert isinstance(due[0], DuePush)
