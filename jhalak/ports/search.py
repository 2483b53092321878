"""The search index: what can be found by words. Derived: it can be built again from the items."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple, Protocol

FindKind = Literal["item", "creator", "hashtag", "sound", "account"]
KINDS: tuple[FindKind, ...] = ("item", "creator", "hashtag", "sound", "account")


class Document(NamedTuple):
    """Something that can be found."""

    kind: FindKind
    ref: str
    """Id of the item, name of the creator or sound, the hashtag without `#`, number of the
    account."""
    head: tuple[str, ...]
    """Words of its title or name, in order (understanding/search_words.py)."""
    body: tuple[str, ...]
    """Other words that it says."""
    terms: tuple[str, ...]
    """What it is found by beside its words: keys, hashtags, kind, language."""
    expires_ms: int = 0
    """0: never."""


class Found(NamedTuple):
    """A document that fits, as it was put."""

    kind: FindKind
    ref: str
    head: tuple[str, ...]
    body: tuple[str, ...]


class Alternative(NamedTuple):
    """One way to meet a word of a query."""

    term: str
    open: bool = False
    """Any term that begins so."""


class SearchWords(Protocol):
    """What is asked of the index. All engines find the same documents in the same order."""

    def find(self, query: Sequence[Sequence[Alternative]], limit: int) -> list[Found]:
        """Documents that meet every part of `query` by one of its alternatives; newest first. A
        document is as new as when it was put first. No parts: nothing."""

    def near(self, word: str, limit: int) -> list[str]:
        """Words of documents at one letter more, less, other or swapped, those of most documents
        first; without the word itself."""

    def holds(self, word: str) -> bool:
        """Is it a word of any document?"""


class SearchStore(SearchWords, Protocol):
    """The index and what keeps it."""

    def put(
        self, documents: Sequence[Document], gone: Sequence[tuple[FindKind, str]], position: int
    ) -> None:
        """Insert or replace by (kind, ref), remove what is gone, and remember how far the sequence
        of items was followed; one transaction."""

    def position(self) -> int:
        """As it was put last; 0 at the beginning. What another version of `put` made is emptied
        first."""

    def waiting(self, limit: int) -> list[int]:
        """Accounts that joined or are called otherwise since their words were put."""

    def put_accounts(self, documents: Sequence[Document]) -> None:
        """Insert or replace accounts, one transaction; they wait no more. One that was erased
        meanwhile is passed over."""

    def expired(self, now_ms: int, limit: int) -> list[tuple[FindKind, str]]:
        """What expired and is still there."""

    def purge(self, *, begin: bool) -> bool:
        """Write the next piece of the index without the words of what is gone, which may lie in it
        although nothing finds them; `begin`: from its start. False: none is left."""
