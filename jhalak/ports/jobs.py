"""The queue of heavy work: each job is done by one worker at a time, and ends exactly once."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple, Protocol

JobState = Literal["waiting", "running", "done", "failed", "quarantined"]
Failure = Literal["failed", "crashed", "stopped"]
"""It cannot be done; this try ended badly and another may not; its worker is told to stop, so that
it waits again as if it had not been claimed."""

CRASHES: Final = 3
"""So many crashes, and a job is quarantined: it would take down worker after worker."""


class Job(NamedTuple):
    """A piece of work."""

    num: int
    kind: str
    """What is to be done, such as `video.first`."""
    subject: str
    """On what; there is one job of a kind on a subject."""
    rank: int
    """Lower comes first; of the same rank, the older."""
    state: JobState
    progress: float
    """0 to 1."""
    crashes: int
    note: str
    """Why it failed or crashed last; "" for neither."""


class JobStore(Protocol):
    """Hard. A claim holds for `lease_ms`; a worker that goes on beats before it is over. A lease
    that ran out is a crash: the job is another's, and what the first one says no more counts."""

    def add(self, kind: str, subject: str, rank: int, now_ms: int, *, again: bool = False) -> Job:
        """A job that waits; the one that is there already, whatever became of it. `again`: one
        that is over waits anew."""

    def find(self, kind: str, subject: str) -> Job | None: ...

    def claim(self, owner: str, now_ms: int, lease_ms: int) -> Job | None:
        """The next job, now this owner's and no other's. Those that crashed CRASHES times are
        quarantined on the way. `owner` names one claim: never the same twice."""

    def beat(self, num: int, owner: str, progress: float, until_ms: int) -> bool:
        """Hold it until then, so far done. False: it is this owner's no more; stop."""

    def done(self, num: int, owner: str, now_ms: int) -> bool:
        """False: it was this owner's no more, and nothing is written."""

    def fail(self, num: int, owner: str, note: str, now_ms: int, how: Failure) -> bool:
        """False: it was this owner's no more, and nothing is written."""


class JobCounts(Protocol):
    """Of the same store: how much there is to do."""

    def counts(self) -> dict[JobState, int]:
        """How many jobs are in each state; empty: there never was one."""
