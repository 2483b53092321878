"""The embedded profile store beyond its contract."""

from __future__ import annotations

from pathlib import Path

import pytest

from jhalak.embedded.profile_store import EmbeddedProfileStore
from jhalak.embedded.sqlite import connect
from jhalak.ports.errors import DiskFull, Unavailable


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.anyio
async def test_erased_bytes_are_in_no_file(tmp_path: Path) -> None:
    store = EmbeddedProfileStore(tmp_path / "profiles.sqlite")
    secret = b"likes ghazals and cricket" * 300
    await store.put_many({1: secret, 2: b"somebody else"})
    await store.put_many({1: secret + b"!"})
    assert any(secret[:50] in path.read_bytes() for path in tmp_path.iterdir())
    await store.delete(1)
    assert not any(secret[:50] in path.read_bytes() for path in tmp_path.iterdir())
    store.close()


@pytest.mark.anyio
async def test_a_full_disk_is_said_to_be_full_and_reads_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def small(path: Path, **options: int) -> object:
        connection = connect(path, **options)
        connection.execute("PRAGMA max_page_count = 10")
        return connection

    monkeypatch.setattr("jhalak.embedded.profile_store.connect", small)
    store = EmbeddedProfileStore(tmp_path / "profiles.sqlite")
    await store.put_many({1: b"fits"})
    with pytest.raises(DiskFull):
        await store.put_many({2: b"x" * 100_000})
    assert await store.get_many([1, 2]) == {1: b"fits"}
    await store.put_many({3: b"fits too"})
    store.close()


def test_a_file_that_is_no_database_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "profiles.sqlite").write_bytes(b"not a database at all" * 100)
    with pytest.raises(Unavailable, match=r"profiles\.sqlite"):
        EmbeddedProfileStore(tmp_path / "profiles.sqlite")
