"""The store of reviews: what waits for a human, and what humans decided."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple, Protocol

ReviewKind = Literal["gate", "report", "appeal"]
"""The machine was unsure; viewers reported it; its creator does not agree with a decision."""
Decision = Literal["allow", "refuse"]


class Review(NamedTuple):
    """One question about one video."""

    num: int
    kind: ReviewKind
    video: str
    language: str
    why: str
    """What is doubted: codes, one a line, of which the first is the reason once it is refused (of
    reports each with a number); or the words of who appeals."""
    opened_ms: int
    decision: Decision | None
    """None: it waits."""
    by: tuple[str, ...]
    """Who decided so; while an appeal waits, who has said something. It needs two persons, other
    than who decided on the video before."""
    decided_ms: int


def newest_decision(reviews: Iterable[Review]) -> Review | None:
    """The one of these, all of one video, that was decided last: several may wait at a time, and
    which was opened first says nothing of that."""
    decided = [one for one in reviews if one.decision is not None]
    return max(decided, key=lambda one: (one.decided_ms, one.num), default=None)


class ReviewStore(Protocol):
    """Hard."""

    def open(self, kind: ReviewKind, video: str, language: str, why: str, now_ms: int) -> Review:
        """The open review of this kind of the video, where there is one already; one of reports
        then also says how often each code came: `why` is `CODE N`, one a line. Raises Conflict
        where there is no such video, or for an appeal where the newest decision was on one."""

    def find(self, num: int) -> Review | None: ...

    def waiting(self, language: str, limit: int) -> list[Review]:
        """The oldest first; `language` "": all. Not of a video that was removed meanwhile, except
        appeals."""

    def counts(self) -> list[tuple[str, int, int]]:
        """(language, how many wait, when the oldest was opened) of each language."""

    def of(self, video: str) -> list[Review]:
        """All of one video, oldest first."""

    def decide(
        self, num: int, decision: Decision, by: str, now_ms: int, why: str = ""
    ) -> Review | None:
        """What one person says. An appeal is decided when two say the same, and waits for a third
        where they do not; who said something may say something else. `why`: the code for which a
        video is refused, where it is not the first that was doubted. The audit record is written
        in the same transaction. None: it does not wait, or this person may not decide it."""


class DecidedReviews(Protocol):
    """Of the same store: what is to be carried out."""

    def of(self, video: str) -> list[Review]:
        """All of one video, oldest first."""

    def unsettled(self, limit: int) -> list[str]:
        """Videos of which the newest decision was not carried out."""

    def settled(self, num: int, now_ms: int) -> None:
        """What follows from a decision on an appeal was done."""


class KnownBadStore(Protocol):
    """Hard. How videos look that may not come back; VideoStore.alike hands them out."""

    def add(self, likeness: bytes, why: str, now_ms: int) -> None:
        """`why`: the video, or who told of it; the same twice is kept once."""

    def forget(self, why: str) -> int:
        """An appeal was right. Answers how many were forgotten."""
