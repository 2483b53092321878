"""Why a video does not reach more people: from what really decides, in codes and their values.

Only what the gate, the feed's filters and its budget for trials look at is named. A label that
changes nothing for who sees it (`ai`) is none of them, and neither is taste: whom a video suits is
what ranking is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from jhalak.schema.video import Audience, VideoState

Code = Literal[
    "state", "gone", "followers", "trial", "sensitive", "minors", "hid", "reported", "language",
    "comments_off",
]  # fmt: skip


class Facts(NamedTuple):
    """What is so of one video."""

    state: VideoState
    reason: str
    """The gate's or a human's, such as `copy:ID`."""
    language: str
    audience: Audience
    sensitive: bool
    """So labelled."""
    unsafe: bool
    """Something in its text is not for minors."""
    live: bool
    """The feeds have it."""
    comments_off: bool
    trial_shown: float
    """First impressions that it was given."""
    trial_of: float
    """And how many it is given at most."""
    trials: int
    """Videos of its creator that wait for theirs, with this one."""
    wait_h: float | None
    """Until all of theirs are given; None: nobody watches now."""
    hid: int | None
    """People who hid it, in steps; None: fewer than may be told."""
    reported: int | None


@dataclass(frozen=True, slots=True)
class Limit:
    """One reason. What a code has no use for is null."""

    code: Code
    about: str | None = None
    """state: the gate's code without what it is a copy of; language: which."""
    n: int | None = None
    """trial: impressions so far; hid, reported: people."""
    of: int | None = None
    """trial: impressions that there are for a new video."""
    others: int | None = None
    """trial: the creator's other videos that wait too; the newest comes first."""
    hours: float | None = None
    """trial: until all are given, as things go."""


_STATES: Final = ("waiting", "held", "draft", "refused", "removed")


def limits(facts: Facts) -> list[Limit]:
    """The most weighty first. A video that is not live has one: what holds it."""
    if facts.state in _STATES:
        return [Limit("state", about=facts.reason.partition(":")[0] or facts.state)]
    found = [] if facts.live else [Limit("gone")]
    if facts.audience == "followers":
        found.append(Limit("followers"))
    if facts.live and facts.trial_shown < facts.trial_of:
        shown, of = int(facts.trial_shown), round(facts.trial_of)
        others = max(facts.trials - 1, 0)
        found.append(Limit("trial", n=shown, of=of, others=others, hours=facts.wait_h))
    if facts.hid is not None:
        found.append(Limit("hid", n=facts.hid))
    if facts.reported is not None:
        found.append(Limit("reported", n=facts.reported))
    if facts.sensitive:
        found.append(Limit("sensitive"))
    elif facts.unsafe:
        found.append(Limit("minors"))
    found.append(Limit("language", about=facts.language))
    if facts.comments_off:
        found.append(Limit("comments_off"))
    return found
