"""Comments as they are answered."""

from __future__ import annotations

import msgspec

from jhalak.feeds.edition import rfc3339
from jhalak.ports.comments import CommentState, Line


class Writer(msgspec.Struct):
    handle: str
    name: str
    verified: bool


class CommentOut(msgspec.Struct):
    """A comment as one reader sees it. Its text is plain: letters to show, nothing to follow."""

    id: str
    video: str
    thread: str | None
    """The comment that it stands below; null: it begins a thread."""
    state: CommentState
    """`shown`; to its writer also `held` and `removed`; `erased`: its writer is gone, and it
    stands for the replies below it."""
    text: str
    language: str
    """Of our languages, or `und`."""
    writer: Writer | None
    answers: str | None
    """The handle of whom a reply answers."""
    mentions: list[str]
    """Handles in its text that somebody has: these may lead to their pages."""
    likes: int
    liked: bool
    by_creator: bool
    """The video's creator likes it."""
    replies: int
    pinned: bool
    mine: bool
    reason: str
    """To its writer: why it is held or was removed; codes, one a line."""
    at: str
    edited: str | None


class PageOut(msgspec.Struct):
    """A page of comments."""

    count: int
    """Of all that a stranger reads below the video, replies too."""
    comments: list[CommentOut]
    next: str | None
    """For `after`; null: there are no more."""


class RepliesOut(msgspec.Struct):
    comments: list[CommentOut]
    next: str | None


def comment_out(line: Line, account: int) -> CommentOut:
    """`account`: the reader's; 0: none."""
    said = line.comment
    mine = bool(account) and said.account == account
    return CommentOut(
        id=said.id, video=said.video, thread=line.thread or None, state=said.state, text=said.text,
        language=said.language,
        writer=Writer(line.handle, line.name, line.verified) if line.handle else None,
        answers=line.answers or None, mentions=list(said.mentions), likes=said.likes,
        liked=line.liked, by_creator=said.by_creator, replies=said.replies, pinned=line.pinned,
        mine=mine, reason=said.reason if mine else "", at=rfc3339(said.created_ms),
        edited=rfc3339(said.edited_ms) if said.edited_ms else None,
    )  # fmt: skip
