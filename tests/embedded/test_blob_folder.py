"""Blobs in a folder, beyond the contract: durable, whole, nothing left behind."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from jhalak.embedded import blob_store, files
from jhalak.embedded.blob_store import BlobStoreOnObstore
from jhalak.ports.errors import DiskFull, Unavailable

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "blobs"


@pytest.fixture
def store(root: Path) -> BlobStoreOnObstore:
    return BlobStoreOnObstore(root.as_uri())


async def test_a_blob_is_synced_before_it_gets_its_name_and_its_folders_after(
    store: BlobStoreOnObstore, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[tuple[str, bool]] = []

    def note(descriptor: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        synced.append((str(path.relative_to(root.parent)), (root / "a/b").exists()))

    monkeypatch.setattr(os, "fsync", note)
    await store.put("a/b", b"x")
    assert synced[0][0].startswith("blobs/.incoming/") and not synced[0][1]
    assert synced[1:] == [("blobs/a", True), ("blobs", True)]


async def test_a_put_that_fails_leaves_the_old_blob_and_no_scraps(
    store: BlobStoreOnObstore, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store.put("a", b"old")

    def full(_: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(blob_store, "_sync_file", full)
    with pytest.raises(DiskFull):
        await store.put("a", b"new")
    assert await store.get("a") == b"old"
    assert list((root / ".incoming").iterdir()) == []


async def test_puts_under_way_are_not_listed_and_cannot_be_named(
    store: BlobStoreOnObstore, root: Path
) -> None:
    (root / ".incoming" / "half").write_bytes(b"x")
    assert await store.list("") == []
    with pytest.raises(ValueError):
        await store.get(".incoming/half")


async def test_scraps_of_killed_processes_go_after_a_day(
    store: BlobStoreOnObstore, root: Path
) -> None:
    for name, age_s in (("old", 90_000), ("young", 60)):
        scrap = root / ".incoming" / name
        scrap.write_bytes(b"x")
        written_s = scrap.stat().st_mtime - age_s
        os.utime(scrap, (written_s, written_s))
    BlobStoreOnObstore(root.as_uri())
    assert [path.name for path in (root / ".incoming").iterdir()] == ["young"]


async def test_a_folder_where_a_blob_should_be_is_unavailable(store: BlobStoreOnObstore) -> None:
    await store.put("a/b", b"x")
    with pytest.raises(Unavailable):
        await store.put("a", b"x")


def test_a_url_that_names_nothing_is_unavailable() -> None:
    with pytest.raises(Unavailable, match="gopher"):
        BlobStoreOnObstore("gopher://blobs")


def test_a_made_folder_is_durable_up_to_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []
    monkeypatch.setattr(files, "sync_folder", synced.append)
    files.make_folder(tmp_path / "a" / "b")
    assert synced == [tmp_path, tmp_path / "a"]
