"""What a creator says anew of videos: PATCH of one, POST of up to a hundred."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Final, Literal, NamedTuple

import msgspec
from litestar import patch, post
from litestar.params import Parameter

from jhalak.api.creators.publishing import DAYS, publish_ms_of
from jhalak.api.creators.videos import NO_STORE, VideoOut, own_video, video_out
from jhalak.api.raw import Refused
from jhalak.api.services import Services
from jhalak.catalogue.topics import hashtags_in, topic_by_id
from jhalak.ingest.clean import visible
from jhalak.ports.creators import Creator
from jhalak.schema.languages import LANGUAGES
from jhalak.schema.video import (
    AT_ONCE,
    CAPTION,
    KEPT_BACK,
    Audience,
    CommentsBy,
    Rights,
    Video,
)
from jhalak.trust.edits import LATEST_MS, Edit, NotSo

MOST: Final = 100
"""Videos in one request."""
APART_S: Final = 30 * 86_400
"""The longest that two videos of one request may be scheduled apart."""
TAGS: Final = 20
VideoId = Annotated[str, Parameter(max_length=64)]
Id = Annotated[str, msgspec.Meta(max_length=64)]
Tag = Annotated[str, msgspec.Meta(min_length=1, max_length=101)]
Tags = Annotated[list[Tag], msgspec.Meta(max_length=TAGS)]


class ChangesIn(msgspec.Struct, forbid_unknown_fields=True):
    """What is given changes; the rest stays."""

    audience: Audience | None = None
    comments: CommentsBy | None = None
    """"": as for all of one's videos."""
    duet: bool | None = None
    stitch: bool | None = None
    sound: bool | None = None
    """A right that is taken back stops new ones; those that are there stay."""
    caption: str | None = None
    """What the machine doubts in it a human looks at first; nobody sees the video meanwhile."""
    language: str | None = None
    topic: str | None = None
    """"": it is told from the caption."""
    rights: Rights | None = None
    add_hashtags: Tags = []
    """With `#` or without."""
    remove_hashtags: Tags = []
    publish: str | None = None
    """`now`; `draft`: nobody but its creator sees it; or a time (RFC 3339)."""


class ManyIn(msgspec.Struct, forbid_unknown_fields=True):
    """The same for several: what changes, or that they go."""

    ids: Annotated[list[Id], msgspec.Meta(min_length=1, max_length=MOST)]
    changes: ChangesIn | None = None
    every_s: Annotated[int, msgspec.Meta(ge=0, le=APART_S)] = 0
    """With a time as `publish`: each is due so many seconds after the one named before it, whatever
    becomes of that one; 0: all at that time."""
    delete: bool = False
    """Each is taken back, as by DELETE."""


class OneOut(msgspec.Struct):
    """What became of one."""

    id: str
    outcome: Literal["done", "not_found", "not_possible"]
    """done: it is so now, or was before."""
    code: str
    """Why it is not possible: `removed`, `refused`, `held`, `already_live`, `too_long`; else ""."""
    video: VideoOut | None
    """As it is now; null: there is none, or it was taken back."""


class ManyOut(msgspec.Struct):
    """In the order in which they were named, each once."""

    results: list[OneOut]


class _Code(NamedTuple):
    status: int
    what: str


_WHY: Final = {
    "removed": _Code(409, "this video was removed"),
    "refused": _Code(409, "this video was refused: of it only who may use it can change"),
    "held": _Code(409, "somebody is looking at it: its words stay as they are until then"),
    "already_live": _Code(409, "it is live: make it a draft first"),
    "too_long": _Code(400, f"a caption has at most {CAPTION} characters"),
}


@patch("/v1/creators/me/videos/{video_id:str}", tags=["creators"])
async def patch_video(
    data: ChangesIn, video_id: VideoId, creator: Creator, services: Services
) -> VideoOut:
    """Change what is said of it, who may see it and when, who may comment, and what others may
    make with it."""
    edit = edit_of(data, services.clock())
    await own_video(services, creator, video_id)
    try:
        changed = await _change(services, video_id, edit)
    except NotSo as problem:
        status, what = _WHY[problem.code]
        raise Refused(status, problem.code, what) from None
    return await asyncio.to_thread(video_out, services, changed, services.clock())


@post("/v1/creators/me/videos/changes", tags=["creators"], status_code=200, cache_control=NO_STORE)
async def post_changes(data: ManyIn, creator: Creator, services: Services) -> ManyOut:
    """The same for up to 100 videos, one after another, and what became of each. Idempotent: ask
    again where no answer came."""
    if data.delete == (data.changes is not None):
        raise Refused(400, "bad_body", "say either what is to change, or delete: true")
    now_ms = services.clock()
    edit = None if data.changes is None else edit_of(data.changes, now_ms)
    ids = list(dict.fromkeys(data.ids))
    edits = _apart(edit, len(ids), data.every_s, now_ms) if data.every_s else [edit] * len(ids)
    pairs = zip(ids, edits, strict=True)
    return ManyOut([await _one(services, creator, it, said) for it, said in pairs])


def _apart(edit: Edit | None, n: int, every_s: int, now_ms: int) -> list[Edit | None]:
    """The edit for each of n videos, `every_s` apart. Raises Refused (400) where it has no time, or
    the last one would be due too late: then nothing is changed."""
    first_ms = edit.publish_ms if edit else None
    if edit is None or first_ms is None or first_ms in (AT_ONCE, KEPT_BACK):
        raise Refused(400, "bad_body", "every_s needs a time as publish")
    due = [first_ms + at * every_s * 1000 for at in range(n)]
    fit = sum(at_ms - now_ms <= LATEST_MS for at_ms in due)
    if fit < n:
        raise Refused(400, "bad_time", f"{fit} of {n} fit into {DAYS} days; lower every_s")
    return [edit._replace(publish_ms=at_ms) for at_ms in due]


async def _one(services: Services, creator: Creator, video_id: str, edit: Edit | None) -> OneOut:
    """`edit` None: it goes."""
    try:
        video = await own_video(services, creator, video_id)
        if edit is None:
            if video.state != "removed":
                await services.take_down.withdraw(video)
            return OneOut(video_id, "done", "", None)
        changed = await _change(services, video_id, edit)
    except Refused:
        return OneOut(video_id, "not_found", "", None)
    except NotSo as problem:
        now = await asyncio.to_thread(video_out, services, video, services.clock())
        return OneOut(video_id, "not_possible", problem.code, now)
    now = await asyncio.to_thread(video_out, services, changed, services.clock())
    return OneOut(video_id, "done", "", now)


async def _change(services: Services, video_id: str, edit: Edit) -> Video:
    """Raises NotSo, PortError."""
    done = await asyncio.to_thread(services.edit_video, video_id, edit)
    if done.hidden:
        await services.take_down.hide(done.video)
    return done.video


def edit_of(data: ChangesIn, now_ms: int) -> Edit:
    """Raises Refused (400), naming the field."""
    said = {
        name: value for name, value in msgspec.structs.asdict(data).items()
        if value is not None and value != []
    }  # fmt: skip
    if not said:
        raise Refused(400, "bad_body", "say what is to change")
    if data.caption is not None:
        said["caption"] = visible(data.caption)
        if len(said["caption"]) > CAPTION:
            raise _bad("caption", f"has at most {CAPTION} characters")
    if data.language is not None and data.language not in LANGUAGES:
        raise _bad("language", f"is one of {', '.join(LANGUAGES)}")
    if data.topic and data.topic not in topic_by_id():
        raise _bad("topic", "is a topic's id, such as food, or empty")
    for name in ("add_hashtags", "remove_hashtags"):
        if name in said:
            said[name] = tuple(_tag(name, tag) for tag in said[name])
    if data.publish is not None:
        said["publish_ms"] = publish_ms_of(said.pop("publish"), now_ms)
    return Edit(**said)


def _tag(name: str, said: str) -> str:
    tag = visible(said).lstrip("#＃")
    if hashtags_in(f"#{tag}") != [tag] or not tag:
        raise _bad(name, f"are words without blanks; {said[:40]!r} is none")
    return tag


def _bad(name: str, what: str) -> Refused:
    return Refused(400, "bad_details", f"{name} {what}")


ROUTES: list[Any] = [patch_video, post_changes]
