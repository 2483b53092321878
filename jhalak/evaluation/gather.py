"""What importers share: numbers for names, and rows put in the order in which they were shown."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from jhalak.evaluation.log import ACTIONS, BadLog, Impressions
from jhalak.understanding.embedding import HashedNgrams

HOUR_MS: Final = 3_600_000
DAY_MS: Final = 86_400_000


class Numbers(dict[Any, int]):
    """A number for each name, from 0, in the order in which they come."""

    def __missing__(self, name: Any) -> int:
        number = self[name] = len(self)
        return number


def in_time_order(
    *,
    viewer: NDArray[np.int64],
    row: NDArray[np.int32],
    at_ms: NDArray[np.int64],
    request: NDArray[np.int64],
    actions: NDArray[np.bool_],
    utc_offset_ms: NDArray[np.int64] | int = 0,
    scene: NDArray[np.int8] | None = None,
    position: NDArray[np.int16] | None = None,
    watched_s: NDArray[np.float32] | None = None,
) -> Impressions:
    """Impressions from rows in any order: a request's rows side by side, at the time of its first,
    in the order in which they came; requests by time, then as they came. O(n log n)"""
    n = len(row)
    _, first, place = np.unique(request, return_index=True, return_inverse=True)
    began = np.full(len(first), np.iinfo(np.int64).max)
    np.minimum.at(began, place, at_ms)
    together = began[place]
    order = np.lexsort((np.arange(n), first[place], together))
    local_ms = together + np.asarray(utc_offset_ms, np.int64)
    return Impressions(
        viewer=viewer[order].astype(np.int64),
        row=row[order].astype(np.int32),
        at_ms=together[order],
        hour=(local_ms % DAY_MS / HOUR_MS)[order],
        day=(local_ms // DAY_MS)[order],
        actions=actions[order].reshape(n, len(ACTIONS)),
        scene=_or(scene, n, 0, np.int8)[order],
        request=first[place][order],
        position=_or(position, n, -1, np.int16)[order],
        watched_s=_or(watched_s, n, np.nan, np.float32)[order],
    )


def _or(column: NDArray[Any] | None, n: int, default: float, kind: Any) -> NDArray[Any]:
    return np.full(n, default, kind) if column is None else column.astype(kind)


def first_seen(rows: int, row: NDArray[Any], at_ms: NDArray[np.int64]) -> NDArray[np.int64]:
    """int64[rows]: when each item was first met; where it never was, when the first of all was."""
    start = int(at_ms.min()) if len(at_ms) else 0
    never = np.iinfo(np.int64).max
    seen = np.full(rows, never)
    np.minimum.at(seen, row, at_ms)
    return np.where(seen == never, start, seen)


def embeddings(texts: list[str]) -> NDArray[np.float32]:
    """float32[n, EMBEDDING_SIZE], unit length; zero where there is no text."""
    answer = (HashedNgrams().embed(texts) / np.float32(127)).astype(np.float32)
    answer[[not text for text in texts]] = 0
    return answer


def milliseconds(text: str, form: str | None = None) -> tuple[int, int]:
    """(Unix milliseconds, offset of its zone in ms) of a time in ISO 8601, or of `form` as
    strptime takes it; one without a zone is of UTC. Raises ValueError."""
    moment = datetime.strptime(text, form) if form else datetime.fromisoformat(text)  # noqa: DTZ007
    offset = moment.utcoffset()
    offset_ms = int(offset.total_seconds() * 1000) if offset else 0
    local = moment.replace(tzinfo=None) - datetime(1970, 1, 1)  # noqa: DTZ001
    local_ms = (local.days * 86_400 + local.seconds) * 1000 + local.microseconds // 1000
    return local_ms - offset_ms, offset_ms


def lines(path: Path) -> list[str]:
    """The lines of a text file. Raises BadLog."""
    try:
        return path.read_text("utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise BadLog(f"{path}, line {line}: not UTF-8; convert the file to UTF-8") from None
    except OSError as error:
        raise BadLog(f"{path} cannot be read: {error.strerror}") from None
