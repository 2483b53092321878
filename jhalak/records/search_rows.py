"""Rows of the search index that its store and what erases accounts have in common."""

from __future__ import annotations

from collections import Counter
from typing import Final

from sqlalchemy import Connection, bindparam, delete, text

from jhalak.records.tables import AnyRow, search_words

TAKE: Final = {
    "sqlite": "DELETE FROM search_index WHERE rowid = :num",
    "postgresql": "DELETE FROM search_index WHERE num = :num",
}
_ADD: Final = text(
    "INSERT INTO search_words (word, mirrored, letters, n) VALUES (:word, :mirrored, :letters, :n)"
    " ON CONFLICT (word) DO UPDATE SET n = search_words.n + excluded.n"
)
_NONE: Final = delete(search_words).where(
    search_words.c.word == bindparam("at"), search_words.c.n <= 0
)


def words_of(row: AnyRow) -> set[str]:
    """Of a row of `search_documents`."""
    return {*row.head.split(), *row.body.split()}


def count_words(connection: Connection, counted: Counter[str]) -> None:
    """In the words' order, so that two writers cannot wait for each other."""
    changes = [(word, by) for word, by in sorted(counted.items()) if by]
    if not changes:
        return
    rows = [
        {"word": word, "mirrored": word[::-1], "letters": len(word), "n": by}
        for word, by in changes
    ]
    connection.execute(_ADD, rows)
    if fewer := [{"at": word} for word, by in changes if by < 0]:
        connection.execute(_NONE, fewer)
