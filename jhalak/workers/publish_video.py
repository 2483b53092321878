"""A creator's video becomes an item of the catalogue, and can be seen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final

from jhalak.catalogue.topics import by_hashtags, topic_by_id
from jhalak.ingest.clean import clean_title, headline, shortened
from jhalak.ingest.compose import Composed
from jhalak.media.passes import masters
from jhalak.ports.items import Draft, ItemStore
from jhalak.ports.videos import VideoStore
from jhalak.schema.item import Item, Rendition
from jhalak.schema.video import Media, Video, VideoFile, VideoState
from jhalak.trust.gate import SENSITIVE
from jhalak.trust.take_down import WITHDRAWN

DAY_MS: Final = 86_400_000
HUMAN: Final[tuple[VideoState, ...]] = ("held", "refused", "live")
MACHINE: Final[tuple[VideoState, ...]] = ("waiting", "live")
"""States of videos that a human may make live, and that the machine may."""


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

    async def __call__(self, video: Video) -> None:
        """`video` was made (media), and a human said that it may be seen."""
        await asyncio.to_thread(self.publish, video, HUMAN)

    def republish(self, video: Video) -> None:
        """What was said anew of a live video is shown; of any other it will be. Blocks."""
        self.publish(video, ("live",))

    def publish(
        self, video: Video, before: tuple[VideoState, ...], labels: tuple[str, ...] | None = None
    ) -> Video | None:
        """Where it is in one of the states `before`. Blocks. None: it is not, or was removed or
        refused meanwhile, and is not to be seen."""
        known = self.videos.find(video.id)
        if known is None or known.state not in before or known.media is None:
            return None
        now_ms = self.clock()
        live_ms = known.live_ms or now_ms
        shown = known.labels if labels is None else labels
        # The item first: whoever is killed between the two is asked again, since it is not live.
        composed = composed_of(known, known.media, shown, live_ms, self.keep_days)
        self.items.put(self.understand([composed]), now_ms)
        record = self.items.get(known.id)
        live = self.videos.change(
            known.id, before, now_ms, state="live", reason="", labels=shown, live_ms=live_ms,
            num=record.num if record else None,
        )  # fmt: skip
        if live is None:
            self.items.recall(known.id, "system", WITHDRAWN, now_ms)
        elif (live.media, live.details) != (known.media, known.details):
            # Rungs came while it was put, or its creator said something else of it.
            return self.publish(live, before)
        elif self.tell is not None:
            self.tell(live)
        return live


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
        sound=sound_of(video),
        media=media.set,
        placeholder=media.placeholder,
        labels=labels,
        published_ms=live_ms,
        expires_ms=live_ms + int(keep_days * DAY_MS),
        sensitive=said.sensitive or topic.sensitive or SENSITIVE in labels,
        followers_only=said.audience == "followers",
    )
    return Composed(item, title, topic.lifetime_ms)


def sound_of(video: Video) -> str:
    """The id of the video whose sound it is, where several may have it; "": its own alone."""
    said, media = video.details, video.media
    if said.of is not None and said.of.kind in ("sound", "duet"):
        return said.of.video
    heard = media is not None and media.sound
    return video.id if heard and (said.sound or said.duet) else ""


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
