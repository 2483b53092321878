"""The stores of accounts: who signed up, who they are, and who is signed in."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple, Protocol

from jhalak.ports.viewers import AgeBand, Viewer


class Creator(NamedTuple):
    """Somebody who signed up, and may comment and upload."""

    num: int
    """From 1 upwards, never used again."""
    handle: str
    created_ms: int
    suspended_ms: int
    """0: may sign in, comment and upload."""
    creator: int = 0
    """The number that `@handle` has among the creators; 0: this account was erased."""
    viewer: int = 0
    """Whose taste, likes, follows and blocks it has; 0: an account of old that has none yet."""
    name: str = ""
    """As they want to be called; "": by the handle."""
    about: str = ""
    age_band: AgeBand | None = None
    """None: unknown, and so taken for a minor where it matters."""
    private: bool = False
    """What they publish is for who may follow them."""
    verified_ms: int = 0
    """0: nobody looked who they are."""
    options: Mapping[str, Any] = {}
    """What they chose, by the part that it concerns; as JSON has it."""


class CreatorSessions(Protocol):
    """Hard. Only hashes of sessions' secrets are kept."""

    def open(self, token_hash: bytes, num: int, now_ms: int, until_ms: int) -> None:
        """A session. Raises Conflict where the account is gone or suspended."""

    def signed_in(self, token_hash: bytes, now_ms: int) -> Creator | None:
        """Whose session it is: not over, not suspended."""

    def end(self, token_hash: bytes) -> bool:
        """False where there is none."""


class CreatorLookup(Protocol):
    """Who has an account, also a suspended one (`suspended_ms` tells). Who was erased is nobody."""

    def of_handle(self, handle: str) -> Creator | None: ...

    def of_accounts(self, nums: Collection[int]) -> dict[int, Creator]:
        """Those that there are, by their accounts' numbers."""

    def of_creators(self, creators: Collection[int]) -> dict[int, Creator]:
        """The same by creator number."""

    def of_viewers(self, viewers: Collection[int]) -> dict[int, Creator]:
        """The same by viewer."""


class CreatorStore(CreatorSessions, Protocol):
    """Hard. Handles are unique for ever, also of accounts that were erased. Only hashes of
    passwords (people/password.py) are kept."""

    def add(
        self, handle: str, password_hash: str, now_ms: int, viewer: Viewer | None = None
    ) -> Creator:
        """With the creator's number of `@handle` and with `viewer`, who is made where there is no
        such one; None: a new one. Raises Conflict when the handle is taken, or the viewer is
        another account's."""

    def find(self, handle: str) -> tuple[Creator, str] | None:
        """With the password's hash."""

    def set_option(self, num: int, part: str, value: Any) -> bool:
        """What JSON can say, in place of what was chosen for that part; others stay. False where
        there is no such account."""

    def suspend(self, num: int, at_ms: int) -> bool:
        """All sessions end; `at_ms` 0 lifts it. False where there is none."""

    def erase(self, num: int) -> bool:
        """Its password, sessions, uploads and videos go; the handle stays taken and nobody can
        sign in with it. What the videos show is the caller's to take down before."""
