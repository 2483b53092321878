"""The reserve: room for what must not wait when the disk is full."""

from __future__ import annotations

from pathlib import Path

from jhalak.embedded.reserve import Reserve


def test_it_takes_real_room_and_gives_it_up_once(tmp_path: Path) -> None:
    reserve = Reserve(tmp_path / "reserve", size=1 << 20, spare=0)
    assert reserve.take() and reserve.take()
    assert (tmp_path / "reserve").stat().st_blocks * 512 >= 1 << 20
    assert reserve.give_up()
    assert not (tmp_path / "reserve").exists()
    assert not reserve.give_up()


def test_it_takes_nothing_where_there_is_no_room_to_spare(tmp_path: Path) -> None:
    reserve = Reserve(tmp_path / "reserve", size=1 << 20, spare=1 << 60)
    assert not reserve.take()
    assert list(tmp_path.iterdir()) == []
