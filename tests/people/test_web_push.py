"""A message is encrypted as RFC 8291 shows it, and signed as RFC 8292 asks for."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    derive_private_key,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from jhalak.people.web_push import encrypted, is_point, read, spelled

PLAIN = b"When I grow up, I want to be a watermelon"
OWN = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
THEIRS = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
SALT, AUTH = "DGv6ra1nlYgDCS1FRnbzlw", "BTBZMqHH6r4Tts7J_aSIgg"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6"
    "TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulc"
    "y4a-fN"
)
"""RFC 8291, section 5 and appendix A."""


def test_the_example_of_the_rfc_comes_out_byte_for_byte() -> None:
    own = derive_private_key(int.from_bytes(read(OWN), "big"), SECP256R1())
    made = encrypted(PLAIN, read(THEIRS), read(AUTH), own, read(SALT))
    assert spelled(made) == BODY


def test_a_key_is_a_point_of_the_curve_and_nothing_else() -> None:
    key = generate_private_key(SECP256R1()).public_key()
    point = key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    assert is_point(point)
    short = key.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    for wrong in (b"", point[:-1], b"\4" + b"\1" * 64, short, b"\0"):
        assert not is_point(wrong)


@pytest.mark.parametrize("text", ["é", "a", "====a"])
def test_what_is_no_base_64_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        assert read(text) == b"never"
