"""What was seen of how fast cards lose their readers changes how long they stay, and nothing else
does."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest

from jhalak.catalogue.topics import topic_by_id
from jhalak.ingest.compose import Composed
from jhalak.ingest.quick import Quick
from jhalak.learning.decay import HALF_LIVES_H, Decay
from jhalak.ports.learned import Snapshot
from jhalak.records.database import open_database
from jhalak.records.items import SqlItemStore
from jhalak.records.understandings import SqlUnderstandingStore
from jhalak.schema.item import Item
from jhalak.schema.languages import LANGUAGES
from jhalak.schema.viewer_state import TOPICS_MAX
from jhalak.understanding.embedding import HashedNgrams
from jhalak.understanding.topic import model_at
from jhalak.understanding.words import Words
from jhalak.workers.lifetimes import EVERY_MS, Lifetimes, RenewLifetimes
from jhalak.workers.understand import WHAT, Models, Understand

NOW_MS = 1_790_000_000_000
HOUR_MS = 3_600_000
TOPIC = topic_by_id()["sport"]
SHIPPED_MS = TOPIC.lifetime_ms
PLAIN = "The new stadium by the river opens its gates"


class Newest:
    """What a learner told last."""

    def __init__(self) -> None:
        self.snapshot: Snapshot | None = None

    def tell(self, topic_h: float = 0.0, cards: dict[int, float] | None = None) -> None:
        """That sport in English lasts so many hours, and single cards so many."""
        arrays = Decay().arrays()
        if topic_h:
            arrays["decay_cells"] = np.array([LANGUAGES.index("en") * TOPICS_MAX + TOPIC.index])
            arrays["decay_seen"] = np.array([[40, 9000, 700]], np.float32)
            arrays["decay_of_cell"] = sure(topic_h)[None]
        if cards:
            arrays["decay_items"] = np.array(list(cards))
            arrays["decay_of_item"] = np.stack([sure(hours) for hours in cards.values()])
        version = self.snapshot.version + 1 if self.snapshot else 1
        self.snapshot = Snapshot(version, NOW_MS, (0,), arrays)

    def newest(self, than: int = 0) -> Snapshot | None:
        return self.snapshot if self.snapshot and self.snapshot.version > than else None


def sure(hours: float) -> np.ndarray:
    """Log-likelihoods of half-lives that say so many hours."""
    return (-40 * np.log(HALF_LIVES_H * 3 / hours) ** 2).astype(np.float32)


class Cell:
    """A store with cards, a learner's word, and the worker."""

    def __init__(self, folder: Path) -> None:
        database = open_database(f"sqlite:///{folder}/records.sqlite")
        self.items, self.store = SqlItemStore(database), SqlUnderstandingStore(database)
        self.learned, self.now_ms = Newest(), NOW_MS
        self.lifetimes = Lifetimes(self.learned)  # type: ignore[arg-type]
        models = Models(HashedNgrams(), Words(), model_at(None))
        self.worker = Understand(self.store, models, self.lifetimes, lambda: self.now_ms)
        self.renew = RenewLifetimes(self.store, self.lifetimes, lambda: self.now_ms)

    def put(self, id: str, title: str = PLAIN, **fields: object) -> list[str]:
        """As its source says it: without an end, unless one is among the fields."""
        said = {"published_ms": NOW_MS, "expires_ms": NOW_MS + SHIPPED_MS, **fields}
        item = Item(id=id, language="en", topic="sport", title=title, **said)
        return list(self.items.put(Quick(HashedNgrams(), Words())([
            Composed(item, title, SHIPPED_MS)
        ]), self.now_ms))  # fmt: skip

    def understand(self) -> None:
        while self.worker.take(32):
            pass

    def renew_all(self) -> None:
        self.now_ms += EVERY_MS
        while self.renew.renew():
            pass

    def lasts_h(self, id: str) -> float:
        record = self.items.get(id)
        assert record is not None
        return (record.item.expires_ms - record.item.published_ms) / HOUR_MS

    def said(self, id: str) -> tuple[str, float, str]:
        record = self.items.get(id)
        assert record is not None
        found = next(u for u in self.store.of(record.num) if u.what == "lifetime")
        return found.value, found.confidence, found.model


@pytest.fixture
def cell(tmp_path: Path) -> Cell:
    return Cell(tmp_path)


def test_a_new_card_lasts_as_long_as_its_topic_was_seen_to(cell: Cell) -> None:
    cell.learned.tell(18)
    cell.put("a")
    assert cell.lasts_h("a") == 48
    cell.understand()
    assert cell.lasts_h("a") == pytest.approx(18, rel=0.2)
    value, confidence, model = cell.said("a")
    assert value == f"{cell.lasts_h('a'):.1f} h" and confidence > 0.8 and "decay-1" in model


def test_without_a_snapshot_a_card_lasts_as_long_as_ships(cell: Cell) -> None:
    cell.put("a")
    cell.understand()
    cell.renew_all()
    assert cell.lasts_h("a") == 48
    assert cell.said("a") == ("48.0 h", 0.5, "lifetime-1")


def test_words_still_pull(cell: Cell) -> None:
    cell.learned.tell(18)
    cell.put("a", "India won by six wickets: the result", expires_ms=0)
    cell.put("b", expires_ms=0)
    cell.understand()
    assert cell.lasts_h("a") > cell.lasts_h("b")  # a day pulls 18 hours up


def test_live_cards_follow_when_what_was_seen_moves(cell: Cell) -> None:
    cell.put("a")
    cell.understand()
    cell.learned.tell(18)
    before = cell.items.get("a")
    cell.renew_all()
    after = cell.items.get("a")
    assert before is not None and after is not None and after.seq > before.seq
    assert cell.lasts_h("a") == pytest.approx(18, rel=0.2)
    cell.learned.tell(100)
    cell.renew_all()
    assert cell.lasts_h("a") == pytest.approx(100, rel=0.2)
    again = cell.items.get("a")
    cell.renew_all()
    assert cell.items.get("a") == again


def test_a_card_that_is_still_read_lives_on_and_one_that_is_not_makes_way(cell: Cell) -> None:
    for name in ("a", "b", "c"):
        cell.put(name)
    cell.understand()
    nums = [record.num for record in cell.items.changes(0, 9)]
    cell.learned.tell(48, {nums[0]: 150.0, nums[1]: 12.0})
    cell.renew_all()
    assert cell.lasts_h("a") > 90 and cell.lasts_h("b") < 30
    assert cell.lasts_h("c") == pytest.approx(48, rel=0.1)


def test_a_card_whose_time_is_over_by_now_is_not_live_any_more(cell: Cell) -> None:
    cell.put("a")
    cell.understand()
    cell.now_ms += 24 * HOUR_MS
    cell.learned.tell(8)
    cell.renew_all()
    assert cell.store.live(0, cell.now_ms, 10) == []


def test_an_end_that_its_source_named_stands(cell: Cell) -> None:
    cell.learned.tell(18)
    cell.put("a", expires_ms=NOW_MS + 77 * HOUR_MS)
    cell.put("v", kind="video")
    cell.understand()
    cell.renew_all()
    assert (cell.lasts_h("a"), cell.lasts_h("v")) == (77, 48)


@pytest.mark.parametrize("dated", [True, False])
def test_a_source_that_repeats_itself_changes_nothing(cell: Cell, dated: bool) -> None:
    said = {} if dated else {"published_ms": 0, "expires_ms": 0}
    cell.learned.tell(18)
    cell.put("a", **said)
    cell.understand()
    lasts_h = cell.lasts_h("a")
    cell.now_ms += HOUR_MS
    assert cell.put("a", **said) == ["unchanged"]
    assert cell.lasts_h("a") == lasts_h != 48


def test_a_small_move_is_not_worth_a_change(cell: Cell) -> None:
    cell.put("a")
    cell.understand()
    cell.learned.tell(49)
    before = cell.items.get("a")
    cell.renew_all()
    assert cell.items.get("a") == before


def test_cards_are_gone_over_again_only_when_it_is_time(cell: Cell) -> None:
    cell.put("a")
    cell.understand()
    cell.learned.tell(18)
    cell.renew_all()
    cell.learned.tell(100)
    assert not cell.renew.renew()
    assert cell.lasts_h("a") < 30


def test_understanding_only_something_else_moves_no_end(cell: Cell) -> None:
    cell.put("a")
    cell.learned.tell(18)
    cell.worker.again([what for what in WHAT if what != "lifetime"], lambda _: None)
    assert cell.lasts_h("a") == 48


def test_a_broken_snapshot_says_nothing(cell: Cell) -> None:
    cell.learned.tell(18)
    assert cell.learned.snapshot is not None
    cell.learned.snapshot.arrays["decay_of_cell"] = np.zeros((7, 3))
    cell.put("a")
    cell.understand()
    assert cell.lasts_h("a") == 48


def test_items_of_before_are_read(cell: Cell) -> None:
    body = msgspec.msgpack.encode(Item(id="a", language="en", topic="sport", title="t"))
    assert b"lifetime_ms" not in body
    assert msgspec.msgpack.decode(body, type=Item).lifetime_ms == 0
