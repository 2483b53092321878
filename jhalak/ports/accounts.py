"""The stores of the console's accounts and sessions: who may sign in, and who has."""

from __future__ import annotations

from typing import Literal, NamedTuple, Protocol

Role = Literal["observer", "moderator", "editor", "admin"]
"""Each may do what those before it may."""
Place = Literal["this machine", "private network", "internet"]
"""Where a session was opened from; no address is kept."""


class Account(NamedTuple):
    """An operator who signs in with a password."""

    name: str
    role: Role
    created_ms: int
    removed_ms: int
    """0: may sign in."""


class Session(NamedTuple):
    """Somebody is signed in, in one browser."""

    token_hash: bytes
    account: str
    role: Role
    place: Place
    began_ms: int
    used_ms: int
    """When it was used last, to a few minutes."""
    until_ms: int
    """It is over then, unless it is used before."""


class AccountStore(Protocol):
    """Hard. Names are unique; an account stays, so that the audit log's names stay theirs."""

    def add(self, name: str, role: Role, password_hash: str, now_ms: int) -> Account:
        """Raises Conflict when the name is taken, also by one that was removed."""

    def find(self, name: str) -> tuple[Account, str] | None:
        """With the password's hash."""

    def all(self) -> list[Account]:
        """By name."""

    def change(
        self, name: str, *, role: Role | None = None, password_hash: str | None = None,
        removed_ms: int | None = None,
    ) -> bool:  # fmt: skip
        """What is given; all sessions of the account end. False where there is none."""


class SessionStore(Protocol):
    """Hard. Only hashes of sessions' secrets are kept."""

    def open(
        self, token_hash: bytes, name: str, place: Place, now_ms: int, until_ms: int
    ) -> Session:
        """Raises Conflict when the account was removed."""

    def find(self, token_hash: bytes, now_ms: int) -> Session | None:
        """The session of this secret: not over, and its account not removed."""

    def of(self, name: str, now_ms: int) -> list[Session]:
        """All that are not over, of one account or, for "", of everyone; newest first."""

    def used(self, token_hash: bytes, now_ms: int, until_ms: int) -> None:
        """It was used now and ends later."""

    def end(self, token_hash: bytes) -> bool:
        """False where there is none."""
