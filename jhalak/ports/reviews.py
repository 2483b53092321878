"""The store of reviews: what waits for a human, and what humans decided."""

from __future__ import annotations

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
    """What is doubted: codes, or the words of who appeals."""
    opened_ms: int
    decision: Decision | None
    """None: it waits."""
    by: tuple[str, ...]
    """Who decided so; an appeal needs two persons, other than who decided before."""
    decided_ms: int


class ReviewStore(Protocol):
    """Hard."""

    def open(self, kind: ReviewKind, video: str, language: str, why: str, now_ms: int) -> Review:
        """The open review of this kind of the video, where there is one already."""

    def waiting(self, language: str, limit: int) -> list[Review]:
        """The oldest first; `language` "": all."""

    def of(self, video: str) -> list[Review]:
        """All of one video, oldest first."""

    def decide(self, num: int, decision: Decision, by: str, now_ms: int) -> Review | None:
        """One person's decision; an appeal is decided when two agree, and waits anew where they do
        not. The audit record is written in the same transaction. None: it does not wait, or this
        person may not decide it."""
