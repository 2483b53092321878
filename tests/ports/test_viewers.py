"""The contract of ViewerStore."""

from __future__ import annotations

import msgspec
import pytest

from jhalak.ports.consents import Consent
from jhalak.ports.errors import Conflict
from jhalak.ports.viewers import Viewer, ViewerStore
from jhalak.records.consents import SqlConsentStore
from jhalak.records.database import Database
from jhalak.records.relations import SqlRelationStore
from jhalak.records.tables import metadata
from jhalak.records.viewers import SqlViewerStore

ASHA = Viewer(id=2**63 - 1, created_ms=10, languages=("ur", "hi", "en"), age_band="18-24")
BINA = Viewer(id=1, created_ms=11, languages=("ta",), profiled=False, data_budget_bytes=0)


@pytest.fixture
def store(database: Database) -> ViewerStore:
    return SqlViewerStore(database)


def test_a_viewer_comes_back_as_created(store: ViewerStore) -> None:
    for viewer in (ASHA, BINA):
        assert store.get(viewer.id) is None
        store.create(viewer)
        assert store.get(viewer.id) == viewer


def test_an_id_is_taken_once(store: ViewerStore) -> None:
    store.create(ASHA)
    with pytest.raises(Conflict):
        store.create(msgspec.structs.replace(BINA, id=ASHA.id))
    assert store.get(ASHA.id) == ASHA


def test_an_update_replaces_and_raises_the_version(store: ViewerStore) -> None:
    store.create(ASHA)
    wanted = msgspec.structs.replace(ASHA, languages=("en",), age_band=None, profiled=False)
    stored = store.update(wanted)
    assert stored == msgspec.structs.replace(wanted, version=1)
    assert store.get(ASHA.id) == stored
    assert store.revoked(0) == []


def test_an_update_on_an_old_version_or_of_nobody_is_a_conflict(store: ViewerStore) -> None:
    store.create(ASHA)
    newest = store.update(ASHA)
    with pytest.raises(Conflict):
        store.update(ASHA)
    with pytest.raises(Conflict):
        store.update(BINA)
    assert store.get(ASHA.id) == newest


def test_a_new_epoch_is_a_revocation_and_an_epoch_never_falls(store: ViewerStore) -> None:
    store.create(ASHA)
    store.create(BINA)
    raised = store.update(msgspec.structs.replace(ASHA, epoch=3))
    store.update(msgspec.structs.replace(BINA, epoch=1))
    assert store.revoked(0) == [(1, ASHA.id, 3), (2, BINA.id, 1)]
    assert store.revoked(1) == [(2, BINA.id, 1)]
    with pytest.raises(Conflict):
        store.update(msgspec.structs.replace(raised, epoch=2))
    assert store.get(ASHA.id) == raised


def test_erasing_leaves_nothing_but_the_revocation(store: ViewerStore, database: Database) -> None:
    relations, consents = SqlRelationStore(database), SqlConsentStore(database)
    for viewer in (ASHA, BINA):
        store.create(viewer)
        relations.put(viewer.id, "likes", "item", 5, 20)
        relations.put(viewer.id, "hides", "creator", 6, 20)
        relations.delete(viewer.id, "hides", "creator", 6, 21)
        consents.put(viewer.id, Consent("personalisation", True, "2026-11", 22))
    store.update(msgspec.structs.replace(ASHA, epoch=4))

    assert store.erase(ASHA.id, 30)
    assert not store.erase(ASHA.id, 31), "there is nobody any more"
    assert store.get(ASHA.id) is None
    assert relations.of_viewer(ASHA.id) == []
    assert consents.history(ASHA.id) == []
    assert relations.count("likes", "item", 5) == 1
    assert store.revoked(0) == [(1, ASHA.id, 4), (2, ASHA.id, 5)]
    assert _tables_that_name(database, ASHA.id) == {"revocations"}
    assert store.get(BINA.id) == BINA
    assert len(relations.of_viewer(BINA.id)) == 1


def test_an_erased_viewer_gets_no_rows_again(store: ViewerStore, database: Database) -> None:
    store.create(ASHA)
    store.erase(ASHA.id, 1)
    with pytest.raises(Conflict):
        SqlRelationStore(database).put(ASHA.id, "likes", "item", 5, 2)
    with pytest.raises(Conflict):
        SqlConsentStore(database).put(ASHA.id, Consent("measurement", True, "2026-11", 2))
    with pytest.raises(Conflict):
        store.create(ASHA)
    assert SqlRelationStore(database).delete(ASHA.id, "likes", "item", 5, 2) is None
    assert _tables_that_name(database, ASHA.id) == {"revocations"}


def _tables_that_name(database: Database, viewer: int) -> set[str]:
    with database.read() as connection:
        return {
            table.name
            for table in metadata.sorted_tables
            if any(viewer in row for row in connection.execute(table.select()))
        }
