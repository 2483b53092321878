"""Who may comment, and what an account keeps away from its videos."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal, get_args

import msgspec

Who = Literal["everyone", "followers", "off"]
PART: Final = "comments"
"""Of an account's options."""


class CommentRules(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an account chose for all of its videos."""

    comments: Who = "everyone"
    words: tuple[str, ...] = ()
    """Comments that hold one are seen by their writers only."""


def rules_of(options: Mapping[str, Any]) -> CommentRules:
    """The defaults where it chose nothing, or what we do not understand."""
    try:
        return msgspec.convert(options.get(PART, {}), CommentRules)
    except msgspec.ValidationError:
        return CommentRules()


def who_may(of_video: str, rules: CommentRules) -> Who:
    """`of_video`: what was chosen for this video alone; "": nothing."""
    return of_video if of_video in get_args(Who) else rules.comments  # type: ignore[return-value]


def may_comment(who: Who, *, own: bool, follows: bool) -> bool:
    """Its creator may, unless nobody may."""
    return who != "off" and (who == "everyone" or own or follows)
