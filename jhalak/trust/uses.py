"""Duets, stitches and borrowed sounds: whose work was used is told so.

When the video that they were made with is taken down, nothing becomes of them by itself. They stay,
with the attribution, until a human has looked: what was wrong with the one may be in the other, and
may not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from jhalak.ports.creators import CreatorLookup
from jhalak.ports.notifications import NotificationStore, Told
from jhalak.ports.reviews import ReviewStore
from jhalak.ports.shown_videos import ShownVideos
from jhalak.ports.videos import VideoStore
from jhalak.schema.video import Use, Video
from jhalak.trust.take_down import APPEAL_WON, WITHDRAWN

ORIGINAL: Final = "original"
"""Code of the review: what it was made with was taken down."""
OF_WORK: Final = ("copyright", "rights", "copy")
"""Taken down for whose work it is: then its sound is in question as well."""
MOST: Final = 1000
"""Videos made with one that are looked at; the oldest."""


@dataclass(frozen=True, slots=True)
class ReviewUses:
    """Asks humans. Blocks. Can be done twice. Raises PortError."""

    shown: ShownVideos
    reviews: ReviewStore
    clock: Callable[[], int]

    def __call__(self, video: Video, reason: str) -> int:
        """`video` is taken down for `reason`; how many of those made with it are asked about. What
        its creator withdraws leaves no question."""
        asked = 0
        for made in self.shown.made_with(video.id, MOST):
            of = made.details.of
            if of is not None and _is_in_question(of, reason):
                self._ask(made)
                asked += 1
        return asked

    def late(self, made: Video, original: Video) -> None:
        """`made` is live; its original may have been taken down while it was on its way. Asked
        once: it is published anew with each of its changes."""
        of = made.details.of
        if of is None or original.state != "removed" or not _is_in_question(of, original.reason):
            return
        said = [line for one in self.reviews.of(made.id) for line in one.why.splitlines()]
        if not any(line.partition(" ")[0] == ORIGINAL for line in said):
            self._ask(made)

    def _ask(self, made: Video) -> None:
        self.reviews.open("report", made.id, made.details.language, ORIGINAL, self.clock())


def _is_in_question(of: Use, reason: str) -> bool:
    """Of what was made so with a video that was taken down for `reason`."""
    of_work = reason.partition(":")[0] in OF_WORK
    return reason not in (WITHDRAWN, APPEAL_WON) and (of.kind != "sound" or of_work)


@dataclass(frozen=True, slots=True)
class TellUse:
    """Tells the creator of the original, where they may see what was made with it; and asks humans
    where the original was taken down meanwhile. Blocks. Twice is as good as once. Raises
    PortError."""

    videos: VideoStore
    shown: ShownVideos
    people: CreatorLookup
    notifications: NotificationStore
    review: ReviewUses
    clock: Callable[[], int]

    def __call__(self, video: Video) -> None:
        of = video.details.of
        original = self.videos.find(of.video) if of is not None else None
        if of is None or original is None:
            return
        self.review.late(video, original)
        if original.account == video.account:
            return
        owner = self.people.of_accounts([original.account]).get(original.account)
        if owner is None or self.shown.find(video.id, owner.viewer) is None:
            return
        told = Told(original.account, of.kind, video.id, video.account, {"video": of.video})
        self.notifications.add([told], self.clock())
