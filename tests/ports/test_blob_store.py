"""The contract of BlobStore, on every adapter."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from jhalak.embedded.blob_store import BlobStoreOnObstore
from jhalak.ports.blob_store import BlobStore, FileStore
from jhalak.ports.errors import Unavailable
from tests import bucket

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def server() -> Iterator[dict[str, str]]:
    with bucket.running() as environment:
        yield environment


@pytest.fixture(params=["file", "memory", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    if request.param == "s3":
        environment: dict[str, str] = request.getfixturevalue("server")
        cell = f"s3://films/cell-{secrets.token_hex(8)}"
        return BlobStoreOnObstore(cell, **bucket.options(environment))
    urls = {"file": (tmp_path / "a folder" / "blobs").as_uri(), "memory": "memory:///"}
    return BlobStoreOnObstore(urls[request.param])


@pytest.mark.parametrize("data", [b"", b"x", bytes(range(256)) * 40_000])
async def test_bytes_come_back(store: BlobStore, data: bytes) -> None:
    assert await store.get("checkpoints/7.bin") is None
    await store.put("checkpoints/7.bin", data)
    found = await store.get("checkpoints/7.bin")
    assert found == data and type(found) is bytes


async def test_a_later_put_replaces_an_earlier_one(store: BlobStore) -> None:
    await store.put("a", b"a long one" * 100)
    await store.put("a", b"short")
    assert await store.get("a") == b"short"
    assert await store.list("") == ["a"]


async def test_a_deleted_blob_is_gone_and_deleting_again_is_no_error(store: BlobStore) -> None:
    await store.put("a/b/c", b"x")
    await store.delete("a/b/c")
    await store.delete("a/b/c")
    await store.delete("never/was")
    assert await store.get("a/b/c") is None
    assert await store.list("a") == []


async def test_a_list_is_of_one_folder_with_all_below_it_and_sorted(store: BlobStore) -> None:
    for path in ("b/2", "b/1", "b/deep/er/3", "bb/4", "a", "b.5"):
        await store.put(path, b"")
    assert await store.list("b") == ["b/1", "b/2", "b/deep/er/3"]
    assert await store.list("b/deep") == ["b/deep/er/3"]
    assert await store.list("a") == [] == await store.list("nothing")
    assert await store.list("") == sorted(["b/2", "b/1", "b/deep/er/3", "bb/4", "a", "b.5"])


@pytest.mark.parametrize(
    "path",
    ["", "/a", "a/", "a//b", "..", "../a", "a/../b", "./a", "a\\b", "a b", "é", "a\n", "a%2e",
     "a#1", "x" * 300, "a/" * 600 + "a"],
)  # fmt: skip
async def test_paths_that_lead_elsewhere_are_refused(store: BlobStore, path: str) -> None:
    with pytest.raises(ValueError):
        await store.put(path, b"x")
    with pytest.raises(ValueError):
        await store.get(path)
    with pytest.raises(ValueError):
        await store.delete(path)


async def test_puts_at_once_each_arrive_whole(store: BlobStore) -> None:
    await asyncio.gather(*(store.put(f"many/{i % 5}", bytes([i]) * 50_000) for i in range(20)))
    for i in range(5):
        found = await store.get(f"many/{i}")
        assert found is not None and len(found) == 50_000 and len(set(found)) == 1
    assert len(await store.list("many")) == 5


@pytest.fixture
def files(store: BlobStore) -> FileStore:
    assert isinstance(store, BlobStoreOnObstore)
    return store


async def test_what_is_there_is_left_by_those_who_come_later(files: FileStore) -> None:
    made = await asyncio.gather(*(files.put_new("up/0", bytes([i]) * 50_000) for i in range(8)))
    assert sorted(made) == [False] * 7 + [True]
    assert await files.get("up/0") == bytes([made.index(True)]) * 50_000
    assert not await files.put_new("up/0", b"later") and await files.list("") == ["up/0"]
    await files.delete("up/0")
    assert await files.put_new("up/0", b"again") and await files.get("up/0") == b"again"


@pytest.mark.parametrize("data", [b"", b"x", bytes(range(256)) * 40_000])
async def test_files_go_in_and_come_out_whole(
    files: FileStore, tmp_path: Path, data: bytes
) -> None:
    there, back = tmp_path / "there", tmp_path / "back"
    there.write_bytes(data)
    back.write_bytes(b"before" * 9)
    await files.put_file("video/a/240.mp4", there)
    assert await files.get("video/a/240.mp4") == data == there.read_bytes()
    assert await files.get_file("video/a/240.mp4", back) and back.read_bytes() == data
    assert await files.list("video") == ["video/a/240.mp4"]


async def test_a_file_that_is_not_there_leaves_what_is_there(
    files: FileStore, tmp_path: Path
) -> None:
    to = tmp_path / "to"
    assert not await files.get_file("never/was", to) and not to.exists()
    with pytest.raises(ValueError):
        await files.get_file("../a", to)
    with pytest.raises(ValueError):
        await files.put_file("../a", to)
    with pytest.raises(ValueError):
        await files.address("../a", 60)
    with pytest.raises(Unavailable):
        await files.put_file("a", tmp_path / "no such file")
    assert await files.list("") == []


async def test_an_address_is_where_others_can_read_it(files: FileStore, tmp_path: Path) -> None:
    await files.put("video/a/b.mp4", b"film")
    address = await files.address("video/a/b.mp4", 60)
    if isinstance(address, str):
        assert httpx.get(address).content == b"film"
        assert httpx.get(address, headers={"range": "bytes=1-2"}).content == b"il"
        assert httpx.get(address.replace("b.mp4", "c.mp4")).status_code == 403
    else:
        assert address is None or address.read_bytes() == b"film"


async def test_a_bucket_gives_a_url_that_is_signed_and_ends() -> None:
    films = BlobStoreOnObstore(
        "s3://films/cell", region="ap-south-1", access_key_id="K", secret_access_key="S"
    )
    address = await films.address("video/a/b.mp4", 60)
    assert isinstance(address, str) and address.startswith("https://")
    assert "/cell/video/a/b.mp4?" in address
    assert "X-Amz-Expires=60" in address and "X-Amz-Signature=" in address
