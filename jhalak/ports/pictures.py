"""What was made of items' pictures, and who may be sent which file of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from jhalak.schema.picture import Picture


class Try(NamedTuple):
    """A picture that could not be fetched yet."""

    src: str
    tries: int
    again_ms: int
    """Not before this time."""


class Media(NamedTuple):
    """One file that a live item shows."""

    num: int
    made: bool
    """False: it will be made when somebody asks for it."""


class PictureStore(Protocol):
    """For who makes pictures."""

    def keep(self, num: int, picture: Picture, now_ms: int) -> list[str] | None:
        """Store what was made, or why nothing was; the item gets the next sequence number in the
        same transaction. Answers the names of files that no item shows any more. None, and nothing
        is written, where the item is recalled or names another picture by now."""

    def failed(self, num: int, attempt: Try) -> None:
        """It could not be fetched."""

    def tries(self, nums: Sequence[int]) -> dict[int, Try]:
        """Of those that failed so far."""

    def drop(self, num: int) -> list[str]:
        """Forget an item's picture; the names of files that no other item shows."""

    def unshown(self, names: Sequence[str]) -> list[str]:
        """Those of the files that no item shows."""

    def expired(self, before_ms: int, limit: int) -> list[int]:
        """Numbers of items with a picture that expired before."""


class MediaStore(Protocol):
    """For who serves pictures."""

    def find(self, name: str) -> Media | None:
        """The file, where an item shows it that was not recalled."""

    def want(self, name: str, now_ms: int) -> None:
        """Somebody asked for a file that is not made yet."""

    def wanted(self, limit: int) -> list[tuple[str, int]]:
        """(name, item's number) of files asked for and not made, the oldest wish first."""

    def made(self, name: str, *, there: bool) -> None:
        """It lies in the blob store now; or, not `there`, it can never be made."""
