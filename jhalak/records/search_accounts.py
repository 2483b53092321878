"""Accounts in the search index: marked in the transactions that change what they are called, and
taken out in the one that erases them. Their words are put by a worker (workers/index_accounts.py).

An account that waits for that has WAITING in the place of when it expires.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

from sqlalchemy import (
    BigInteger,
    Connection,
    Text,
    bindparam,
    cast,
    delete,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy import text as sql

from jhalak.records.search_rows import TAKE, count_words, words_of
from jhalak.records.tables import creator_accounts, search_documents, sounds

ACCOUNT: Final = "account"
WAITING: Final = -1

_OF: Final = (search_documents.c.kind == ACCOUNT, search_documents.c.ref == bindparam("of"))
_MARK: Final = update(search_documents).where(*_OF).values(expires_ms=WAITING)
_SOUNDS: Final = select(sounds.c.id).where(sounds.c.account == bindparam("of"))
_CALLED: Final = select(search_documents).where(
    search_documents.c.kind == bindparam("of_kind"), search_documents.c.ref == bindparam("named")
)
_DROP: Final = delete(search_documents).where(search_documents.c.num == bindparam("num"))
_WAITING: Final = (
    select(cast(search_documents.c.ref, BigInteger))
    .where(search_documents.c.expires_ms == WAITING, search_documents.c.kind == ACCOUNT)
    .limit(bindparam("most"))
)
_ALL: Final = insert(search_documents).from_select(
    ["kind", "ref", "head", "body", "expires_ms"],
    select(
        literal(ACCOUNT), cast(creator_accounts.c.num, Text), literal(""), literal(""),
        literal(WAITING),
    ).where(creator_accounts.c.creator != 0),
)  # fmt: skip


def await_words(connection: Connection, account: int) -> None:
    """It joined, or is called otherwise now."""
    if not connection.execute(_MARK, {"of": str(account)}).rowcount:
        row = {
            "kind": ACCOUNT, "ref": str(account), "head": "", "body": "", "expires_ms": WAITING
        }  # fmt: skip
        connection.execute(insert(search_documents), row)


def await_all(connection: Connection) -> None:
    """The index was emptied."""
    connection.execute(_ALL)


def waiting(connection: Connection, most: int) -> list[int]:
    return list(connection.execute(_WAITING, {"most": most}).scalars())


def forget_words(connection: Connection, account: int, handle: str) -> None:
    """Nothing of what it, it as a creator, and its sounds were called stays."""
    heard = connection.execute(_SOUNDS, {"of": account}).scalars()
    said: Counter[str] = Counter()
    for kind, ref in (
        (ACCOUNT, str(account)), ("creator", f"@{handle}"), *(("sound", one) for one in heard)
    ):  # fmt: skip
        row = connection.execute(_CALLED, {"of_kind": kind, "named": ref}).first()
        if row is not None:
            connection.execute(sql(TAKE[connection.dialect.name]), {"num": row.num})
            connection.execute(_DROP, {"num": row.num})
            said.subtract(words_of(row))
    count_words(connection, said)
