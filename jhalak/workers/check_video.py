"""The machine's part of the gate: what is found of a video whose first rungs are made, and the
verdict that follows (trust/gate.py)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from jhalak.media.likeness import all_near
from jhalak.ports.sounds import Heard, NewSound, SoundStore
from jhalak.ports.videos import VideoStore
from jhalak.schema.video import SOUND, Media, Video
from jhalak.trust.gate import Facts, Near, Rules, Verdict, judge
from jhalak.understanding.frames import Look
from jhalak.understanding.safety import verdicts
from jhalak.understanding.words import Words

NAMED: Final = 8
"""Of the videos that look like this one, so many of the most alike are looked up."""


@dataclass(frozen=True, slots=True)
class CheckVideo:
    """Looks, listens, compares, reads, and judges. Blocks: 16 frames take half a second of CPU, a
    comparison with a million videos four seconds, most of them to read the likenesses."""

    videos: VideoStore
    look: Look
    words: Words
    rules: Rules
    sounds: SoundStore | None = None
    """None: what is heard is not looked at."""
    clock: Callable[[], int] = lambda: 0

    def __call__(self, video: Video, media: Media, frames: NDArray[np.uint8]) -> Verdict:
        """`media` is kept with the video before this is called (without the fingerprint), so that
        of two copies that are checked at a time the later one meets the earlier. `frames`:
        Stills.frames."""
        return judge(self.facts(video, media, frames), self.rules)

    def facts(self, video: Video, media: Media, frames: NDArray[np.uint8]) -> Facts:
        """What the gate judges by."""
        said = video.details
        heard = self._hear(video, media)
        found = verdicts([said.caption], [said.language], self.words) if said.caption else []
        return Facts(
            details=said,
            scores=self.look(frames),
            classes=tuple(name for one in found for name in one.classes),
            near=self._near(video, media.likeness),
            comparable=bool(media.likeness),
            ai_mark=media.ai_mark,
            down=heard.down if heard else "",
            down_share=heard.share if heard else 0.0,
        )

    def _hear(self, video: Video, media: Media) -> Heard | None:
        """The video belongs to its sound from then on. None: nothing is heard in it."""
        if self.sounds is None or all(file.name != SOUND for file in media.files):
            return None
        of = video.details.of
        used = self.videos.find(of.video) if of is not None and of.kind != "stitch" else None
        new = NewSound(
            video.id, video.account, video.handle, media.duration_s, media.fingerprint,
            of=used.sound if used else "",
        )  # fmt: skip
        return self.sounds.join(new, self.clock())

    def _near(self, video: Video, likeness: bytes) -> tuple[Near, ...]:
        """Those that look like it and were there before it."""
        others = [one for one in self.videos.alike() if one[0] != video.id]
        close = sorted(all_near(likeness, [one[1] for one in others]), key=lambda one: one[1])
        bad = [Near("", share, "removed", own=False) for at, share in close if not others[at][0]]
        named = [(others[at][0], share) for at, share in close if others[at][0]][:NAMED]
        known = [
            Near(other.id, share, other.state, other.account == video.account)
            for name, share in named
            if (other := self.videos.find(name)) is not None and _before(other, video)
        ]
        return (*bad[:1], *known)


def _before(other: Video, video: Video) -> bool:
    """Of two that wait, the original is the one that was uploaded first."""
    return bool(other.live_ms) or (other.created_ms, other.id) < (video.created_ms, video.id)
