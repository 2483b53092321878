"""Reports are heard once each, and whoever made them hears the outcome."""

from __future__ import annotations

from typing import Any

import pytest

from jhalak.ports.cases import NewReport
from tests.api.cases.conftest import Court
from tests.api.people_at_hand import Member
from tests.worlds import DAY_MS, Phone, make_item

HOUR_MS = 3_600_000


def report(
    phone: Phone, kind: str, target: str, reason: str = "spam", **more: Any
) -> dict[str, Any]:
    said = {"kind": kind, "id": target, "reason": reason, **more}
    answer = phone.ask("POST", "/v1/reports", json=said)
    assert answer.status_code == 202, answer.text
    found: dict[str, Any] = answer.json()
    return found


def mine(phone: Phone) -> list[dict[str, Any]]:
    answer = phone.ask("GET", "/v1/me/reports")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["reports"]
    return found


def test_a_report_is_acknowledged_at_once_and_its_outcome_reaches_both_sides(court: Court) -> None:
    asha, ravi, mina = court.member("asha"), court.member("ravi"), court.member("mina")
    comment = court.comment(ravi, asha.video("v.reported"))
    stranger = court.jhalak.phone()
    made = report(mina.phone, "comment", comment, "harassment", note="she was called names")
    assert (made["state"], made["outcome"], made["target"]) == ("open", None, comment)
    assert made["due_ms"] - made["at_ms"] == 7 * DAY_MS
    assert report(mina.phone, "comment", comment, "spam")["id"] == made["id"], "one counts once"
    report(stranger, "comment", comment, "spam")
    found = court.services.comment_pages.find(comment)
    assert found is not None and found.reports == 2, "which lowers it meanwhile"
    court.decide(comment, "upheld", "meera", reason="harassment")
    assert court.state(comment) == "removed"
    for phone in (mina.phone, stranger):
        assert [(one["state"], one["outcome"]) for one in mine(phone)] == [("decided", "upheld")]
    [told] = mina.told()
    assert (told["kind"], told["subject"], told["about"]) == (
        "report_decided", made["id"], {"what": "comment", "about": comment, "outcome": "upheld"},
    )  # fmt: skip
    strike, gone = ravi.told()
    assert (gone["kind"], gone["subject"], gone["about"]["reason"]) == (
        "taken_down", comment, "harassment",
    )  # fmt: skip
    assert (strike["kind"], strike["about"]["means"]) == ("strike", "warning")
    assert "mina" not in str(ravi.told()), "nobody hears who reported"


def test_who_reported_much_since_may_report_the_same_again(court: Court) -> None:
    phone, asha = court.jhalak.phone(), court.member("asha")
    made = report(phone, "creator", asha.handle)
    due_ms = made["due_ms"]
    for n in range(101):
        about = NewReport("creator", f"somebody{n}", 0, "und", phone.number, 0, "spam", "", due_ms)
        court.services.reports.report(about, court.jhalak.clock())
    court.jhalak.clock.forward(days=2)
    assert report(phone, "creator", asha.handle)["id"] == made["id"]


def test_what_was_not_against_the_rules_stays_and_both_reports_say_so(court: Court) -> None:
    asha, ravi = court.member("asha"), court.member("ravi")
    comment = court.comment(asha, asha.video("v.harmless"))
    report(ravi.phone, "comment", comment)
    court.decide(comment, "dismissed", "meera")
    assert court.state(comment) == "shown" and asha.told() == []
    assert ravi.told()[0]["about"]["outcome"] == "dismissed"


@pytest.mark.parametrize(("reason", "hours"), [("illegal", 36), ("child_safety", 24)])
def test_what_may_harm_somebody_is_due_earlier(court: Court, reason: str, hours: int) -> None:
    made = report(court.jhalak.phone(), "creator", "@" + court.member("asha").handle, reason)
    assert made["due_ms"] - made["at_ms"] == hours * HOUR_MS


def test_a_reported_video_waits_among_the_reviews_and_its_outcome_reaches_reporters(
    court: Court,
) -> None:
    asha, ravi = court.member("asha"), court.member("ravi")
    video = asha.video("v.review")
    report(ravi.phone, "item", video, "violence")
    phone = court.jhalak.phone()
    slots = {one["item"]: one for one in phone.page(50)["items"]}
    phone.send(phone.event(slots[video], "report", value="hate"))
    phone.send(phone.event(slots[video], "report", value="hate"))
    [review] = court.services.reviews.of(video)
    assert sorted(review.why.splitlines()) == ["hate 1", "violence 1"]
    assert [one["reason"] for one in mine(phone)] == ["hate"]
    assert court.services.cases.waiting("", "item", 99) == [], "the console has it once"
    court.services.reviews.decide(review.num, "allow", "meera", court.jhalak.clock())
    court.settle()
    assert mine(phone)[0]["outcome"] == mine(ravi.phone)[0]["outcome"] == "dismissed"
    assert [one["kind"] for one in ravi.told()] == ["report_decided"]
    court.settle()
    assert len(ravi.told()) == 1, "told once"


def test_a_publishers_card_that_is_reported_is_recalled(court: Court) -> None:
    now_ms = court.jhalak.clock()  # other tests let weeks pass
    court.jhalak.put([make_item("card.reported", publisher="en daily", published_ms=now_ms)])
    phone = court.jhalak.phone()
    made = report(phone, "item", "card.reported", "false")
    court.decide("card.reported", "upheld", "meera")
    court.jhalak.follow()
    assert mine(phone)[0] == made | {
        "state": "decided", "outcome": "upheld", "decided_ms": court.jhalak.clock(),
    }  # fmt: skip
    assert phone.ask("GET", "/v1/items/card.reported").status_code in (404, 410)


def test_a_viewer_who_reports_everything_is_asked_to_wait(court: Court) -> None:
    phone, asha = court.jhalak.phone(), court.member("asha")
    most = court.services.settings.rules.reports_a_day
    video = asha.video("v.flood")
    for n in range(most):
        report(phone, "comment", court.comment(asha, video, f"text {n}"))
    said = {"kind": "comment", "id": court.comment(asha, video, "last"), "reason": "spam"}
    answer = phone.ask("POST", "/v1/reports", json=said)
    assert (answer.status_code, answer.json()["error"]) == (429, "too_many_reports")
    assert answer.headers["retry-after"]
    assert report(court.jhalak.phone(), "comment", said["id"])["state"] == "open"


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        ({"kind": "comment", "id": "nothing", "reason": "spam"}, 404, "no_such_target"),
        ({"kind": "item", "id": "nothing", "reason": "spam"}, 404, "no_such_target"),
        ({"kind": "creator", "id": "@nobody\0", "reason": "spam"}, 404, "no_such_target"),
        ({"kind": "creator", "id": "x", "reason": "ugly"}, 400, "reason"),
        ({"kind": "song", "id": "x", "reason": "spam"}, 400, "kind"),
        ({"kind": "item", "id": "", "reason": "spam"}, 400, "id"),
        ({"kind": "item", "id": "x", "reason": "spam", "note": "x" * 1001}, 400, "note"),
        ({"kind": "item", "id": "x", "reason": "spam", "by": "me"}, 400, "by"),
    ],
)
def test_bad_reports_are_told_what_is_wrong(
    court: Court, body: dict[str, str], status: int, says: str
) -> None:
    answer = court.jhalak.phone().ask("POST", "/v1/reports", json=body)
    assert answer.status_code == status and says in answer.text, answer.text


def test_nobody_reports_what_is_their_own(court: Court) -> None:
    asha: Member = court.member("asha")
    said = {"kind": "creator", "id": asha.handle, "reason": "spam"}
    answer = asha.phone.ask("POST", "/v1/reports", json=said)
    assert (answer.status_code, answer.json()["error"]) == (409, "your_own")
    assert court.jhalak.ask("POST", "/v1/reports", json=said).status_code == 401
