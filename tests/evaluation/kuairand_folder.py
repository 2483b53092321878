"""Small logs in the shape of KuaiRand's folders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

START_MS = 1_650_816_000_000
"""2022-04-25 00:00 at +08:00."""
MINUTE_MS = 60_000
DAY_MS = 86_400_000
REAL = Path(__file__).parents[3] / "shared" / "data" / "kuairand-pure"

_NOTHING = {
    "is_click": 0, "long_view": 0, "is_like": 0, "is_follow": 0, "is_forward": 0, "is_hate": 0,
    "play_time_ms": 0, "duration_ms": 20_000, "tab": 1,
}  # fmt: skip


def shown(user: int, video: int, at_ms: int, **did: int) -> dict[str, int]:
    """A row of a log: nothing was done but what `did` names."""
    return {"user_id": user, "video_id": video, "time_ms": at_ms, **_NOTHING, **did}


def video(number: int, tag: str | None = "1", author: int = 7) -> dict[str, Any]:
    """A row of videos.csv."""
    return {
        "video_id": number, "author_id": author, "upload_dt": "2022-04-10",
        "video_duration": 20_000.0, "tag": tag,
    }  # fmt: skip


def history(
    user: int, last_ms: int, watched: Sequence[int], long: Sequence[int] = (),
    liked: Sequence[int] = (),
) -> dict[str, Any]:  # fmt: skip
    """A row of a histories file."""
    return {
        "user_id": user, "last_time_ms": last_ms, "watch_seq": list(watched),
        "like_seq": list(liked), "long_watch_seq": list(long),
    }  # fmt: skip


def write(
    folder: Path,
    logs: Mapping[str, Sequence[Mapping[str, Any]]],
    videos: Sequence[Mapping[str, Any]],
    histories: Sequence[Mapping[str, Any]] = (),
) -> Path:
    """The folder, with `log_NAME.parquet` for each of `logs`."""
    for name, rows in logs.items():
        pl.DataFrame(list(rows)).write_parquet(folder / f"log_{name}.parquet")
    pl.DataFrame(list(videos)).write_csv(folder / "videos.csv")
    if histories:
        lists = {name: pl.List(pl.Int64) for name in ("watch_seq", "like_seq", "long_watch_seq")}
        frame = pl.DataFrame(list(histories), schema_overrides=lists)
        frame.write_parquet(folder / "histories_until.parquet")
    return folder
