"""The contracts of DefinitionStore and ReplayStore."""

from __future__ import annotations

import msgspec
import pytest

from jhalak.config.experiments import ExperimentSettings
from jhalak.ports.errors import Conflict
from jhalak.records.database import Database
from jhalak.records.definitions import SqlDefinitionStore, SqlReplayStore
from tests.experiments.settings_of import experiment

BOLDER = msgspec.convert(experiment(start="2027-01-10T00:00:00+05:30"), ExperimentSettings)
PLAIN = msgspec.convert(experiment("plain", share=0.5), ExperimentSettings)
BEFORE_MS = 1_790_000_000_000


def test_a_definition_stands_until_it_ends(database: Database) -> None:
    store = SqlDefinitionStore(database)
    made = store.add(BOLDER, "asha", "to see", 5)
    assert (made.settings, made.by, made.why) == (BOLDER, "asha", "to see")
    store.add(PLAIN, "ravi", "", 6)
    assert [d.settings.name for d in store.all()] == ["bolder", "plain"]
    assert not store.end("other", "asha", BEFORE_MS)
    assert store.end("bolder", "asha", BEFORE_MS) and store.end("plain", "asha", BEFORE_MS)
    assert not store.end("plain", "asha", BEFORE_MS + 1)
    starts_ms = BOLDER.span_ms()[0]
    assert [d.settings.span_ms()[1] for d in store.all()] == [starts_ms + 1, BEFORE_MS]
    with pytest.raises(Conflict):
        store.add(PLAIN, "ravi", "", 7)


def test_replays_are_listed_newest_first(database: Database) -> None:
    store = SqlReplayStore(database)
    store.keep("before", "log", b'{"rows":1}', 5)
    kept = store.keep("after", "log", b'{"rows":2}', 6)
    assert kept.body == b'{"rows":2}'
    assert [r.name for r in store.recent(9)] == ["after", "before"]
    assert [r.name for r in store.recent(1)] == ["after"]
