"""The contract of Learned, on every adapter."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from jhalak.embedded.learned import EmbeddedLearned
from jhalak.ports.errors import Conflict
from jhalak.ports.learned import Learned, Snapshot

NOW = 1_795_435_200_123

Open = Callable[[], Learned]
"""The same place each time, as another process would open it."""


@pytest.fixture(params=["embedded"])
def open_learned(tmp_path: Path) -> Open:
    return lambda: EmbeddedLearned(tmp_path / "data" / "learned")


def snapshot(version: int, **arrays: NDArray[Any]) -> Snapshot:
    return Snapshot(version, NOW + version, (5, version), arrays)


ARRAYS: dict[str, NDArray[Any]] = {
    "weights": np.linspace(-1, 1, 7, dtype=np.float32),
    "counts": np.arange(12, dtype=np.int64).reshape(3, 4),
    "turned": np.arange(12, dtype=np.int16).reshape(3, 4).T,
    "every other": np.arange(10, dtype=np.uint8)[::2],
    "flags": np.array([True, False, True]),
    "half": np.array([[0.5]], dtype=np.float16),
    "none": np.empty((0, 64), dtype=np.int8),
    "one number": np.array(3.25),
}


def test_a_snapshot_comes_back_as_published(open_learned: Open) -> None:
    open_learned().publish(snapshot(1, **ARRAYS))
    found = open_learned().newest()
    assert found is not None
    assert (found.version, found.published_ms, found.offsets) == (1, NOW + 1, (5, 1))
    assert list(found.arrays) == list(ARRAYS)
    for name, array in ARRAYS.items():
        assert found.arrays[name].dtype == array.dtype
        np.testing.assert_array_equal(found.arrays[name], array, strict=True)


def test_before_the_first_there_is_none(open_learned: Open) -> None:
    learned = open_learned()
    assert learned.newest() is None
    assert learned.alive_ms() == 0


def test_only_a_newer_one_is_answered(open_learned: Open) -> None:
    writer, reader = open_learned(), open_learned()
    writer.publish(snapshot(3))
    found = reader.newest(2)
    assert found is not None and found.version == 3
    assert reader.newest(3) is None
    assert reader.newest(2) is found
    writer.publish(snapshot(9))
    newer = reader.newest(3)
    assert newer is not None and newer.version == 9


def test_an_old_snapshot_stays_what_it_was(open_learned: Open) -> None:
    writer, reader = open_learned(), open_learned()
    held = []
    for version in range(1, 30):
        writer.publish(snapshot(version, a=np.full(1000, version)))
        found = reader.newest(version - 1)
        assert found is not None
        held.append(found)
    for version, old in enumerate(held, start=1):
        assert set(old.arrays["a"].tolist()) == {version}


def test_arrays_cannot_be_written(open_learned: Open) -> None:
    open_learned().publish(snapshot(1, a=np.zeros(4)))
    found = open_learned().newest()
    assert found is not None
    with pytest.raises(ValueError):
        found.arrays["a"][0] = 1
    with pytest.raises(ValueError):
        found.arrays["a"].flags.writeable = True


def test_what_the_learner_changes_later_is_not_seen(open_learned: Open) -> None:
    array = np.zeros(4)
    writer, reader = open_learned(), open_learned()
    writer.publish(snapshot(1, a=array))
    array += 1
    found = reader.newest()
    assert found is not None and not found.arrays["a"].any()


def test_versions_rise_over_restarts_too(open_learned: Open) -> None:
    open_learned().publish(snapshot(4))
    for version in (3, 4):
        with pytest.raises(Conflict):
            open_learned().publish(snapshot(version))
    open_learned().publish(snapshot(5))


@pytest.mark.parametrize(
    "array", [np.array(["x", None], dtype=object), np.array(["x"]), np.zeros(1, dtype="i4,f8")]
)
def test_only_numbers_are_taken_and_the_old_snapshot_stays(
    open_learned: Open, array: NDArray[Any]
) -> None:
    learned = open_learned()
    learned.publish(snapshot(1))
    with pytest.raises(ValueError, match="not plain numbers"):
        learned.publish(snapshot(2, a=array))
    found = learned.newest()
    assert found is not None and found.version == 1


def test_a_beat_and_a_publication_are_signs_of_life(open_learned: Open) -> None:
    writer, reader = open_learned(), open_learned()
    writer.beat(NOW)
    assert reader.alive_ms() == NOW
    writer.publish(snapshot(7))
    assert reader.alive_ms() == NOW + 7
    writer.beat(NOW + 1000)
    assert reader.alive_ms() == NOW + 1000
