"""The contract of RelationStore."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jhalak.ports.errors import Conflict
from jhalak.ports.relations import RelationRow, RelationStore
from jhalak.ports.viewers import Viewer
from jhalak.records.database import Database
from jhalak.records.relations import SqlRelationStore
from jhalak.records.viewers import SqlViewerStore

ASHA, BINA = 2**62, 7
_fresh = itertools.count(1000)


@pytest.fixture
def store(database: Database) -> RelationStore:
    for viewer in (ASHA, BINA):
        SqlViewerStore(database).create(Viewer(id=viewer, created_ms=1, languages=("en",)))
    return SqlRelationStore(database)


def test_a_relation_is_made_once(store: RelationStore) -> None:
    row = RelationRow(ASHA, "likes", "item", 3, 100, 1)
    assert store.put(ASHA, "likes", "item", 3, 100) == (row, True)
    assert store.put(ASHA, "likes", "item", 3, 200) == (row, False)
    assert store.of_viewer(ASHA) == [row]


def test_taking_back_is_idempotent_and_the_version_goes_on(store: RelationStore) -> None:
    assert store.delete(ASHA, "hides", "creator", 3, 90) is None
    store.put(ASHA, "hides", "creator", 3, 100)
    assert store.delete(ASHA, "hides", "creator", 3, 110) == (2, True)
    assert store.delete(ASHA, "hides", "creator", 3, 120) == (2, False)
    assert store.of_viewer(ASHA) == []
    row = RelationRow(ASHA, "hides", "creator", 3, 130, 3)
    assert store.put(ASHA, "hides", "creator", 3, 130) == (row, True)


def test_relations_of_a_viewer_come_newest_first_and_are_nobody_elses(
    store: RelationStore,
) -> None:
    store.put(ASHA, "likes", "item", 1, 100)
    store.put(ASHA, "follows", "topic", 0, 300)
    store.put(ASHA, "saves", "item", 1, 200)
    store.put(BINA, "likes", "item", 1, 400)
    assert [row.verb for row in store.of_viewer(ASHA)] == ["follows", "saves", "likes"]
    assert [row.viewer for row in store.of_viewer(BINA)] == [BINA]


def test_count_counts_viewers_whose_relation_stands(store: RelationStore) -> None:
    for viewer in (ASHA, BINA):
        store.put(viewer, "likes", "item", 1, 100)
        store.put(viewer, "likes", "item", 1, 101)
    store.put(ASHA, "likes", "creator", 1, 100)
    store.put(ASHA, "saves", "item", 1, 100)
    assert store.count("likes", "item", 1) == 2
    store.delete(BINA, "likes", "item", 1, 102)
    assert store.count("likes", "item", 1) == 1
    assert store.count("likes", "item", 2) == 0


def test_nobody_has_no_relations(store: RelationStore) -> None:
    with pytest.raises(Conflict):
        store.put(99, "likes", "item", 1, 100)
    assert store.delete(99, "likes", "item", 1, 100) is None
    assert store.of_viewer(99) == []


def test_unwanted_are_whom_one_blocks_or_mutes_or_is_barred_from(store: RelationStore) -> None:
    for at, verb in enumerate(("blocks", "mutes", "barred", "hides", "follows")):
        store.put(ASHA, verb, "creator", 10 + at, 100)  # type: ignore[arg-type]
    store.put(ASHA, "blocks", "item", 20, 100)
    store.put(BINA, "mutes", "creator", 30, 100)
    store.put(ASHA, "mutes", "creator", 40, 100)
    store.delete(ASHA, "mutes", "creator", 40, 101)
    assert store.unwanted(ASHA) == {10, 11, 12}
    assert store.unwanted(99) == frozenset()


steps = st.lists(
    st.tuples(
        st.booleans(),
        st.sampled_from(["likes", "hides"]),
        st.sampled_from(["item", "topic"]),
        st.integers(0, 1),
    ),
    max_size=12,
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=steps)
def test_any_history_leaves_what_a_dictionary_would(database: Database, steps: list) -> None:  # type: ignore[type-arg]
    viewer = next(_fresh)
    SqlViewerStore(database).create(Viewer(id=viewer, created_ms=1, languages=("en",)))
    store = SqlRelationStore(database)
    model: dict[tuple[str, str, int], tuple[bool, int, int]] = {}
    for now_ms, (on, *rest) in enumerate(steps):
        verb, kind, target = rest
        standing, version, at_ms = model.get((verb, kind, target), (False, 0, 0))
        changes = on != standing
        if changes:
            version, at_ms = version + 1, now_ms
            if on or version > 1:
                model[verb, kind, target] = (on, version, at_ms)
        if on:
            row = RelationRow(viewer, verb, kind, target, at_ms, version)
            assert store.put(viewer, verb, kind, target, now_ms) == (row, changes)
        else:
            known = (verb, kind, target) in model
            expected = (version, changes) if known else None
            assert store.delete(viewer, verb, kind, target, now_ms) == expected
    stands = {key: (v, at) for key, (on, v, at) in model.items() if on}
    rows = store.of_viewer(viewer)
    assert {(r.verb, r.kind, r.target): (r.version, r.at_ms) for r in rows} == stands
    assert [r.at_ms for r in rows] == sorted((r.at_ms for r in rows), reverse=True)
