"""What a file says of itself about AI is found where it may stand, and written into rungs."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from jhalak.media import ai_mark
from jhalak.media.ai_mark import MADE, XMP, found_in, write
from tests.media.conftest import Clips
from tests.soak.hostile_clips import box

IPTC = b"http://cv.iptc.org/newscodes/digitalsourcetype/"
TOLD = IPTC + b"trainedAlgorithmicMedia"
C2PA = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
FTYP = box(b"ftyp", b"isom\0\0\2\0")


def put(path: Path, *parts: bytes) -> Path:
    path.write_bytes(b"".join(parts))
    return path


@pytest.mark.parametrize(
    "boxes",
    [
        [box(b"uuid", XMP + b"<x>" + IPTC + b"trainedAlgorithmicMedia</x>")],
        [box(b"uuid", C2PA + b"\0jumb\x78\x46" + IPTC + b"trainedAlgorithmicMedia\xff")],
        [box(b"mdat", bytes(99)), box(b"moov", box(b"udta", box(b"XMP_", TOLD)))],
        [box(b"moov", box(b"meta", bytes(4) + box(b"hdlr", bytes(20)) + box(b"ilst", TOLD)))],
        [box(b"moov", box(b"meta", box(b"hdlr", bytes(20)) + box(b"ilst", TOLD)))],
        [b"\0\0\0\1mdat\0\0\0\0\0\0\0\x20" + bytes(16), b"\0\0\0\0uuid" + XMP + TOLD],
        [box(b"uuid", XMP + IPTC + b"compositeSynthetic " + TOLD)],
    ],
)  # fmt: skip
def test_a_mark_is_found_wherever_such_marks_stand(boxes: list[bytes], tmp_path: Path) -> None:
    assert found_in(put(tmp_path / "a.mp4", FTYP, *boxes), "mov") == MADE


@pytest.mark.parametrize(
    "boxes",
    [
        [],
        [box(b"uuid", XMP + IPTC + b"digitalCapture")],
        [box(b"mdat", TOLD)],
        [box(b"uuid", bytes(16) + TOLD)],
        [box(b"uuid", XMP + b"https://elsewhere.example/digitalsourcetype/trainedAlgorithmicMedia")],
        [b"\0\0\0\1uuid\xff\xff\xff\xff\xff\xff\xff\xff" + IPTC],
        [b"\0\0\0\5moov"], [b"\0\0\0\1moov"], [b"\xff\xff\xff\xffmoov\0"],
        [20_000 * box(b"free", b""), box(b"uuid", XMP + TOLD)],
        [box(b"moov", box(b"moov", box(b"moov", box(b"moov", box(b"moov", box(b"udta",
            box(b"XMP_", TOLD)))))))],
    ],
)  # fmt: skip
def test_nothing_else_is_a_mark_and_no_file_makes_it_look_for_long(
    boxes: list[bytes], tmp_path: Path
) -> None:
    assert found_in(put(tmp_path / "a.mp4", FTYP, *boxes), "mov") == ""


def test_of_matroska_the_edges_are_looked_at(tmp_path: Path) -> None:
    told = IPTC + b"compositeWithTrainedAlgorithmicMedia"
    for parts in ([told, bytes(5 << 20)], [bytes(5 << 20), told]):
        path = put(tmp_path / "a.webm", *parts)
        assert found_in(path, "matroska") == "compositeWithTrainedAlgorithmicMedia"
    assert found_in(put(tmp_path / "b.webm", b""), "matroska") == ""


def test_at_most_some_megabytes_are_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ai_mark, "_MOST", 100)
    told = box(b"uuid", XMP + TOLD)
    first = box(b"uuid", XMP + bytes(100))
    assert found_in(put(tmp_path / "a.mp4", FTYP, first, told), "mov") == ""


def test_a_mark_that_was_written_is_found_again_and_the_film_is_the_same(
    clips: Clips, ffmpeg: Path, tmp_path: Path
) -> None:
    source = clips.clip("plain.mp4", "96x64", "-movflags", "+faststart", sound=True)
    marked = put(tmp_path / "marked.mp4", source.read_bytes())
    assert found_in(marked, "mov") == ""
    write(marked, MADE)
    assert found_in(marked, "mov") == MADE
    assert b"<Iptc4xmpExt:DigitalSourceType>" + IPTC + MADE.encode() in marked.read_bytes()
    said = [
        subprocess.run(
            [ffmpeg, "-v", "warning", "-i", path, "-c", "copy", "-f", "framecrc", "-"],
            check=True, capture_output=True,
        )
        for path in (source, marked)
    ]  # fmt: skip
    assert said[0].stdout == said[1].stdout and not said[1].stderr
