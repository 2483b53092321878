"""The key by which push services know this cell: `push.p256`, raw, readable by its owner only."""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    derive_private_key,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from jhalak.embedded.files import locked, make_folder, write_durably
from jhalak.embedded.sqlite import port_error
from jhalak.ports.errors import Unavailable

KEY_BYTES: Final = 32
NAME: Final = "push.p256"


class PushKey(NamedTuple):
    """PushSigner (ports/push.py)."""

    private: EllipticCurvePrivateKey
    public: bytes

    def sign(self, message: bytes) -> bytes:
        r, s = decode_dss_signature(self.private.sign(message, ECDSA(SHA256())))
        return r.to_bytes(KEY_BYTES, "big") + s.to_bytes(KEY_BYTES, "big")


def open_push_key(folder: Path) -> PushKey:
    """The key in `folder`, made when missing; for all processes the same. Raises Unavailable for a
    file that is no key: with a new one every browser would have to ask anew. Also DiskFull."""
    path = folder / NAME
    try:
        make_folder(folder, 0o700)
        with locked(folder / "keys.lock"):
            if not path.exists():
                number = generate_private_key(SECP256R1()).private_numbers().private_value
                write_durably(path, number.to_bytes(KEY_BYTES, "big"))
            raw = path.read_bytes()
    except OSError as error:
        raise port_error(error, path) from error
    if len(raw) != KEY_BYTES:
        raise Unavailable(f"{path}: {len(raw)} bytes are no key; restore it from a backup")
    private = derive_private_key(int.from_bytes(raw, "big"), SECP256R1())
    public = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return PushKey(private, public)
