"""Opening SQLite files."""

from __future__ import annotations

from pathlib import Path

import pytest

from jhalak.embedded.sqlite import check_version, connect, connect_readonly, port_error
from jhalak.ports.errors import DiskFull, Unavailable


@pytest.mark.parametrize("version", ["3.40.1", "3.51.2", "3.9.9"])
def test_an_old_sqlite_is_refused_with_what_to_do(version: str) -> None:
    with pytest.raises(Unavailable, match=r"3\.51\.3 or newer is needed: install .*pysqlite3"):
        check_version(version)


@pytest.mark.parametrize("version", ["3.51.3", "3.53", "4.0.0"])
def test_a_new_sqlite_is_taken(version: str) -> None:
    check_version(version)


def test_every_commit_is_on_disk_and_what_is_deleted_is_overwritten(tmp_path: Path) -> None:
    connection = connect(tmp_path / "x.sqlite")
    settings = ("journal_mode", "synchronous", "secure_delete")
    values = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in settings]
    assert values == ["wal", 2, 1]
    connection.close()


def test_a_reader_cannot_write_nor_make_a_file(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        connect_readonly(tmp_path / "x.sqlite")
    connect(tmp_path / "x.sqlite").close()
    reader = connect_readonly(tmp_path / "x.sqlite")
    with pytest.raises(Exception, match="readonly"):
        reader.execute("CREATE TABLE t (a)")
    reader.close()


def test_no_space_is_told_from_other_errors() -> None:
    assert type(port_error(OSError(28, "No space left on device"))) is DiskFull
    assert type(port_error(OSError(5, "I/O error"))) is Unavailable
    assert type(port_error(DiskFull("as it is"))) is DiskFull
