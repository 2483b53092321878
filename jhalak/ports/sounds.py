"""Sounds: what is heard in creators' videos, as others may find and use it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple, Protocol

from jhalak.schema.video import Video

TITLE: Final = 100
"""Most characters of a title."""


class NewSound(NamedTuple):
    """What is heard in a video that was made just now."""

    video: str
    account: int
    handle: str
    """The creator's, as it is then."""
    duration_s: float
    fingerprint: bytes
    """media/fingerprint.py; empty: it cannot be told again."""
    of: str = ""
    """The sound that its creator says it was made to; "": none."""


class Sound(NamedTuple):
    """One sound. Times are Unix milliseconds."""

    id: str
    """22 characters, not to be guessed."""
    video: str
    """The video that brought it; it may be gone. "": its creator is."""
    account: int
    """Whose it is; 0: nobody's any more."""
    handle: str
    title: str
    """As its owner named it; "": they did not."""
    duration_s: float
    open: bool
    """Others may use it: the video that brought it is live for everyone, and its creator allows
    that (Details.sound)."""
    down: str
    """The code for which it was taken down; "": it stands."""
    created_ms: int


def title_of(sound: Sound) -> str:
    """What it is called."""
    return sound.title or "original sound" + (f" – @{sound.handle}" if sound.handle else "")


class Heard(NamedTuple):
    """What a new video's sound is."""

    sound: Sound
    down: str = ""
    """The code of a sound that was taken down and is heard in it; "": none."""
    share: float = 0.0
    """How much of it that is, 0 to 1."""


class SoundStore(Protocol):
    """Hard. A video that belongs to a sound that was taken down is not shown, and its files are
    not given out (ShownVideos, VideoStore.shows)."""

    def join(self, new: NewSound, now_ms: int) -> Heard:
        """The sound of the video, which belongs to it from then on: what was taken down and is
        heard in it, else `of`, else one that is the same, else a new one. One after another, so
        that of two alike the later joins. Only sounds that a video may be seen with, or will be,
        of accounts and videos that are open to everyone, or of one's own, are joined. Can be done
        twice. Raises Conflict where the video is gone, erased with its creator."""

    def find(self, sound_id: str) -> Sound | None: ...

    def named(self, sound_ids: Sequence[str]) -> dict[str, Sound]:
        """Those that there are."""

    def rename(self, sound_id: str, title: str) -> Sound | None:
        """Its video comes up in the sequence of item changes. None: there is none."""

    def of_account(self, account: int, limit: int) -> list[Sound]:
        """An account's own, newest first."""

    def uses(self, sound_id: str) -> int:
        """Live videos that belong to it and are open to everyone."""


class SoundsDown(Protocol):
    """Of the same store: taking down and bringing back, each audited in its transaction."""

    def take_down(self, sound_id: str, reason: str, by: str, why: str, now_ms: int) -> Sound | None:
        """On return none of its videos is shown, and their items are withheld. `reason`: a code,
        which creators are told; `why`: for the audit log. None: there is none."""

    def restore(self, sound_id: str, by: str, why: str, now_ms: int) -> Sound | None:
        """It stands again; its videos come back as `unsettled` is done. None: there is none."""

    def unsettled(self, limit: int) -> list[Sound]:
        """Of which not all videos are as they should be."""

    def settled(self, sound: Sound) -> None:
        """They are; where it was taken down or brought back meanwhile, not yet."""

    def videos(self, sound_id: str, after: Video | None, limit: int) -> list[Video]:
        """All that belong to it in any state, oldest first; those that follow `after`."""

    def leave(self, video_id: str) -> Video | None:
        """The video shares no sound with others from now on. None: there is no such video."""
