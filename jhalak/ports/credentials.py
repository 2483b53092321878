"""The stores of what signs an account in: sessions, recovery codes, passkeys. Hard."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple, Protocol

from jhalak.ports.creators import Creator
from jhalak.schema.ids import spell


class Session(NamedTuple):
    """One device that is signed in."""

    id: str
    """`session_id`: tells nothing of its secret."""
    device: str
    """In words; "" unknown."""
    began_ms: int
    used_ms: int
    """To within ten minutes."""
    until_ms: int


def session_id(token_hash: bytes) -> str:
    """What a session is called, of whose secret this is the hash."""
    return spell(int.from_bytes(token_hash[:8], "big") >> 1)


class CreatorSessions(Protocol):
    """Only hashes of sessions' secrets are kept. Whenever sessions end, all tokens of the
    account's viewer are revoked: devices that are still signed in take new ones."""

    def open(
        self, token_hash: bytes, num: int, now_ms: int, until_ms: int, device: str = "",
        even_suspended: bool = False,
    ) -> None:  # fmt: skip
        """A session. Raises Conflict where the account is gone or suspended."""

    def signed_in(
        self, token_hash: bytes, now_ms: int, even_suspended: bool = False
    ) -> Creator | None:
        """Whose session it is: not over, not suspended."""

    def end(self, token_hash: bytes) -> bool:
        """False where there is none."""

    def of_account(self, num: int, now_ms: int) -> list[Session]:
        """Those that are not over, the last used first."""

    def end_one(self, num: int, id: str) -> bool:
        """False where the account has no such session."""

    def end_others(self, num: int, token_hash: bytes) -> int:
        """All but this one; how many."""


class RecoveryStore(Protocol):
    """Passwords and what stands in for them. Only hashes."""

    def set_password(self, num: int, password_hash: str, token_hash: bytes) -> bool:
        """All sessions but this one end. False where there is no such account."""

    def set_codes(self, num: int, code_hashes: Collection[bytes]) -> None:
        """In place of those that there were."""

    def codes_left(self, num: int) -> int: ...

    def recover(self, num: int, code_hash: bytes, password_hash: str) -> bool:
        """Use the code up: the password changes, all sessions end and all passkeys go, for one of
        them may be who took the account over. False where the account has no such code."""


class Passkey(NamedTuple):
    """A public key with which one device signs its owner in."""

    credential: bytes
    account: int
    public_key: bytes
    uses: int
    """The authenticator's own count when it was used last; 0: it counts none."""
    name: str
    created_ms: int
    used_ms: int
    """0: never."""


class PasskeyStore(Protocol):
    """What is signed is a challenge; each is taken once (`challenge`: its hash, and until when it
    would be accepted)."""

    def add(self, passkey: Passkey, challenge: tuple[bytes, int], most: int) -> None:
        """Raises Conflict where the credential is known, the challenge was used, or the account
        has `most` already."""

    def of_account(self, num: int) -> list[Passkey]:
        """In the order in which they were made."""

    def find(self, credential: bytes) -> tuple[Passkey, Creator] | None:
        """With the account, unless it was erased."""

    def use(self, credential: bytes, uses: int, now_ms: int, challenge: tuple[bytes, int]) -> None:
        """It signed somebody in. Raises Conflict where the challenge was used, the passkey is
        gone, or its count did not rise though it counts."""

    def remove(self, num: int, credential: bytes) -> bool:
        """False where the account has no such passkey."""
