"""Passkeys: what an authenticator is asked to sign, and whether it did (by the library webauthn).

A challenge carries its own proof that we made it, for whom and until when, so any process can check
it; that it is taken once is for the store to see to. 50 bytes, little-endian:

| bytes | what |
|---|---|
| 0 | version, 1 |
| 1 | key id |
| 2..10 | until, Unix milliseconds |
| 10..18 | account that a passkey is made for; 0: to sign somebody in |
| 18..34 | random |
| 34..50 | BLAKE2b-128 keyed MAC over bytes 0..34 |

The library is imported on first use: it takes half a second.
"""

from __future__ import annotations

import json
import secrets
from base64 import urlsafe_b64decode
from collections.abc import Callable, Sequence
from hashlib import blake2b
from hmac import compare_digest
from struct import Struct
from typing import Any, Final, NamedTuple, TypeVar

from jhalak.ports.credentials import Passkey
from jhalak.ports.keys import Keys

T = TypeVar("T")

VERSION: Final = 1
VALID_MS: Final = 300_000
MOST: Final = 20
"""Passkeys of an account."""
_BODY: Final = Struct("<BBqq16s")
_MAC: Final = 16
_PERSON: Final = b"jhalak-passkey"


class BadPasskey(Exception):
    """What the authenticator sent will not do."""


class Place(NamedTuple):
    """Where passkeys hold."""

    origin: str
    """As the browser says it: `https://jhalak.example`."""
    host: str
    """To which they are bound."""


class Challenges:
    """Makes and checks what is to be signed."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    def make(self, account: int, now_ms: int) -> bytes:
        """For the account to make a passkey; 0: for anybody to sign in."""
        key_id, key = self._keys.current()
        body = _BODY.pack(VERSION, key_id, now_ms + VALID_MS, account, secrets.token_bytes(16))
        return body + _mac(body, key)

    def check(self, credential: dict[str, Any], account: int, now_ms: int) -> bytes:
        """The challenge that a credential says it signed. Raises BadPasskey."""
        raw = _signed_challenge(credential)
        if len(raw) != _BODY.size + _MAC or raw[0] != VERSION:
            raise BadPasskey("what was signed is no challenge of ours")
        body = raw[: _BODY.size]
        _, key_id, until_ms, made_for, _ = _BODY.unpack(body)
        key = self._keys.by_id(key_id)
        if key is None or not compare_digest(_mac(body, key), raw[_BODY.size :]):
            raise BadPasskey("what was signed is no challenge of ours")
        if made_for != account:
            raise BadPasskey("this challenge was made for something else")
        if until_ms < now_ms:
            raise BadPasskey("this challenge is too old: ask for a new one")
        return raw


def taken(challenge: bytes) -> tuple[bytes, int]:
    """What the store remembers of a checked challenge: its hash, and until when."""
    return blake2b(challenge, digest_size=32).digest(), _BODY.unpack(challenge[: _BODY.size])[2]


def user_handle(account: int) -> bytes:
    """What authenticators call an account: nothing that says who it is."""
    return blake2b(str(account).encode(), digest_size=16, person=_PERSON).digest()


def making(place: Place, account: int, handle: str, challenge: bytes, known: Sequence[Passkey]) -> (
    dict[str, Any]
):  # fmt: skip
    """Options for `navigator.credentials.create`: a passkey that is found without a handle, on a
    device that makes sure who holds it."""
    import webauthn
    from webauthn.helpers import structs

    options = webauthn.generate_registration_options(
        rp_id=place.host, rp_name="Jhalak", user_name=f"@{handle}", user_id=user_handle(account),
        challenge=challenge, timeout=VALID_MS,
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[structs.PublicKeyCredentialDescriptor(id=k.credential) for k in known],
    )  # fmt: skip
    said: dict[str, Any] = json.loads(webauthn.options_to_json(options))
    return said


def made(
    place: Place, account: int, name: str, credential: dict[str, Any], challenge: bytes, now_ms: int
) -> Passkey:
    """The passkey that an authenticator made. Raises BadPasskey."""
    import webauthn

    verified = _tried(
        lambda: webauthn.verify_registration_response(
            credential=credential, expected_challenge=challenge, expected_rp_id=place.host,
            expected_origin=place.origin, require_user_verification=True,
        )
    )  # fmt: skip
    return Passkey(
        verified.credential_id, account, verified.credential_public_key, verified.sign_count, name,
        now_ms, 0,
    )  # fmt: skip


def asking(place: Place, challenge: bytes) -> dict[str, Any]:
    """Options for `navigator.credentials.get`, which name nobody's passkeys."""
    import webauthn
    from webauthn.helpers import structs

    options = webauthn.generate_authentication_options(
        rp_id=place.host, challenge=challenge, timeout=VALID_MS,
        user_verification=structs.UserVerificationRequirement.REQUIRED,
    )  # fmt: skip
    said: dict[str, Any] = json.loads(webauthn.options_to_json(options))
    return said


def credential_id(credential: dict[str, Any]) -> bytes:
    """Which passkey it says it is. Raises BadPasskey."""
    return _bytes(credential.get("rawId"))


def signed(place: Place, passkey: Passkey, credential: dict[str, Any], challenge: bytes) -> int:
    """How often the authenticator says that it was used, this time included. Raises BadPasskey
    where it is not the passkey that signed, or its count did not rise."""
    import webauthn

    response = credential.get("response")
    owner = response.get("userHandle") if isinstance(response, dict) else None
    if owner and _bytes(owner) != user_handle(passkey.account):
        raise BadPasskey("this passkey is another account's")
    verified = _tried(
        lambda: webauthn.verify_authentication_response(
            credential=credential, expected_challenge=challenge, expected_rp_id=place.host,
            expected_origin=place.origin, credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.uses, require_user_verification=True,
        )
    )  # fmt: skip
    return verified.new_sign_count


def _tried(check: Callable[[], T]) -> T:
    """What the library answers. Raises BadPasskey: beside its own exceptions it raises those of
    whatever parser a broken credential meets."""
    try:
        return check()
    except Exception as error:
        said = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise BadPasskey(said) from None


def _signed_challenge(credential: dict[str, Any]) -> bytes:
    response = credential.get("response")
    client = _bytes(response.get("clientDataJSON") if isinstance(response, dict) else None)
    try:
        said = json.loads(client)
    except (ValueError, RecursionError):
        raise BadPasskey("clientDataJSON is no JSON") from None
    return _bytes(said.get("challenge") if isinstance(said, dict) else None)


def _bytes(text: Any) -> bytes:
    """Raises BadPasskey for what is no URL-safe base 64."""
    if not isinstance(text, str) or not text.isascii():
        raise BadPasskey("the credential is not as navigator.credentials answers it (toJSON)")
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise BadPasskey("the credential holds what is no base 64") from None


def _mac(body: bytes, key: bytes) -> bytes:
    return blake2b(body, digest_size=_MAC, key=key, person=_PERSON).digest()
