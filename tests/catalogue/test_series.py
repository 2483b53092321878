"""Which part of which series a video is, as changes are followed."""

from __future__ import annotations

from typing import Any

from jhalak.catalogue.series import Part, SeriesIndex
from jhalak.schema.collection import Series


def test_parts_follow_the_changes_of_their_series() -> None:
    def series(id_: str, *videos: str) -> Series:
        usual: dict[str, Any] = {"account": 1, "title": "T", "language": "en"}
        return Series(id=id_, videos=videos, created_ms=1, changed_ms=1, **usual)

    index = SeriesIndex()
    index.take([(1, series("s", "a", "b", "c")), (2, series("t", "d"))])
    assert index.of("b") == Part("s", 2, 3) and index.after("a") == ("b", "c")
    index.take([(3, series("s", "c", "a")), (4, series("t", "b", "d"))])
    assert index.of("b") == Part("t", 1, 2) and index.of("a") == Part("s", 2, 2)
    # Out of one series and into another, told in the other order.
    index.take([(5, series("t", "a", "b")), (6, series("s", "c"))])
    assert index.of("a") == Part("t", 1, 2) and index.of("d") is None and len(index) == 3
    index.take([(7, series("t"))])
    assert index.of("a") is None and index.after("a") == () and index.version == 7
