"""A small world for ingest: a store in memory, a clock that stands, a folder for sources."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from jhalak.ingest.options import IngestOptions
from jhalak.ingest.report import Progress, Summary
from jhalak.ingest.run import ingest
from jhalak.ports.items import Change, Draft
from jhalak.schema.item import EMBEDDING_SIZE, Item

NOW_MS = 1_790_000_000_000


class MemoryItems:
    """The part of an item store that ingest uses, with the port's meaning of unchanged."""

    def __init__(self) -> None:
        self.items: dict[str, Item] = {}
        self.batches: list[int] = []

    def put(self, drafts: Sequence[Draft], now_ms: int) -> list[Change]:
        self.batches.append(len(drafts))
        return [self._put(draft, now_ms) for draft in drafts]

    def _put(self, draft: Draft, now_ms: int) -> Change:
        item, old = draft.item, self.items.get(draft.item.id)
        published = item.published_ms or (old.published_ms if old else now_ms)
        expires = item.expires_ms or published + draft.lifetime_ms
        new = msgspec.structs.replace(item, published_ms=published, expires_ms=expires)
        self.items[item.id] = new
        if old is None:
            return "new"
        return "unchanged" if old == new else "updated"


class NoEmbedder:
    """All texts mean the same."""

    model = "none"

    def embed(self, texts: Sequence[str]) -> NDArray[np.int8]:
        return np.full((len(texts), EMBEDDING_SIZE), 16, dtype=np.int8)


class World:
    """A folder of sources and a store to ingest them into."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = MemoryItems()
        self.progress: list[Progress] = []
        self.clock: Callable[[], int] = lambda: NOW_MS

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def ingest(
        self,
        *sources: Path,
        columns: Mapping[str, str] | None = None,
        language: str = "",
        publisher: str = "",
    ) -> Summary:
        summary = ingest(
            sources or (self.folder,),
            self.store,  # type: ignore[arg-type]
            NoEmbedder(),
            IngestOptions(columns or {}, language, publisher),
            self.clock,
            self.progress.append,
        )
        assert summary.adds_up()
        return summary

    def titles(self) -> list[str]:
        return [item.title for item in self.store.items.values()]


@pytest.fixture
def world(tmp_path: Path) -> World:
    folder = tmp_path / "sources"
    folder.mkdir()
    return World(folder)
