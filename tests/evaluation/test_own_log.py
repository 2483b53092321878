"""Our own event log: what was served, joined with what came back."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jhalak.embedded.event_log import EmbeddedEventLog
from jhalak.evaluation.log import ACTIONS, BadLog, Log
from jhalak.evaluation.own_log import read_own_log
from jhalak.schema.activity import (
    EVENT_INDEX,
    TOPIC,
    Activity,
    Erased,
    Outcome,
    Outcomes,
    Relation,
    Served,
    Tick,
    encode,
)
from jhalak.schema.item import EMBEDDING_SIZE, Item, ItemRecord

START_MS = 1_790_000_000_000
HOUR_MS = 3_600_000


def served(slate: int, viewer: int, items: list[int], at_ms: int, profiled: bool = True) -> Served:
    k = len(items)
    return Served(
        slate=slate, viewer=viewer, surface=1, at_ms=at_ms, level=0, model=0, profiled=profiled,
        valid_until_ms=0, items=np.array(items, np.int64).tobytes(), propensity=b"", features=b"",
        contributions=b"", reason=bytes(k), topic=bytes(item % 5 for item in items),
        language=bytes(item % 3 for item in items),
        creator=np.array([item * 10 for item in items], np.int32).tobytes(), ref=bytes(k),
    )  # fmt: skip


def event(slate: int, item: int, at: int, name: str, value: float = 0, undoes: str = "") -> Outcome:
    return Outcome(
        f"{slate}/{at}/{name}", EVENT_INDEX[name], START_MS, value, slate, item, at, 1, START_MS,
        (), undoes,
    )  # fmt: skip


def came(viewer: int, *events: Outcome, profiled: bool = True) -> Outcomes:
    return Outcomes(viewer, START_MS + 9, profiled, events)


def read(
    folder: Path, *records: tuple[int, Activity], partitions: int = 2, store: Any = None
) -> Log:
    """The log that holds these (key, record)."""

    async def run() -> Log:
        log = EmbeddedEventLog(folder, partitions)
        try:
            for key, record in records:
                await log.append(TOPIC, key, encode(record), START_MS)
            return await read_own_log(log, 5.5, store)
        finally:
            log.close()

    return asyncio.run(run())


def done(log: Log) -> list[set[str]]:
    return [{ACTIONS[a] for a in np.flatnonzero(row)} for row in log.impressions.actions]


def test_slots_that_something_came_back_of_are_impressions(tmp_path: Path) -> None:
    log = read(
        tmp_path,
        (2, served(22, 2, [7, 8], START_MS + 60_000)),
        (1, served(11, 1, [7, 9, 8], START_MS)),
        (1, came(1, event(11, 7, 0, "impression"), event(11, 8, 2, "tap"))),
        (2, came(2, event(22, 8, 1, "impression"))),
        (0, Tick(START_MS + 99)),
    )
    shown = log.impressions
    assert shown.at_ms.tolist() == [START_MS, START_MS, START_MS + 60_000]
    seven, eight = shown.row[0], shown.row[1]
    assert shown.row.tolist() == [seven, eight, eight]
    assert shown.position.tolist() == [0, 2, 1]
    assert shown.request[0] == shown.request[1] != shown.request[2]
    assert done(log) == [set(), {"tap"}, set()]
    assert [log.scenes[scene] for scene in shown.scene] == ["video"] * 3
    assert log.items.topic[[seven, eight]].tolist() == [7 % 5, 8 % 5]
    assert log.items.language[[seven, eight]].tolist() == [7 % 3, 8 % 3]
    assert sorted(log.items.creator.tolist()) == [1, 2]
    assert log.items.published_ms.tolist() == [START_MS, START_MS]
    assert shown.hour[0] == pytest.approx((START_MS / HOUR_MS + 5.5) % 24)
    assert log.observed == ACTIONS


class Store:
    """Knows item 7 alone."""

    def by_num(self, nums: Sequence[int]) -> dict[int, ItemRecord]:
        assert sorted(nums) == [7, 8]
        item = Item(
            id="seven", language="hi", topic="sports", title="Cricket", duration_s=30,
            published_ms=START_MS - HOUR_MS, expires_ms=START_MS + HOUR_MS, sensitive=True,
        )  # fmt: skip
        embedding = np.full(EMBEDDING_SIZE, 16, np.int8).tobytes()
        record = ItemRecord(
            num=7, seq=1, status="live", item=item, creator=70, embedding=embedding, changed_ms=0
        )
        return {7: record}


def test_records_tell_an_items_age_length_and_words(tmp_path: Path) -> None:
    log = read(
        tmp_path,
        (1, served(1, 1, [7, 8], START_MS)),
        (1, came(1, event(1, 7, 0, "impression"), event(1, 8, 1, "impression"))),
        store=Store(),
    )
    items = log.items
    assert items.published_ms.tolist() == [START_MS - HOUR_MS, START_MS]
    assert items.duration_s.tolist() == [30, 0]
    assert items.lifetime_h[0] == 2
    assert items.sensitive.tolist() == [True, False]
    assert np.linalg.norm(items.embedding, axis=1) == pytest.approx([1, 0])
    assert items.topic.tolist() == [7 % 5, 8 % 5]  # as it was when it was served


def test_events_and_relations_say_what_was_done(tmp_path: Path) -> None:
    def relation(n: int, verb: str, on: bool = True, item: int = 5) -> Relation:
        return Relation(f"r{n}", 1, START_MS, verb, "item", item, on, True, 1, item)

    log = read(
        tmp_path,
        (1, came(1, event(1, 1, 0, "dwell", 4999), event(1, 2, 1, "dwell", 5000))),
        (1, served(1, 1, [1, 2, 3, 4, 5, 6, 7], START_MS)),  # later than its outcomes
        (1, came(1, event(1, 3, 2, "play", 9999), event(1, 4, 3, "complete"))),
        (1, came(1, event(1, 7, 6, "share"), event(1, 7, 6, "report"))),
        (1, relation(1, "likes")),
        (1, relation(2, "follows")),
        (1, relation(3, "hides", item=6)),
        (1, relation(4, "saves", item=4)),
        (1, relation(5, "saves", on=False, item=4)),
        (1, relation(6, "likes", item=99)),
    )
    assert done(log) == [
        set(), {"long"}, set(), {"complete", "long"}, {"likes", "follows"}, {"hides"},
        {"share", "report"},
    ]  # fmt: skip
    assert log.impressions.watched_s[:3].tolist() == pytest.approx([4.999, 5, 9.999])
    assert np.isnan(log.impressions.watched_s[3:]).all()


def test_what_was_taken_back_did_not_happen_but_was_seen(tmp_path: Path) -> None:
    tap = event(1, 1, 0, "tap")
    log = read(
        tmp_path,
        (1, served(1, 1, [1], START_MS)),
        (1, came(1, tap, event(1, 1, 0, "complete"))),
        (1, came(1, event(1, 1, 0, "undo", undoes=tap.id))),
    )
    assert done(log) == [{"complete", "long"}]


def test_a_batch_that_came_twice_counts_once(tmp_path: Path) -> None:
    batch = came(1, event(1, 1, 0, "tap"))
    log = read(tmp_path, (1, served(1, 1, [1], START_MS)), (1, batch), (1, batch))
    assert len(log.impressions.row) == 1


def test_who_wants_nothing_learned_and_who_was_erased_is_left_out(tmp_path: Path) -> None:
    log = read(
        tmp_path,
        (1, served(1, 1, [1], START_MS, profiled=False)),
        (1, came(1, event(1, 1, 0, "tap"))),
        (2, served(2, 2, [1], START_MS)),
        (2, came(2, event(2, 1, 0, "tap"), profiled=False)),
        (3, served(3, 3, [1], START_MS)),
        (3, came(3, event(3, 1, 0, "tap"))),
        (0, Erased(START_MS, (3,))),
        (4, served(4, 4, [1], START_MS)),
        (4, came(4, event(4, 1, 0, "tap"), event(9, 1, 0, "tap"))),
        partitions=1,
    )
    assert log.viewers == 1
    assert len(log.impressions.row) == 1
    assert dict(log.omitted) == {
        "slates without a served record": 1, "slates of viewers who want nothing learned": 1,
    }  # fmt: skip


def test_a_log_of_which_nothing_came_back_says_so(tmp_path: Path) -> None:
    with pytest.raises(BadLog, match="no impression"):
        read(tmp_path, (1, served(1, 1, [1], START_MS)))
