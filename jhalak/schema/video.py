"""Videos of creators: what their makers say of them, and what becomes of them."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

VideoState = Literal["waiting", "held", "draft", "live", "refused", "removed"]
"""waiting: to be made and checked; held: a human decides; draft: it passed, and nobody but its
creator sees it until that one publishes it; removed: by its creator or taken down."""
Rights = Literal["own", "licensed", "other"]
"""Whose work it is: the creator's; somebody's who allowed it; neither was said."""

Audience = Literal["everyone", "followers"]
"""Who may see a video; of a private account only followers may, whatever is said."""

FOLDER: Final = "video"
"""Of the blob store: `video/SET/NAME`."""
SOUND_DOWN: Final = "sound"
"""Begins the reason of a video whose sound was taken down: `sound:copyright`."""
UPLOADS: Final = "uploads"
"""Of the blob store: `uploads/UPLOAD/N`, the parts of a source."""
MASTER: Final = "master.m3u8"
POSTER: Final = "poster.webp"
SOUND: Final = "sound.m4a"
HLS_TYPE: Final = "application/vnd.apple.mpegurl"
CAPTION: Final = 2200
"""Most characters of a caption."""
UseKind = Literal["duet", "stitch", "sound"]
"""How a video was made with another one: beside it, after a piece of it, to its sound."""
USES: Final[tuple[UseKind, ...]] = ("duet", "stitch", "sound")
CommentsBy = Literal["", "everyone", "followers", "off"]
"""Who may comment; "": as its creator chose for all."""
AT_ONCE: Final = 0
KEPT_BACK: Final = -1
"""Of `Details.publish_ms`: once it passed; not before its creator says so."""


class Use(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The video that one was made with, as it was then: the attribution stays when that goes."""

    kind: UseKind
    video: str
    handle: str
    """Its creator's."""
    title: str = ""
    """The beginning of its caption."""


class Details(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a creator says of a video."""

    caption: str = ""
    """At most CAPTION characters; its `#words` are hashtags."""
    language: str
    """One of LANGUAGES."""
    topic: str = ""
    """A key of catalogue/topics.toml; "": it is told from the caption."""
    ai: bool
    """Made or changed by AI so that it could be taken for real."""
    sensitive: bool
    """Not for everyone nearby to see."""
    rights: Rights
    cover_s: float = -1.0
    """Where the cover lies; below 0: the best frame."""
    audience: Audience = "everyone"
    duet: bool = False
    stitch: bool = False
    sound: bool = False
    """Whether others may make one beside it, go on after a piece of it, use its sound. Rights are
    given, never assumed."""
    comments: CommentsBy = ""
    of: Use | None = None
    """What it was made with; None: nothing of another's here."""
    publish_ms: int = AT_ONCE
    """When it is to be seen: AT_ONCE, KEPT_BACK, or Unix milliseconds. Of a live one above 0: it is
    published, and not all who are to be told of that are told."""


class VideoFile(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One file of a video, `video/SET/NAME` in the blob store."""

    name: str
    """`240.mp4`, `240.m4s`, `240.m3u8`, `master.m3u8`, `poster.webp`, `strip.webp`,
    `sound.m4a`."""
    type: str
    """Its media type."""
    bytes: int
    width: int = 0
    height: int = 0
    bitrate: int = 0
    """Bits a second."""
    head_bytes: int = 0
    """Bytes that hold the first two seconds; of an MP4 only."""


class Media(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was made of an upload."""

    set: str
    """32 hex digits, by the source's content and the recipe: the same name, the same bytes."""
    duration_s: float
    width: int
    height: int
    sound: bool
    files: tuple[VideoFile, ...]
    complete: bool = False
    """All rungs are there, not only the first two."""
    placeholder: str = ""
    """A thumbhash in base 64."""
    wave: bytes = b""
    """Loudness in 100 steps."""
    likeness: bytes = b""
    """media/likeness.py."""
    fingerprint: bytes = b""
    """media/fingerprint.py; on its way to the sounds, and not kept here."""
    ai_mark: str = ""
    """The IPTC DigitalSourceType found in the source or declared, such as
    `trainedAlgorithmicMedia`; "": none."""


class Video(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A creator's video. Times are Unix milliseconds."""

    id: str
    """22 characters, not to be guessed; also its item's id."""
    account: int
    """Number of the creator's account."""
    handle: str
    """The creator's; `@handle` is the item's publisher."""
    upload: str
    """Where its source lies: `uploads/UPLOAD/N`; "" once that was deleted."""
    content: bytes
    """SHA-256 of the source."""
    details: Details
    state: VideoState = "waiting"
    reason: str = ""
    """Why it is held, refused or removed: a code, such as `codec`, `copy:ID`, `sexual`."""
    media: Media | None = None
    """None: nothing can be played yet."""
    labels: tuple[str, ...] = ()
    """What viewers are told: `ai`, `sensitive`."""
    sound: str = ""
    """Id of what is heard in it (ports/sounds.py); "": nothing, or it was not looked at."""
    num: int = 0
    """Of its item; 0: it was never live."""
    created_ms: int = 0
    live_ms: int = 0
    """When it became live; 0: never."""


def is_refused_for_sound(video: Video) -> bool:
    """Refused because of what is heard in it, whatever else it is."""
    return video.state == "refused" and video.reason.partition(":")[0] == SOUND_DOWN
