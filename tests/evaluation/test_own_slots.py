"""Our own log as decisions with propensities."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from jhalak.evaluation.log import BadLog
from jhalak.evaluation.off_policy import IPS, evaluate
from jhalak.evaluation.own_slots import Slots, read_target, slots_of, write_slots
from jhalak.schema.activity import EVENT_INDEX, Activity, Outcome, Outcomes, Relation, Served
from jhalak.schema.ids import spell

AT_MS = 1_790_000_000_000
VALUES = {"tap": 1.0, "long": 0.5, "like": 2.0, "hide": -12.0}


def served(
    slate: int, viewer: int, items: list[int], propensity: list[float], *, width: int = 2,
    at_ms: int = AT_MS, profiled: bool = True,
) -> Served:  # fmt: skip
    """A slate whose features are the item's number and the position, as often as it is wide."""
    k = len(items)
    features = [[float(x) for x in [*items[n : n + 1], n] * width][:width] for n in range(k)]
    return Served(
        slate=slate, viewer=viewer, surface=0, at_ms=at_ms, level=0, model=1, profiled=profiled,
        valid_until_ms=0, items=np.array(items, np.int64).tobytes(),
        propensity=np.array(propensity, np.float32).tobytes(),
        features=np.array(features, np.float16).tobytes(), contributions=b"", reason=bytes(k),
        topic=bytes(k), language=bytes(k), creator=np.zeros(k, np.int32).tobytes(), ref=bytes(k),
    )  # fmt: skip


def came(viewer: int, slate: int, *events: tuple[int, int, str, float]) -> Outcomes:
    """Events of (item, position, type, value)."""
    return Outcomes(viewer, AT_MS + 9, True, tuple(
        Outcome(f"{slate}/{n}", EVENT_INDEX[name], AT_MS, value, slate, item, at, 0, AT_MS)
        for n, (item, at, name, value) in enumerate(events)
    ))  # fmt: skip


def put(verb: str, slate: int, item: int, viewer: int = 1) -> Relation:
    return Relation(f"{verb}{item}", viewer, AT_MS, verb, "item", item, True, True, slate, item)


def some() -> list[Activity]:
    return [
        came(1, 11, (7, 0, "impression", 0), (9, 2, "tap", 0), (9, 2, "dwell", 6000)),
        served(11, 1, [7, 8, 9], [0.95, 0.9, 0.01]),
        served(12, 2, [7], [0.5]),
        came(2, 12, (7, 0, "impression", 0)),
        put("hides", 11, 7),
        put("likes", 12, 7, viewer=2),
    ]


def test_a_slot_that_was_seen_is_a_decision_with_its_reward() -> None:
    slots = slots_of(some(), VALUES)
    assert slots.slate.tolist() == [11, 11, 12]
    assert slots.position.tolist() == [0, 2, 0]
    assert slots.item.tolist() == [7, 9, 7]
    assert slots.viewer.tolist() == [1, 1, 2]
    assert slots.reward.tolist() == [-12.0, 1.5, 2.0]
    assert slots.propensity == pytest.approx([0.95, 0.01, 0.5])
    assert slots.features.dtype == np.float16
    assert slots.features.tolist() == [[7, 0], [9, 2], [7, 0]]
    assert set(slots.omitted.values()) == {0}


def test_other_weights_are_another_reward_and_what_has_none_is_worth_nothing() -> None:
    assert slots_of(some(), {"tap": 3.0}).reward.tolist() == [0, 3, 0]
    assert slots_of(some(), {"hide": -1.0, "like": 5.0}).reward.tolist() == [-1, 0, 5]


def test_what_says_nothing_is_left_out_and_counted() -> None:
    records = [
        *some(),
        served(21, 3, [1, 2], [1, 1], profiled=False),
        came(3, 21, (1, 0, "impression", 0), (2, 1, "impression", 0)),
        served(22, 3, [1], [1], width=3, at_ms=AT_MS - 1),
        came(3, 22, (1, 0, "impression", 0)),
        served(23, 3, [1], [0.0]),
        came(3, 23, (1, 0, "impression", 0)),
        served(24, 3, [1], []),
        came(3, 24, (1, 0, "impression", 0)),
        served(25, 3, [1], [1], width=0, at_ms=AT_MS + 5),
        came(3, 25, (1, 0, "impression", 0)),
        came(3, 26, (1, 0, "tap", 0)),
    ]
    slots = slots_of(records, VALUES)
    assert slots.slate.tolist() == [11, 11, 12]
    assert slots.omitted == {
        "of viewers who want nothing learned": 2, "not scored": 2, "without propensity": 2
    }  # fmt: skip


def test_an_empty_log_has_no_slots() -> None:
    slots = slots_of([], VALUES)
    assert len(slots.slate) == 0 and slots.features.shape == (0, 0)


def many(slates: int, seed: int) -> tuple[Slots, float]:
    """Slates of one slot: item 1, worth 0.2 taps, with probability 0.8, else item 2, worth 0.6;
    and what showing the second with 0.7 would earn."""
    random = np.random.default_rng(seed)
    records: list[Activity] = []
    for slate in range(1, slates + 1):
        item = 1 + int(random.random() < 0.2)
        records.append(served(slate, slate // 2, [item], [0.8 if item == 1 else 0.2]))
        tapped = random.random() < (0.2 if item == 1 else 0.6)
        records.append(came(slate // 2, slate, (item, 0, "tap" if tapped else "impression", 0)))
    return slots_of(records, VALUES), 0.3 * 0.2 + 0.7 * 0.6


def test_another_policy_is_judged_by_its_probabilities() -> None:
    slots, truth = many(2000, seed=1)
    found = evaluate(slots.logged(np.where(slots.item == 2, 0.7, 0.3)))
    assert found.estimates[IPS].holds(truth)
    assert found.gains[IPS].low > 0
    assert found.support.units == 1001
    same = evaluate(slots.logged())
    assert same.estimates[IPS] == same.logging


def test_slots_are_written_and_a_targets_probabilities_are_read(tmp_path: Path) -> None:
    slots, _ = many(5, seed=2)
    write_slots(slots, tmp_path / "slots.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "slots.jsonl").read_text().splitlines()]
    assert [line["slate"] for line in lines] == [spell(n) for n in range(1, 6)]
    assert set(lines[0]) == {"slate", "position", "item", "propensity", "reward", "features"}
    chances = [{**line, "probability": 0.1 * n} for n, line in enumerate(lines)]
    target = tmp_path / "target.jsonl"
    target.write_text("".join(json.dumps(line) + "\n" for line in reversed(chances)))
    assert read_target(target, slots) == pytest.approx([0, 0.1, 0.2, 0.3, 0.4])
    target.write_text("".join(json.dumps(line) + "\n" for line in chances[1:]))
    with pytest.raises(BadLog, match=f"1 of 5 slots, such as position 0 of slate {spell(1)}"):
        read_target(target, slots)


@pytest.mark.parametrize(
    "line", ['{"slate": "x", "position": 0, "probability": 1}', "{", '{"slate": "x"}']
)
def test_a_line_that_is_none_is_named(tmp_path: Path, line: str) -> None:
    slots, _ = many(2, seed=3)
    (tmp_path / "target.jsonl").write_text("\n" + line + "\n")
    with pytest.raises(BadLog, match=r"target\.jsonl, line 2"):
        read_target(tmp_path / "target.jsonl", slots)
