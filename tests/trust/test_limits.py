"""Why a video does not reach more people."""

from __future__ import annotations

import pytest

from jhalak.schema.video import VideoState
from jhalak.trust.limits import Facts, Limit, limits

FREE = Facts(
    state="live", reason="", language="ta", audience="everyone", sensitive=False, unsafe=False,
    live=True, comments_off=False, trial_shown=100.0, trial_of=100.0, trials=0, wait_h=None,
    hid=None, reported=None,
)  # fmt: skip


def test_a_video_that_nothing_holds_back_goes_to_those_who_chose_its_language() -> None:
    assert limits(FREE) == [Limit("language", about="ta")]


@pytest.mark.parametrize(
    ("state", "reason", "about"),
    [("held", "copy:XY", "copy"), ("refused", "sexual", "sexual"), ("waiting", "", "waiting"),
     ("removed", "withdrawn", "withdrawn")],
)  # fmt: skip
def test_what_holds_a_video_is_all_there_is_to_say(
    state: VideoState, reason: str, about: str
) -> None:
    held = FREE._replace(state=state, reason=reason, sensitive=True)
    assert limits(held) == [Limit("state", about=about)]


def test_a_trial_says_how_far_it_is_and_what_of_its_creators_waits_too() -> None:
    waits = FREE._replace(trial_shown=12.0, trials=3, wait_h=4.5)
    assert limits(waits)[0] == Limit("trial", n=12, of=100, others=2, hours=4.5)
    assert [one.code for one in limits(waits._replace(live=False))] == ["gone", "language"]


def test_each_fact_that_narrows_who_sees_it_is_named_once() -> None:
    all_ = FREE._replace(
        audience="followers", sensitive=True, unsafe=True, comments_off=True, hid=50, reported=100,
    )  # fmt: skip
    assert [one.code for one in limits(all_)] == [
        "followers", "hid", "reported", "sensitive", "language", "comments_off",
    ]  # fmt: skip
    assert "minors" in [one.code for one in limits(FREE._replace(unsafe=True))]
