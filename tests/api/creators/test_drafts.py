"""Drafts, schedules and changes of many videos, through the API."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from jhalak.schema.video import POSTER, Media, Video, VideoFile
from tests.api.creators.senders import SAID
from tests.api.creators.studio import Studio
from tests.worlds import Jhalak

HOUR = timedelta(hours=1)


class Desk:
    """A creator whose videos have passed."""

    def __init__(self, studio: Studio, handle: str) -> None:
        self.studio, self.jhalak, self.handle = studio, studio.jhalak, handle
        self.token = studio.sign_up(handle)
        self.viewer = studio.viewer(self.token).json()["token"]

    def passed(self, name: str, **changes: Any) -> Video:
        self.studio.video(name, self.handle)
        set_ = name.encode().hex().ljust(32, "0")
        files = (VideoFile(name="240.mp4", type="video/mp4", bytes=9, width=240, height=426),
                 VideoFile(name=POSTER, type="image/webp", bytes=5))  # fmt: skip
        media = Media(set=set_, duration_s=3, width=240, height=426, sound=True, files=files,
                      complete=True)  # fmt: skip
        for file in files:
            self._blob(f"video/{set_}/{file.name}")
        wanted = {"media": media, "state": "draft"} | changes
        video = self.studio.videos.change(name, ("waiting",), self.jhalak.clock(), **wanted)
        assert video is not None
        return video

    def _blob(self, path: str) -> None:
        self.jhalak.run(self.jhalak.services.blobs.put(path, b"film"))

    def patch(self, name: str, **said: Any) -> Any:
        return self.studio.ask("PATCH", f"/me/videos/{name}", self.token, json=said)

    def many(self, ids: list[str], **said: Any) -> list[dict[str, Any]]:
        answer = self.studio.ask("POST", "/me/videos/changes", self.token, json={"ids": ids} | said)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["results"]
        return found

    def names(self, which: str) -> list[str]:
        answer = self.studio.ask("GET", f"/me/videos?which={which}", self.token)
        return [one["id"] for one in answer.json()["videos"]]

    def ahead(self, by: timedelta, zone: timezone = UTC) -> str:
        now = datetime.fromtimestamp(self.jhalak.clock() / 1000, zone)
        return (now + by).isoformat()

    def is_public(self, name: str) -> bool:
        """Anywhere: its page, profile, comments, uses, item, files."""
        phone = self.jhalak.phone("en", "hi")
        video = self.studio.videos.find(name)
        assert video is not None and video.media is not None
        self.jhalak.follow()
        base = self.jhalak.services.media_links.base(video.media.set, self.jhalak.clock())
        self.jhalak.clock.forward(s=1)
        answers = [
            self.jhalak.ask("GET", path, phone.token).status_code
            for path in (
                f"/v1/videos/{name}", f"/v1/videos/{name}/comments", f"/v1/items/{name}",
                f"{base}240.mp4",
            )
        ]  # fmt: skip
        shelf = self.jhalak.ask("GET", f"/v1/people/{self.handle}/videos", phone.token).json()
        profile = self.jhalak.ask("GET", f"/v1/people/{self.handle}", phone.token).json()
        feed = self.jhalak.ask("GET", "/v1/video/feed", phone.token).json()["items"]
        seen = {
            *(status == 200 for status in answers),
            name in [one["item"] for one in shelf["items"]], profile["videos"] > 0,
            name in [one["item"] for one in feed],
        }  # fmt: skip
        assert len(seen) == 1, (answers, shelf, profile, feed)
        return seen.pop()


@pytest.fixture
def desk(studio: Studio) -> Desk:
    return Desk(studio, "asha")


def test_a_draft_is_its_creators_alone_until_it_is_published_and_again_after(
    desk: Desk, empty: Jhalak
) -> None:
    desk.passed("v1")
    told = desk.patch("v1", publish="draft").json()
    assert (told["state"], told["publish"], told["publish_ms"]) == ("draft", "draft", 0)
    assert not desk.is_public("v1") and desk.names("drafts") == ["v1"]
    files = {told["poster"], told["preview"]}
    assert files == {f"/v1/creators/me/videos/v1/files/{it}" for it in (POSTER, "240.mp4")}
    other = desk.studio.sign_up("bina")
    for path in files:
        below = path.removeprefix("/v1/creators")
        for token, status in ((desk.token, 200), (other, 404), ("", 401)):
            assert desk.studio.ask("GET", below, token).status_code == status
    shown = desk.patch("v1", publish="now").json()
    assert (shown["state"], shown["publish"]) == ("live", "now")
    assert desk.is_public("v1") and desk.names("live") == ["v1"]
    assert desk.patch("v1", publish="draft").json()["state"] == "draft"
    assert not desk.is_public("v1")
    limits = desk.studio.ask("GET", "/me/videos/v1/figures", desk.token).json()["limits"]
    assert [(one["code"], one["about"]) for one in limits] == [("state", "draft")]
    export = desk.studio.ask("POST", "/me/export", desk.token).json()
    assert export["videos"][0]["details"]["publish_ms"] == -1
    assert desk.studio.ask("DELETE", "/me", desk.token).status_code == 204
    assert desk.studio.videos.find("v1") is None


def test_a_file_comes_with_a_cookie_only_to_a_page_of_ours(desk: Desk, empty: Jhalak) -> None:
    desk.passed("v1")
    path, cookie = "/v1/creators/me/videos/v1/files/240.mp4", f"jhalak_creator={desk.token}"
    for site, status in (("same-origin", 200), ("cross-site", 403), (None, 403)):
        headers = {"cookie": cookie} | ({"sec-fetch-site": site} if site else {})
        empty.client.cookies.clear()
        answer = empty.ask("GET", path, headers=headers)
        assert answer.status_code == status
    ranged = empty.ask(
        "GET", path, headers={"cookie": cookie, "jhalak-studio": "1", "range": "bytes=1-2"}
    )
    assert (ranged.status_code, ranged.content) == (206, b"il")
    assert ranged.headers["cache-control"] == "no-store"
    held = empty.ask(
        "GET", "/v1/creators/me", headers={"cookie": cookie, "sec-fetch-site": "same-origin"}
    )
    assert held.status_code == 403, "only files are let through so"


def test_a_time_is_kept_in_utc_and_goes_by_itself(desk: Desk, empty: Jhalak) -> None:
    desk.passed("v1")
    india = timezone(timedelta(hours=5, minutes=30))
    told = desk.patch("v1", publish=desk.ahead(HOUR, india)).json()
    assert told["publish"] == "later" and told["state"] == "draft"
    assert abs(told["publish_ms"] - empty.clock() - 3_600_000) < 2
    assert desk.names("scheduled") == ["v1"] and not desk.is_public("v1")
    empty.clock.forward(h=1)
    empty.run(empty.server._publish_due.step())
    assert desk.is_public("v1") and desk.names("scheduled") == []


@pytest.mark.parametrize(
    "said",
    ["", "soon", "2026-11-29", "2026-11-29T10:00:00", "9999-12-31T23:59:59Z",
     "1970-01-01T00:00:00Z",
     "2026-13-01T00:00:00Z", "NOW", "١٢", "x" * 5000, "2026-11-29T10:00:00+99:00"],
)  # fmt: skip
def test_a_time_that_is_none_or_too_soon_or_late_is_refused(desk: Desk, said: str) -> None:
    desk.passed("v1")
    answer = desk.patch("v1", publish=said) if said else desk.patch("v1")
    assert answer.status_code == 400
    assert answer.json()["error"] == ("bad_time" if said else "bad_body")
    for by in (timedelta(seconds=59), timedelta(days=90, seconds=1), -HOUR):
        assert desk.patch("v1", publish=desk.ahead(by)).json()["error"] == "bad_time"
    assert desk.patch("v1", publish=desk.ahead(timedelta(days=90))).status_code == 200


def test_words_are_said_anew_and_what_is_wrong_is_named(desk: Desk, empty: Jhalak) -> None:
    desk.passed("v1")
    said = {
        "caption": "  नई बारिश\u202e #rain ",
        "language": "en",
        "topic": "food",
        "rights": "licensed",
    }
    told = desk.patch("v1", **said).json()
    assert (told["caption"], told["language"], told["topic"], told["rights"]) == (
        "नई बारिश #rain", "en", "food", "licensed",
    )  # fmt: skip
    assert desk.patch("v1", publish="now").json()["state"] == "live"
    record = empty.services.items.get("v1")
    assert record is not None and (record.item.language, record.item.topic) == ("en", "food")
    for wrong, named in (
        ({"language": "xx"}, "language"), ({"topic": "nothing"}, "topic"),
        ({"caption": "x" * 2201}, "caption"), ({"add_hashtags": ["two words"]}, "add_hashtags"),
        ({"remove_hashtags": ["#"]}, "remove_hashtags"),
    ):  # fmt: skip
        answer = desk.patch("v1", **wrong)
        assert answer.status_code == 400 and named in answer.json()["detail"]
    answer = desk.patch("v1", title="x")
    assert answer.status_code == 400 and "title" in answer.text


def test_a_doubtful_caption_takes_a_live_video_out_until_a_human_looked(
    desk: Desk, empty: Jhalak
) -> None:
    desk.passed("v1")
    desk.patch("v1", publish="now")
    told = desk.patch("v1", language="en", caption="kill all of them, bomb the market").json()
    assert told["state"] == "held" and told["reason"].startswith("caption:")
    assert not desk.is_public("v1")
    assert desk.patch("v1", caption="never mind").json()["error"] == "held"
    assert desk.patch("v1", audience="followers").status_code == 200


def test_many_are_changed_at_once_and_each_is_told_what_became_of_it(
    desk: Desk, empty: Jhalak
) -> None:
    for name in ("v1", "v2", "gone"):
        desk.passed(name)
    bina = Desk(desk.studio, "bina")
    bina.passed("theirs")
    desk.studio.ask("DELETE", "/me/videos/gone", desk.token)
    ids = ["v2", "theirs", "nothing", "v1", "gone", "v1", "‮<b>\u0000"]
    changes = {
        "audience": "followers", "comments": "off", "duet": True, "language": "en",
        "topic": "food", "add_hashtags": ["#Monsoon", "दिल्ली"], "publish": "now",
    }  # fmt: skip
    for _ in range(2):
        found = desk.many(ids, changes=changes)
        assert [(one["id"], one["outcome"], one["code"]) for one in found] == [
            ("v2", "done", ""), ("theirs", "not_found", ""), ("nothing", "not_found", ""),
            ("v1", "done", ""), ("gone", "not_possible", "removed"), (ids[-1], "not_found", ""),
        ]  # fmt: skip
        for one in found:
            if one["outcome"] == "done":
                video = one["video"]
                assert video["state"] == "live" and video["caption"] == "बारिश #Monsoon #दिल्ली"
                assert all(video[key] == changes[key] for key in ("audience", "comments", "duet",
                                                                  "language", "topic"))  # fmt: skip
    theirs = desk.studio.videos.find("theirs")
    assert theirs is not None and theirs.state == "draft" and theirs.details.caption == "बारिश"
    found = desk.many(["v1"], changes={"remove_hashtags": ["MONSOON"], "publish": "draft"})
    assert found[0]["video"]["caption"] == "बारिश #दिल्ली" and found[0]["video"]["state"] == "draft"
    for _ in range(2):
        found = desk.many(["v1", "theirs", "v2"], delete=True)
        assert [one["outcome"] for one in found] == ["done", "not_found", "done"]
        assert all(one["video"] is None for one in found)
    assert {desk.studio.videos.find(it).state for it in ("v1", "v2")} == {"removed"}  # type: ignore[union-attr]
    assert desk.studio.videos.find("theirs") == theirs


def test_several_are_scheduled_apart_and_asking_again_changes_nothing(
    desk: Desk, empty: Jhalak
) -> None:
    for name in ("v1", "v2", "v3"):
        desk.passed(name)
    desk.patch("v2", publish="now")
    first, began = desk.ahead(HOUR), empty.clock()
    for _ in range(2):
        found = desk.many(["v3", "v2", "v1"], changes={"publish": first}, every_s=7200)
        assert [one["code"] for one in found] == ["", "already_live", ""]
        due_h = [(one["video"]["publish_ms"] - began) / 3_600_000 for one in found]
        assert due_h[::2] == pytest.approx([1, 5], abs=0.001)
        empty.clock.forward(s=600)
    empty.clock.forward(h=1)
    empty.run(empty.server._publish_due.step())
    assert set(desk.names("live")) == {"v3", "v2"} and desk.names("scheduled") == ["v1"]


@pytest.mark.parametrize(
    ("ids", "said", "error"),
    [
        (["v1"], {"changes": {"publish": "now"}, "every_s": 60}, "bad_body"),
        (["v1"], {"changes": {"publish": "draft"}, "every_s": 60}, "bad_body"),
        (["v1"], {"changes": {"duet": True}, "every_s": 60}, "bad_body"),
        (["v1"], {"delete": True, "every_s": 60}, "bad_body"),
        (["v1"], {"changes": {"duet": True}, "every_s": -1}, "bad_request"),
        (["v1"], {"changes": {"duet": True}, "every_s": 31 * 86_400}, "bad_request"),
        (["v1", *map(str, range(91))], {"every_s": 86_400}, "bad_time"),
    ],
)
def test_what_cannot_be_scheduled_apart_is_refused_as_a_whole(
    desk: Desk, ids: list[str], said: dict[str, Any], error: str
) -> None:
    desk.passed("v1")
    body = {"ids": ids, "changes": {"publish": desk.ahead(HOUR)}} | said
    if "delete" in said:
        del body["changes"]
    answer = desk.studio.ask("POST", "/me/videos/changes", desk.token, json=body)
    assert (answer.status_code, answer.json()["error"]) == (400, error)
    video = desk.studio.videos.find("v1")
    assert video is not None and video.state == "draft" and desk.names("scheduled") == []


def test_a_request_for_many_that_says_nothing_or_too_much_changes_nothing(desk: Desk) -> None:
    desk.passed("v1")
    for body in (
        {"ids": ["v1"]}, {"ids": [], "delete": True}, {"ids": ["v1"], "changes": {}},
        {"ids": ["v1"], "delete": True, "changes": {"duet": True}},
        {"ids": ["x"] * 101, "delete": True}, {"ids": ["x" * 65], "delete": True},
        {"ids": ["v1"], "changes": {"duet": True, "ai": True}},
        {"ids": ["v1"], "changes": {"duet": "yes"}}, {"ids": "v1", "delete": True},
    ):  # fmt: skip
        answer = desk.studio.ask("POST", "/me/videos/changes", desk.token, json=body)
        assert answer.status_code == 400, (body, answer.text)
    video = desk.studio.videos.find("v1")
    assert video is not None and video.state == "draft" and not video.details.duet


def test_an_upload_says_when_it_is_to_be_seen() -> None:
    from jhalak.api.creators.details import details_of
    from jhalak.api.raw import Refused

    now_ms = 1_790_000_000_000
    assert details_of(SAID, now_ms).publish_ms == 0
    assert details_of(dict(SAID) | {"publish": "draft"}, now_ms).publish_ms == -1
    at = datetime.fromtimestamp(now_ms / 1000, UTC) + HOUR
    said = dict(SAID) | {"publish": at.isoformat()}
    assert details_of(said, now_ms).publish_ms == now_ms + 3_600_000
    with pytest.raises(Refused, match="publish is now, draft, or a time"):
        details_of(dict(SAID) | {"publish": "later"}, now_ms)
