"""Settings of comments."""

from __future__ import annotations

import msgspec


class CommentSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What comments are worth, and how often one may be written. A comment is worth 1 and what
    stands here, divided by what reports say; a changed number holds for what changes after it."""

    like: float = 1.0
    reply: float = 1.5
    creator_like: float = 5.0
    """The video's creator likes it."""
    report: float = 1.0
    """With each report it is divided by so much more."""
    half_life_h: float = 24.0
    """After so long it is worth half."""
    a_minute: int = 20
    """Comments of one account."""
    same_an_hour: int = 3
    """Comments of one account that say the same."""
    edit_min: float = 15.0
    """So long a comment can be changed."""
