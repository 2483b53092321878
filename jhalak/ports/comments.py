"""The stores of comments: one transaction a change, so that every count is exact."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple, Protocol

CommentState = Literal["shown", "held", "removed", "deleted", "erased"]
"""held: only its writer sees it, until a human said that it may be shown; removed: a human said
that it may not, and may say otherwise; deleted: nobody sees it, for good; erased: its writer is
gone, and its place holds the replies together. What stands below one that is not shown (or erased)
is not shown either."""
Order = Literal["best", "newest", "oldest"]
FILTERED: Final = "filtered"
"""Code of a comment that is held for a word that the video's creator filters."""


class Comment(NamedTuple):
    """A comment as it is kept. Times are Unix milliseconds."""

    num: int
    """From 1 upwards, in the order in which they came."""
    id: str
    """22 characters, not to be guessed."""
    video: str
    account: int
    """Number of its writer's account; 0: erased."""
    parent: int
    """Number of the comment that begins its thread; 0: it begins one."""
    answers: int
    """Of a reply: the account that it answers."""
    text: str
    """Plain text: nothing in it is ever markup."""
    mark: bytes
    """Equal where texts are equal, however they are spelt; b"" once it was deleted."""
    mentions: tuple[str, ...]
    """Handles in its text that somebody had."""
    language: str
    """One of LANGUAGES, or `und`."""
    state: CommentState
    reason: str
    """Why it is held, or was deleted by a human: codes, one a line."""
    likes: int
    replies: int
    """Of those that a stranger reads."""
    reports: int
    by_creator: bool
    """The video's creator likes it."""
    value: float
    """By which the best come first."""
    created_ms: int
    edited_ms: int
    """0: never."""


class Asker(NamedTuple):
    """Who reads comments."""

    viewer: int
    account: int
    """0: none, an anonymous viewer."""
    owner: int
    """The viewer of the video's creator: whom that one blocks nobody reads there."""


class Line(NamedTuple):
    """A comment as one reader sees it."""

    comment: Comment
    handle: str
    """Its writer's; "": erased."""
    name: str
    verified: bool
    thread: str
    """Id of what it stands below; "": it begins a thread."""
    answers: str
    """Handle of whom it answers; "": nobody, or somebody who is gone."""
    liked: bool
    """The reader likes it."""
    pinned: bool


class Limits(NamedTuple):
    """How often one account may comment."""

    a_minute: int
    same_an_hour: int
    """Comments of the same text."""


class Added(NamedTuple):
    """What became of a new comment."""

    comment: Comment | None
    why: Literal["", "same", "often", "gone"] = ""
    """same: this text came too often; often: too many came; gone: what it answers is, or who
    writes it."""
    new: bool = True
    """False: it was sent again, and is there since."""


class CommentStore(Protocol):
    """Hard. A change locks its video's count first, so that no two wait for each other."""

    def add(self, comment: Comment, limits: Limits) -> Added:
        """`num` and counts are the store's to give. The same text by the same account in the same
        thread within a minute is the same comment."""

    def add_all(self, said: Sequence[Comment], limits: Limits) -> list[Added]:
        """Many, in one transaction."""

    def edit(self, comment: Comment, since_ms: int) -> Comment | None:
        """Its text, mark, mentions, language, state, reason and `edited_ms`, where it was written
        after `since_ms` and is not deleted; None: it is older, or gone."""

    def delete(self, comment_id: str, reason: str = "") -> int:
        """With all that stands below it; its text is gone for good. How many were shown. Nothing
        where it was deleted before."""

    def like(self, comment_id: str, account: int, on: bool, now_ms: int) -> tuple[int, bool] | None:
        """How many like it now, and whether this changed it; None: there is no such comment that
        is shown, or no such account. Of the video's creator it also says so."""

    def pin(self, comment_id: str, on: bool) -> bool:
        """The one of its video that stands first. False: there is no such that begins a thread
        and is shown."""


class CommentWriter(Protocol):
    """New comments of many at once: those that wait become one transaction."""

    async def add(self, comment: Comment) -> Added:
        """On disk. As CommentStore.add; raises what it raises."""


class CommentReviews(Protocol):
    """Of the same store: what humans decide."""

    def held(self, after: int, limit: int) -> list[Comment]:
        """Those that wait, oldest first; `after` a number."""

    def decide(self, comment_id: str, allow: bool, reason: str) -> Comment | None:
        """Shown from now on, or removed. None: it was erased or deleted, or is so already."""

    def release(self, comment_id: str) -> Comment | None:
        """Shown from now on, where it was held; else None, and nothing changes. What its video's
        creator filters stays held for that."""

    def reported(self, comment_id: str) -> bool:
        """One more viewer reported it, which lowers it. False where there is none."""


class CommentPages(Protocol):
    """Of the same store: what is read. Each page is one statement, whatever is on it."""

    def find(self, comment_id: str) -> Comment | None:
        """Also a deleted one."""

    def page(
        self, video: str, parent: int, asker: Asker, order: Order, limit: int, *,
        languages: Sequence[str] = (), after: tuple[float, int] | None = None, up_to_ms: int = 0,
        without: Sequence[int] = (), writers: Sequence[int] = (),
    ) -> list[Line]:  # fmt: skip
        """Those that the reader may see, of these languages or their own (none: of all).

        after    value and number of the last one of the page before
        up_to_ms none written later, so that pages fit together; 0: all
        without  numbers, and `writers` accounts, that are left out
        """

    def lines(self, ids: Sequence[str], asker: Asker) -> list[Line]:
        """Those of them that the reader may see, in any order."""

    def pinned(self, video: str, asker: Asker) -> Line | None: ...

    def counts(self, videos: Sequence[str]) -> dict[str, int]:
        """How many comments of each strangers read; those without any are left out."""


class CommentsOf(Protocol):
    """Of the same store: what one account did."""

    def of_account(self, account: int, after: int, limit: int) -> list[Comment]:
        """All that it wrote, oldest first, after the number `after`; no deleted ones."""

    def liked_by(self, account: int) -> list[tuple[str, int]]:
        """(comment's id, since when), oldest first."""

    def mentioned(self, handles: Sequence[str], viewer: int) -> dict[str, int]:
        """Accounts of those handles that somebody has, without those who want nothing of this
        viewer or of whom the viewer wants nothing."""
