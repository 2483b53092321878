"""A suspended account is nowhere, and comes back whole."""

from __future__ import annotations

import pytest

from jhalak.schema.video import FOLDER
from tests.api.people.conftest import Two


def gone(two: Two) -> dict[str, bool]:
    """Of each path: is Asha gone from it, as Bina meets it?"""
    two.jhalak.follow()
    b, s = two.b, two.jhalak.services
    video = s.videos.find(two.by_a)
    assert video is not None and video.media is not None
    link = s.media_links.base(video.media.set, two.jhalak.clock()) + "240.mp4"
    two.jhalak.clock.forward(s=1)  # so long may be held whether a file may be seen
    return {
        "session": two.a.signed("GET", "/v1/creators/me/follow-requests").status_code == 401,
        "feed": two.by_a not in b.sees(),
        "followed feed": b.following()["items"] == [],
        "profile": b.ask("GET", f"/v1/people/{two.a.handle}").status_code == 404,
        "shelf": b.ask("GET", f"/v1/people/{two.a.handle}/videos").status_code == 404,
        "item": b.ask("GET", f"/v1/items/{two.by_a}").status_code == 404,
        "like": b.put("likes", two.by_a, "item").status_code == 404,
        "follow": b.put("follows", two.a.name).status_code == 404,
        "file": two.jhalak.ask("GET", link).status_code == 404,
    }


@pytest.mark.parametrize("restart", [False, True])
def test_it_is_obeyed_on_every_path_and_lifted_again(two: Two, restart: bool) -> None:
    s = two.jhalak.services
    video = s.videos.find(two.by_a)
    assert video is not None and video.media is not None
    two.jhalak.run(s.blobs.put(f"{FOLDER}/{video.media.set}/240.mp4", b"film"))
    assert not any(gone(two).values()) or gone(two)["followed feed"]
    two.jhalak.run(s.suspend.suspend(two.a.account, "spam", "operator:ravi"))
    if restart:
        two.jhalak.restart()
    two.jhalak.clock.forward(days=31)
    assert all(gone(two).values()), gone(two)
    s = two.jhalak.services
    two.jhalak.run(s.suspend.lift(two.a.account, "a mistake", "operator:ravi"))
    if restart:
        two.jhalak.restart()
    two.jhalak.clock.forward(days=31)
    left = {path for path, is_gone in gone(two).items() if is_gone}
    assert left <= {"session", "followed feed"}, left
    told = [(r.actor, r.action, r.detail) for r in s.audit.read(0, 100)]
    assert told[-2:] == [
        ("operator:ravi", "suspend account", "spam"),
        ("operator:ravi", "lift suspension", "a mistake"),
    ]
