"""A creator's video becomes an item of the catalogue, and can be seen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final

import msgspec

from jhalak.catalogue.topics import by_hashtags, topic_by_id
from jhalak.ingest.clean import clean_title, headline, shortened
from jhalak.ingest.compose import Composed
from jhalak.media.passes import masters
from jhalak.ports.items import Draft, ItemStore
from jhalak.ports.sounds import SoundStore
from jhalak.ports.videos import VideoStore
from jhalak.schema.item import Item, Rendition
from jhalak.schema.video import (
    AT_ONCE,
    KEPT_BACK,
    SOUND_DOWN,
    Details,
    Media,
    Video,
    VideoFile,
    VideoState,
)
from jhalak.trust.gate import SENSITIVE, judged_of
from jhalak.trust.take_down import WITHDRAWN

DAY_MS: Final = 86_400_000
HUMAN: Final[tuple[VideoState, ...]] = ("held", "refused", "live")
MACHINE: Final[tuple[VideoState, ...]] = ("waiting", "live")
CREATOR: Final[tuple[VideoState, ...]] = ("draft", "live")
"""States of videos that a human may make live, that the machine may, and that a creator may."""


@dataclass(frozen=True, slots=True)
class PublishVideo:
    """Can be done twice; a video that has more rungs by then gets them. Raises PortError."""

    videos: VideoStore
    items: ItemStore
    understand: Callable[[Sequence[Composed]], list[Draft]]
    """ingest/quick.py: topic, embedding and what is found in the caption."""
    keep_days: float
    """How long it is in the catalogue."""
    clock: Callable[[], int]
    tell: Callable[[Video], None] | None = None
    """Tells whose video it was made with (trust/uses.py), once it is live."""
    sounds: SoundStore | None = None
    """What was taken down there is not seen."""

    async def __call__(self, video: Video) -> None:
        """`video` was made (media), and a human said that it may be seen."""
        await asyncio.to_thread(self.publish, video, HUMAN)

    def republish(self, video: Video) -> None:
        """What was said anew of a live video is shown; of any other it will be. Blocks."""
        self.publish(video, ("live",))

    def due(self, video: Video) -> Video | None:
        """A draft whose time has come; a live one of which not all are told. Blocks."""
        return self.publish(video, CREATOR)

    def publish(
        self, video: Video, before: tuple[VideoState, ...], labels: tuple[str, ...] | None = None
    ) -> Video | None:
        """Live, or a draft as long as its creator keeps it back, where it is in one of the states
        `before` and its creator says of it what was judged (`video`). Blocks. None: it is not so,
        or it was removed meanwhile."""
        known = self.videos.find(video.id)
        if known is None or known.state not in before or known.media is None:
            return None
        if judged_of(known.details) != judged_of(video.details):
            return None
        now_ms = self.clock()
        if down := self._sound_down(known):
            reason = f"{SOUND_DOWN}:{down}"
            self.videos.change(known.id, before, now_ms, state="refused", reason=reason)
            return None
        shown = known.labels if labels is None else labels
        if known.state != "live" and is_kept_back(known.details, now_ms):
            kept = self.videos.change(
                known.id, before, now_ms, state="draft", reason="", labels=shown, said=known.details
            )
            return kept or self.publish(video, before, labels)
        live = self._show(known, known.media, before, shown, now_ms)
        if live is None:
            return self._met_another(video, before, labels)
        if live.media != known.media:  # more rungs came while it was put
            return self.publish(live, before)
        self._told(live)
        return live

    def _sound_down(self, video: Video) -> str:
        """The code for which its sound was taken down; "": it stands."""
        sound = self.sounds.find(video.sound) if self.sounds is not None and video.sound else None
        return sound.down if sound is not None else ""

    def _show(
        self, known: Video, media: Media, before: tuple[VideoState, ...],
        labels: tuple[str, ...], now_ms: int,
    ) -> Video | None:  # fmt: skip
        """The item first, which nobody sees before the video is live: whoever is killed between
        the two is asked again. None: somebody said or did something else meanwhile."""
        live_ms = known.live_ms or now_ms
        composed = composed_of(known, media, labels, live_ms, self.keep_days)
        drafts = [one._replace(withheld=True) for one in self.understand([composed])]
        self.items.put(drafts, now_ms)
        record = self.items.get(known.id)
        return self.videos.change(
            known.id, before, now_ms, state="live", reason="", labels=labels, live_ms=live_ms,
            num=record.num if record else None, said=known.details,
        )  # fmt: skip

    def _met_another(
        self, video: Video, before: tuple[VideoState, ...], labels: tuple[str, ...] | None
    ) -> Video | None:
        """Again, with what its creator says by now; a removed one leaves no item."""
        now = self.videos.find(video.id)
        if now is None or now.state == "removed":
            self.items.recall(video.id, "system", WITHDRAWN, self.clock())
        return self.publish(video, before, labels)

    def _told(self, live: Video) -> None:
        """Whom it was made with first: until they are told it stays due."""
        if self.tell is not None:
            self.tell(live)
        if live.details.publish_ms != AT_ONCE:
            done = msgspec.structs.replace(live.details, publish_ms=AT_ONCE)
            # Where it says something else by now, whoever says that or the next step does it.
            self.videos.change(live.id, ("live",), self.clock(), details=done, said=live.details)


def is_kept_back(details: Details, now_ms: int) -> bool:
    """Does its creator not want it to be seen yet?"""
    return details.publish_ms == KEPT_BACK or details.publish_ms > now_ms


def composed_of(
    video: Video, media: Media, labels: tuple[str, ...], live_ms: int, keep_days: float
) -> Composed:
    """The item of a video that is live since `live_ms`. The topic that its creator named stands,
    else that of a hashtag; else the caption tells it."""
    said = video.details
    title = clean_title(said.caption)
    short, cut = headline(title)
    topic = topic_by_id()[said.topic or by_hashtags(said.caption)]
    item = Item(
        id=video.id,
        kind="video",
        language=said.language,
        topic=topic.id,
        title=short,
        summary=shortened(title) if cut else "",
        publisher=f"@{video.handle}",
        duration_s=media.duration_s,
        renditions=renditions_of(media),
        of=said.of,
        sound=video.sound,
        media=media.set,
        placeholder=media.placeholder,
        labels=labels,
        published_ms=live_ms,
        expires_ms=live_ms + int(keep_days * DAY_MS),
        sensitive=said.sensitive or topic.sensitive or SENSITIVE in labels,
        followers_only=said.audience == "followers",
    )
    return Composed(item, title, topic.lifetime_ms)


def renditions_of(media: Media) -> tuple[Rendition, ...]:
    """The MP4 rungs from the lowest, then the playlist that names them all."""
    rungs = [file for file in media.files if PurePath(file.name).suffix == ".mp4"]
    rungs.sort(key=lambda file: (file.height, file.bitrate))
    return (*map(_rendition, rungs), *map(_rendition, masters(media)))


def _rendition(file: VideoFile) -> Rendition:
    return Rendition(
        src=file.name, height=file.height, width=file.width, bitrate=file.bitrate,
        head_bytes=file.head_bytes, type=file.type,
    )  # fmt: skip
