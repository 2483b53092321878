"""The contract of ProfileStore, on every adapter."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jhalak.embedded.profile_store import EmbeddedProfileStore
from jhalak.ports.profile_store import ProfileStore

pytestmark = pytest.mark.anyio

ASHA, BINA, NOBODY = 2**63 - 1, 1, 7

Open = Callable[[], ProfileStore]
"""The same store each time, as another process would open it."""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(params=["embedded"])
def open_store(tmp_path: Path) -> Iterator[Open]:
    opened: list[EmbeddedProfileStore] = []

    def open_store() -> ProfileStore:
        opened.append(EmbeddedProfileStore(tmp_path / "data" / "profiles.sqlite"))
        return opened[-1]

    yield open_store
    for store in opened:
        store.close()


@pytest.fixture
def store(open_store: Open) -> ProfileStore:
    return open_store()


async def test_a_value_comes_back_and_nothing_is_none(store: ProfileStore) -> None:
    assert await store.get(ASHA) is None
    await store.put_many({ASHA: b"cricket", BINA: b""})
    assert await store.get(ASHA) == b"cricket"
    assert await store.get(BINA) == b""
    assert await store.get(NOBODY) is None


async def test_a_later_value_replaces_an_earlier_one(store: ProfileStore) -> None:
    await store.put_many({ASHA: b"a" * 5000, BINA: b"b"})
    await store.put_many({ASHA: b"c"})
    assert await store.get_many([ASHA, BINA, NOBODY]) == {ASHA: b"c", BINA: b"b"}
    assert await store.count() == 2


async def test_many_are_asked_for_at_once(store: ProfileStore) -> None:
    values = {viewer: b"%d" % viewer for viewer in range(1, 1300)}
    await store.put_many(values)
    assert await store.get_many(range(2000)) == values
    assert await store.get_many([]) == {}


async def test_writing_nothing_is_allowed(store: ProfileStore) -> None:
    await store.put_many({})
    assert await store.count() == 0


async def test_all_are_written_or_none(store: ProfileStore) -> None:
    await store.put_many({ASHA: b"before"})
    with pytest.raises(Exception):  # noqa: B017 (whatever the driver says of a value that is none)
        await store.put_many({ASHA: b"after", BINA: None})  # type: ignore[dict-item]
    assert await store.get_many([ASHA, BINA]) == {ASHA: b"before"}
    await store.put_many({BINA: b"and it goes on"})
    assert await store.count() == 2


async def test_a_deleted_value_is_gone_and_deleting_again_is_no_error(
    store: ProfileStore,
) -> None:
    await store.put_many({ASHA: b"a", BINA: b"b"})
    await store.delete(ASHA)
    await store.delete(ASHA)
    await store.delete(NOBODY)
    assert await store.get_many([ASHA, BINA]) == {BINA: b"b"}


async def test_what_the_caller_changes_later_is_not_written(store: ProfileStore) -> None:
    values = {ASHA: b"as given"}
    writing = asyncio.ensure_future(store.put_many(values))
    await asyncio.sleep(0)
    values[ASHA] = b"changed"
    values[BINA] = b"added"
    await writing
    assert await store.get_many([ASHA, BINA]) == {ASHA: b"as given"}


async def test_one_process_sees_what_another_wrote_and_deleted(open_store: Open) -> None:
    learner, server = open_store(), open_store()
    await learner.put_many({ASHA: b"a", BINA: b"b"})
    assert await server.get(ASHA) == b"a"
    await server.delete(ASHA)
    assert await learner.get(ASHA) is None


async def test_writers_and_deleters_at_once_all_succeed(open_store: Open) -> None:
    learner, server = open_store(), open_store()
    await learner.put_many(dict.fromkeys(range(100), b"old"))
    await asyncio.gather(
        *(learner.put_many(dict.fromkeys(range(200, 260), b"new")) for _ in range(10)),
        *(server.delete(viewer) for viewer in range(50)),
        *(server.get_many(range(300)) for _ in range(20)),
    )
    assert sorted(await learner.get_many(range(300))) == [*range(50, 100), *range(200, 260)]
