"""Items are understood from the store: newest first, without a network, and again on demand."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from jhalak.ingest.compose import Composed
from jhalak.ingest.quick import Quick
from jhalak.records.database import Database, open_database
from jhalak.records.items import SqlItemStore
from jhalak.records.understandings import SqlUnderstandingStore
from jhalak.schema.item import Item
from jhalak.understanding import safety
from jhalak.understanding.embedding import HashedNgrams
from jhalak.understanding.meaning import fit
from jhalak.understanding.topic import model_at
from jhalak.understanding.words import Words
from jhalak.workers.lifetimes import Lifetimes
from jhalak.workers.understand import WHAT, Models, Understand

NOW_MS = 1_790_000_000_000
TITLES = ["Kohli hits a century as India win the cricket match", "Heavy rain floods the city"]


class ToyEncoder:
    """Texts with the same first word mean the same."""

    model = "toy"

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        rows = [np.random.default_rng(len(t.split()[0])).normal(size=96) for t in texts]
        return np.stack([row / np.linalg.norm(row) for row in rows]).astype(np.float32)


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return open_database(f"sqlite:///{tmp_path}/records.sqlite")


def composed(num: int, title: str, topic: str = "general") -> Composed:
    item = Item(
        id=f"i{num}", language="en", topic=topic, title=title, published_ms=NOW_MS,
        expires_ms=NOW_MS + 259_200_000,
    )  # fmt: skip
    return Composed(item, title, 259_200_000)


def filled(database: Database) -> SqlItemStore:
    items = SqlItemStore(database)
    quick = Quick(HashedNgrams(), Words())
    items.put(quick([composed(num, title) for num, title in enumerate(TITLES)]), NOW_MS)
    return items


def worker(database: Database, models: Models | None = None) -> Understand:
    models = models or Models(HashedNgrams(), Words(), model_at(None))
    return Understand(SqlUnderstandingStore(database), models, Lifetimes(None), lambda: NOW_MS)


def test_the_quick_steps_tell_topic_safety_and_lifetime() -> None:
    quick = Quick(HashedNgrams(), Words())
    sport, crime = quick([composed(0, TITLES[0]), composed(1, "Two shot dead outside a club")])
    assert sport.item.topic == "sport"
    assert sport.item.unsafe == ()
    assert crime.item.unsafe == ("violence",)
    assert sport.item.expires_ms == NOW_MS + sport.lifetime_ms
    assert len(sport.embedding) == 64


def test_a_label_that_says_something_stays() -> None:
    [draft] = Quick(None, Words())([composed(0, TITLES[0], "business")])
    assert draft.item.topic == "business"
    assert draft.embedding == b""


def test_an_item_is_unsafe_where_it_could_not_be_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise OSError("injected")

    monkeypatch.setattr(safety, "model", broken)
    [draft] = Quick(None, Words())([composed(0, TITLES[0])])
    assert draft.item.unsafe == (safety.UNCHECKED,)


def test_a_damaged_topic_model_leaves_the_topic(tmp_path: Path) -> None:
    (tmp_path / "topics.npz").write_bytes(b"no model")
    [draft] = Quick(None, Words(), tmp_path / "topics.npz")([composed(0, TITLES[0])])
    assert draft.item.topic == "general"


def test_everything_is_understood_once_with_its_confidence_and_model(database: Database) -> None:
    filled(database)
    understand = worker(database)
    assert understand.backlog() == 2
    assert asyncio.run(understand.step())
    assert understand.backlog() == 0
    assert not asyncio.run(understand.step())
    found = SqlUnderstandingStore(database).of(1)
    assert sorted(one.what for one in found) == sorted(WHAT)
    assert all(one.model and 0 <= one.confidence <= 1 for one in found)
    assert next(one for one in found if one.what == "language").value == "en"


def test_an_encoder_gives_embeddings_and_stories(database: Database) -> None:
    items = filled(database)
    encoder = ToyEncoder()
    owned = encoder.encode(["x" * n for n in range(1, 90)])
    models = Models(HashedNgrams(), Words(), model_at(None), encoder, fit("toy", {"en": owned}))
    understand = worker(database, models)
    understand.take(9)
    record = items.get("i0")
    assert record is not None
    assert record.item.story == "story-1"
    meanings = [o for o in SqlUnderstandingStore(database).of(1) if o.what == "meaning"]
    assert [one.model for one in meanings] == ["toy-64-1"]
    assert SqlUnderstandingStore(database).vectors([1], models.name)


def test_a_second_ingest_of_the_same_rows_changes_nothing(database: Database) -> None:
    items = filled(database)
    worker(database).take(9)
    drafts = Quick(HashedNgrams(), Words())(
        [composed(num, title) for num, title in enumerate(TITLES)]
    )
    assert items.put(drafts, NOW_MS + 1) == ["unchanged", "unchanged"]


def test_again_goes_over_everything_and_tells_how_far(database: Database) -> None:
    filled(database)
    understand = worker(database)
    understand.take(9)
    told: list[int] = []
    assert understand.again(["topic", "safety"], told.append) == 2
    assert told == [2]


def test_a_restart_goes_on_with_the_stories_it_knew(database: Database) -> None:
    items = filled(database)
    worker(database).take(9)
    more = composed(7, TITLES[1] + " again")
    items.put(Quick(HashedNgrams(), Words())([more]), NOW_MS)
    worker(database).take(9)
    old, new = items.get("i1"), items.get("i7")
    assert old is not None and new is not None
    assert new.item.story == old.item.story
