"""Operator tokens: opaque, 256 bits; only their hash is stored."""

from __future__ import annotations

from hashlib import blake2b


def token_hash(token: str) -> bytes:
    """What is stored of an operator token: 32 bytes."""
    return blake2b(token.encode(), digest_size=32, person=b"jhalak-operator").digest()
