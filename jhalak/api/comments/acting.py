"""Liking and pinning comments; what an account allows below its videos."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import msgspec
from litestar import delete, get, put

from jhalak.api.comments.access import no_comment, seen
from jhalak.api.comments.reading import NO_STORE, CommentId
from jhalak.api.raw import Refused
from jhalak.api.services import Services
from jhalak.people.comment_rules import PART, CommentRules, Who, rules_of
from jhalak.people.comment_text import WORD, WORDS, tokens
from jhalak.ports.creators import Creator


class LikedOut(msgspec.Struct):
    id: str
    on: bool
    likes: int
    changed: bool
    """Whether this call changed it."""


class PinnedOut(msgspec.Struct):
    id: str
    on: bool


class RulesIn(msgspec.Struct, forbid_unknown_fields=True):
    """Who may comment on all videos that say nothing else, and which words are kept away."""

    comments: Who
    words: Annotated[
        list[Annotated[str, msgspec.Meta(min_length=1, max_length=WORD)]],
        msgspec.Meta(max_length=WORDS),
    ] = []


class RulesOut(msgspec.Struct):
    comments: Who
    words: list[str]


async def _like(services: Services, comment_id: str, creator: Creator, on: bool) -> LikedOut:
    def write() -> LikedOut:
        seen(services, comment_id, creator.viewer, creator.num)
        done = services.comments.like(comment_id, creator.num, on, services.clock())
        if done is None:
            raise no_comment()
        return LikedOut(comment_id, on, *done)

    return await asyncio.to_thread(write)


@put("/v1/comments/{comment_id:str}/like", tags=["comments"], status_code=200)
async def like_comment(comment_id: CommentId, creator: Creator, services: Services) -> LikedOut:
    """Like it. Idempotent."""
    return await _like(services, comment_id, creator, True)


@delete("/v1/comments/{comment_id:str}/like", tags=["comments"], status_code=200)
async def unlike_comment(comment_id: CommentId, creator: Creator, services: Services) -> LikedOut:
    """Take it back. Idempotent."""
    return await _like(services, comment_id, creator, False)


async def _pin(services: Services, comment_id: str, creator: Creator, on: bool) -> PinnedOut:
    def write() -> PinnedOut:
        found = seen(services, comment_id, creator.viewer, creator.num)
        if not found.below.shown.own:
            raise no_comment()
        if not services.comments.pin(comment_id, on):
            raise Refused(409, "no_thread", "only what begins a thread and is shown can be pinned")
        return PinnedOut(comment_id, on)

    return await asyncio.to_thread(write)


@put("/v1/comments/{comment_id:str}/pin", tags=["comments"], status_code=200)
async def pin_comment(comment_id: CommentId, creator: Creator, services: Services) -> PinnedOut:
    """It stands first below one's own video, in place of any other. Idempotent."""
    return await _pin(services, comment_id, creator, True)


@delete("/v1/comments/{comment_id:str}/pin", tags=["comments"], status_code=200)
async def unpin_comment(comment_id: CommentId, creator: Creator, services: Services) -> PinnedOut:
    """It stands where it belongs. Idempotent."""
    return await _pin(services, comment_id, creator, False)


@get("/v1/creators/me/comment-rules", tags=["comments"], cache_control=NO_STORE)
async def get_rules(creator: Creator) -> RulesOut:
    """Who may comment on one's videos, and which words are kept away."""
    rules = rules_of(creator.options)
    return RulesOut(rules.comments, list(rules.words))


@put("/v1/creators/me/comment-rules", tags=["comments"])
async def put_rules(data: RulesIn, creator: Creator, services: Services) -> RulesOut:
    """Comments that come from now on and hold such a word are seen by their writers only. Whole
    words, however they are spelt; `*` at an end stands for whatever follows."""
    words = tuple(dict.fromkeys(" ".join(word.split()) for word in data.words))
    for word in words:
        if not tokens(word.rstrip("*")):
            raise Refused(400, "bad_word", f"{word!r} is no word: nothing of it can be read")
    rules = CommentRules(comments=data.comments, words=words)
    await asyncio.to_thread(
        services.creator_accounts.set_option, creator.num, PART, msgspec.to_builtins(rules)
    )
    return RulesOut(rules.comments, list(rules.words))


ROUTES: list[Any] = [
    like_comment, unlike_comment, pin_comment, unpin_comment, get_rules, put_rules,
]  # fmt: skip
