"""`jhalak work transcode`."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.media.conftest import ffmpeg  # noqa: F401
from tests.workers.films import Films


def test_it_makes_what_waits_and_says_how_many(
    run: Run,
    tmp_path: Path,
    ffmpeg: Path,  # noqa: F811
) -> None:
    films = Films(tmp_path)
    asyncio.run(films.upload(b"no video at all", "v1"))
    ended = run("work", "transcode", "--data", tmp_path, "--until-caught-up", "--json")
    assert ended.code == 0 and ended.last() == {"offsets": [1, 0]}
    assert (films.found("v1").state, films.found("v1").reason) == ("refused", "not_video")
    assert asyncio.run(films.blobs.list("uploads")) == []
    films.close()


def test_without_an_ffmpeg_it_says_what_to_install(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FFMPEG", str(tmp_path / "none"))
    ended = run("work", "transcode", "--data", tmp_path, "--until-caught-up")
    assert ended.code == 3 and "jhalak[video]" in ended.err and "Traceback" not in ended.err
