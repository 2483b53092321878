"""The store of creators' videos, of their files, and of how they look."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, Protocol

from jhalak.schema.video import Details, Media, Video, VideoState

FIRST: Final = "video.first"
REST: Final = "video.rest"
"""Jobs on a video: its low rungs, the gate and publishing; then the others. Rank 0 and 1."""
PURGE: Final = "video.purge"
"""Job on a video that is not to be seen any more: the caches before us are told. Rank 0."""
Which = Literal["all", "live", "drafts", "scheduled"]
"""Videos of an account: any; that can be seen; that its creator keeps back; that wait for a time.
Of the last two also those that are being made or held, none that was refused or removed."""


class VideoStore(Protocol):
    """Hard."""

    def begin(self, video: Video, now_ms: int) -> Video:
        """An upload is whole and became this video: in one transaction the video is kept, the
        upload points to it, and the job FIRST on it waits. The account's video of the same
        content, where it has one that is not removed or refused: then only the upload points, and
        has no parts any more. What the upload became before: then nothing is written. Raises
        Conflict where the account is gone."""

    def find(self, video_id: str) -> Video | None: ...

    def of_account(
        self, account: int, limit: int, before_ms: int = 0, which: Which = "all"
    ) -> list[Video]:
        """Newest first; `before_ms` 0: from the newest."""

    def change(
        self, video_id: str, states: Sequence[VideoState], now_ms: int, *,
        state: VideoState | None = None, reason: str | None = None, media: Media | None = None,
        labels: tuple[str, ...] | None = None, num: int | None = None, live_ms: int | None = None,
        upload: str | None = None, details: Details | None = None, said: Details | None = None,
    ) -> Video | None:  # fmt: skip
        """What is given, where it is in one of `states`, and where its creator still says `said` of
        it (None: whatever they say); else None, and nothing is written. In the same transaction
        its item, where it has one, is shown or withheld: it is shown while the video is live.
        Nothing follows "removed"; what was refused an appeal may make live."""

    def alike(self) -> list[tuple[str, bytes]]:
        """(id, likeness) of all videos that have one and may be seen or wait for it; of what is
        known to be bad, with the id "": what a near-duplicate is found among."""

    def shows(self, set_: str) -> bool:
        """Does a video that may be seen use this set of files? None of a suspended account."""


class DueVideos(Protocol):
    """Of the same store: what is to be published by itself."""

    def due(self, now_ms: int, limit: int) -> list[Video]:
        """Drafts whose time has come, and live ones of which not all are told who are to be; those
        that were due first come first. None of a suspended account."""


class VideoSets(Protocol):
    """Of the same store: whose files a set holds."""

    def of_set(self, set_: str) -> Video | None:
        """The video that these files were made for; None: nobody's."""


class VideoShelf(Protocol):
    """Of the same store: an account's videos as others see them."""

    def newest(
        self, account: int, limit: int, after: str = "", *, closed: bool = False
    ) -> list[Video] | None:
        """Live ones, newest first; those that follow the video `after`, "": from the newest; None:
        the account has no such video. `closed`: also those for followers only."""

    def how_many(self, account: int, *, closed: bool = False) -> int:
        """All that are live."""
