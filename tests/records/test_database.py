"""Opening the records, what their transactions promise, and the errors they turn into ours."""

from __future__ import annotations

import builtins
import socket
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import event, text

from jhalak.ports.errors import Conflict, DiskFull, Unavailable
from jhalak.ports.items import Draft
from jhalak.records.database import CannotOpen, Database, open_database
from jhalak.records.items import SqlItemStore
from jhalak.records.sqlite import check_version
from jhalak.schema.item import Item


@pytest.fixture
def sqlite(sqlite_url: str) -> Iterator[Database]:
    database = open_database(sqlite_url, lock_wait_ms=50)
    yield database
    database.close()


def draft(item_id: str, summary: str = "") -> Draft:
    return Draft(
        Item(id=item_id, language="en", topic="t", title="t", summary=summary), bytes(64), 1
    )


def test_sqlite_is_set_to_lose_nothing_and_leave_no_erased_bytes(sqlite: Database) -> None:
    wanted = {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "secure_delete": 1,
        "busy_timeout": 50,
    }
    with sqlite.read() as connection:
        for name, value in wanted.items():
            assert connection.exec_driver_sql(f"PRAGMA {name}").scalar() == value, name


def test_erased_bytes_are_gone_from_the_files_after_closing(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'r.db'}")
    marked = "secret-of-somebody" * 20
    with database.write() as connection:
        connection.execute(text("INSERT INTO creators (name) VALUES (:name)"), {"name": marked})
    with database.write() as connection:
        connection.execute(text("DELETE FROM creators"))
    database.close()
    left = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert marked[:18].encode() not in left


def test_only_the_owner_reads_the_file(sqlite: Database, tmp_path: Path) -> None:
    assert sqlite.writable()
    for path in tmp_path.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name


@pytest.mark.parametrize("version", ["3.40.1", "3.51.2", "3.9.99"])
def test_an_old_sqlite_is_refused_with_what_to_do(version: str) -> None:
    with pytest.raises(CannotOpen, match=r"needs 3\.51\.3 or newer.*pysqlite3"):
        check_version(version)


@pytest.mark.parametrize("version", ["3.51.3", "3.53.4", "4.0.0"])
def test_a_newer_sqlite_is_taken(version: str) -> None:
    check_version(version)


@pytest.mark.parametrize(
    "url", ["", "records.db", "mysql://h/n", "sqlite://", "sqlite:///:memory:"]
)
def test_a_url_that_will_not_do_is_refused(url: str) -> None:
    with pytest.raises(CannotOpen):
        open_database(url)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CannotOpen, match=r"gone.*No such file"):
        open_database(f"sqlite:///{tmp_path / 'gone' / 'r.db'}")


def test_a_missing_postgresql_driver_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real_import = builtins.__import__

    def without_psycopg(name: str, *rest: object) -> object:
        if name.partition(".")[0] == "psycopg":
            raise ImportError(name)
        return real_import(name, *rest)  # type: ignore[arg-type]

    for name in [name for name in sys.modules if name.partition(".")[0] == "psycopg"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(builtins, "__import__", without_psycopg)
    with pytest.raises(CannotOpen, match=r"jhalak\[postgres\]"):
        open_database("postgresql://nobody@localhost/none")


def test_a_server_that_does_not_answer_is_unavailable() -> None:
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))  # bound, not listening: refuses at once
        port = unheard.getsockname()[1]
        with pytest.raises(Unavailable):
            open_database(f"postgresql://nobody:hidden@127.0.0.1:{port}/none")


def test_a_write_that_raises_leaves_nothing(database: Database) -> None:
    store = SqlItemStore(database)
    with pytest.raises(ZeroDivisionError), database.write() as connection:
        connection.execute(text("UPDATE sequences SET value = 100"))
        raise ZeroDivisionError
    store.put([draft("a")], 1)
    assert [record.seq for record in store.changes(0, 9)] == [1]


def test_a_read_sees_one_moment_on_sqlite(sqlite: Database) -> None:
    count = text("SELECT count(*) FROM items")
    with sqlite.read() as connection:
        assert connection.execute(count).scalar() == 0
        SqlItemStore(sqlite).put([draft("a")], 1)
        assert connection.execute(count).scalar() == 0
    with sqlite.read() as connection:
        assert connection.execute(count).scalar() == 1


def test_a_lock_held_elsewhere_is_unavailable_and_reads_go_on(
    database: Database, records_url: str
) -> None:
    SqlItemStore(database).put([draft("a")], 1)
    impatient = open_database(records_url, lock_wait_ms=50)
    store = SqlItemStore(impatient)
    with database.write() as connection:
        connection.execute(text("UPDATE sequences SET value = value"))
        with pytest.raises(Unavailable):
            store.put([draft("b")], 2)
        assert not impatient.writable()
        assert store.get("a") is not None
    assert store.put([draft("b")], 2) == ["new"]
    assert impatient.writable()
    impatient.close()


def test_threads_of_one_process_that_wait_too_long_are_unavailable(sqlite: Database) -> None:
    with sqlite.write(), pytest.raises(Unavailable):
        sqlite.probe()
    sqlite.probe()


def test_a_full_disk_on_sqlite_is_disk_full_and_reads_go_on(
    sqlite_url: str,
) -> None:
    database = open_database(sqlite_url)

    def shrink(connection: object, _record: object) -> None:
        connection.execute("PRAGMA max_page_count=60")  # type: ignore[attr-defined]

    event.listen(database.engine, "connect", shrink)
    database.engine.dispose()  # so that every connection is a small one
    store = SqlItemStore(database)
    store.put([draft("a")], 1)
    with pytest.raises(DiskFull):
        store.put([draft(str(n), summary="x" * 3000) for n in range(100)], 2)
    assert [record.item.id for record in store.changes(0, 9)] == ["a"]
    database.close()


def test_a_full_disk_on_postgresql_is_disk_full(postgres_url: str) -> None:
    database = open_database(postgres_url)
    with database.write() as connection:
        connection.exec_driver_sql(
            "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE 'could not extend file' USING ERRCODE = '53100'; END $$"
        )
        connection.exec_driver_sql(
            "CREATE TRIGGER full_disk BEFORE INSERT ON items EXECUTE FUNCTION full_disk()"
        )
    with pytest.raises(DiskFull):
        SqlItemStore(database).put([draft("a")], 1)
    database.close()


def test_a_connection_that_was_cut_is_unavailable_and_the_next_call_works(
    postgres_url: str,
) -> None:
    database, other = open_database(postgres_url), open_database(postgres_url)
    with pytest.raises(Unavailable), database.write() as connection:
        pid = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()
        with other.write() as killer:
            killer.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        connection.exec_driver_sql("UPDATE sequences SET value = value")
    assert database.writable()
    database.close()
    other.close()


def test_an_error_does_not_repeat_what_was_to_be_written(database: Database) -> None:
    with database.write() as connection:
        connection.execute(text("INSERT INTO creators (name) VALUES ('private words')"))
    with pytest.raises(Conflict) as caught, database.write() as connection:
        connection.execute(
            text("INSERT INTO creators (name) VALUES (:name)"), {"name": "private words"}
        )
    assert "private words" not in str(caught.value)
    assert "creators" in str(caught.value)
