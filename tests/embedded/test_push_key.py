"""The push key is made once and never replaced."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from jhalak.embedded.push_key import NAME, open_push_key
from jhalak.ports.errors import Unavailable


def test_it_stays_the_same_is_its_owners_only_and_signs(tmp_path: Path) -> None:
    key = open_push_key(tmp_path / "keys")
    assert open_push_key(tmp_path / "keys").public == key.public and len(key.public) == 65
    assert (tmp_path / "keys" / NAME).stat().st_mode & 0o077 == 0
    signed = key.sign(b"message")
    r, s = (int.from_bytes(part, "big") for part in (signed[:32], signed[32:]))
    public = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), key.public)
    public.verify(encode_dss_signature(r, s), b"message", ECDSA(SHA256()))


def test_a_damaged_key_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(b"short")
    with pytest.raises(Unavailable, match="restore"):
        open_push_key(tmp_path)
    assert (tmp_path / NAME).read_bytes() == b"short"
