"""What people are told: who liked, followed, answered them, and what was decided about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal, NamedTuple, Protocol

import msgspec

NoticeKind = Literal[
    "like", "follow", "follow_request", "follow_accepted", "comment", "reply", "mention", "duet",
    "stitch", "sound", "part", "report_decided", "taken_down", "appeal_decided", "strike",
    "suspended",
]  # fmt: skip
OFFICIAL: Final[tuple[NoticeKind, ...]] = (
    "report_decided", "taken_down", "appeal_decided", "strike", "suspended",
)  # fmt: skip
"""What the house owes to say: nobody can switch it off, only its pushes."""
SHOWN: Final = 2
"""Persons of a group who are named; the others are counted."""


class Notify(Protocol):
    """Tells an account something, once for each (account, kind, subject, actor), and never of
    itself or of somebody whom it blocks or mutes, or who blocks it."""

    async def __call__(
        self, account: int, kind: NoticeKind, subject: str, actor: int = 0,
        said: Mapping[str, str] = {},
    ) -> None:  # fmt: skip
        """On disk when it returns; never raises: what cannot be written now is tried again.

        account  number of the account that is told
        subject  what it is about: the comment's id, the video's id, the case's; "" of a follow
        actor    number of the account that did it; 0: the house
        said     more that its page shows, such as the comment's `video` or a decision's `reason`;
                 no names of people. Of what the house says, another `said` is another notice.
        """

    def liked(self, video: str, viewer: int) -> None:
        """A viewer likes a video for the first time (version 1 of the relation). Held in memory
        for a second at most, since the group's number is counted from the relations."""


class Told(NamedTuple):
    """One thing to tell; as of Notify."""

    account: int
    kind: NoticeKind
    subject: str
    actor: int
    said: Mapping[str, str]


class Person(NamedTuple):
    """Somebody who is named."""

    handle: str
    name: str


class Notice(NamedTuple):
    """What an account was told. Likes of one video are one notice until it is read, and so are
    the followers of one day, and new parts of one series."""

    num: int
    kind: NoticeKind
    subject: str
    said: Mapping[str, str]
    people: tuple[Person, ...]
    """At most SHOWN of them, the newest first."""
    n: int
    """How many persons did it; 0: the house. Of parts: how many."""
    at_ms: int
    read_ms: int
    """0: it was not read."""


class NotificationStore(Protocol):
    """Hard."""

    def add(self, told: Sequence[Told], now_ms: int) -> list[bool]:
        """In one transaction; which of them the account had not been told and wants to know. A
        `part` (its subject is the series) is told each time: ports/part_news.py tells it once."""

    def liked(self, viewers: Mapping[str, Sequence[int]], now_ms: int) -> None:
        """Videos' ids with who liked each lately, newest last: one notice a video."""

    def page(
        self, account: int, before: tuple[int, int] | None, limit: int
    ) -> list[Notice]:  # fmt: skip
        """Newest first, those older than `before` (its at_ms and num)."""

    def unread(self, account: int) -> int:
        """How many notices were not read."""

    def read(self, account: int, up_to: tuple[int, int], now_ms: int) -> int:
        """That one (its at_ms and num) and all older ones were read; answers how many were new."""

    def sweep(self, before_ms: int, limit: int) -> int:
        """Forget those of before; answers how many went."""


class NoticeSettings(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How an account wants to be told. Minutes are of the day where it lives."""

    off: tuple[NoticeKind, ...] = ()
    """Kinds that it is not told at all."""
    silent: tuple[NoticeKind, ...] = ()
    """Kinds that stand in the list and are not pushed."""
    quiet: bool = True
    """No pushes in the quiet hours."""
    quiet_from_min: int = 22 * 60
    quiet_to_min: int = 7 * 60
    utc_offset_min: int = 0
    """Its time less UTC, as its device says."""


class NoticeSettingsStore(Protocol):
    """Hard."""

    def settings(self, account: int) -> NoticeSettings:
        """The defaults where it said nothing."""

    def set(self, account: int, settings: NoticeSettings) -> None: ...
