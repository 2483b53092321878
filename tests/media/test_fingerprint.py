"""Telling a sound again: made melodies through the real muxer, and properties of what compares."""

from __future__ import annotations

import subprocess
import wave
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jhalak.media.fingerprint import NOTHING, STRETCH, marks_of, shared
from tests.worlds import often

RATE = 16_000


def melody(path: Path, seed: int, seconds: float = 16.0) -> Path:
    """Three voices of harmonics, whose notes change several times a second."""
    rng = np.random.default_rng(seed)
    at = np.arange(int(RATE * seconds)) / RATE
    sound = np.zeros(len(at))
    for _ in range(3):
        begin = 0
        while begin < len(at):
            end = min(len(at), begin + int(RATE * rng.uniform(0.15, 0.6)))
            pitch = 110 * 2 ** (rng.integers(0, 36) / 12)
            for part in range(1, 5):
                sound[begin:end] += np.sin(2 * np.pi * pitch * part * at[begin:end]) / part**2
            begin = end
    samples = (sound / np.abs(sound).max() * 20_000).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
    return path


def print_of(ffmpeg: Path, source: Path, *options: str) -> bytes:
    """Its fingerprint, after it was coded so."""
    coded, found = source.with_suffix(".coded.m4a"), source.with_suffix(".print")
    quiet = [ffmpeg, "-v", "error", "-y"]
    subprocess.run([*quiet, "-i", source, *options, "-c:a", "aac", coded], check=True)
    muxer = ["-f", "chromaprint", "-fp_format", "raw"]
    subprocess.run([*quiet, "-i", coded, *muxer, found], check=True)
    return found.read_bytes()


@pytest.mark.parametrize(
    "options",
    [
        ("-b:a", "24k", "-ar", "16000"), ("-af", "volume=-15dB"), ("-ss", "2.31", "-t", "9"),
        ("-af", "adelay=3170"),
    ],
    ids=["thin", "quiet", "cut", "late"],
)  # fmt: skip
def test_a_copy_is_told_however_it_was_coded_or_cut(
    ffmpeg: Path, tmp_path: Path, options: tuple[str, ...]
) -> None:
    first = print_of(ffmpeg, melody(tmp_path / "a.wav", 1))
    copy = print_of(ffmpeg, melody(tmp_path / "b.wav", 1), *options)
    assert shared(copy, first).share > 0.6
    assert len(set(marks_of(copy)) & set(marks_of(first))) >= 2


def test_other_melodies_are_other_sounds(ffmpeg: Path, tmp_path: Path) -> None:
    prints = [print_of(ffmpeg, melody(tmp_path / f"{n}.wav", n)) for n in range(5)]
    for one in prints:
        for other in prints:
            assert (shared(one, other).share > 0) is (one is other)


def test_silence_and_a_steady_tone_are_nobodys_sound(ffmpeg: Path, tmp_path: Path) -> None:
    tone = tmp_path / "tone.wav"
    sine = ["-f", "lavfi", "-i", "sine=frequency=440:duration=12"]
    subprocess.run([ffmpeg, "-v", "error", *sine, tone], check=True)
    found = print_of(ffmpeg, tone)
    assert found and marks_of(found) == [] and shared(found, found) == NOTHING


def noise(seed: int, n: int) -> bytes:
    return np.random.default_rng(seed).integers(0, 1 << 32, n, np.uint32).tobytes()


@given(st.integers(0, 999), st.integers(0, 100), st.integers(STRETCH, 100))
@often(60)
def test_any_excerpt_lies_whole_in_what_it_was_cut_from(seed: int, begin: int, n: int) -> None:
    whole = noise(seed, 200)
    part = whole[4 * begin : 4 * (begin + n)]
    found = shared(part, whole)
    assert found.share == 1.0
    assert 0 < shared(whole, part).share <= n / 200


@given(st.binary(max_size=4000), st.binary(max_size=4000))
@often(60)
def test_whatever_the_bytes_a_share_is_a_share(one: bytes, other: bytes) -> None:
    first, second = one[: len(one) // 4 * 4], other[: len(other) // 4 * 4]
    assert 0.0 <= shared(first, second).share <= 1.0
