"""A profile store whose file is damaged costs profiles, never the start."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from jhalak.embedded.profile_store import EmbeddedProfileStore, open_or_begin_anew
from jhalak.ports.errors import Unavailable


def put_and_get(store: EmbeddedProfileStore) -> bytes | None:
    async def both() -> bytes | None:
        await store.put_many({7: b"seven"})
        return await store.get(7)

    return asyncio.run(both())


def test_a_store_that_is_fine_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "profiles.sqlite"
    first = EmbeddedProfileStore(path)
    assert put_and_get(first) == b"seven"
    first.close()
    second = open_or_begin_anew(path)
    assert asyncio.run(second.get(7)) == b"seven"
    second.close()
    assert not list(tmp_path.glob("*damaged*"))


def test_a_file_that_is_no_database_is_moved_aside_with_its_write_ahead_log(tmp_path: Path) -> None:
    path = tmp_path / "profiles.sqlite"
    for number in (1, 2):
        path.write_bytes(b"no database" * 1000)
        (tmp_path / "profiles.sqlite-wal").write_bytes(b"nor a log")
        store = open_or_begin_anew(path)
        assert put_and_get(store) == b"seven"
        store.close()
        aside = tmp_path / f"profiles.sqlite.damaged-{number}"
        assert aside.read_bytes().startswith(b"no database")


def test_a_file_that_cannot_be_opened_now_is_tried_again_with_each_call(tmp_path: Path) -> None:
    place = tmp_path / "data"
    place.write_text("a file where the folder should be")
    store = open_or_begin_anew(place / "profiles.sqlite")
    with pytest.raises(Unavailable):
        asyncio.run(store.get(7))
    place.unlink()
    place.mkdir()
    assert put_and_get(store) == b"seven"
    store.close()
