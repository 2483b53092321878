"""What a push service is sent: a message that only the browser can read (RFC 8291, RFC 8188), and
who sends it (RFC 8292). Pure; the keys and the salt are arguments."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Final
from urllib.parse import urlsplit

import msgspec
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from jhalak.ports.push import PushSigner

POINT_BYTES, AUTH_BYTES, SALT_BYTES = 65, 16, 16
RECORD: Final = 4096
"""Bytes of the only record."""
LIFE_S: Final = 12 * 3600
"""How long a signature is good for; a push service takes at most 24 h."""


def is_point(key: bytes) -> bool:
    """Is it a public key of P-256?"""
    try:
        EllipticCurvePublicKey.from_encoded_point(SECP256R1(), key)
    except ValueError:
        return False
    return len(key) == POINT_BYTES


def encrypted(
    message: bytes, key: bytes, auth: bytes, own: EllipticCurvePrivateKey, salt: bytes
) -> bytes:
    """The body, for the browser that has `key` and `auth`; `own` and `salt` are used this once."""
    theirs = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), key)
    public = own.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    shared = own.exchange(ECDH(), theirs)
    secret = _derived(auth, shared, b"WebPush: info\0" + key + public, 32)
    cipher = AESGCM(_derived(salt, secret, b"Content-Encoding: aes128gcm\0", 16))
    nonce = _derived(salt, secret, b"Content-Encoding: nonce\0", 12)
    head = salt + RECORD.to_bytes(4, "big") + bytes([POINT_BYTES]) + public
    return head + cipher.encrypt(nonce, message + b"\x02", None)


def authorization(endpoint: str, contact: str, signer: PushSigner, now_ms: int) -> str:
    """The header `Authorization` for a push service."""
    parts = urlsplit(endpoint)
    claims: dict[str, object] = {
        "aud": f"{parts.scheme}://{parts.netloc}", "exp": now_ms // 1000 + LIFE_S,
    }  # fmt: skip
    if contact:
        claims["sub"] = contact
    head = spelled(msgspec.json.encode({"typ": "JWT", "alg": "ES256"}))
    token = f"{head}.{spelled(msgspec.json.encode(claims))}"
    return f"vapid t={token}.{spelled(signer.sign(token.encode()))}, k={spelled(signer.public)}"


def spelled(raw: bytes) -> str:
    """Base 64 for addresses, without padding."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def read(text: str) -> bytes:
    """What `spelled` wrote. Raises ValueError for anything else."""
    if not text.isascii():
        raise ValueError("this is not base 64")
    return urlsafe_b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4))


def _derived(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt, info).derive(secret)
