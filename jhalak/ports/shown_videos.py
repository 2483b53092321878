"""Creators' videos as one viewer may see them, with what stands beside them: one statement each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from jhalak.ports.creators import Creator
from jhalak.schema.video import UseKind, Video


class Shown(NamedTuple):
    """A video that is live and that the viewer may see."""

    video: Video
    owner: Creator
    likes: int
    saves: int
    comments: int
    shares: int
    """How many viewers shared it."""
    liked: bool
    saved: bool
    follows: bool
    """The viewer follows its creator."""
    muted: bool
    own: bool
    """It is the viewer's own account's."""


class ShownVideos(Protocol):
    """What may be seen: live, of an account that stands; not where one of the two blocks the other;
    not with a sound that was taken down; of a private account, or for followers only, by followers
    and the creator themselves."""

    def find(self, video: str, viewer: int) -> Shown | None:
        """None for any other: nobody learns that it exists."""

    def some(self, videos: Sequence[str], viewer: int) -> dict[str, Shown]:
        """Those of them that the viewer may see, by id."""

    def uses(
        self, video: str, kind: UseKind | None, viewer: int, before_ms: int, limit: int
    ) -> list[Shown]:
        """Those that were made with it so (None: in any way), newest first, before that time."""

    def with_sound(self, sound: str, viewer: int, before_ms: int, limit: int) -> list[Shown]:
        """Those that belong to the sound, newest first, before that time."""

    def made_with(self, video: str, limit: int) -> list[Video]:
        """Live videos and drafts that were made with it, whoever may see them, oldest first."""
