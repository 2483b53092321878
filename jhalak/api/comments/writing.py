"""Writing, changing and deleting comments: hard, counted in the same transaction."""

from __future__ import annotations

import asyncio
import secrets
from typing import Annotated, Any, Final

import msgspec
from litestar import delete, patch, post
from litestar.response import Response

from jhalak.api.cases.paused import check_paused
from jhalak.api.comments.access import Found, below, no_comment, seen
from jhalak.api.comments.judged import Judged, judged
from jhalak.api.comments.reading import CommentId, VideoId
from jhalak.api.comments.shapes import CommentOut, comment_out
from jhalak.api.comments.telling import ask_humans, tell
from jhalak.api.raw import Refused
from jhalak.api.services import Services
from jhalak.people.comment_rules import may_comment, rules_of, who_may
from jhalak.people.comment_text import mark
from jhalak.ports.comments import Added, Comment, Line
from jhalak.ports.creators import Creator
from jhalak.ports.shown_videos import Shown

LETTERS: Final = 16_000
"""Of a comment's text as it is sent, before it is cleaned."""
MINUTE_MS: Final = 60_000
DELETED: Final = "by_creator"
"""Reason of a comment that the video's creator deleted."""


class CommentIn(msgspec.Struct, forbid_unknown_fields=True):
    """A comment. `to`: the id of the comment that it answers."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=LETTERS)]
    to: Annotated[str, msgspec.Meta(max_length=64)] = ""


class TextIn(msgspec.Struct, forbid_unknown_fields=True):
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=LETTERS)]


@post("/v1/videos/{video_id:str}/comments", tags=["comments"], status_code=201)
async def post_comment(
    data: CommentIn, video_id: VideoId, creator: Creator, services: Services
) -> Response[CommentOut]:
    """Say something below a video. What is doubtful is held: only its writer sees it. 200: the
    same was said there within the last minute."""

    def prepare() -> tuple[Comment, Line | None, Judged, Shown]:
        check_paused(services, creator)
        place = below(services, video_id, creator.viewer, creator.num)
        _allowed(place.shown)
        to = seen(services, data.to, creator.viewer, creator.num).line if data.to else None
        if to is not None and not _takes_replies(to.comment, video_id):
            raise no_comment()
        found = judged(services, data.text, place.shown, creator.viewer)
        made = _made(services, found, place.shown.video.id, creator, to)
        return made, to, found, place.shown

    made, to, found, shown = await asyncio.to_thread(prepare)
    added = await services.comment_writer.add(made)
    line = _line(_added(added), creator, to)
    if added.new:
        if made.state == "held":
            await asyncio.to_thread(ask_humans, services, line.comment)
        await tell(services, line.comment, found.mentioned, shown)
    return Response(comment_out(line, creator.num), status_code=201 if added.new else 200)


def _line(said: Comment, creator: Creator, to: Line | None) -> Line:
    """As its writer sees it."""
    answers = to.handle if to is not None else ""
    thread = (to.thread or to.comment.id) if to is not None else ""
    return Line(
        said, creator.handle, creator.name, bool(creator.verified_ms), thread, answers, False,
        False,
    )  # fmt: skip


def _allowed(shown: Shown) -> None:
    """Raises Refused (403)."""
    who = who_may(shown.video.details.comments, rules_of(shown.owner.options))
    if may_comment(who, own=shown.own, follows=shown.follows):
        return
    if who == "off":
        raise Refused(403, "comments_off", "nobody may comment on this video")
    raise Refused(403, "followers_only", "only who follows its creator may comment on this video")


def _takes_replies(comment: Comment, video: str) -> bool:
    return comment.video == video and comment.state in ("shown", "erased")


def _made(
    services: Services, found: Judged, video: str, creator: Creator, to: Line | None
) -> Comment:
    said = to.comment if to is not None else None
    return Comment(
        num=0, id=secrets.token_urlsafe(16), video=video, account=creator.num,
        parent=(said.parent or said.num) if said else 0, answers=said.account if said else 0,
        text=found.text, mark=mark(found.text), mentions=tuple(found.mentioned),
        language=found.language, state=found.state, reason=found.reason, likes=0, replies=0,
        reports=0, by_creator=False, value=0.0, created_ms=services.clock(), edited_ms=0,
    )  # fmt: skip


def _added(added: Added) -> Comment:
    """Raises Refused (404, 429)."""
    if added.comment is not None:
        return added.comment
    if added.why == "gone":
        raise no_comment()
    if added.why == "same":
        raise Refused(
            429, "same_again", "you said this several times within the hour",
            [(b"retry-after", b"3600")],
        )  # fmt: skip
    raise Refused(
        429, "too_many_comments", "you comment too often: wait a minute", [(b"retry-after", b"60")]
    )


@patch("/v1/comments/{comment_id:str}", tags=["comments"])
async def patch_comment(
    data: TextIn, comment_id: CommentId, creator: Creator, services: Services
) -> CommentOut:
    """Change what one said, within 15 minutes. 409 later."""

    def write() -> tuple[Line, Judged, Shown, set[str]]:
        check_paused(services, creator)
        line, place = _own(services, comment_id, creator)
        found = judged(services, data.text, place.shown, creator.viewer)
        now_ms = services.clock()
        since_ms = now_ms - round(services.held.comments.edit_min * MINUTE_MS)
        changed = services.comments.edit(
            line.comment._replace(
                text=found.text, mark=mark(found.text), mentions=tuple(found.mentioned),
                language=found.language, state=found.state, reason=found.reason, edited_ms=now_ms,
            ),
            since_ms,
        )  # fmt: skip
        if changed is None:
            raise Refused(409, "too_late", "a comment can be changed for 15 minutes")
        ask_humans(services, changed)
        before = set(line.comment.mentions) if line.comment.state == "shown" else set[str]()
        return line._replace(comment=changed), found, place.shown, before

    line, found, shown, before = await asyncio.to_thread(write)
    fresh = {name: num for name, num in found.mentioned.items() if name not in before}
    await tell(services, line.comment, fresh, shown)
    return comment_out(line, creator.num)


@delete("/v1/comments/{comment_id:str}", tags=["comments"], status_code=204)
async def delete_comment(comment_id: CommentId, creator: Creator, services: Services) -> None:
    """Delete one's own, or one below one's own video, with all that stands below it. Idempotent."""

    def write() -> None:
        comment = services.comment_pages.find(comment_id)
        video = services.videos.find(comment.video) if comment else None
        if comment is None or video is None:
            raise no_comment()
        own = comment.account == creator.num
        if not own and video.account != creator.num:
            raise no_comment()
        services.comments.delete(comment_id, "" if own else DELETED)

    await asyncio.to_thread(write)


def _own(services: Services, comment_id: str, creator: Creator) -> Found:
    """Raises Refused (404), also for another's."""
    found = seen(services, comment_id, creator.viewer, creator.num)
    if found.line.comment.account != creator.num:
        raise no_comment()
    return found


ROUTES: list[Any] = [post_comment, patch_comment, delete_comment]
