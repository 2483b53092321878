"""The store of series: a creator's own videos in an order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple, Protocol

from jhalak.schema.collection import Series


class Changed(NamedTuple):
    """What became of a change."""

    series: Series | None
    """None: the account has no such series, or it was refused."""
    refused: Literal["", "unknown", "elsewhere"] = ""
    """A video is none of the account's own, or is in another series."""
    video: str = ""
    """Which one."""


class SeriesStore(Protocol):
    """Hard. Each change takes the next version, so that others can follow them."""

    def add(self, series: Series) -> Changed | None:
        """None: the account has MOST of them, or is gone."""

    def change(
        self, account: int, series_id: str, now_ms: int, *, videos: Sequence[str] | None = None,
        **said: Any,
    ) -> Changed:  # fmt: skip
        """`videos`: all parts in their order, each once, at most MOST_VIDEOS; `said`: title, about,
        language, finished. All of it or nothing."""

    def forget(self, account: int, series_id: str, now_ms: int) -> bool:
        """Its videos stay."""

    def of_account(self, account: int) -> list[Series]:
        """Newest first."""

    def find(self, series_id: str) -> Series | None:
        """None also for one that was removed."""

    def since(self, version: int, limit: int) -> list[tuple[int, Series]]:
        """(version, series) that changed after that version, by version; removed ones too."""
