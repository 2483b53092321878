"""GET /v1/videos/{video}/comments and /v1/comments/{id}/replies: pages of a bounded number of
queries, whoever asks and however much is said."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Final

from litestar import get
from litestar.datastructures import CacheControlHeader
from litestar.params import Parameter, QueryParameter

from jhalak.api.comments.access import Below, below, seen
from jhalak.api.comments.cursor import LONGEST, Cursor, parsed, spelled
from jhalak.api.comments.shapes import CommentOut, PageOut, RepliesOut, comment_out
from jhalak.api.raw import Refused
from jhalak.api.services import Services
from jhalak.people.comment_value import FIRST, mixed
from jhalak.ports.comments import Line, Order
from jhalak.ports.viewers import Viewer
from jhalak.schema.languages import LANGUAGES
from jhalak.understanding.language import UNDETERMINED

PAGE, LEAST, MOST = 20, 5, 50
ALL: Final = "all"
NO_STORE: Final = CacheControlHeader(no_store=True)

VideoId = Annotated[str, Parameter(max_length=64)]
CommentId = Annotated[str, Parameter(max_length=64)]
OrderQuery = Annotated[Order, QueryParameter(name="order")]
AfterQuery = Annotated[str, QueryParameter(name="after", max_length=LONGEST)]
LimitQuery = Annotated[int, QueryParameter(name="limit", ge=LEAST, le=MOST)]
LanguagesQuery = Annotated[str, QueryParameter(name="languages", max_length=100)]


def _languages(text: str, viewer: Viewer) -> list[str]:
    """Those that are wanted, with what is in none of ours; none: all. Raises Refused (400)."""
    if text == ALL:
        return []
    wanted = text.split(",") if text else list(viewer.languages)
    for code in wanted:
        if code not in (*LANGUAGES, UNDETERMINED):
            known = ", ".join(LANGUAGES)
            raise Refused(400, "bad_parameter", f"languages are of {known}, or {ALL}")
    return [*wanted, UNDETERMINED]


@get("/v1/videos/{video_id:str}/comments", tags=["comments"], cache_control=NO_STORE)
async def get_comments(
    video_id: VideoId, viewer: Viewer, services: Services, order: OrderQuery = "best",
    languages: LanguagesQuery = "", after: AfterQuery = "", limit: LimitQuery = PAGE,
) -> PageOut:  # fmt: skip
    """What is said of a video, best or newest first, in the viewer's languages and in none of
    ours; the pinned one first."""
    if order == "oldest":
        raise Refused(400, "bad_parameter", "order is best or newest")
    wanted = _languages(languages, viewer)
    cursor = parsed(after, order) if after else None

    def read() -> PageOut:
        place = below(services, video_id, viewer.id)
        pages = _Pages(services, place, order, wanted, limit)
        lines, next_ = pages.first() if cursor is None else pages.later(cursor)
        return PageOut(place.shown.comments, _outs(lines, place), next_)

    return await asyncio.to_thread(read)


@get("/v1/comments/{comment_id:str}/replies", tags=["comments"], cache_control=NO_STORE)
async def get_replies(
    comment_id: CommentId, viewer: Viewer, services: Services, after: AfterQuery = "",
    limit: LimitQuery = PAGE,
) -> RepliesOut:  # fmt: skip
    """What stands below a comment, oldest first, in all languages."""
    cursor = parsed(after, "oldest") if after else None

    def read() -> RepliesOut:
        found = seen(services, comment_id, viewer.id)
        beginning = found.line.comment
        at = (0.0, cursor.num) if cursor else None
        lines = services.comment_pages.page(
            beginning.video, beginning.num, found.below.asker, "oldest", limit + 1, after=at
        )
        next_ = None
        if len(lines) > limit:
            next_ = spelled(Cursor("oldest", 0.0, lines[limit - 1].comment.num, 0))
        return RepliesOut(_outs(lines[:limit], found.below), next_)

    return await asyncio.to_thread(read)


def _outs(lines: list[Line], place: Below) -> list[CommentOut]:
    return [comment_out(line, place.asker.account) for line in lines]


class _Pages:
    """Pages of one video for one reader."""

    def __init__(
        self, services: Services, place: Below, order: Order, languages: list[str], limit: int
    ) -> None:
        self._services, self._place, self._order = services, place, order
        self._languages, self._limit = languages, limit

    def first(self) -> tuple[list[Line], str | None]:
        """The pinned one, then, of the best, five of different writers."""
        now_ms = self._services.clock()
        pinned = self._services.comment_pages.pinned(self._place.shown.video.id, self._place.asker)
        head = [pinned] if pinned else []
        held = [line.comment.num for line in head]
        found = self._page(self._limit + 1, without=held, up_to_ms=now_ms)
        more, page = len(found) > self._limit, found[: self._limit]
        if self._order == "best":
            others = self._others(page, held, now_ms) if more else []
            page = page[: self._limit - len(others)]
            held += [line.comment.num for line in others]
            shown = mixed([*page, *others], lambda line: line.comment.account)
        else:
            shown = page
        return [*head, *shown], self._next(page, held, now_ms) if more else None

    def later(self, cursor: Cursor) -> tuple[list[Line], str | None]:
        found = self._page(
            self._limit + 1, without=list(cursor.shown), up_to_ms=cursor.up_to_ms,
            after=(cursor.value, cursor.num),
        )  # fmt: skip
        page, more = found[: self._limit], len(found) > self._limit
        next_ = self._next(page, list(cursor.shown), cursor.up_to_ms) if more else None
        return page, next_

    def _others(self, page: list[Line], held: list[int], now_ms: int) -> list[Line]:
        """The best of writers who are not on the page, where it has fewer than FIRST of them."""
        writers = {line.comment.account for line in page}
        found: list[Line] = []
        while len(writers) < FIRST:
            next_ = self._page(1, without=held, writers=sorted(writers), up_to_ms=now_ms)
            if not next_:
                break
            found += next_
            writers.add(next_[0].comment.account)
        return found

    def _page(self, limit: int, **more: Any) -> list[Line]:
        return self._services.comment_pages.page(
            self._place.shown.video.id, 0, self._place.asker, self._order, limit,
            languages=self._languages, **more,
        )  # fmt: skip

    def _next(self, page: list[Line], shown: list[int], up_to_ms: int) -> str:
        last = page[-1].comment
        return spelled(Cursor(self._order, last.value, last.num, up_to_ms, tuple(shown)))


ROUTES: list[Any] = [get_comments, get_replies]
