"""Strikes, what follows from them, and appeals that bring back what was taken away."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from jhalak.people.password import hashed
from jhalak.ports.errors import Unavailable
from jhalak.ports.reviews import Decision
from jhalak.records.creators import SqlCreatorStore
from jhalak.records.tables import creator_accounts
from tests.api.cases.conftest import Court
from tests.api.cases.test_reports import report
from tests.api.creators.senders import SAID, metadata
from tests.api.people_at_hand import Member
from tests.worlds import DAY_MS

STANDING = "/v1/creators/me/standing"
APPEALS = "/v1/creators/me/appeals"
METADATA = metadata(SAID)


def break_rules(court: Court, who: Member, times: int, reason: str = "hate") -> list[str]:
    """So many comments of theirs are removed, each with a strike."""
    video = court.member("owner").video(f"v.{who.handle}.{times}.{reason}")
    gone = []
    for n in range(times):
        comment = court.comment(who, video, f"bad {reason} {n}")
        report(court.jhalak.phone(), "comment", comment, reason)
        court.decide(comment, "upheld", "meera")
        court.jhalak.clock.forward(s=1)
        gone.append(comment)
    return gone


def appeal(who: Member, about: str, name: str = "") -> dict[str, Any]:
    answer = who.ask("POST", APPEALS, json={"about": about, "id": name, "text": "it was a joke"})
    assert answer.status_code == 202, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_each_strike_says_why_until_when_and_what_it_meant(court: Court) -> None:
    asha = court.member("asha")
    assert asha.get(STANDING)["next"] == "warning"
    break_rules(court, asha, 2)
    stands = asha.get(STANDING)
    assert (stands["counting"], stands["next"]) == (2, "suspension")
    newest, first = stands["strikes"]
    assert (first["meant"], newest["meant"]) == ("warning", "pause")
    assert newest["until_ms"] - newest["at_ms"] == 90 * DAY_MS and newest["counts"]
    assert (newest["reason"], newest["kind"]) == ("hate", "comment")
    assert stands["paused_until_ms"] == newest["at_ms"] + 7 * DAY_MS
    assert stands["rules"]["suspend_strikes"] == 3 and stands["rules"]["at_once"]
    assert [one["comment"] for one in stands["removed"]] == [newest["target"], first["target"]]


def test_the_third_strike_suspends_and_only_standing_and_appeals_are_left(court: Court) -> None:
    asha = court.member("asha")
    break_rules(court, asha, 3)
    assert asha.ask("GET", "/v1/creators/me").status_code == 401, "signed out"
    asha.sign_in()  # with `even_suspended`
    assert asha.ask("GET", "/v1/creators/me").status_code == 401
    stands = asha.get(STANDING)
    assert stands["suspended_ms"] > 0 and stands["suspension"]["state"] == "none"
    appeal(asha, "suspension")
    court.decide("suspension", "upheld", "ravi", "tara")
    asha.sign_in()
    assert asha.ask("GET", "/v1/creators/me").status_code == 200
    stands = asha.get(STANDING)
    assert (stands["suspended_ms"], stands["counting"]) == (0, 2), "its strike was lifted too"
    assert "appeal_decided" in [one["kind"] for one in asha.told()]


def test_each_suspension_can_be_appealed(court: Court) -> None:
    asha, clock = court.member("asha"), court.jhalak.clock
    for _ in range(2):
        court.services.creator_accounts.suspend(asha.num, clock())
        asha.sign_in()
        appeal(asha, "suspension")
        again = asha.ask("POST", APPEALS, json={"about": "suspension", "text": "again"})
        assert (again.status_code, again.json()["error"]) == (409, "appealed")
        court.decide("suspension", "upheld", "ravi", "tara")
        asha.sign_in()
        assert asha.get(STANDING)["suspended_ms"] == 0
        clock.forward(days=1)


def test_one_strike_for_a_childs_safety_suspends(court: Court) -> None:
    asha = court.member("asha")
    break_rules(court, asha, 1, "child_safety")
    asha.sign_in()
    stands = asha.get(STANDING)
    assert stands["suspended_ms"] > 0 and stands["strikes"][0]["meant"] == "suspension"


def test_an_appeal_that_was_right_brings_the_comment_back_and_lifts_the_strike(
    court: Court,
) -> None:
    asha = court.member("asha")
    [comment] = break_rules(court, asha, 1)
    made = appeal(asha, "comment", comment)
    assert made["due_ms"] > made["opened_ms"]
    waiting = asha.get(STANDING)["removed"][0]["appeal"]
    assert waiting == {"until_ms": 0, "state": "waiting"}
    again = asha.ask("POST", APPEALS, json={"about": "comment", "id": comment, "text": "again"})
    assert (again.status_code, again.json()["error"]) == (409, "appealed")
    court.decide(f"comment {comment}", "upheld", "ravi", "tara")
    assert court.state(comment) == "shown"
    stands = asha.get(STANDING)
    assert (stands["counting"], stands["next"]) == (0, "warning")
    assert stands["strikes"][0]["lifted_ms"] > 0
    [told] = asha.told("appeal_decided")
    assert (told["subject"], told["about"]["outcome"]) == (comment, "upheld")


def test_a_suspension_ends_with_the_strike_that_brought_it_whatever_failed_in_between(
    court: Court, monkeypatch: pytest.MonkeyPatch
) -> None:
    asha = court.member("asha")
    comments = break_rules(court, asha, 3)
    asha.sign_in()
    appeal(asha, "comment", comments[1])
    with monkeypatch.context() as busy:
        busy.setattr(SqlCreatorStore, "suspend", _busy)
        with pytest.raises(Unavailable):
            court.decide(f"comment {comments[1]}", "upheld", "ravi", "tara")
    stands = asha.get(STANDING)
    assert stands["counting"] == 2 and stands["suspended_ms"] > 0
    court.settle()
    assert court.services.people.of_accounts([asha.num])[asha.num].suspended_ms == 0


def _busy(*_: object) -> bool:
    raise Unavailable("another writes for too long")


def test_an_appeal_that_was_not_right_changes_nothing_and_is_told(court: Court) -> None:
    asha = court.member("asha")
    [comment] = break_rules(court, asha, 1)
    number = asha.get(STANDING)["strikes"][0]["id"]
    appeal(asha, "strike", number)
    court.decide(f"strike {number}", "dismissed", "ravi", "tara")
    stands = asha.get(STANDING)
    assert (stands["counting"], stands["strikes"][0]["appeal"]["state"]) == (1, "dismissed")
    assert court.state(comment) == "removed"


def test_strikes_and_appeals_have_their_time(court: Court) -> None:
    asha = court.member("asha")
    [comment] = break_rules(court, asha, 1)
    court.jhalak.clock.forward(days=30)
    answer = asha.ask("POST", APPEALS, json={"about": "comment", "id": comment, "text": "late"})
    assert (answer.status_code, answer.json()["error"]) == (409, "appeal_over")
    assert asha.get(STANDING)["removed"][0]["appeal"] == {"until_ms": 0, "state": "none"}
    court.jhalak.clock.forward(days=60)
    stands = asha.get(STANDING)
    assert (stands["counting"], stands["strikes"][0]["counts"]) == (0, False)


def test_a_video_that_was_taken_down_brings_a_strike_and_comes_off_with_the_appeal(
    court: Court,
) -> None:
    asha, ravi = court.member("asha"), court.member("ravi")
    video = asha.video("v.taken")
    report(ravi.phone, "item", video, "hate")
    [review] = court.services.reviews.of(video)
    court.services.reviews.decide(review.num, "refuse", "meera", court.jhalak.clock())
    court.jhalak.run(court.services.settle(video))
    court.settle()
    assert ravi.told()[0]["about"]["outcome"] == "upheld"
    strike, gone = asha.told()
    assert (gone["kind"], gone["subject"], gone["about"]["reason"]) == ("taken_down", video, "hate")
    assert (strike["kind"], strike["about"]["about"]) == ("strike", video)
    appeal(asha, "video", video)
    [_, opened] = court.services.reviews.of(video)
    for name in ("tara", "anil"):
        court.services.reviews.decide(opened.num, "allow", name, court.jhalak.clock())
    court.jhalak.run(court.services.settle(video))
    assert asha.get(STANDING)["counting"] == 0
    [told] = asha.told("appeal_decided")
    assert (told["subject"], told["about"]["outcome"]) == (video, "upheld")


@pytest.mark.parametrize(("voice", "outcome"), [("allow", "upheld"), ("refuse", "dismissed")])
def test_an_appeal_about_a_video_is_carried_out_although_a_crash_came_first(
    court: Court, voice: Decision, outcome: str
) -> None:
    asha, ravi = court.member("asha"), court.member("ravi")
    video = asha.video(f"v.late.{voice}")
    report(ravi.phone, "item", video, "hate")
    [review] = court.services.reviews.of(video)
    court.services.reviews.decide(review.num, "refuse", "meera", court.jhalak.clock())
    court.jhalak.run(court.services.settle(video))
    court.settle()
    appeal(asha, "video", video)
    [_, opened] = court.services.reviews.of(video)
    for name in ("tara", "anil"):
        court.services.reviews.decide(opened.num, voice, name, court.jhalak.clock())
    settle = court.jhalak.server._settle
    assert court.jhalak.run(settle.step()) and not court.jhalak.run(settle.step())
    assert asha.get(STANDING)["counting"] == (0 if voice == "allow" else 1)
    [told] = asha.told("appeal_decided")
    assert (told["subject"], told["about"]["outcome"]) == (video, outcome)


@pytest.mark.parametrize("about", ["comment", "strike", "suspension", "video"])
def test_of_others_decisions_nobody_learns(court: Court, about: str) -> None:
    asha, ravi = court.member("asha"), court.member("ravi")
    [comment] = break_rules(court, asha, 1)
    names = {
        "comment": comment, "strike": asha.get(STANDING)["strikes"][0]["id"], "suspension": "",
        "video": ravi.video(f"v.{ravi.handle}"),
    }  # fmt: skip
    other = court.member("mina")
    said = {"about": about, "id": names[about], "text": "mine"}
    answer = other.ask("POST", APPEALS, json=said)
    assert (answer.status_code, answer.json()["error"]) == (404, "no_such_decision")


def test_who_is_paused_uploads_nothing_for_a_week(court: Court) -> None:
    asha = court.member("asha")
    break_rules(court, asha, 2)
    said = {"Tus-Resumable": "1.0.0", "Upload-Length": "4200", "Upload-Metadata": METADATA}
    answer = asha.ask("POST", "/v1/uploads", headers=said)
    assert (answer.status_code, answer.json()["error"]) == (403, "paused"), answer.text
    assert int(answer.headers["retry-after"]) > 6 * 86_400
    court.jhalak.clock.forward(days=7)
    assert asha.ask("POST", "/v1/uploads", headers=said).status_code == 201


def test_all_of_it_stands_in_the_export_without_who_reported(court: Court) -> None:
    asha, ravi = court.member("asha"), court.member("ravi")
    comment = court.comment(asha, ravi.video(f"v.{asha.handle}"))
    report(ravi.phone, "comment", comment, "hate", note="bad words")
    court.decide(comment, "upheld", "meera")
    document = asha.ask("POST", "/v1/creators/me/export").json()
    assert [one["decision"] for one in document["cases"]] == ["upheld"]
    assert [one["reason"] for one in document["strikes"]] == ["hate"]
    assert {one["kind"] for one in document["notifications"]} == {"strike", "taken_down"}
    assert "bad words" not in str(document) and ravi.handle not in str(document["cases"])
    [mine] = ravi.phone.ask("POST", "/v1/me/export").json()["reports"]
    assert (mine["note"], mine["outcome"]) == ("bad words", "upheld")


def test_a_crash_before_it_was_carried_out_changes_nothing_but_when(court: Court) -> None:
    asha, ravi = court.member("asha"), court.member("ravi")
    comment = court.comment(asha, ravi.video(f"v.{asha.handle}"))
    report(ravi.phone, "comment", comment)
    [case] = [one for one in court.services.cases.waiting("", "", 999) if one.target == comment]
    decided = court.services.cases.decide(case.id, "upheld", "meera", court.jhalak.clock())
    assert decided is not None and court.state(comment) == "shown"
    court.settle()
    assert court.state(comment) == "removed" and len(asha.told()) == 2
    court.jhalak.run(court.services.settle_case(decided))  # as if the crash came at its end
    assert (len(asha.told()), len(ravi.told())) == (2, 1), "told once"
    assert asha.get(STANDING)["counting"] == 1


def test_who_is_suspended_signs_in_to_see_why_and_for_what_is_their_right(court: Court) -> None:
    asha = court.member("asha")
    with court.jhalak.server.records.database.write() as connection:
        mine = creator_accounts.c.num == asha.num
        phc = hashed("a long enough one")
        connection.execute(update(creator_accounts).where(mine).values(password_hash=phc))
    break_rules(court, asha, 1, "child_safety")
    body = {"handle": asha.handle, "password": "a long enough one"}
    refused = court.jhalak.ask("POST", "/v1/creators/session", json=body)
    assert (refused.status_code, refused.json()["error"]) == (403, "suspended")
    answer = court.jhalak.ask("POST", "/v1/creators/session", json=body | {"even_suspended": True})
    court.jhalak.client.cookies.clear()
    assert answer.status_code == 201, answer.text
    asha.secret = answer.json()["token"]
    assert asha.get(STANDING)["suspended_ms"] > 0
    for path in ("/v1/creators/me", "/v1/creators/me/notifications", "/v1/creators/me/videos"):
        assert asha.ask("GET", path).status_code == 401
    taken = asha.ask("POST", "/v1/creators/me/export").json()
    assert taken["creator"]["handle"] == asha.handle, "all that is kept is theirs to have"
    assert asha.ask("DELETE", "/v1/creators/me").status_code == 204, "and to have erased"
    assert asha.ask("GET", STANDING).status_code == 401
