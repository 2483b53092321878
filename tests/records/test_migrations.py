"""The migrations make the tables that the statements expect, on both databases."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, insert, make_url, select, text

from jhalak.records import migrations
from jhalak.records.creator_lookup import SqlCreatorLookup
from jhalak.records.creator_sessions import SqlCreatorSessions
from jhalak.records.database import CannotOpen, Database, open_database
from jhalak.records.items import SqlItemStore
from jhalak.records.tables import comment_counts, comments, creator_accounts, metadata
from tests.ports.people_world import add_account, add_video


def not_of_an_engine(name: str | None, kind: str, _: object) -> bool:
    """The search index is made another way by each engine, and spreads over tables of its own."""
    return not (kind == "table" and (name or "").startswith("search_index"))


def test_the_migrated_tables_are_those_of_tables_py(database: Database) -> None:
    with database.read() as connection:
        options = {"compare_type": True, "include_name": not_of_an_engine}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []


def test_head_is_the_newest_migration() -> None:
    folder = Path(migrations.__file__).parent
    assert ScriptDirectory(str(folder)).get_current_head() == migrations.HEAD


def test_migrating_again_changes_nothing(database: Database) -> None:
    database.probe()
    database.migrate()
    with database.read() as connection:
        assert migrations.current(connection) == migrations.HEAD
        given = connection.execute(text("SELECT value FROM sequences WHERE name = 'probes'"))
        assert given.scalar_one() == 1


def test_records_of_a_newer_jhalak_are_refused(database: Database, records_url: str) -> None:
    with database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(CannotOpen, match=r"newer Jhalak.*upgrade"):
        open_database(records_url)


@pytest.mark.parametrize("kind", ["sqlite", "empty_postgres"])
def test_a_migration_that_fails_leaves_nothing_behind(
    request: pytest.FixtureRequest, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = request.getfixturevalue(f"{kind}_url")
    upgrade = migrations.upgrade

    def failing(connection: object) -> None:
        upgrade(connection)  # type: ignore[arg-type]
        raise RuntimeError("power cut")

    with monkeypatch.context() as patched:
        patched.setattr(migrations, "upgrade", failing)
        with pytest.raises(RuntimeError):
            open_database(url)
    database = open_database(url)
    assert database.writable()
    database.close()


@pytest.mark.parametrize("kind", ["sqlite", "empty_postgres"])
def test_threads_that_open_new_records_at_once_make_the_tables_once(
    request: pytest.FixtureRequest, kind: str
) -> None:
    url = request.getfixturevalue(f"{kind}_url")
    gate = threading.Barrier(4)

    def opening(_: int) -> bool:
        gate.wait()
        database = open_database(url)
        try:
            return database.writable()
        finally:
            database.close()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(opening, range(4))) == [True] * 4


def test_who_opens_while_another_migrates_waits_for_it(
    empty_postgres_url: str,
) -> None:
    other = create_engine(make_url(empty_postgres_url).set(drivername="postgresql+psycopg"))
    waiting = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    with ThreadPoolExecutor(1) as pool:
        with other.begin() as connection:
            migrations.lock(connection)
            opener = pool.submit(open_database, empty_postgres_url)
            while not connection.execute(waiting).scalar():
                assert not opener.done(), "it did not wait"
            migrations.upgrade(connection)
        database = opener.result()
    assert database.writable()
    database.close()
    other.dispose()


@pytest.mark.parametrize("kind", ["sqlite", "empty_postgres"])
def test_accounts_of_before_get_the_numbers_of_their_names(
    request: pytest.FixtureRequest, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = request.getfixturevalue(f"{kind}_url")
    with monkeypatch.context() as before:
        before.setattr(migrations, "HEAD", "0009")
        before.setattr(migrations, "upgrade", lambda connection: upgrade_to(connection, "0009"))
        old = open_database(url)
    session = "INSERT INTO creator_sessions (token_hash, account, began_ms, until_ms)"
    with old.write() as connection:
        connection.execute(text("INSERT INTO creators (name) VALUES ('another'), ('@asha')"))
        accounts = "INSERT INTO creator_accounts (handle, password_hash, created_ms, suspended_ms)"
        connection.execute(text(f"{accounts} VALUES ('ravi', 'x', 5, 0), ('asha', 'x', 6, 0)"))
        connection.execute(text(f"{session} VALUES (:token, 2, 7, 99)"), {"token": b"hers"})
    old.close()
    database = open_database(url)
    people, sessions = SqlCreatorLookup(database), SqlCreatorSessions(database)
    names = dict(SqlItemStore(database).creators(0, 9))
    for handle in ("asha", "ravi"):
        found = people.of_handle(handle)
        assert found is not None and names[found.creator] == f"@{handle}"
        assert (found.viewer, found.age_band, found.private, found.options) == (0, None, False, {})
    asha = sessions.signed_in(b"hers", 8)
    assert asha is not None and asha.handle == "asha"
    assert [one.device for one in sessions.of_account(asha.num, 8)] == [""]
    database.close()


@pytest.mark.parametrize("kind", ["sqlite", "empty_postgres"])
def test_comments_of_before_are_counted_as_strangers_read_them(
    request: pytest.FixtureRequest, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = request.getfixturevalue(f"{kind}_url")
    with monkeypatch.context() as before:
        before.setattr(migrations, "HEAD", "0015")
        before.setattr(migrations, "upgrade", lambda connection: upgrade_to(connection, "0015"))
        old = open_database(url)
    asha, ravi, meena = (add_account(old, name) for name in ("asha", "ravi", "meena"))
    add_video(old, "v", asha, 1)
    said = {
        "video": "v", "answers": 0, "body": "", "mark": b"", "mentions": "", "language": "hi",
        "state": "shown", "reason": "", "likes": 0, "reports": 0, "by_creator": False,
        "value": 0.0, "created_ms": 1, "edited_ms": 0,
    }  # fmt: skip
    with old.write() as connection:
        first = {"id": "a", "account": meena, "parent": 0, "replies": 2}
        num = connection.execute(
            insert(comments).returning(comments.c.num), said | first
        ).scalar_one()
        below = [("b", ravi), ("c", asha)]
        connection.execute(
            insert(comments),
            [said | {"id": id_, "account": by, "parent": num, "replies": 0} for id_, by in below],
        )
        connection.execute(insert(comment_counts), {"video": "v", "n": 3, "pinned": 0})
        suspended = creator_accounts.c.num == ravi
        connection.execute(creator_accounts.update().where(suspended).values(suspended_ms=7))
    old.close()
    database = open_database(url)
    with database.read() as connection:
        assert connection.execute(select(comment_counts.c.n)).scalar_one() == 2
        replies = select(comments.c.replies).where(comments.c.num == num)
        assert connection.execute(replies).scalar_one() == 1
    database.close()


def upgrade_to(connection: Connection, revision: str) -> None:
    """As an older Jhalak did."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
