"""The store of lists: videos of anybody in an order, made by one account."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple, Protocol

from jhalak.schema.collection import Playlist

Put = Literal["put", "full", "none"]


class Held(NamedTuple):
    """A list, and whether a certain video is in it."""

    playlist: Playlist
    has: bool


class PlaylistStore(Protocol):
    """Hard."""

    def add(self, playlist: Playlist) -> bool:
        """False: the account has MOST of them, or is gone."""

    def change(self, account: int, playlist_id: str, now_ms: int, **said: Any) -> Playlist | None:
        """`said`: title, public. None: the account has no such list."""

    def forget(self, account: int, playlist_id: str) -> bool: ...

    def of_account(self, account: int, video: str = "") -> list[Held]:
        """What was changed last comes first."""

    def find(self, playlist_id: str) -> Playlist | None: ...


class PlaylistEntries(Protocol):
    """Hard. What is in a list, whoever may see it."""

    def entries(self, playlist_id: str) -> list[str]:
        """Ids of videos in their order."""

    def put(
        self, account: int, playlist_id: str, video: str, now_ms: int, place: int | None = None
    ) -> Put:
        """Add it at its end or at `place` (0 is the first), or move it there; one that is there
        stays where it is without a place. `full`: it has MOST_VIDEOS; `none`: the account has no
        such list."""

    def take(self, account: int, playlist_id: str, video: str, now_ms: int) -> bool:
        """Remove it; False where the account has no such list."""
