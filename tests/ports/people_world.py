"""Accounts, videos and relations, written straight into the records: what other stores make."""

from __future__ import annotations

from sqlalchemy import insert

from jhalak.records.database import Database
from jhalak.records.tables import (
    creator_accounts,
    creators,
    items,
    relation_counts,
    relations,
    videos,
    viewers,
)


def add_account(database: Database, handle: str, **more: object) -> int:
    """An account whose viewer's number is 1,000 and whose creator number is 100 more."""
    row = {"handle": handle, "password_hash": "x", "created_ms": 1, "suspended_ms": 0}
    with database.write() as connection:
        num = connection.execute(
            insert(creator_accounts).returning(creator_accounts.c.num), row | more
        ).scalar_one()
        connection.execute(insert(creators), {"num": num + 100, "name": f"@{handle}"})
        connection.execute(
            creator_accounts.update()
            .where(creator_accounts.c.num == num)
            .values(viewer=num + 1000, creator=num + 100, name=handle.title())
        )
    add_viewer(database, num + 1000)
    return int(num)


def add_viewer(database: Database, viewer: int) -> int:
    row = {
        "id": viewer, "created_ms": 1, "languages": "hi", "profiled": True, "data_budget_bytes": 0,
        "epoch": 0, "version": 1,
    }  # fmt: skip
    with database.write() as connection:
        connection.execute(insert(viewers), row)
    return viewer


def add_video(database: Database, video: str, account: int, num: int) -> str:
    """A video that is item `num`."""
    row = {
        "id": video, "account": account, "state": "live", "content": b"", "set_name": "",
        "likeness": b"", "body": b"", "created_ms": 1, "changed_ms": 1,
    }  # fmt: skip
    item = {
        "num": num, "id": video, "seq": num, "status": "live", "creator": account + 100,
        "body": b"", "embedding": b"", "content_hash": b"", "published_ms": 1, "expires_ms": 9,
        "language": "hi", "topic": "news", "kind": "video", "changed_ms": 1,
    }  # fmt: skip
    with database.write() as connection:
        connection.execute(insert(videos), row)
        connection.execute(insert(items), item)
    return video


def relate(database: Database, viewer: int, verb: str, kind: str, target: int) -> None:
    row = {
        "viewer": viewer, "verb": verb, "kind": kind, "target": target, "standing": True,
        "at_ms": 1, "version": 1,
    }  # fmt: skip
    with database.write() as connection:
        connection.execute(insert(relations), row)


def count(database: Database, verb: str, kind: str, target: int, n: int) -> None:
    """So many have the relation."""
    key = {"verb": verb, "kind": kind, "target": target}
    with database.write() as connection:
        connection.execute(relation_counts.delete().where(relation_counts.c.target == target))
        connection.execute(insert(relation_counts), key | {"n": n})
