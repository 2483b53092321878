"""Following what accounts are called into the search index."""

from __future__ import annotations

import asyncio
from typing import Final

from jhalak.ports.creators import Creator, CreatorLookup
from jhalak.ports.search import Document, SearchStore
from jhalak.understanding.search_words import KIND, keys, words

BATCH: Final = 200


class IndexAccounts:
    """Accounts that joined or changed their name; who may find them is known to who answers."""

    def __init__(self, people: CreatorLookup, search: SearchStore) -> None:
        self._people, self._search = people, search

    async def step(self) -> bool:
        """Take the next ones; True when there may be more."""
        return await asyncio.to_thread(self._step)

    def _step(self) -> bool:
        waiting = self._search.waiting(BATCH)
        known: dict[int, Creator] = {}
        # Read again after it was put: who changed their name in between does not wait any more.
        while changed := {
            num: one for num, one in self._people.of_accounts(waiting).items()
            if num not in known or _called(known[num]) != _called(one)
        }:  # fmt: skip
            self._search.put_accounts([document_of_account(one) for one in changed.values()])
            known |= changed
        return len(waiting) == BATCH


def document_of_account(account: Creator) -> Document:
    """How it is found: by its handle and its name."""
    head = (*words(account.handle), *words(account.name))
    terms = dict.fromkeys(key for word in head for key in keys(word))
    return Document("account", str(account.num), head, (), (KIND + "account", *terms))


def _called(account: Creator) -> tuple[str, str]:
    return account.handle, account.name
