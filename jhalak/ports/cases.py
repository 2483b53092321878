"""Reports of viewers, the cases that they are gathered in, and what follows from decisions."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple, Protocol

ReportKind = Literal["item", "comment", "creator"]
CaseKind = Literal["item", "card", "comment", "creator", "appeal"]
"""item: a video; a review decides it (ports/reviews.py), and its case is there for who reported
it. card: an item of a publisher. appeal: the owner of what was decided does not agree."""
Outcome = Literal["upheld", "dismissed"]
"""The report, or the appeal, was right; or not."""
VOICES: Final = 2
"""Persons who must agree on an appeal."""


class Case(NamedTuple):
    """One question. Times are Unix milliseconds."""

    num: int
    id: str
    """22 characters, not to be guessed."""
    kind: CaseKind
    target: str
    """What was reported: an item's id, a comment's, a handle; of an appeal `comment ID`,
    `strike NUM` or `suspension`."""
    account: int
    """Whose it is; 0: nobody's who has an account."""
    language: str
    reason: str
    """The code for which it was decided so; while it waits the one that was said most often."""
    words: str
    """Of reports `CODE N`, one a line, of which the first came most; of an appeal what its owner
    says."""
    decided: bool
    opened_ms: int
    due_ms: int
    decision: Outcome | None
    by: tuple[str, ...]
    """Who decided so; while an appeal waits, who has said something."""
    decided_ms: int
    of: int
    """Of an appeal: the number of the case that was decided so; 0: none."""
    strike: bool
    """Whether a strike follows, once it is upheld."""


class Report(NamedTuple):
    """What one viewer said of one thing."""

    id: str
    case: int
    viewer: int
    account: int
    """0: an anonymous viewer."""
    reason: str
    note: str
    at_ms: int


class NewReport(NamedTuple):
    """A report as it comes."""

    kind: CaseKind
    target: str
    owner: int
    """Whose it is: the case's `account`."""
    language: str
    viewer: int
    account: int
    reason: str
    note: str
    due_ms: int


class Strike(NamedTuple):
    """A rule that an account broke."""

    num: int
    account: int
    reason: str
    subject: str
    """The id of the case that brought it."""
    at_ms: int
    until_ms: int
    """It counts until then."""
    lifted_ms: int
    """0: it was not lifted."""


class ReportStore(Protocol):
    """Hard."""

    def report(self, new: NewReport, now_ms: int) -> tuple[Report, bool]:
        """Joins the open case of its target, or opens one. One viewer counts once a case, and not
        again for what was decided in the last 30 days: answers the report that is there, and
        whether it is new. The house (viewer 0) is: it doubts what was written since. Raises
        Conflict where the viewer was erased."""

    def of_viewer(self, viewer: int, limit: int) -> list[tuple[Report, Case]]:
        """Newest first."""

    def case_of(self, report: Report) -> Case | None:
        """The case that it joined; None: its owner was erased since."""

    def of_case(self, case: int) -> list[Report]:
        """Oldest first."""

    def since(self, viewer: int, since_ms: int) -> int:
        """How many the viewer made."""


class CaseStore(Protocol):
    """Hard. What is decided is in the audit log with it."""

    def find(self, case_id: str) -> Case | None: ...

    def waiting(self, language: str, kind: str, limit: int) -> list[Case]:
        """Of all but videos, those that are due first; "": all."""

    def counts(self) -> list[tuple[str, int, int]]:
        """(language, how many wait, when the first is due) of each language."""

    def appeal(self, case: Case, since_ms: int, now_ms: int) -> Case:
        """`num` and `id` are the store's to give. Raises Conflict where its owner appealed
        against the same before. `since_ms`: when it was decided; what was appealed before that was
        another decision, such as an earlier suspension."""

    def decide(
        self, case_id: str, outcome: Outcome, by: str, now_ms: int, reason: str = "",
        strike: bool = True,
    ) -> Case | None:  # fmt: skip
        """What one person says. An appeal is decided when two say the same, who did not decide
        what it is about. None: it does not wait, or is not for this person."""

    def of_account(self, account: int) -> list[Case]:
        """All about what is its own, oldest first."""


class CasesToSettle(Protocol):
    """Of the same store: what is to be carried out."""

    def by_num(self, num: int) -> Case | None: ...

    def about(self, kind: str, target: str) -> list[Case]:
        """All of one thing, oldest first."""

    def close_items(self, now_ms: int, limit: int) -> int:
        """Cases of videos are decided as their reviews were; answers how many were."""

    def unsettled(self, limit: int) -> list[Case]:
        """Decided, and not carried out."""

    def settled(self, num: int, now_ms: int) -> None:
        """It was carried out."""


class StrikeStore(Protocol):
    """Hard."""

    def of(self, account: int) -> list[Strike]:
        """All there are, oldest first."""

    def give(
        self, account: int, reason: str, subject: str, at_ms: int, until_ms: int
    ) -> Strike | None:
        """One for each subject: the one that is there, if it is. None: the account is gone."""

    def lift(self, num: int, now_ms: int) -> bool:
        """False: it was lifted before, or never was."""
