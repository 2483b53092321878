"""What an operator sees is what happened, told of no fewer than twenty viewers."""

from __future__ import annotations

from typing import Any

import numpy as np

from jhalak.learning.features import FEATURES, F
from jhalak.learning.figures import (
    DAYS,
    LEAST_VIEWERS,
    VIEWER_BITS,
    Figures,
    curve_points,
    viewers_of,
)
from jhalak.learning.fold import Fold
from jhalak.learning.lately import Lately
from jhalak.schema.activity import Erased, Served, Tick
from jhalak.schema.languages import LANGUAGE_INDEX
from jhalak.schema.reason import REASON_INDEX
from tests.learning.folding import WINDOW_MS, new_fold
from tests.learning.records import NOW_MS, event, outcomes

DAY_MS = 86_400_000
HINDI = LANGUAGE_INDEX["hi"]


def slate(number: int, viewer: int, at_ms: int = NOW_MS, profiled: bool = True) -> Served:
    """Three slots: a Hindi item of topic 3, five hours old; two of the first language, topic 0."""
    x = np.zeros((3, F), np.float16)
    x[:, 0] = 1
    x[:, FEATURES.index("age")] = np.log1p(5.0)
    explored = bytes([0, 0, REASON_INDEX["explore"]])
    return Served(
        slate=number, viewer=viewer, surface=0, at_ms=at_ms, level=0, model=1, profiled=profiled,
        valid_until_ms=0, items=np.array([10, 11, 12], np.int64).tobytes(),
        propensity=np.ones(3, np.float32).tobytes(), features=x.tobytes(), contributions=b"",
        reason=explored, topic=bytes([3, 0, 0]), language=bytes([HINDI, 0, 0]),
        creator=bytes(12), ref=bytes(3),
    )  # fmt: skip


def looked(fold: Fold, viewers: int, at_ms: int = NOW_MS, profiled: bool = True) -> Fold:
    """Each of so many viewers sees a slate whole and taps its first slot; the labels close."""
    for viewer in range(1, viewers + 1):
        number = at_ms // 1000 * 1000 + viewer
        n = fold.offsets[0]
        fold.apply(0, n + 1, slate(number, 7919 * viewer, at_ms, profiled))
        seen = [
            event(f"{number}-{i}", "impression", number, 10 + i, i, at_ms=at_ms) for i in range(3)
        ]
        tap = event(f"{number}-tap", "tap", number, 10, 0, at_ms=at_ms)
        fold.apply(0, n + 2, outcomes(*seen, tap, at_ms=at_ms))
    fold.apply(0, fold.offsets[0] + 1, Tick(at_ms + WINDOW_MS))
    return fold


def cells(fold: Fold, way: str, days: str = "1") -> dict[str, tuple[int, int]]:
    """Name to (shown, tapped)."""
    told = fold.figures.told()["windows"][days]["lockscreen"]
    return {cell["name"]: (cell["shown"], cell["yes"]["tap"]) for cell in told[way]}


def test_slots_count_by_place_language_topic_and_age_once_their_labels_closed() -> None:
    fold = looked(new_fold(), 60)
    assert cells(fold, "position") == {"1": (60, 60), "2": (60, 0), "3": (60, 0)}
    assert cells(fold, "language") == {"hi": (60, 60), "en": (120, 0)}
    assert cells(fold, "topic") == {"0": (120, 0), "3": (60, 60)}
    assert cells(fold, "age") == {"3-6 h": (180, 60)}
    window = fold.figures.told()["windows"]["1"]["lockscreen"]
    assert (window["served"], window["tried"]) == (180, 60)


def test_nothing_of_few_viewers_is_told_and_nothing_of_those_who_want_nothing_learned() -> None:
    few = looked(new_fold(), LEAST_VIEWERS - 1)
    assert cells(few, "position") == {} and few.figures.told()["curves"] == []
    assert few.lately.told(few.model)["items"] == []
    for at_ms in (NOW_MS, NOW_MS + 400_000):  # the same few again are not more
        looked(few, LEAST_VIEWERS - 1, at_ms)
    assert cells(few, "position") == {}
    assert cells(looked(new_fold(), 60, profiled=False), "position") == {}


def test_a_bitmap_never_shows_more_viewers_than_there_were() -> None:
    rng = np.random.default_rng(1)
    for count in (5, LEAST_VIEWERS, 300):
        figures = Figures()
        bits = rng.integers(0, VIEWER_BITS, count)
        for bit in bits.tolist():
            figures.viewers[0, 0, 0, bit >> 6] |= np.uint64(1) << np.uint64(bit & 63)
        assert viewers_of(figures.viewers[0, 0, 0]) == len(set(bits.tolist())) <= count


def test_days_are_told_apart_and_those_long_ago_are_let_go() -> None:
    fold = looked(looked(new_fold(), 40), 30, NOW_MS + 3 * DAY_MS)
    assert cells(fold, "position", "1")["1"] == (30, 30)
    assert cells(fold, "position", "7")["1"] == (70, 70)
    looked(fold, 25, NOW_MS + (DAYS + 1) * DAY_MS)
    assert cells(fold, "position", str(DAYS))["1"] == (55, 55)


def test_a_yes_that_comes_late_is_counted() -> None:
    fold = looked(new_fold(), 40)
    number = NOW_MS // 1000 * 1000 + 1
    late = event("late", "tap", number, 11, 1)
    fold.apply(0, fold.offsets[0] + 1, outcomes(late, at_ms=NOW_MS + 2 * WINDOW_MS))
    assert cells(fold, "position")["2"] == (40, 1)


def test_counts_are_the_same_after_a_restart_and_an_older_checkpoint_is_taken() -> None:
    fold = looked(new_fold(), 40)
    again = new_fold()
    again.load(fold.dump())
    assert again.figures.told() == fold.figures.told()
    figures = Figures()
    figures.load({})
    assert figures.told()["windows"]["1"]["lockscreen"]["position"] == []


def test_what_is_foretold_is_held_against_what_happened() -> None:
    fold = new_fold()
    for round_ in range(4):
        looked(fold, 60, NOW_MS + 400_000 * round_)
    curves = fold.figures.told()["curves"]
    tap = next(c for c in curves if (c["head"], c["language"]) == ("tap", ""))
    rows = sum(point["rows"] for point in tap["points"])
    assert 600 <= rows <= 720 and {c["language"] for c in curves} >= {"", "en", "hi"}
    happened = sum(point["rows"] * point["happened"] for point in tap["points"])
    # Of 720 slots 240 were tapped; a thin bin that is left out may hold taps alone.
    assert 240 - (720 - rows) - 0.5 <= happened <= 240.5
    assert all(0 < point["expected"] < 1 for point in tap["points"])


def test_thin_bins_are_joined_with_their_neighbours() -> None:
    bins = np.array([[60, 6, 3], [60, 12, 9], [0, 0, 0], [30, 15, 15]], float)
    assert curve_points(bins) == [{"rows": 120, "expected": 0.15, "happened": 0.1}]


def lately(fold: Fold) -> dict[str, Any]:
    return fold.lately.told(fold.model)


def test_the_last_minutes_say_what_moved_and_forget_what_is_older() -> None:
    fold = looked(new_fold(), 60)
    told = lately(fold)
    assert [(one["item"], one["shown"], one["engaged"]) for one in told["items"]] == [
        (10, 60, 60), (11, 60, 0), (12, 60, 0),
    ]  # fmt: skip
    assert {(one["language"], one["topic"]): one["engaged"] for one in told["of"]} == {
        ("hi", 3): 60, ("en", 0): 0,
    }  # fmt: skip
    assert told["examples"] == fold.model.examples > 0 and told["moved"] > 0
    assert told["weights"] and all(one["now"] != one["before"] for one in told["weights"])
    fold.apply(0, fold.offsets[0] + 1, Tick(NOW_MS + 3_600_000))
    assert lately(fold)["items"] == [] and lately(fold)["weights"] == []


def test_before_anything_happened_nothing_is_told() -> None:
    assert Lately().told(new_fold().model)["minutes"] == 0


def test_an_erased_slate_counts_no_more_than_it_did() -> None:
    fold = looked(new_fold(), 40)
    fold.apply(0, fold.offsets[0] + 1, slate(5, 5, NOW_MS + WINDOW_MS))
    fold.apply(0, fold.offsets[0] + 1, Erased(NOW_MS + WINDOW_MS, (5,)))
    fold.apply(0, fold.offsets[0] + 1, outcomes(event("x", "tap", 5, 10, 0)))
    fold.apply(0, fold.offsets[0] + 1, Tick(NOW_MS + 3 * WINDOW_MS))
    assert cells(fold, "position")["1"] == (40, 40)
