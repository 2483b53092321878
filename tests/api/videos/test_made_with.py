"""Duets, stitches and sounds: rights, references, and attribution that stays."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from jhalak.schema.video import Use
from jhalak.workers.publish_video import composed_of
from tests.api.comments.people import Person
from tests.api.creators.senders import SAID, metadata
from tests.worlds import Jhalak


def upload(person: Person, **said: str) -> httpx.Response:
    headers = {
        "Tus-Resumable": "1.0.0", "Upload-Length": "4200", "Upload-Metadata": metadata(SAID | said),
    }  # fmt: skip
    return person.ask("POST", "/v1/uploads", headers=headers)


def made_with(person: Person, kind: str, video: str) -> Use | None:
    """What the upload that was begun so refers to. Raises where it was refused."""
    person.world.clock.forward(s=1)
    answer = upload(person, of_kind=kind, of_video=video)
    assert answer.status_code == 201, answer.text
    [found] = person.world.services.uploads.of_account(person.num)[-1:]
    return found.details.of


def refused(person: Person, kind: str, video: str) -> tuple[int, str]:
    answer = upload(person, of_kind=kind, of_video=video)
    return answer.status_code, answer.json()["error"]


def patch(person: Person, video: str, **said: Any) -> dict[str, Any]:
    answer = person.ask("PATCH", f"/v1/creators/me/videos/{video}", json=said)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize("kind", ["duet", "stitch", "sound"])
def test_a_right_is_given_and_taken_back_for_new_ones_only(
    asha: Person, ravi: Person, kind: str
) -> None:
    video = asha.publish()
    assert refused(ravi, kind, video) == (403, "use_not_allowed")
    assert patch(asha, video, **{kind: True})[kind] is True
    use = made_with(ravi, kind, video)
    assert use == Use(kind=kind, video=video, handle=asha.handle, title="बारिश में नाच")  # type: ignore[arg-type]
    assert patch(asha, video, **{kind: False})[kind] is False
    assert refused(ravi, kind, video) == (403, "use_not_allowed")
    assert made_with(asha, kind, video) is not None, "one's own always"


def test_what_one_may_not_see_one_may_not_use(
    world: Jhalak, asha: Person, ravi: Person, meena: Person
) -> None:
    video = asha.publish(duet=True)
    asha.relate("blocks", ravi)
    assert refused(ravi, "duet", video) == (404, "no_such_video")
    patch(asha, video, audience="followers")
    assert refused(meena, "duet", video) == (404, "no_such_video")
    meena.relate("follows", asha)
    assert refused(meena, "duet", video) == (403, "use_not_allowed"), "it would be seen by all"
    patch(asha, video, audience="everyone")
    assert made_with(meena, "duet", video) is not None
    world.services.videos.change(video, ("live",), world.clock(), state="removed")
    for gone in (video, "none"):
        assert refused(meena, "duet", gone) == (404, "no_such_video")


@pytest.mark.parametrize(
    "said",
    [{"of_kind": "duet"}, {"of_video": "x"}, {"of_kind": "copy", "of_video": "x"},
     {"of_kind": "duet", "of_video": "x" * 65}, {"duet": "maybe"}, {"comments": "friends"}],
)  # fmt: skip
def test_references_that_cannot_be_are_refused(ravi: Person, said: dict[str, str]) -> None:
    answer = upload(ravi, **said)
    assert answer.status_code == 400 and answer.json()["error"] == "bad_details"


def test_a_sound_is_its_first_videos_however_often_it_was_used(
    world: Jhalak, asha: Person, ravi: Person, meena: Person
) -> None:
    first = asha.publish(sound=True)
    use = made_with(ravi, "sound", first)
    second = ravi.publish(sound=True, duet=True, of=use)
    third = made_with(meena, "sound", second)
    assert third is not None and (third.video, third.handle) == (first, asha.handle)
    patch(asha, first, sound=False)
    assert refused(meena, "sound", second) == (403, "use_not_allowed"), "whose sound it really is"
    duet = made_with(meena, "duet", second)
    assert duet is not None and duet.video == second
    known = world.services.videos.find(second)
    assert known is not None and known.media is not None
    assert composed_of(known, known.media, (), 1, 1.0).item.of == use
    patch(asha, first, sound=True)
    again = made_with(meena, "sound", second)
    assert again is not None and again.video == first


def test_a_video_says_what_stands_beside_it(
    world: Jhalak, asha: Person, ravi: Person, meena: Person
) -> None:
    first = asha.publish(duet=True, sound=True)
    duet = ravi.publish(of=made_with(ravi, "duet", first), comments="followers")
    meena.relate("follows", ravi)
    meena.world.ask("PUT", f"/v1/me/likes/item/{duet}", meena.token)
    meena.say(duet, "वाह")
    found = meena.see(f"/v1/videos/{duet}").json()
    assert found["item"] == duet and found["creator"] == f"@{ravi.handle}" and found["slot"] is None
    assert found["person"] == {"handle": ravi.handle, "name": ravi.handle, "verified": False}
    assert found["counts"] == {"likes": 1, "saves": 0, "comments": 1, "shares": 0}
    assert found["standing"] == {"likes": True, "saves": False, "follows": True, "mutes": False}
    assert (found["comments"], found["may_comment"], found["uses"]) == ("followers", True, [])
    assert found["of"] == {
        "kind": "duet", "video": first, "handle": asha.handle, "title": "बारिश में नाच",
        "live": True,
    }  # fmt: skip
    own = ravi.see(f"/v1/videos/{duet}").json()
    assert own["own"] and own["uses"] == ["duet", "stitch", "sound"] and own["may_comment"]
    assert meena.see(f"/v1/videos/{first}").json()["uses"] == ["duet", "sound"]
    guest = world.phone("hi").ask("GET", f"/v1/videos/{duet}").json()
    assert not guest["may_comment"] and not guest["standing"]["likes"]
    assert world.ask("GET", f"/v1/videos/{duet}").status_code == 401
    assert meena.see("/v1/videos/none").status_code == 404


def test_attribution_stays_when_the_original_goes(
    world: Jhalak, asha: Person, ravi: Person, meena: Person
) -> None:
    first = asha.publish(duet=True)
    duet = ravi.publish(of=made_with(ravi, "duet", first))
    meena.relate("blocks", asha)
    assert meena.see(f"/v1/videos/{duet}").json()["of"]["live"] is False, "nothing leads there"
    meena.relate("blocks", asha, on=False)
    assert meena.see(f"/v1/videos/{duet}").json()["of"]["live"] is True
    world.services.videos.change(first, ("live",), world.clock(), state="removed")
    of = meena.see(f"/v1/videos/{duet}").json()["of"]
    assert (of["handle"], of["title"], of["live"]) == (asha.handle, "बारिश में नाच", False)
    world.services.creator_accounts.erase(asha.num)
    assert meena.see(f"/v1/videos/{duet}").json()["of"]["handle"] == asha.handle


def test_what_was_made_with_it_is_listed(asha: Person, ravi: Person, meena: Person) -> None:
    first = asha.publish(duet=True, stitch=True)
    made = []
    for person in (ravi, meena, ravi):
        person.world.clock.forward(s=1)
        made.append(person.publish(of=made_with(person, "duet", first)))
    meena.world.clock.forward(s=1)
    stitch = meena.publish(of=made_with(meena, "stitch", first))
    path = f"/v1/videos/{first}/uses"
    found = asha.see(f"{path}?kind=duet").json()
    assert [one["item"] for one in found["items"]] == made[::-1] and found["next"] is None
    assert [one["item"] for one in asha.see(f"{path}?kind=stitch").json()["items"]] == [stitch]
    assert asha.see(f"{path}?kind=sound").json()["items"] == []
    asha.relate("blocks", meena)
    assert [one["item"] for one in asha.see(f"{path}?kind=duet").json()["items"]] == [
        made[2], made[0],
    ]  # fmt: skip
    assert [one["item"] for one in ravi.see(path).json()["items"]] == [stitch, *made[::-1]]
    assert asha.see(f"{path}?kind=x").status_code == 400


def test_details_are_changed_by_their_creator_alone(asha: Person, ravi: Person) -> None:
    video = asha.publish()
    path = f"/v1/creators/me/videos/{video}"
    changed = patch(asha, video, audience="followers", comments="off", duet=True)
    assert (changed["audience"], changed["comments"], changed["duet"]) == ("followers", "off", True)
    assert patch(asha, video, comments="")["comments"] == ""
    assert ravi.ask("PATCH", path, json={"duet": True}).status_code == 404
    for bad in ({}, {"duet": "yes"}, {"likes": 5}, {"audience": "nobody"}):
        assert asha.ask("PATCH", path, json=bad).status_code == 400, bad


def test_when_the_original_is_taken_down_humans_look_at_the_others(
    world: Jhalak, asha: Person, ravi: Person, meena: Person
) -> None:
    def asked(*videos: str) -> list[bool]:
        found = [world.services.reviews.of(video) for video in videos]
        return [any(one.why.startswith("original") for one in of) for of in found]

    first = asha.publish(duet=True, sound=True)
    duet = ravi.publish(of=made_with(ravi, "duet", first))
    sound = meena.publish(of=made_with(meena, "sound", first))
    video = world.services.videos.find(first)
    assert video is not None
    world.run(world.services.refuse_video(video, "violence", "operator:mo"))
    assert asked(duet, sound) == [True, False], "its sound is not what was wrong"
    assert meena.see(f"/v1/videos/{first}").status_code == 404
    assert meena.see(f"/v1/videos/{duet}").status_code == 200, "it stays until somebody says"
    other = asha.publish(sound=True)
    used = ravi.publish(of=made_with(ravi, "sound", other))
    video = world.services.videos.find(other)
    assert video is not None
    world.run(world.services.refuse_video(video, "copyright", "operator:mo"))
    assert asked(used) == [True]
    third = asha.publish(duet=True)
    kept = ravi.publish(of=made_with(ravi, "duet", third))
    assert asha.ask("DELETE", f"/v1/creators/me/videos/{third}").status_code == 204
    assert asked(kept) == [False], "what its creator takes back leaves no question"


def test_what_is_made_with_it_after_it_was_taken_down_is_looked_at_once(
    world: Jhalak, asha: Person, ravi: Person
) -> None:
    first, other = asha.publish(duet=True), asha.publish(duet=True)
    on_its_way, too = made_with(ravi, "duet", first), made_with(ravi, "duet", other)
    video = world.services.videos.find(first)
    assert video is not None
    world.run(world.services.refuse_video(video, "violence", "operator:mo"))
    assert asha.ask("DELETE", f"/v1/creators/me/videos/{other}").status_code == 204
    duet, harmless = ravi.publish(of=on_its_way), ravi.publish(of=too)
    for made in (duet, harmless):
        patch(ravi, made, stitch=True)  # published anew
    [review] = world.services.reviews.of(duet)
    assert (review.kind, review.why) == ("report", "original 1")
    assert world.services.reviews.of(harmless) == []
    world.services.reviews.decide(review.num, "allow", "mo", world.clock())
    patch(ravi, duet, stitch=False)
    assert len(world.services.reviews.of(duet)) == 1


def test_whose_video_was_used_is_told_once_it_is_live(
    world: Jhalak, asha: Person, ravi: Person
) -> None:
    first = asha.publish(duet=True)
    duet = ravi.publish(of=made_with(ravi, "duet", first))
    for _ in range(2):
        patch(ravi, duet, stitch=True)  # published anew
    found = world.services.notifications.page(asha.num, None, 20)
    assert [(one.kind, one.subject, dict(one.said)) for one in found] == [
        ("duet", duet, {"video": first}),
    ]  # fmt: skip
    assert found[0].people[0].handle == ravi.handle


def test_nobody_is_told_of_what_was_made_that_they_may_not_see(
    world: Jhalak, asha: Person, ravi: Person
) -> None:
    first = asha.publish(duet=True)
    duet = ravi.publish(of=made_with(ravi, "duet", first), audience="followers")
    patch(ravi, duet, stitch=True)  # published anew
    assert world.services.notifications.page(asha.num, None, 20) == []
    patch(ravi, duet, audience="everyone")
    told = world.services.notifications.page(asha.num, None, 20)
    assert [(one.kind, one.subject) for one in told] == [("duet", duet)]
