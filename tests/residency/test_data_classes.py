"""Everything that is kept is declared, and people's data can be taken out and removed."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from jhalak.assembly import Server, open_blobs, open_learned
from jhalak.learning.figures import PATH as FIGURES
from jhalak.records.tables import metadata
from jhalak.residency.data_class import REGISTRY, Holding, declared
from jhalak.schema.activity import TOPIC
from jhalak.schema.picture import FOLDER as MEDIA
from jhalak.schema.video import FOLDER as VIDEO
from jhalak.schema.video import UPLOADS
from jhalak.workers.count_reach import FOLDER as REACH
from jhalak.workers.learn import FOLDER
from jhalak.workers.watch_experiments import FOLDER as EXPERIMENTS


def test_every_table_is_declared_and_every_declared_table_exists() -> None:
    assert declared("table") == {*metadata.tables, "alembic_version", "search_index"}


def test_the_topics_of_the_log_are_declared() -> None:
    assert declared("stream") == {TOPIC}


def test_everything_under_a_data_folder_is_declared(tmp_path: Path) -> None:
    server = Server(tmp_path, clock=lambda: 1_800_000_000_000)
    open_learned(tmp_path)
    open_blobs(tmp_path, server.settings)
    asyncio.run(server.stop())
    known = {"records.sqlite", "profiles.sqlite", "log", "blobs", "reserve"}  # declared, or empty
    found = {path.name.removesuffix("-wal").removesuffix("-shm") for path in tmp_path.iterdir()}
    assert found - known <= declared("blob")
    of = EXPERIMENTS.split("/")[0], FIGURES.split("/")[0], REACH.split("/")[0]
    known_blobs = {FOLDER, "learned", "keys", *of, MEDIA, UPLOADS, VIDEO}
    assert known_blobs == declared("blob")
    assert declared("profile") == {"profiles"}


@pytest.mark.parametrize("holding", REGISTRY, ids=lambda holding: holding.name)
def test_peoples_data_has_an_eraser_and_an_exporter(holding: Holding) -> None:
    if holding.data_class in ("personal", "pseudonymous"):
        assert holding.eraser, "how is one person's part removed?"
        assert holding.exporter, "where does one person's part stand in their export?"
    if holding.data_class == "personal":
        assert not holding.eraser.startswith("none")
        assert not holding.exporter.startswith("none")


def test_nothing_is_declared_twice_and_everything_says_how_long() -> None:
    names = [(holding.holder, holding.name) for holding in REGISTRY]
    assert len(names) == len(set(names))
    assert all(holding.what and holding.retention for holding in REGISTRY)


def test_a_table_that_names_a_viewer_is_declared_as_peoples_data() -> None:
    classes = {holding.name: holding.data_class for holding in REGISTRY}
    for name, table in metadata.tables.items():
        if name == "viewers" or "viewer" in table.columns:
            assert classes[name] in ("personal", "pseudonymous"), name
