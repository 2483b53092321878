"""Learned state in a folder, beyond the contract."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pytest

from jhalak.embedded.learned import EmbeddedLearned
from jhalak.ports.errors import DiskFull
from jhalak.ports.learned import Snapshot


def snapshot(version: int) -> Snapshot:
    return Snapshot(version, 1000, (1,), {"a": np.arange(5), "b": np.arange(3.0)})


def test_arrays_lie_where_a_cache_line_begins(tmp_path: Path) -> None:
    EmbeddedLearned(tmp_path).publish(snapshot(1))
    found = EmbeddedLearned(tmp_path).newest()
    assert found is not None
    assert all(array.ctypes.data % 64 == 0 for array in found.arrays.values())


def test_old_snapshots_leave_no_file_behind(tmp_path: Path) -> None:
    learned = EmbeddedLearned(tmp_path)
    for version in range(1, 5):
        learned.publish(snapshot(version))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["alive", "newest.snapshot"]


def test_a_file_from_before_the_last_boot_is_not_read(tmp_path: Path) -> None:
    EmbeddedLearned(tmp_path, boot="monday").publish(snapshot(9))
    after = EmbeddedLearned(tmp_path, boot="tuesday")
    assert after.newest() is None
    after.publish(snapshot(1))
    found = after.newest()
    assert found is not None and found.version == 1


def test_what_another_version_has_learned_is_not_read_and_gives_way(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    EmbeddedLearned(tmp_path, "before").publish(snapshot(9))
    after = EmbeddedLearned(tmp_path, "now")
    with caplog.at_level(logging.WARNING):
        assert after.newest() is None
    assert "another version" in caplog.text
    after.publish(snapshot(1))
    found = after.newest()
    assert found is not None and found.version == 1


@pytest.mark.parametrize(
    "content", [b"", b"short", b"x" * 500, b"JHALAKL2" + b"\xff" * 8, b"JHALAKL2" + b"\0" * 200]
)
def test_a_broken_file_is_no_snapshot_and_the_next_one_replaces_it(
    tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "newest.snapshot").write_bytes(content)
    learned = EmbeddedLearned(tmp_path)
    with caplog.at_level(logging.WARNING):
        assert learned.newest() is None
        assert learned.newest() is None
    assert len(caplog.records) == 1
    learned.publish(snapshot(1))
    assert learned.newest() is not None


def test_a_file_that_was_cut_off_is_no_snapshot(tmp_path: Path) -> None:
    EmbeddedLearned(tmp_path).publish(snapshot(1))
    path = tmp_path / "newest.snapshot"
    path.write_bytes(path.read_bytes()[:-1])
    assert EmbeddedLearned(tmp_path).newest() is None


def test_a_full_disk_leaves_the_old_snapshot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    learned = EmbeddedLearned(tmp_path)
    learned.publish(snapshot(1))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("jhalak.embedded.learned._write_all", full)
    with pytest.raises(DiskFull):
        learned.publish(snapshot(2))
    found = learned.newest()
    assert found is not None and found.version == 1
    assert not (tmp_path / "newest.snapshot.new").exists()
