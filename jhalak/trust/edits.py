"""What a creator says anew of a video: pure, one video or a hundred alike."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import msgspec

from jhalak.catalogue.hashtags import folded
from jhalak.catalogue.topics import hashtag_places
from jhalak.schema.video import (
    AT_ONCE,
    CAPTION,
    KEPT_BACK,
    Audience,
    CommentsBy,
    Details,
    Rights,
    Video,
    VideoState,
)

MINUTE_MS: Final = 60_000
LATEST_MS: Final = 90 * 86_400_000
"""A video may be scheduled so far ahead."""
WORDS: Final = frozenset(
    ("caption", "language", "topic", "rights", "add_hashtags", "remove_hashtags")
)
"""Of an Edit's fields, those that the gate, or a human for it, may have to look at."""


class Edit(NamedTuple):
    """What is to be otherwise; None, or nothing: that stays."""

    audience: Audience | None = None
    comments: CommentsBy | None = None
    duet: bool | None = None
    stitch: bool | None = None
    sound: bool | None = None
    caption: str | None = None
    language: str | None = None
    topic: str | None = None
    rights: Rights | None = None
    add_hashtags: tuple[str, ...] = ()
    """Without `#`; one that is there, however it is spelt, is not added."""
    remove_hashtags: tuple[str, ...] = ()
    publish_ms: int | None = None
    """As in Details; AT_ONCE: now."""


class NotSo(Exception):
    """The video is not to be changed like this: `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Edited(NamedTuple):
    """What became of a video."""

    video: Video
    hidden: bool
    """It was live and is not any more: the caches before us are to be told (TakeDown.hide)."""


def edited(details: Details, state: VideoState, edit: Edit, now_ms: int) -> Details:
    """What its creator says from now on. Raises NotSo: `removed`, `refused`, `held`,
    `already_live`, `too_long`."""
    if state == "removed":
        raise NotSo("removed")
    said = {name: value for name, value in edit._asdict().items() if value not in (None, ())}
    words = WORDS & said.keys()
    if state == "refused" and (words or edit.publish_ms is not None):
        raise NotSo("refused")
    if state == "held" and words:
        raise NotSo("held")
    added, gone = said.pop("add_hashtags", ()), said.pop("remove_hashtags", ())
    if added or gone:
        said["caption"] = with_hashtags(said.get("caption", details.caption), added, gone)
        if len(said["caption"]) > CAPTION:
            raise NotSo("too_long")
    if edit.publish_ms is not None:
        said["publish_ms"] = _publish_ms(details, state, edit.publish_ms, now_ms)
    return _replaced(details, said)


def _replaced(details: Details, said: dict[str, Any]) -> Details:
    return msgspec.structs.replace(details, **said)


def _publish_ms(details: Details, state: VideoState, wanted: int, now_ms: int) -> int:
    if state == "live":
        if wanted > 0:
            raise NotSo("already_live")
        return KEPT_BACK if wanted == KEPT_BACK else details.publish_ms
    if wanted == AT_ONCE and state == "draft":
        return now_ms  # due: whatever happens now, it becomes live
    return wanted


def with_hashtags(caption: str, added: tuple[str, ...], gone: tuple[str, ...]) -> str:
    """The caption with tags at its end that it did not have, and without others.

    >>> with_hashtags("Rain #Monsoon today", ("delhi", "rain"), ("monsoon",))
    'Rain today #delhi #rain'
    """
    drop = {folded(tag) for tag in gone}
    for start, end, tag in reversed(hashtag_places(caption)):
        if folded(tag) in drop:
            before, after = caption[:start], caption[end:]
            caption = (
                before.rstrip(" ") + after if not after.strip() else before + after.lstrip(" ")
            )
    there = {folded(tag) for _, _, tag in hashtag_places(caption)} | drop
    for tag in added:
        if folded(tag) not in there:
            there.add(folded(tag))
            caption = f"{caption.rstrip()} #{tag}".strip()
    return caption.strip()
