"""The search index on SQL: SQLite's FTS5, or PostgreSQL's tsvector, beside the same tables.

Both are given words that are cut already (understanding/search_words.py) and asked for sets of
documents only; what is best among them is not the engine's to say, so that both answer alike.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, insert, select, text, update

from jhalak.ports.search import Alternative, Document, FindKind, Found
from jhalak.records import search_accounts
from jhalak.records.database import Database
from jhalak.records.search_rows import TAKE, count_words, words_of
from jhalak.records.tables import search_documents, search_position, search_words
from jhalak.records.text import is_storable

SHORTEST: Final = 4
"""Letters of a word that may be misspelt."""
_LAST: Final = "\U0010ffff"
_PUT: Final = {
    "sqlite": "INSERT INTO search_index (rowid, terms) VALUES (:num, :terms)",
    "postgresql": "INSERT INTO search_index (num, terms)"
    " VALUES (:num, array_to_tsvector(string_to_array(:terms, ' ')))",
}
_FIND: Final = {
    "sqlite": "SELECT d.kind, d.ref, d.head, d.body"
    " FROM search_index JOIN search_documents d ON d.num = search_index.rowid"
    " WHERE search_index MATCH :query ORDER BY search_index.rowid DESC LIMIT :most",
    "postgresql": "SELECT d.kind, d.ref, d.head, d.body"
    " FROM search_index i JOIN search_documents d ON d.num = i.num"
    " WHERE i.terms @@ CAST(:query AS tsquery) ORDER BY i.num DESC LIMIT :most",
}
_EMPTY: Final = {
    "sqlite": "INSERT INTO search_index (search_index) VALUES ('delete-all')",
    "postgresql": "TRUNCATE search_index",
}
_MERGE: Final = "INSERT INTO search_index (search_index, rank) VALUES ('merge', :pages)"
"""FTS5 marks what is deleted; its words go when what holds them is merged with all that is older.
Below zero: merging begins with everything."""
PAGES: Final = 200
"""Written at once: 20 ms in which nobody else writes."""
_EXPIRED: Final = (
    select(search_documents.c.kind, search_documents.c.ref)
    .where(search_documents.c.expires_ms > 0, search_documents.c.expires_ms <= bindparam("now"))
    .order_by(search_documents.c.expires_ms)
    .limit(bindparam("most"))
)
_KNOWN: Final = select(search_documents).where(
    search_documents.c.kind == bindparam("of_kind"), search_documents.c.ref == bindparam("named")
)
_WORD: Final = select(search_words.c.n).where(search_words.c.word == bindparam("at"))


class SqlSearchStore:
    """SearchStore (ports/search.py) on SQLite or PostgreSQL."""

    def __init__(self, database: Database, version: int) -> None:
        """`version`: of how words are cut."""
        self._database, self._version = database, version
        self._engine = database.engine.dialect.name

    def put(
        self, documents: Sequence[Document], gone: Sequence[tuple[FindKind, str]], position: int
    ) -> None:
        counted: Counter[str] = Counter()
        with self._database.write() as connection:
            for kind, ref in gone:
                num, words = self._known(connection, kind, ref)
                if num:
                    counted.subtract(words)
                    connection.execute(text(TAKE[self._engine]), {"num": num})
                    connection.execute(
                        delete(search_documents).where(search_documents.c.num == num)
                    )
            for document in documents:
                self._put(connection, document, counted)
            count_words(connection, counted)
            connection.execute(delete(search_position))
            connection.execute(insert(search_position), {"version": self._version, "seq": position})

    def _put(self, connection: Connection, document: Document, counted: Counter[str]) -> None:
        num, words = self._known(connection, document.kind, document.ref)
        row = {
            "head": " ".join(document.head), "body": " ".join(document.body),
            "expires_ms": document.expires_ms,
        }  # fmt: skip
        if num:
            connection.execute(text(TAKE[self._engine]), {"num": num})
            connection.execute(
                update(search_documents).where(search_documents.c.num == num).values(**row)
            )
            counted.subtract(words)
        else:
            row |= {"kind": document.kind, "ref": document.ref}
            made = insert(search_documents).returning(search_documents.c.num)
            num = connection.execute(made, row).scalar_one()
        said = dict.fromkeys((*document.head, *document.body, *document.terms))
        connection.execute(text(_PUT[self._engine]), {"num": num, "terms": " ".join(said)})
        counted.update({*document.head, *document.body})

    def _known(self, connection: Connection, kind: str, ref: str) -> tuple[int, set[str]]:
        """Number and words of a document; 0 for none."""
        row = connection.execute(_KNOWN, {"of_kind": kind, "named": ref}).first()
        return (0, set()) if row is None else (row.num, words_of(row))

    def position(self) -> int:
        with self._database.read() as connection:
            row = connection.execute(select(search_position)).first()
        if row is None or row.version == self._version:
            return 0 if row is None else row.seq
        with self._database.write() as connection:
            connection.execute(text(_EMPTY[self._engine]))
            for table in (search_documents, search_words, search_position):
                connection.execute(delete(table))
            search_accounts.await_all(connection)
        return 0

    def waiting(self, limit: int) -> list[int]:
        with self._database.read() as connection:
            return search_accounts.waiting(connection, limit)

    def put_accounts(self, documents: Sequence[Document]) -> None:
        counted: Counter[str] = Counter()
        with self._database.write() as connection:
            for document in documents:
                num, _ = self._known(connection, document.kind, document.ref)
                if num:  # else it was erased meanwhile
                    self._put(connection, document, counted)
            count_words(connection, counted)

    def expired(self, now_ms: int, limit: int) -> list[tuple[FindKind, str]]:
        with self._database.read() as connection:
            rows = connection.execute(_EXPIRED, {"now": now_ms, "most": limit}).all()
        return [(row.kind, row.ref) for row in rows]

    def purge(self, *, begin: bool) -> bool:
        if self._engine != "sqlite":
            return False  # vacuuming does it
        with self._database.write() as connection:
            raw: Any = connection.connection.driver_connection
            before = raw.total_changes
            connection.execute(text(_MERGE), {"pages": -PAGES if begin else PAGES})
            more: bool = raw.total_changes - before >= 2  # one is the statement's own
        return more

    def find(self, query: Sequence[Sequence[Alternative]], limit: int) -> list[Found]:
        if not query:
            return []
        asked = _fts5(query) if self._engine == "sqlite" else _tsquery(query)
        with self._database.read() as connection:
            rows = connection.execute(
                text(_FIND[self._engine]), {"query": asked, "most": limit}
            ).all()
        return [Found(r.kind, r.ref, tuple(r.head.split()), tuple(r.body.split())) for r in rows]

    def near(self, word: str, limit: int) -> list[str]:
        if len(word) < SHORTEST or not is_storable(word):
            return []
        # One change leaves the first half whole, or the last.
        begun, ended = word[: len(word) // 2], word[len(word) // 2 + 1 :][::-1]
        columns = search_words.c.word, search_words.c.n
        halves = (
            select(*columns).where(column >= half, column <= half + _LAST)
            for column, half in ((search_words.c.word, begun), (search_words.c.mirrored, ended))
        )
        lengths = search_words.c.letters.between(len(word) - 1, len(word) + 1)
        with self._database.read() as connection:
            rows = {
                row.word: row.n
                for half in halves
                for row in connection.execute(half.where(lengths))
            }
        fits = [other for other in rows if other != word and one_apart(word, other)]
        return sorted(fits, key=lambda other: (-rows[other], other))[:limit]

    def holds(self, word: str) -> bool:
        if not is_storable(word):
            return False
        with self._database.read() as connection:
            return connection.execute(_WORD, {"at": word}).first() is not None


def _fts5(query: Iterable[Sequence[Alternative]]) -> str:
    parts = (" OR ".join(f'"{a.term}"{" *" if a.open else ""}' for a in part) for part in query)
    return " AND ".join(f"({part})" for part in parts)


def _tsquery(query: Iterable[Sequence[Alternative]]) -> str:
    parts = (" | ".join(f"'{a.term}'{':*' if a.open else ''}" for a in part) for part in query)
    return " & ".join(f"({part})" for part in parts)


def one_apart(a: str, b: str) -> bool:
    """Is one letter more, less, other, or are two beside each other swapped?"""
    if len(a) > len(b):
        a, b = b, a
    if len(b) - len(a) > 1 or a == b:
        return False
    at = next((i for i, letter in enumerate(a) if letter != b[i]), len(a))
    if len(a) < len(b):
        return a[at:] == b[at + 1 :]
    if a[at + 1 :] == b[at + 1 :]:
        return True
    return a[at + 2 :] == b[at + 2 :] and a[at] == b[at + 1] and a[at + 1] == b[at]
