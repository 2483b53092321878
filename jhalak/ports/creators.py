"""The store of creators' accounts: who may upload, and who is signed in."""

from __future__ import annotations

from typing import NamedTuple, Protocol


class Creator(NamedTuple):
    """Somebody who uploads videos."""

    num: int
    """From 1 upwards, never used again."""
    handle: str
    created_ms: int
    suspended_ms: int
    """0: may sign in and upload."""


class CreatorSessions(Protocol):
    """Hard. Only hashes of sessions' secrets are kept."""

    def open(self, token_hash: bytes, num: int, now_ms: int, until_ms: int) -> None:
        """A session. Raises Conflict where the account is gone or suspended."""

    def signed_in(self, token_hash: bytes, now_ms: int) -> Creator | None:
        """Whose session it is: not over, not suspended."""

    def end(self, token_hash: bytes) -> bool:
        """False where there is none."""


class CreatorStore(CreatorSessions, Protocol):
    """Hard. Handles are unique for ever, also of accounts that were erased. Only hashes of
    passwords (people/password.py) are kept."""

    def add(self, handle: str, password_hash: str, now_ms: int) -> Creator:
        """Raises Conflict when the handle is taken."""

    def find(self, handle: str) -> tuple[Creator, str] | None:
        """With the password's hash."""

    def suspend(self, num: int, at_ms: int) -> bool:
        """All sessions end; `at_ms` 0 lifts it. False where there is none."""

    def erase(self, num: int) -> bool:
        """Its password, sessions, uploads and videos go; the handle stays taken and nobody can
        sign in with it. What the videos show is the caller's to take down before."""
