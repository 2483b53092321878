"""The relation store: likes, saves, follows, hides, blocks and mutes."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from jhalak.schema.activity import TargetKind, Verb


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


class RelationStore(Protocol):
    """Hard and idempotent."""

    def put(
        self, viewer: int, verb: Verb, kind: TargetKind, target: int, now_ms: int
    ) -> tuple[RelationRow, bool]:
        """The relation as it stands now, and whether this call made it."""

    def delete(
        self, viewer: int, verb: Verb, kind: TargetKind, target: int, now_ms: int
    ) -> tuple[int, bool] | None:
        """Take it back: its new version, and whether this call did so; None where it never was."""

    def of_viewer(self, viewer: int) -> list[RelationRow]:
        """Those that stand, newest first."""

    def count(self, verb: Verb, kind: TargetKind, target: int) -> int:
        """How many viewers have the relation."""

    def unwanted(self, viewer: int) -> frozenset[int]:
        """Numbers of the creators whom the viewer blocks or mutes, or who block the viewer: they
        and what they say are nowhere shown to the viewer."""
