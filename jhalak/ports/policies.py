"""The stores of policies: what the cell's weights and shares are, and drafts of what they may be.

A policy is an `Override` over the settings of `jhalak.toml`. It becomes one only from a draft that
was replayed over the cell's own log: `PolicyStore.save` takes the draft, not the numbers.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, Protocol

from jhalak.config.experiments import Override

DraftState = Literal["waiting", "running", "done", "failed"]


class Draft(NamedTuple):
    """A change that somebody thinks of, and what its replay says."""

    num: int
    at_ms: int
    by: str
    override: Override
    base: int
    """Version of the policy that it was compared with; 0: the settings alone."""
    state: DraftState
    done: int
    """Slates replayed so far, of `total`."""
    total: int
    result: bytes
    """JSON of what the replay says, or of why it failed; empty before."""


class PolicyVersion(NamedTuple):
    """What holds, or held once."""

    version: int
    """1, 2, 3... without a gap; the greatest one holds."""
    at_ms: int
    by: str
    why: str
    override: Override
    draft: int
    """The draft whose replay was looked at before it was saved."""
    back_to: int
    """The version that this one brings back; 0: it is new."""


class DraftStore(Protocol):
    """Hard."""

    def add(self, override: Override, base: int, by: str, now_ms: int) -> Draft:
        """A draft that waits for its replay."""

    def find(self, num: int) -> Draft | None: ...

    def recent(self, limit: int) -> list[Draft]:
        """Newest first."""

    def take(self) -> Draft | None:
        """The oldest draft that waits, now running; a worker calls it. One that was running when
        its worker ended is taken again."""

    def advance(self, num: int, done: int, total: int) -> None: ...

    def finish(self, num: int, state: DraftState, result: bytes) -> None: ...


class PolicyStore(Protocol):
    """Hard. Versions are appended, never changed."""

    def newest(self) -> PolicyVersion | None: ...

    def all(self) -> list[PolicyVersion]:
        """Newest first."""

    def save(self, draft: Draft, by: str, why: str, now_ms: int) -> PolicyVersion:
        """The draft's change holds from now on. Raises Conflict where the policy is not the one
        that the draft was compared with any more."""

    def bring_back(self, version: int, by: str, why: str, now_ms: int) -> PolicyVersion | None:
        """What held in `version` (0: the settings alone) holds again, as a new version. None where
        there was no such version."""
