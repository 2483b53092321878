"""By what comments are sorted, best first; and who comes among the first five.

A comment is worth 1 and what people did with it, divided by what reports say, and halves with its
age. Since all halve at one pace, their order needs no clock: the logarithm of the worth plus the
time at which it was written, in halvings, is enough, and changes only with the counts.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from jhalak.config.comments import CommentSettings

T = TypeVar("T")
FIRST: Final = 5
"""No writer comes twice among so many, unless nobody else is there."""
_HOUR_MS: Final = 3_600_000


def worth(
    rules: CommentSettings, likes: int, replies: int, reports: int, by_creator: bool,
    created_ms: int,
) -> float:  # fmt: skip
    """ln(worth) + age in halvings * ln 2: what `comments.value` holds.

    >>> now = CommentSettings()
    >>> worth(now, 3, 0, 0, False, 0) > worth(now, 2, 0, 0, False, 0)
    True
    """
    said = 1.0 + rules.like * likes + rules.reply * replies + rules.creator_like * by_creator
    against = 1.0 + rules.report * reports
    halvings = created_ms / (rules.half_life_h * _HOUR_MS)
    return math.log(said / against) + halvings * math.log(2)


def mixed(found: Sequence[T], writer: Callable[[T], int]) -> list[T]:
    """The same, with the best of other writers before a second one of the same among the first
    FIRST. Nobody's (0) are all different."""
    first: list[T] = []
    later: list[T] = []
    met: set[int] = set()
    for at, one in enumerate(found):
        by = writer(one)
        if len(first) == FIRST:
            return first + later + list(found[at:])
        if by in met:
            later.append(one)
        else:
            first.append(one)
            met |= {by} if by else set()
    return first + later
