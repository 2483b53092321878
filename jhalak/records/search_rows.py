"""Rows of the search index that its store and what erases accounts have in common."""

from __future__ import annotations

from collections import Counter
from typing import Final

from sqlalchemy import Connection, bindparam, delete, insert, update

from jhalak.records.tables import AnyRow, search_words

TAKE: Final = {
    "sqlite": "DELETE FROM search_index WHERE rowid = :num",
    "postgresql": "DELETE FROM search_index WHERE num = :num",
}
_ADD: Final = (
    update(search_words)
    .where(search_words.c.word == bindparam("at"))
    .values(n=search_words.c.n + bindparam("by"))
)
_NONE: Final = delete(search_words).where(search_words.c.n <= 0)


def words_of(row: AnyRow) -> set[str]:
    """Of a row of `search_documents`."""
    return {*row.head.split(), *row.body.split()}


def count_words(connection: Connection, counted: Counter[str]) -> None:
    """In the words' order, so that two writers cannot wait for each other."""
    changes = [(word, by) for word, by in sorted(counted.items()) if by]
    for word, by in changes:
        if not connection.execute(_ADD, {"at": word, "by": by}).rowcount:
            row = {"word": word, "mirrored": word[::-1], "letters": len(word), "n": by}
            connection.execute(insert(search_words), row)
    if any(by < 0 for _, by in changes):
        connection.execute(_NONE)
