"""Which part of which series a video is: followed from the store, looked at by those who serve."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from jhalak.schema.collection import Series


class Part(NamedTuple):
    """A video's place in its series."""

    series: str
    part: int
    """The first is 1."""
    parts: int


class SeriesIndex:
    """Parts of all series, by video. Written by the serving thread alone."""

    def __init__(self) -> None:
        self.version = 0
        """Up to which changes are in place."""
        self._of: dict[str, Part] = {}
        self._videos: dict[str, tuple[str, ...]] = {}

    def __len__(self) -> int:
        return len(self._of)

    def take(self, changes: Iterable[tuple[int, Series]]) -> None:
        """(version, series) in their order; each takes the place of what was known of it."""
        for version, series in changes:
            for video in self._videos.pop(series.id, ()):
                known = self._of.get(video)
                if known is not None and known.series == series.id:
                    del self._of[video]  # else another one has it by now
            if series.videos:
                self._videos[series.id] = series.videos
            for part, video in enumerate(series.videos, 1):
                self._of[video] = Part(series.id, part, len(series.videos))
            self.version = version

    def of(self, video: str) -> Part | None:
        return self._of.get(video)

    def after(self, video: str) -> tuple[str, ...]:
        """The parts that follow it, in their order."""
        part = self._of.get(video)
        return () if part is None else self._videos[part.series][part.part :]
