"""The contracts of DraftStore and PolicyStore."""

from __future__ import annotations

import pytest

from jhalak.config.experiments import Override
from jhalak.ports.errors import Conflict
from jhalak.ports.policies import DraftStore, PolicyStore
from jhalak.records.audit import SqlAuditStore
from jhalak.records.database import Database
from jhalak.records.policies import SqlDraftStore, SqlPolicyStore

LIKED = Override(values={"like": 4.0}, exploration=0.1)
FADED = Override(topic_fade=0.5)


@pytest.fixture
def drafts(database: Database) -> DraftStore:
    return SqlDraftStore(database)


@pytest.fixture
def policies(database: Database) -> PolicyStore:
    return SqlPolicyStore(database)


def test_drafts_are_taken_in_their_order_and_taken_again_until_they_are_finished(
    drafts: DraftStore,
) -> None:
    first, second = drafts.add(LIKED, 0, "asha", 5), drafts.add(FADED, 0, "ravi", 6)
    assert (first.state, first.override, first.by) == ("waiting", LIKED, "asha")
    taken = drafts.take()
    assert taken is not None and (taken.num, taken.state) == (first.num, "running")
    drafts.advance(first.num, 3, 10)
    again = drafts.take()
    assert again is not None and (again.num, again.done, again.total) == (first.num, 3, 10)
    drafts.finish(first.num, "done", b"{}")
    following = drafts.take()
    assert following is not None and following.num == second.num
    drafts.finish(second.num, "failed", b"why")
    assert drafts.take() is None
    assert [(d.num, d.state, d.result) for d in drafts.recent(9)] == [
        (second.num, "failed", b"why"), (first.num, "done", b"{}"),
    ]  # fmt: skip
    assert drafts.find(first.num + 99) is None


def test_versions_rise_one_by_one_and_any_can_be_brought_back(
    drafts: DraftStore, policies: PolicyStore, database: Database
) -> None:
    assert policies.newest() is None and policies.all() == []
    one = policies.save(drafts.add(LIKED, 0, "asha", 5), "asha", "more of what is loved", 6)
    two = policies.save(drafts.add(FADED, 1, "ravi", 7), "ravi", "variety", 8)
    assert (one.version, two.version) == (1, 2) and policies.newest() == two
    back = policies.bring_back(1, "asha", "it was better", 9)
    assert back is not None
    assert (back.version, back.override, back.back_to, back.draft) == (3, LIKED, 1, one.draft)
    none = policies.bring_back(0, "asha", "as the file says", 10)
    assert none is not None and none.override == Override() and none.back_to == 0
    assert policies.bring_back(77, "asha", "?", 11) is None
    assert [p.version for p in policies.all()] == [4, 3, 2, 1]
    said = [(r.actor, r.action, r.detail) for r in SqlAuditStore(database).read(0, 9)]
    assert said[0] == ("operator:asha", "save policy", "more of what is loved")
    assert said[2] == ("operator:asha", "bring back policy", "it was better")


def test_a_draft_compared_with_an_older_policy_is_not_saved(
    drafts: DraftStore, policies: PolicyStore
) -> None:
    late = drafts.add(FADED, 0, "ravi", 5)
    policies.save(drafts.add(LIKED, 0, "asha", 5), "asha", "first", 6)
    with pytest.raises(Conflict, match="compared with policy 0"):
        policies.save(late, "ravi", "second", 7)
