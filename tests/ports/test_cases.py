"""The contracts of ReportStore, CaseStore, CasesToSettle and StrikeStore."""

from __future__ import annotations

from typing import NamedTuple

import msgspec
import pytest
from sqlalchemy import update

from jhalak.ports.cases import Case, NewReport
from jhalak.ports.errors import Conflict
from jhalak.records.audit import SqlAuditStore
from jhalak.records.cases import SqlCaseStore
from jhalak.records.creators import SqlCreatorStore
from jhalak.records.database import Database
from jhalak.records.reports import AGAIN_MS, SqlReportStore
from jhalak.records.reviews import SqlReviewStore
from jhalak.records.strikes import SqlStrikeStore
from jhalak.records.tables import creator_accounts, videos
from jhalak.records.viewers import SqlViewerStore
from jhalak.schema.video import Details, Video
from tests.ports.people_world import add_account, add_video, add_viewer


class World(NamedTuple):
    database: Database
    reports: SqlReportStore
    cases: SqlCaseStore
    asha: int

    def report(
        self, viewer: int, reason: str = "spam", target: str = "c1", kind: str = "comment",
        now_ms: int = 5, due_ms: int = 100,
    ) -> tuple[Case, bool]:  # fmt: skip
        new = NewReport(
            kind, target, self.asha, "hi", viewer, 0, reason, "look", due_ms,  # type: ignore[arg-type]
        )  # fmt: skip
        made, fresh = self.reports.report(new, now_ms)
        case = self.cases.by_num(made.case)
        assert case is not None
        return case, fresh

    def appeal(self, of: Case, words: str = "no", since_ms: int = 9) -> Case:
        case = of._replace(
            kind="appeal", target=f"comment {of.target}", words=words, of=of.num, due_ms=900
        )
        return self.cases.appeal(case, since_ms, 50)


@pytest.fixture
def world(database: Database) -> World:
    asha = add_account(database, "asha")
    for viewer in (1, 2, 3):
        add_viewer(database, viewer)
    return World(database, SqlReportStore(database), SqlCaseStore(database), asha)


def test_reports_of_one_thing_are_one_case_that_says_what_came_most(world: World) -> None:
    first, new = world.report(1, "spam", due_ms=100)
    assert new and not first.decided and first.decision is None
    world.report(2, "hate", due_ms=50)
    case, _ = world.report(3, "hate", due_ms=70)
    assert case == first._replace(reason="hate", words="hate 2\nspam 1", due_ms=50)
    assert [one.viewer for one in world.reports.of_case(case.num)] == [1, 2, 3]
    other, _ = world.report(3, "hate", "c2")
    assert other.num != case.num and world.reports.since(3, 5) == 2
    mine = world.reports.of_viewer(3, 9)
    assert [(one.reason, about.target) for one, about in mine] == [("hate", "c2"), ("hate", "c1")]


def test_one_reporter_counts_once_also_for_a_while_after_the_decision(world: World) -> None:
    case, _ = world.report(1)
    again, new = world.report(1, "hate")
    assert not new and again == case
    world.cases.decide(case.id, "dismissed", "meera", 9)
    assert world.report(1, now_ms=AGAIN_MS) == (world.cases.by_num(case.num), False)
    reopened, new = world.report(2, now_ms=AGAIN_MS)
    assert new and reopened.num != case.num, "another is heard"
    assert world.report(1, now_ms=AGAIN_MS + 9)[0].num == reopened.num


def test_a_report_goes_with_its_viewer_and_a_case_with_its_account(world: World) -> None:
    case, _ = world.report(1)
    world.report(2)
    assert SqlViewerStore(world.database).erase(1, 9)
    assert world.reports.of_viewer(1, 9) == []
    assert [one.viewer for one in world.reports.of_case(case.num)] == [2]
    SqlCreatorStore(world.database).erase(world.asha)
    assert world.cases.find(case.id) is None and world.reports.of_viewer(2, 9) == []


def test_one_person_decides_a_report_and_that_is_in_the_audit_log(world: World) -> None:
    case, _ = world.report(1, "spam")
    decided = world.cases.decide(case.id, "upheld", "meera k", 9, "hate")
    assert decided == case._replace(
        decided=True, decision="upheld", by=("meera k",), decided_ms=9, reason="hate", strike=True
    )
    assert world.cases.decide(case.id, "dismissed", "ravi", 10) is None, "it does not wait any more"
    assert world.cases.decide("nothing", "upheld", "ravi", 10) is None
    record = SqlAuditStore(world.database).read(0, 10)[-1]
    assert record[1:] == (
        9, "operator:meera k", "decide case", "comment c1", f"{case.id}: upheld, hate",
    )  # fmt: skip
    second, _ = world.report(1, target="c2")
    mild = world.cases.decide(second.id, "upheld", "meera", 9, strike=False)
    assert mild is not None and not mild.strike
    assert world.cases.unsettled(9) == [decided, mild]
    world.cases.settled(case.num, 11)
    assert world.cases.unsettled(9) == [mild]


def test_those_that_are_due_first_come_first_by_language_and_kind(world: World) -> None:
    late, _ = world.report(1, target="c1", due_ms=300)
    soon, _ = world.report(1, target="c2", due_ms=100)
    account, _ = world.report(1, target="asha", kind="creator", due_ms=200)
    world.report(1, target="v", kind="item", due_ms=1)
    assert world.cases.waiting("", "", 9) == [soon, account, late]
    assert world.cases.waiting("hi", "", 2) == [soon, account]
    assert world.cases.waiting("hi", "creator", 2) == [account]
    assert world.cases.waiting("ta", "", 9) == []
    assert world.cases.counts() == [("hi", 3, 100)], "videos wait among the reviews"


def test_an_appeal_needs_two_others_who_agree_and_comes_once(world: World) -> None:
    case, _ = world.report(1)
    decided = world.cases.decide(case.id, "upheld", "meera", 9)
    assert decided is not None
    appeal = world.appeal(decided)
    with pytest.raises(Conflict):
        world.appeal(decided)
    assert world.cases.waiting("", "appeal", 9) == [appeal]
    assert world.cases.decide(appeal.id, "upheld", "meera", 60) is None, "it is about her decision"
    first = world.cases.decide(appeal.id, "upheld", "ravi", 61)
    assert first is not None and not first.decided and first.by == ("ravi",)
    other = world.cases.decide(appeal.id, "dismissed", "tara", 62)
    assert other is not None and not other.decided, "they do not agree"
    changed = world.cases.decide(appeal.id, "upheld", "tara", 63)
    assert changed is not None and changed.decision == "upheld"
    assert changed.by == ("ravi", "tara") and not changed.strike
    with pytest.raises(Conflict):
        world.appeal(decided)
    assert world.appeal(decided, since_ms=51).num > appeal.num, "of what was decided after it"
    kinds = [one.kind for one in world.cases.of_account(world.asha)]
    assert kinds == ["comment", "appeal", "appeal"]
    assert [one.num for one in world.cases.about("comment", "c1")] == [case.num]


def body(reason: str) -> bytes:
    said = Details(language="hi", ai=False, sensitive=False, rights="own")
    made = Video(
        id="v", account=1, handle="asha", upload="", content=b"", details=said, reason=reason
    )
    return msgspec.msgpack.encode(made)


@pytest.mark.parametrize(("decision", "outcome"), [("refuse", "upheld"), ("allow", "dismissed")])
def test_a_videos_case_is_decided_as_its_review_was(
    world: World, decision: str, outcome: str
) -> None:
    add_video(world.database, "v", world.asha, 7)
    reviews = SqlReviewStore(world.database)
    earlier = reviews.open("report", "v", "hi", "spam", 1)
    reviews.decide(earlier.num, "allow", "meera", 2)
    case, _ = world.report(1, "spam", "v", "item", now_ms=5)
    review = reviews.open("report", "v", "hi", "spam", 5)
    assert world.cases.close_items(8, 9) == 0
    reviews.decide(review.num, decision, "meera", 9, "hate")  # type: ignore[arg-type]
    assert world.cases.close_items(10, 9) == 1 and world.cases.close_items(11, 9) == 0
    [closed] = world.cases.unsettled(9)
    assert (closed.num, closed.decision, closed.by, closed.strike) == (
        case.num, outcome, ("meera",), decision == "refuse",
    )  # fmt: skip
    assert closed.reason == ("hate" if decision == "refuse" else "spam")


@pytest.mark.parametrize(
    ("reason", "outcome"), [("withdrawn", "dismissed"), ("violence", "upheld")]
)
def test_a_videos_case_ends_when_the_video_is_gone(world: World, reason: str, outcome: str) -> None:
    add_video(world.database, "v", world.asha, 7)
    world.report(1, "spam", "v", "item")
    with world.database.write() as connection:
        connection.execute(update(videos).values(state="removed", body=body(reason)))
    assert world.cases.close_items(8, 9) == 1
    [closed] = world.cases.unsettled(9)
    assert (closed.decision, closed.strike) == (outcome, outcome == "upheld")
    assert closed.reason == ("violence" if outcome == "upheld" else "spam")


def test_what_goes_with_its_sound_brings_no_strike(world: World) -> None:
    add_video(world.database, "v", world.asha, 7)
    world.report(1, "spam", "v", "item")
    with world.database.write() as connection:
        connection.execute(update(videos).values(state="refused", body=body("sound:copyright")))
    assert world.cases.close_items(8, 9) == 1
    [closed] = world.cases.unsettled(9)
    assert (closed.decision, closed.strike) == ("upheld", False)


def test_the_house_is_heard_again_on_what_was_decided(world: World) -> None:
    first, _ = world.report(0)
    assert world.report(0) == (first, False), "one case at a time"
    assert world.cases.decide(first.id, "dismissed", "meera", 9) is not None
    second, fresh = world.report(0, now_ms=9)
    assert fresh and second.num != first.num and not second.decided


def test_a_case_brings_one_strike_which_is_lifted_once(database: Database, world: World) -> None:
    strikes = SqlStrikeStore(database)
    strike = strikes.give(world.asha, "hate", "case1", 5, 50)
    assert strike is not None and strike[1:] == (world.asha, "hate", "case1", 5, 50, 0)
    assert strikes.give(world.asha, "spam", "case1", 6, 60) == strike
    second = strikes.give(world.asha, "spam", "case2", 6, 60)
    assert strikes.lift(strike.num, 7) and not strikes.lift(strike.num, 8)
    assert not strikes.lift(strike.num + 99, 8)
    assert strikes.of(world.asha) == [strike._replace(lifted_ms=7), second]
    with database.write() as connection:
        connection.execute(update(creator_accounts).values(password_hash=""))
    assert strikes.give(world.asha, "spam", "case3", 6, 60) is None, "the account was erased"
