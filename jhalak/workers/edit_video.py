"""What a creator says anew of a video, carried out: judged, kept, shown or withheld."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from jhalak.ports.errors import Unavailable
from jhalak.ports.reviews import ReviewStore
from jhalak.ports.videos import VideoStore
from jhalak.schema.video import KEPT_BACK, Details, Video, VideoState
from jhalak.trust.edits import Edit, Edited, NotSo, edited
from jhalak.trust.gate import doubts_of, judged_of
from jhalak.understanding.safety import verdicts
from jhalak.understanding.words import Words
from jhalak.workers.publish_video import PublishVideo, is_kept_back

TRIES: Final = 8
"""Somebody else may change the same video at the same moment."""


@dataclass(frozen=True, slots=True)
class EditVideo:
    """Can be done twice. Blocks: reading a caption takes half a millisecond, the first one a
    second. What the machine doubts a human decides, and nobody sees it meanwhile."""

    videos: VideoStore
    reviews: ReviewStore
    publish: PublishVideo
    words: Words
    clock: Callable[[], int]

    def __call__(self, video_id: str, edit: Edit) -> Edited:
        """Raises NotSo, PortError."""
        for _ in range(TRIES):
            known = self.videos.find(video_id)
            if known is None:
                raise NotSo("removed")
            details = edited(known.details, known.state, edit, self.clock())
            changed = self._keep(known, details)
            if changed is not None:
                return self._follow(known, changed)
        raise Unavailable(f"video {video_id} is changed by others all the time")

    def _keep(self, known: Video, details: Details) -> Video | None:
        """None: somebody else changed it meanwhile."""
        if details == known.details:
            return known
        passed, now_ms = known.state in ("draft", "live"), self.clock()
        doubts = self._doubts(known.details, details) if passed else ()
        state: VideoState | None = None
        if doubts:
            state = "held"
            why = "\n".join(doubts)
            self.reviews.open("gate", known.id, details.language, why, now_ms)
        elif known.state == "live" and details.publish_ms == KEPT_BACK:
            state = "draft"
        return self.videos.change(
            known.id, (known.state,), now_ms, state=state, reason=doubts[0] if doubts else None,
            details=details, said=known.details,
        )  # fmt: skip

    def _doubts(self, before: Details, now: Details) -> tuple[str, ...]:
        if judged_of(before) == judged_of(now):
            return ()
        found = verdicts([now.caption], [now.language], self.words) if now.caption else []
        return doubts_of(now, tuple(name for one in found for name in one.classes))

    def _follow(self, before: Video, changed: Video) -> Edited:
        """Also where it said so before: whoever was killed between the two asks again."""
        if changed.state == "live":
            self.publish.republish(changed)
        elif changed.state == "draft" and not is_kept_back(changed.details, self.clock()):
            self.publish.due(changed)
        now = self.videos.find(changed.id) or changed
        return Edited(now, before.state == "live" and now.state in ("draft", "held"))
