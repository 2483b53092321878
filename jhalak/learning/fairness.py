"""How evenly videos and their creators are met: for the operator, from the counts of reach.

Region is not in it: nobody's place is known to us. Creators are counted, never named, and so are
viewers: these are sums over many videos. Pure; the accounts' ages are given.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from jhalak.learning.reach import DAY_MS, FROM_REASON, IMPRESSIONS, ROW
from jhalak.learning.reach_fold import DAYS
from jhalak.learning.reach_video import VideoReach
from jhalak.schema.languages import LANGUAGES
from jhalak.schema.reason import REASON_INDEX

PATH: Final = "reach/fairness.json"
"""The blob that holds the newest report; workers.tell_fairness."""
AGES_DAYS: Final = (7, 28, 90, 365)
"""Where one class of accounts' ages ends and the next begins."""
AGES: Final = ("7 days", "28 days", "90 days", "a year", "older", "no account")
_VIEWERS: Final = ROW["viewers"]
_EXPLORE: Final = FROM_REASON + REASON_INDEX["explore"]


def gini(amounts: Iterable[int]) -> float | None:
    """0: all the same; near 1: one has all. None of nobody, or where there is nothing.

    The mean difference of two, over twice the mean (Gini 1912), by ranks."""
    sorted_: NDArray[np.float64] = np.sort(np.array(list(amounts), np.float64))
    n, whole = len(sorted_), float(sorted_.sum())
    if n == 0 or whole == 0:
        return None
    ranks = np.arange(1, n + 1)
    return float(2 * (ranks * sorted_).sum() / (n * whole) - (n + 1) / n)


def fairness(
    videos: Mapping[int, VideoReach], began_ms: Mapping[int, int], at_ms: int, offset_ms: int,
    trial: float,
) -> dict[str, Any]:  # fmt: skip
    """The report. `began_ms`: when each creator signed up, by creator number; `trial`: the first
    impressions that a new video may be given."""
    today = (at_ms + offset_ms) // DAY_MS
    lately = {item: _impressions(video, today) for item, video in videos.items()}
    by_creator: dict[int, int] = defaultdict(int)
    by_language: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for item, amount in lately.items():
        video = videos[item]
        by_creator[video.creator] += amount
        by_language[video.language][video.creator] += amount
    return {
        "at_ms": at_ms,
        "days": DAYS,
        "videos": len(videos),
        "creators": len(by_creator),
        "impressions": sum(lately.values()),
        "gini": _rounded(gini(by_creator.values())),
        "newness": _newness(by_creator, began_ms, at_ms),
        "languages": [_language(code, by_language[code]) for code in sorted(by_language)],
        "exploration": _exploration(videos.values(), trial),
        "regions": None,
    }


def _impressions(video: VideoReach, today: int) -> int:
    """Of the last DAYS days."""
    days = [rows for day, rows in video.days.items() if day > today - DAYS]
    return sum(int(rows[_VIEWERS, IMPRESSIONS]) for rows in days)


def _newness(
    by_creator: Mapping[int, int], began_ms: Mapping[int, int], at_ms: int
) -> list[dict[str, Any]]:
    """By how long ago their creators signed up; who publishes without an account comes last."""
    counts = [[0, 0] for _ in AGES]
    for creator, amount in by_creator.items():
        place = len(AGES) - 1
        if creator in began_ms:
            age_days = max(at_ms - began_ms[creator], 0) / DAY_MS
            place = sum(age_days >= limit for limit in AGES_DAYS)
        counts[place][0] += 1
        counts[place][1] += amount
    whole = sum(by_creator.values())
    return [
        {"age": age, "creators": n, "impressions": amount, "share": _rounded(_part(amount, whole))}
        for age, (n, amount) in zip(AGES, counts, strict=True)
    ]


def _language(code: int, by_creator: Mapping[int, int]) -> dict[str, Any]:
    amounts = sorted(by_creator.values(), reverse=True)
    top = amounts[: max(1, len(amounts) // 10)]
    return {
        "language": LANGUAGES[code], "creators": len(amounts), "impressions": sum(amounts),
        "gini": _rounded(gini(amounts)), "top_tenth": _rounded(_part(sum(top), sum(amounts))),
    }  # fmt: skip


def _exploration(videos: Iterable[VideoReach], trial: float) -> dict[str, Any]:
    """What the budget for trials bought, since each video was first met: first impressions, and how
    many of the videos that got some were met by as many again without it."""
    given, tried, earned, all_impressions = 0, 0, 0, 0
    for video in videos:
        whole = int(video.cells[_VIEWERS, IMPRESSIONS])
        bought = int(video.cells[_EXPLORE, IMPRESSIONS])
        all_impressions += whole
        given += bought
        tried += bought > 0
        earned += bought > 0 and whole - bought >= trial
    return {
        "impressions": given, "share": _rounded(_part(given, all_impressions)), "videos": tried,
        "earned": earned, "earned_share": _rounded(_part(earned, tried)), "needed": trial,
    }  # fmt: skip


def _part(amount: int, whole: int) -> float | None:
    return amount / whole if whole else None


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 4)
