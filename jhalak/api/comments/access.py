"""What a comment's handlers need first: the video, who asks, and the comment itself."""

from __future__ import annotations

from typing import NamedTuple

from jhalak.api.raw import Refused
from jhalak.api.services import Services
from jhalak.ports.comments import Asker, Line
from jhalak.ports.shown_videos import Shown


class Below(NamedTuple):
    """A video that somebody may see, and how they read what is said below it."""

    shown: Shown
    asker: Asker


def no_video() -> Refused:
    return Refused(404, "no_such_video", "there is no such video that you may see")


def no_comment() -> Refused:
    return Refused(404, "no_such_comment", "there is no such comment that you may see")


def below(services: Services, video: str, viewer: int, account: int | None = None) -> Below:
    """For a thread. `account` None: looked up. Raises Refused (404)."""
    shown = services.shown.find(video, viewer)
    if shown is None:
        raise no_video()
    if account is None:
        found = services.people.of_viewers([viewer])
        known = found.get(viewer)
        account = known.num if known is not None and not known.suspended_ms else 0
    return Below(shown, Asker(viewer, account, shown.owner.viewer))


class Found(NamedTuple):
    """A comment that somebody may see."""

    line: Line
    below: Below


def seen(services: Services, comment_id: str, viewer: int, account: int | None = None) -> Found:
    """For a thread. Raises Refused (404)."""
    comment = services.comment_pages.find(comment_id)
    if comment is None:
        raise no_comment()
    try:
        place = below(services, comment.video, viewer, account)
    except Refused:
        raise no_comment() from None
    lines = services.comment_pages.lines([comment_id], place.asker)
    if not lines:
        raise no_comment()
    return Found(lines[0], place)
