"""The stores of accounts: who signed up, who they are, and who is signed in."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple, Protocol

from jhalak.ports.viewers import AgeBand, Viewer


class Creator(NamedTuple):
    """Somebody who signed up, and may comment and upload."""

    num: int
    """From 1 upwards, never used again."""
    handle: str
    created_ms: int
    suspended_ms: int
    """0: may sign in, comment and upload."""
    creator: int = 0
    """The number that `@handle` has among the creators; 0: this account was erased."""
    viewer: int = 0
    """Whose taste, likes, follows and blocks it has; 0: an account of old that has none yet."""
    name: str = ""
    """As they want to be called; "": by the handle."""
    about: str = ""
    age_band: AgeBand | None = None
    """None: unknown, and so taken for a minor where it matters."""
    private: bool = False
    """What they publish is for who may follow them."""
    verified_ms: int = 0
    """0: nobody looked who they are."""
    options: Mapping[str, Any] = {}
    """What they chose, by the part that it concerns; as JSON has it."""
    least_age: int = 0
    """Years that they had at least when they told it (people/age.py); 0: unknown."""
    told_ms: int = 0


class Newcomer(NamedTuple):
    """What is kept of somebody who signs up, beside their handle and password."""

    viewer: Viewer | None = None
    """Who is to be the account's viewer; None: a new one."""
    name: str = ""
    age_band: AgeBand | None = None
    """The viewer gets it too."""
    least_age: int = 0
    private: bool = False
    codes: tuple[bytes, ...] = ()
    """Hashes of recovery codes."""


class CreatorLookup(Protocol):
    """Who has an account, also a suspended one (`suspended_ms` tells). Who was erased is nobody."""

    def of_handle(self, handle: str) -> Creator | None: ...

    def of_accounts(self, nums: Collection[int]) -> dict[int, Creator]:
        """Those that there are, by their accounts' numbers."""

    def of_creators(self, creators: Collection[int]) -> dict[int, Creator]:
        """The same by creator number."""

    def of_viewers(self, viewers: Collection[int]) -> dict[int, Creator]:
        """The same by viewer."""

    def page(self, after: int, most: int, *, verified: bool = False) -> list[Creator]:
        """Accounts with greater numbers than `after`, in order; `verified`: only such."""


class CreatorStore(Protocol):
    """Hard. Handles are unique for ever, also of accounts that were erased. Only hashes of
    passwords (people/password.py) are kept."""

    def add(
        self, handle: str, password_hash: str, now_ms: int, newcomer: Newcomer | None = None
    ) -> Creator:
        """With the creator's number of `@handle`, and with its viewer, who is made where there is
        none. Raises Conflict when the handle is taken, or the viewer is another account's."""

    def find(self, handle: str) -> tuple[Creator, str] | None:
        """With the password's hash."""

    def change(self, num: int, **changes: Any) -> Creator | None:
        """Fields of Creator: `name`, `about`, `private`, `viewer`; `age_band`, `least_age` and
        `told_ms`, of which the viewer gets the band too. None where there is no such account."""

    def set_option(self, num: int, part: str, value: Any) -> bool:
        """What JSON can say, in place of what was chosen for that part; others stay. False where
        there is no such account."""

    def suspend(self, num: int, at_ms: int) -> bool:
        """All sessions end, and the viewer's tokens with them; `at_ms` 0 lifts it. False where
        there is none."""

    def erase(self, num: int) -> bool:
        """All of it goes but the handle, which stays taken, and nobody can sign in with it. Its
        videos and its viewer are the caller's to take down before; of a video's item stays that it
        was recalled, also where it became live meanwhile."""


class VerifiedNames(Protocol):
    """Hard. What handles and names of verified accounts look like (people/skeleton.py)."""

    def verify(self, num: int, at_ms: int, likenesses: Collection[str]) -> bool:
        """From now on nobody else may look like these; in place of what was there. `at_ms` 0: not
        verified any more. False where there is no such account."""

    def taken(self, likenesses: Iterable[str], but: int = 0) -> bool:
        """Does a verified account other than `but` look like one of them?"""
