"""Which parts of series are news, and who is still to be told of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from jhalak.ports.creators import Creator


class PartNews(NamedTuple):
    """A part that is live, and of which not all are told who are to be."""

    video: str
    num: int
    """Number of its item."""
    series: str
    account: int
    """Number of its creator's account."""
    live_ms: int
    """Since when it is live."""
    others: tuple[int, ...]
    """Item numbers of the other parts."""
    after: int
    """Accounts up to this number are done with."""


class Concerned(NamedTuple):
    """An account that may see the part, and follows its creator or saved another part."""

    account: Creator
    saved: bool
    """Another part."""


class PartNewsStore(Protocol):
    """Hard. A part is news once, whatever becomes of it and its series later."""

    def next(self) -> PartNews | None:
        """Of the parts that are live and can be seen now one of which not all are told. None:
        there is no such; those that are not live yet wait."""

    def concerned(self, news: PartNews, limit: int) -> list[Concerned]:
        """The next ones, by their numbers."""

    def tell(self, news: PartNews, accounts: Sequence[int], up_to: int, now_ms: int) -> bool:
        """In one transaction tell these, and be done with those up to that number; 0: with all.
        Parts of one series are one notice until it is read. False, and nobody was told: somebody
        else did it, or the part is gone."""
