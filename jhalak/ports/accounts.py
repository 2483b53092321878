"""The stores of the console's accounts and sessions: who may sign in, and who has."""

from __future__ import annotations

from typing import Literal, NamedTuple, Protocol

Role = Literal["observer", "moderator", "editor", "admin"]
"""Each may do what those before it may."""


class Account(NamedTuple):
    """An operator who signs in with a password."""

    name: str
    role: Role
    created_ms: int
    disabled_ms: int
    """0: may sign in."""


class AccountStore(Protocol):
    """Hard. Names are unique; an account stays, so that the audit log's names stay theirs."""

    def add(self, name: str, role: Role, password_hash: str, now_ms: int) -> Account:
        """Raises Conflict when the name is taken."""

    def find(self, name: str) -> tuple[Account, str] | None:
        """With the password's hash."""

    def all(self) -> list[Account]:
        """By name."""

    def change(
        self, name: str, *, role: Role | None = None, password_hash: str | None = None,
        disabled_ms: int | None = None,
    ) -> bool:  # fmt: skip
        """What is given; all sessions of the account end. False where there is none."""


class SessionStore(Protocol):
    """Hard. Only hashes of sessions' secrets are kept."""

    def open(self, token_hash: bytes, name: str, now_ms: int, until_ms: int) -> None: ...

    def find(self, token_hash: bytes, now_ms: int) -> Account | None:
        """Whose valid session it is: not over, and its account not disabled."""

    def end(self, token_hash: bytes) -> None: ...
