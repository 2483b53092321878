"""The relation store: likes, saves, follows, hides, blocks and mutes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple, Protocol

from jhalak.ports.errors import Conflict
from jhalak.schema.activity import TargetKind, Verb

Counted = Literal["item", "creator", "topic", "viewer", "items_of"]
"""What relations are counted by: their target; `viewer`: the viewer, who follows so many creators;
`items_of`: the creator, whose items are liked so often."""


class NeedsAccount(Conflict):
    """Only who has an account may ask to follow a private one."""


class Apart(Conflict):
    """One of the two blocks the other."""


class RelationRow(NamedTuple):
    """One relation that stands."""

    viewer: int
    verb: Verb
    kind: TargetKind
    target: int
    """Item number, creator number or topic index."""
    at_ms: int
    version: int
    """Rises each time the relation is put or taken back."""


class Change(NamedTuple):
    """A viewer puts a relation, or takes it back."""

    viewer: int
    verb: Verb
    kind: TargetKind
    target: int
    on: bool
    at_ms: int


class Changed(NamedTuple):
    """What became of a change."""

    row: RelationRow | None
    """As it is now, whether it stands or was taken back; None: it never was."""
    changed: bool
    """Whether this change made it so."""
    asked: bool = False
    """The account is private: it was asked, and nothing stands yet."""
    also: tuple[tuple[RelationRow, bool], ...] = ()
    """What followed from it for one of the two, with whether it stands: a block's mirror, the
    follows that it ended. The same each time that a block is put again."""
    profiled: bool = True
    """Whether something may be learned about the viewer."""


class RelationStore(Protocol):
    """Hard and idempotent."""

    def put(
        self, viewer: int, verb: Verb, kind: TargetKind, target: int, now_ms: int
    ) -> tuple[RelationRow, bool]:
        """The relation as it stands now, and whether this call made it. Raises what
        RelationBatches.write answers, and Conflict where it is only asked for."""

    def delete(
        self, viewer: int, verb: Verb, kind: TargetKind, target: int, now_ms: int
    ) -> tuple[int, bool] | None:
        """Take it back: its new version, and whether this call did so; None where it never was."""

    def of_viewer(self, viewer: int) -> list[RelationRow]:
        """Those that stand, newest first."""

    def count(self, verb: Verb, kind: Counted, target: int) -> int:
        """How many have the relation. O(1): it is counted in the transactions that change it."""

    def unwanted(self, viewer: int) -> frozenset[int]:
        """Numbers of the creators whom the viewer blocks or mutes, or who block the viewer: they
        and what they say are nowhere shown to the viewer."""

    def between(self, viewer: int, creator: int) -> frozenset[Verb]:
        """What the viewer has to that creator, `barred` included."""


class RelationBatches(Protocol):
    """Of the same store: many changes at once."""

    def write(self, changes: Sequence[Change]) -> list[Changed | Conflict]:
        """All in one transaction, one after another. A block of an account writes its mirror,
        `barred`, for the other's viewer, and ends what either follows or asked for. Conflict: there
        is no such viewer; NeedsAccount, Apart. Nothing of such a change is written."""


class RelationWriter(Protocol):
    """Changes of many at once: those that wait become one transaction."""

    async def write(self, change: Change) -> Changed:
        """On disk. Raises Conflict as RelationBatches.write answers it, DiskFull, Unavailable."""


class FollowRequests(Protocol):
    """Who wants to follow private accounts; who has no account cannot ask. Hard."""

    def waiting(self, account: int) -> list[tuple[int, int]]:
        """(viewer, Unix ms) of those who wait for the account's answer, longest first."""

    def asked(self, account: int, viewer: int) -> bool:
        """Does the viewer wait for the account's answer?"""

    def of_viewer(self, viewer: int) -> list[tuple[int, int]]:
        """(account, Unix ms) of those whose answer the viewer waits for, longest first."""

    def answer(self, account: int, viewer: int, accept: bool, now_ms: int) -> Changed | None:
        """The viewer follows from now on, or does not. None where there was no request."""
