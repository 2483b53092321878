"""Importer of KuaiRand logs: real impressions of a short-video feed, with what viewers did.

A folder holds `log_*.parquet` (impressions), `histories_*.parquet` (each viewer's last exposures
before the log; optional) and `videos.csv`. Ids and coarse tags only: topics are made from tags,
embeddings from who watched what in the histories.
"""

from __future__ import annotations

import zlib
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from jhalak.evaluation.co_watching import item_vectors
from jhalak.evaluation.log import (
    ACTIONS,
    SCENES,
    BadLog,
    Histories,
    Impressions,
    Log,
    bare_items,
)
from jhalak.learning.features import ItemColumns
from jhalak.schema.viewer_state import TOPICS_MAX

ZONE_MS: Final = 8 * 3_600_000
"""A day and an hour are of +08:00."""
DAY_MS: Final = 86_400_000
OWN_TOPICS: Final = 24
"""The most frequent tags have a topic each; the others share the rest by hash."""
LIFETIME_H: Final = 30 * 24.0
_LOG: Final = {
    "user_id": 0, "video_id": 0, "time_ms": 0, "is_click": 0, "long_view": 0, "is_like": 0,
    "is_follow": 0, "is_forward": 0, "is_hate": 0, "play_time_ms": 0, "duration_ms": 0, "tab": 0,
}  # fmt: skip
OBSERVED: Final = tuple(name for name in ACTIONS if name != "report")
_VIDEO: Final = ("video_id", "author_id", "upload_dt", "video_duration", "tag")
_HISTORY: Final = ("user_id", "last_time_ms", "watch_seq", "like_seq", "long_watch_seq")


class PolarsMissing(ImportError):
    """The package that reads logs is not installed."""


def read_kuairand(folder: Path) -> Log:
    """All days of a folder. Raises BadLog, or PolarsMissing."""
    pl = _polars()
    logs = sorted(folder.glob("log_*.parquet"))
    if not logs:
        raise BadLog(f"{folder} holds no log_*.parquet; name the folder that holds the log's files")
    frames = [_columns(pl, path, tuple(_LOG)) for path in logs]
    raw = pl.concat(frames).fill_null(0).sort("time_ms", maintain_order=True)
    frame = raw.unique(["user_id", "video_id", "time_ms"], keep="first", maintain_order=True)
    if not frame.height:
        raise BadLog(f"the logs of {folder} hold no row")
    at_ms = frame["time_ms"].to_numpy()
    past, left_out = _past(pl, folder, frame)
    videos = _videos(pl, folder, frame["video_id"].to_numpy())
    ids = np.unique(np.concatenate([frame["user_id"].to_numpy(), past["user_id"].to_numpy()]))
    histories, long_viewer, long_row = _histories(pl, past, ids, videos)
    # Embeddings are the same for the whole log: only what ended before all of it may make them.
    early = histories.last_ms[long_viewer] < at_ms[0]
    items = _items(videos, int(at_ms[0]))._replace(
        embedding=item_vectors(
            long_viewer[early], long_row[early], len(ids), len(videos["video_id"])
        )
    )
    return Log(
        impressions=_impressions(frame, ids, videos["video_id"]),
        histories=histories,
        items=items,
        numbers=np.arange(1, len(items.topic) + 1),
        viewers=len(ids),
        copies=raw.height - frame.height,
        left_out=left_out,
        observed=OBSERVED,
        scenes=tuple(f"tab {n}" for n in range(SCENES)),
    )


def _polars() -> ModuleType:
    try:
        import polars
    except ImportError:
        raise PolarsMissing("replay reads logs with polars: pip install 'jhalak[replay]'") from None
    return polars


def _columns(pl: ModuleType, path: Path, names: tuple[str, ...]) -> Any:
    """A file's columns of these names. Raises BadLog when one is missing or it cannot be read."""
    try:
        if path.suffix == ".csv":
            return pl.read_csv(path, columns=list(names), infer_schema_length=None)
        return pl.read_parquet(path, columns=list(names))
    except (OSError, pl.exceptions.PolarsError) as error:
        raise BadLog(f"{path}: {str(error).splitlines()[0]}") from error


def _impressions(frame: Any, ids: NDArray[Any], videos: NDArray[Any]) -> Impressions:
    value = {name: frame[name].to_numpy() for name in _LOG}
    local_ms = value["time_ms"] + ZONE_MS
    duration_ms = value["duration_ms"]
    done = {
        "tap": value["is_click"] > 0,
        "long": value["long_view"] > 0,
        "complete": (duration_ms > 0) & (value["play_time_ms"] >= duration_ms),
        "share": value["is_forward"] > 0,
        "likes": value["is_like"] > 0,
        "follows": value["is_follow"] > 0,
        "hides": value["is_hate"] > 0,
        "report": np.zeros(len(duration_ms), np.bool_),
    }
    return Impressions(
        viewer=np.searchsorted(ids, value["user_id"]),
        row=_rows(videos, value["video_id"]),
        at_ms=value["time_ms"],
        hour=local_ms % DAY_MS / 3_600_000,
        day=local_ms // DAY_MS,
        actions=np.stack([done[name] for name in ACTIONS], axis=1),
        scene=np.clip(value["tab"], 0, SCENES - 1).astype(np.int8),
        request=np.arange(len(local_ms)),
        position=np.full(len(local_ms), -1, np.int16),
        watched_s=(value["play_time_ms"] / 1000).astype(np.float32),
    )


def _rows(videos: NDArray[Any], wanted: NDArray[Any]) -> NDArray[np.int32]:
    """int32: place of each wanted id in `videos`, -1 where it is none of them."""
    order = np.argsort(videos, kind="stable")
    place = np.minimum(np.searchsorted(videos, wanted, sorter=order), len(videos) - 1)
    row = order[place]
    return np.where(videos[row] == wanted, row, -1).astype(np.int32)


def _videos(pl: ModuleType, folder: Path, shown: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """videos.csv by column, with a bare row for each video that was shown and is not in it."""
    frame = _columns(pl, folder / "videos.csv", _VIDEO).unique(
        "video_id", keep="first", maintain_order=True
    )
    unknown = np.setdiff1d(shown, frame["video_id"].to_numpy())
    frame = pl.concat([frame, pl.DataFrame({"video_id": unknown})], how="diagonal_relaxed")
    frame = frame.with_columns(
        pl.col("author_id").fill_null(-1),
        pl.col("video_duration").fill_null(0.0),
        pl.col("tag").cast(pl.String).fill_null("unknown"),
        pl.col("upload_dt").cast(pl.String).str.to_date("%Y-%m-%d", strict=False)
        .cast(pl.Int32).cast(pl.Int64).fill_null(-1),
    )  # fmt: skip
    return {name: frame[name].to_numpy() for name in _VIDEO}


def _items(videos: dict[str, NDArray[Any]], start_ms: int) -> ItemColumns:
    """The columns that features read, without embeddings."""
    n = len(videos["video_id"])
    author = videos["author_id"]
    _, creator = np.unique(author, return_inverse=True)
    day = videos["upload_dt"]
    topics = topics_of([str(tag) for tag in videos["tag"]])
    return bare_items(n, start_ms, LIFETIME_H)._replace(
        topic=np.array(topics, np.int8),
        creator=np.where(author >= 0, creator + 1, 0).astype(np.int32),
        published_ms=np.where(day >= 0, day * DAY_MS - ZONE_MS, start_ms),
        duration_s=(videos["video_duration"] / 1000).astype(np.float32),
    )


def topics_of(tags: list[str]) -> list[int]:
    """A topic for each video's tags ("12,62"): one of its own for the most frequent ones, else
    that of its first tag, else one shared by hash. The same tags always give the same topics."""
    counts = Counter(tags)
    best = sorted(counts, key=lambda tag: (-counts[tag], tag))[:OWN_TOPICS]
    own = {tag: topic for topic, tag in enumerate(best)}

    def topic(tag: str) -> int:
        first = tag.split(",")[0]
        shared = OWN_TOPICS + zlib.crc32(first.encode()) % (TOPICS_MAX - OWN_TOPICS)
        return own.get(tag, own.get(first, shared))

    return [topic(tag) for tag in tags]


def _past(pl: ModuleType, folder: Path, log: Any) -> tuple[Any, int]:
    """(histories that end before their viewer's first impression, how many do not)."""
    paths = sorted(folder.glob("histories_*.parquet"))
    if not paths:
        empty = {name: pl.Series([], dtype=pl.Int64) for name in _HISTORY[:2]}
        lists = {name: pl.Series([], dtype=pl.List(pl.Int64)) for name in _HISTORY[2:]}
        return pl.DataFrame(empty | lists), 0
    frame = pl.concat([_columns(pl, path, _HISTORY) for path in paths])
    first = log.group_by("user_id").agg(pl.col("time_ms").min().alias("first_ms"))
    before = frame.join(first, on="user_id", how="left", maintain_order="left").filter(
        pl.col("first_ms").is_null() | (pl.col("last_time_ms") < pl.col("first_ms"))
    )
    newest = before.sort("last_time_ms", maintain_order=True).unique(
        "user_id", keep="last", maintain_order=True
    )
    return newest, frame.height - before.height


def _histories(
    pl: ModuleType, past: Any, ids: NDArray[Any], videos: dict[str, NDArray[Any]]
) -> tuple[Histories, NDArray[np.int64], NDArray[np.int32]]:
    """(histories by viewer, and the pairs (viewer int64[m], row int32[m]) watched for long)."""

    def pairs(name: str) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        flat = past.select("user_id", name).explode(name).drop_nulls()
        row = _rows(videos["video_id"], flat[name].to_numpy())
        viewer = np.searchsorted(ids, flat["user_id"].to_numpy())
        return viewer[row >= 0], row[row >= 0]

    viewer, row = pairs("watch_seq")
    order = np.argsort(viewer, kind="stable")
    viewer, row = viewer[order], row[order]
    long_viewer, long_row = pairs("long_watch_seq")
    like_viewer, like_row = pairs("like_seq")
    n = len(videos["video_id"])
    long = np.isin(viewer * n + row, long_viewer * n + long_row)
    last_ms = np.zeros(len(ids), np.int64)
    last_ms[np.searchsorted(ids, past["user_id"].to_numpy())] = past["last_time_ms"].to_numpy()
    histories = Histories(
        offsets=np.concatenate([[0], np.cumsum(np.bincount(viewer, minlength=len(ids)))]),
        row=row,
        tap=long,  # the histories do not say; whatever was watched for long was opened
        long=long,
        like=np.isin(viewer * n + row, like_viewer * n + like_row),
        last_ms=last_ms,
    )
    return histories, long_viewer, long_row
