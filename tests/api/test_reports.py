"""What viewers report of creators' videos waits for a human, and is on disk before the answer."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from sqlalchemy import insert

from jhalak.ports.errors import DiskFull, Unavailable
from jhalak.records.tables import creator_accounts, videos
from jhalak.schema.video import Details, Video
from tests.worlds import Jhalak, Phone, make_item


def put_video(jhalak: Jhalak, name: str, *, known: bool = True) -> None:
    """A creator's video as viewers see it, and its row in the records."""
    with jhalak.server.records.database.write() as connection:
        account = {"handle": name, "password_hash": "x", "created_ms": 1, "suspended_ms": 0}
        made = insert(creator_accounts).returning(creator_accounts.c.num)
        num = connection.execute(made, account).scalar_one()
        said = Details(language="en", ai=False, sensitive=False, rights="own")
        video = Video(
            id=name, account=num, handle=name, upload="", content=b"", details=said, state="live"
        )
        row = {
            "id": name, "account": num, "state": "live", "content": b"", "set_name": "",
            "likeness": b"", "body": msgspec.msgpack.encode(video), "created_ms": 1,
            "changed_ms": 1,
        }  # fmt: skip
        if known:
            connection.execute(insert(videos), row)
    jhalak.put(
        [make_item(name, kind="video", publisher=f"@{name}", media="a" * 32, duration_s=5.0)]
    )


@pytest.fixture
def reported(empty: Jhalak) -> tuple[Phone, dict[str, Any]]:
    """A viewer, and the slot of the one video."""
    put_video(empty, "dance")
    phone = empty.phone()
    return phone, phone.page()["items"][0]


def report(phone: Phone, slot: dict[str, Any], code: str = "hate") -> dict[str, Any]:
    return phone.event(slot, "report", value=code)


def test_reports_of_viewers_are_one_review_and_each_viewer_counts_once(
    reported: tuple[Phone, dict[str, Any]],
) -> None:
    phone, slot = reported
    phone.send(report(phone, slot), report(phone, slot, "spam"), phone.event(slot, "tap"))
    phone.send(report(phone, slot))
    (review,) = phone.jhalak.services.reviews.waiting("", 9)
    assert (review.kind, review.video, review.language, review.why) == (
        "report", "dance", "en", "hate 1",
    )  # fmt: skip
    other = phone.jhalak.phone()
    other.send(report(other, other.page()["items"][0], "hate"))
    assert [one.why for one in phone.jhalak.services.reviews.of("dance")] == ["hate 2"]


def test_cards_of_publishers_and_videos_that_are_gone_open_none(empty: Jhalak) -> None:
    put_video(empty, "gone", known=False)
    empty.put([make_item("card")])
    phone = empty.phone()
    slots = [phone.page()["items"][0], phone.edition()["cards"][0]]
    answer = phone.send(*(report(phone, slot) for slot in slots))
    assert answer["accepted"] == 2 and empty.services.reviews.waiting("", 9) == []


@pytest.mark.parametrize(("error", "status"), [(DiskFull("full"), 507), (Unavailable("no"), 503)])
def test_a_report_that_cannot_be_kept_is_not_accepted(
    reported: tuple[Phone, dict[str, Any]], monkeypatch: pytest.MonkeyPatch, error: Exception,
    status: int,
) -> None:  # fmt: skip
    phone, slot = reported
    event = report(phone, slot)

    def fail(*_: object) -> None:
        raise error

    with monkeypatch.context() as patched:
        patched.setattr(phone.jhalak.services.reviews, "open", fail)
        answer = phone.ask("POST", "/v1/events", json={"events": [event]})
    assert answer.status_code == status and "retry-after" in answer.headers
    assert phone.send(event)["accepted"] == 1, "the device sends it again"
    assert len(phone.jhalak.services.reviews.waiting("", 9)) == 1
