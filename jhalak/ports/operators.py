"""The operator store: opaque tokens of the people who run a cell (only their hashes)."""

from __future__ import annotations

from typing import NamedTuple, Protocol


class OperatorToken(NamedTuple):
    id: int
    name: str
    created_ms: int
    revoked_ms: int
    """0: valid."""


class OperatorStore(Protocol):
    """Hard."""

    def add(self, name: str, token_hash: bytes, now_ms: int) -> OperatorToken: ...

    def find(self, token_hash: bytes) -> OperatorToken | None:
        """The valid token with this hash, or None."""

    def revoke(self, token_id: int, now_ms: int) -> bool: ...

    def all(self) -> list[OperatorToken]: ...
