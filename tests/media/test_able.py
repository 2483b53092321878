"""Whether this machine can make videos."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jhalak.media.able import why_not


@pytest.fixture(autouse=True)
def asked_anew() -> Iterator[None]:
    why_not.cache_clear()
    yield
    why_not.cache_clear()


def test_with_ffmpeg_and_a_sandbox_it_can(ffmpeg: Path) -> None:
    assert why_not(weak=True) == ""


def test_without_ffmpeg_it_says_how_to_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FFMPEG", "/no/such/ffmpeg")
    assert "jhalak[video]" in why_not(weak=False)


def test_an_ffmpeg_that_fails_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FFMPEG", "/bin/false")
    assert "status 1" in why_not(weak=True)
