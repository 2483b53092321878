"""A file is a picture by its own bytes, whatever it is called."""

from __future__ import annotations

import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jhalak.ingest.pictures.header import Header, NoPicture, header_of
from tests.ingest.pictures.made_up import photo, saved


@pytest.mark.parametrize(
    ("kind", "options"),
    [("JPEG", {}), ("JPEG", {"progressive": True}), ("PNG", {}), ("GIF", {}), ("AVIF", {}),
     ("WEBP", {}), ("WEBP", {"lossless": True}), ("WEBP", {"exif": b"Exif\0\0MM\0*"})],
)  # fmt: skip
def test_format_and_size_are_read_without_decoding(kind: str, options: dict[str, object]) -> None:
    data = saved(photo(321, 123), kind, **options)
    assert header_of(data) == Header(kind, 321, 123)


@pytest.mark.parametrize(
    "data",
    [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"<?xml version='1.0'?><svg/>",
     b"<html><img src=x></html>", b"%PDF-1.7", b"BM" + bytes(60), b"II*\0" + bytes(60),
     b"\x00\x00\x01\x00" + bytes(60), b"8BPS" + bytes(60), b"GIF", b"\x89PNG\r\n\x1a\n",
     b"RIFF\0\0\0\0WEBPVP8 ", b"\0\0\0\x18ftypmp42" + bytes(60), b"%!PS-Adobe EPSF",
     b"gimp xcf file", b"\xff\xd8\xff"],
)  # fmt: skip
def test_everything_else_is_refused(data: bytes) -> None:
    with pytest.raises(NoPicture):
        header_of(data)


def test_a_size_beyond_the_limit_is_refused_before_anything_is_unfolded() -> None:
    ihdr = b"IHDR" + struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n\0\0\0\r" + ihdr + struct.pack(">I", zlib.crc32(ihdr))
    with pytest.raises(NoPicture, match="too many"):
        header_of(bomb)
    with pytest.raises(NoPicture, match="no size"):
        header_of(b"GIF89a\0\0\0\0" + bytes(20))


@given(st.sampled_from(["JPEG", "PNG", "GIF", "AVIF", "WEBP"]), st.data())
@settings(max_examples=100, deadline=None)
def test_a_damaged_header_is_refused_or_read_and_nothing_else(
    kind: str, data: st.DataObject
) -> None:
    whole = bytearray(saved(photo(40, 30), kind))
    for place in data.draw(st.lists(st.integers(0, min(len(whole), 200) - 1), max_size=6)):
        whole[place] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(whole)))
    try:
        header_of(bytes(whole[:cut]))
    except NoPicture:
        return
