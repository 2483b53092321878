"""What the doctor finds about creators' videos."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from jhalak.cli.doctor_videos import decoder, videos
from jhalak.cli.finding import Finding
from tests.workers.films import Films


def found(data: Path) -> dict[str, Finding]:
    return {finding.what: finding for finding in videos(data)}


def test_files_that_belong_to_nothing_and_videos_without_files_are_found(tmp_path: Path) -> None:
    assert list(videos(tmp_path / "none")) == [] and not (tmp_path / "none").exists()
    films = Films(tmp_path)
    assert found(tmp_path)["videos"].state == "ok"

    async def made() -> str:
        await films.upload(b"x", "v1")
        await films.all_jobs()
        media = films.found("v1").media
        assert media is not None
        return media.set

    films.now_ms = 4_000_000_000_000
    set_ = asyncio.run(made())
    fine = found(tmp_path)
    assert {finding.state for finding in fine.values()} == {"ok"}
    assert fine["video jobs"].says == "2 done"
    asyncio.run(films.blobs.put(f"video/{'0' * 32}/240.mp4", b"left"))
    asyncio.run(films.blobs.delete(f"video/{set_}/240.mp4"))
    broken = found(tmp_path)
    assert broken["video files"].state == "look" and "0" * 32 in broken["video files"].says
    assert broken["videos"].state == "bad" and "v1" in broken["videos"].says
    films.close()


def test_without_an_ffmpeg_all_else_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FFMPEG", str(tmp_path / "none"))
    [finding] = decoder(tmp_path)
    assert finding.state == "look" and "jhalak[video]" in finding.do


def test_an_ffmpeg_that_cannot_run_is_bad(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "ffmpeg"
    program.write_text("no program at all")
    program.chmod(0o755)
    monkeypatch.setenv("FFMPEG", str(program))
    [finding] = decoder(tmp_path)
    assert finding.state == "bad"
