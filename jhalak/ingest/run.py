"""An ingest from sources to store: read, compose, tell duplicates, commit in small batches."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Final

from jhalak.ingest.clean import clean_title
from jhalak.ingest.columns import Columns
from jhalak.ingest.compose import Composed, Composer, Refused
from jhalak.ingest.fields import BadField, text_of
from jhalak.ingest.files import DataFile, find
from jhalak.ingest.formats import read
from jhalak.ingest.identity import Seen, id_key, text_key
from jhalak.ingest.intake import Understand, with_embeddings
from jhalak.ingest.options import IngestOptions
from jhalak.ingest.report import Progress, SkippedFile, Summary
from jhalak.ingest.rows import Bad, Entry, Row
from jhalak.ingest.tongues import Tongues
from jhalak.ports.embedder import Embedder
from jhalak.ports.items import ItemStore
from jhalak.understanding.language import dominant

BATCH: Final = 200
"""Rows of one transaction."""
WAIT_MS: Final = 50
"""How long a row waits for others: a running server sees it soon, and other writers get in."""
PROGRESS_MS: Final = 250
SAMPLE: Final = 200
"""Rows of a source that are read ahead to learn its language."""
SAMPLE_BYTES: Final = 1 << 20


def ingest(
    sources: Iterable[str | os.PathLike[str]],
    store: ItemStore,
    embedder: Embedder,
    options: IngestOptions,
    clock: Callable[[], int],
    on_progress: Callable[[Progress], None],
    understand: Understand | None = None,
) -> Summary:
    """Take in all rows of `sources` (files and folders); `clock` gives Unix milliseconds.

    `understand` is what is quick to know about their texts (quick.py); without it items get an
    embedding only.

    Every row read ends as exactly one of new, updated, unchanged, duplicate and rejected. Raises
    DiskFull or Unavailable from the store; what was committed before stays, and running it again
    goes on from there.
    """
    understand = understand or with_embeddings(embedder)
    return _Run(store, understand, options, clock, on_progress).run(sources)


class _Run:
    """The state of one ingest."""

    def __init__(
        self,
        store: ItemStore,
        understand: Understand,
        options: IngestOptions,
        clock: Callable[[], int],
        on_progress: Callable[[Progress], None],
    ) -> None:
        self._store, self._understand, self._options = store, understand, options
        self._clock, self._on_progress = clock, on_progress
        self._summary = Summary()
        self._ids, self._texts = Seen(), Seen()
        self._waiting: list[Composed] = []
        self._waiting_since = self._told_at = 0
        self._bytes_done = self._bytes_total = 0

    def run(self, sources: Iterable[str | os.PathLike[str]]) -> Summary:
        files, self._summary.skipped = find(sources)
        self._bytes_total = sum(file.size for file in files)
        for file in files:
            self._file(file)
        self._commit()
        if files:
            self._tell(str(files[-1].path), always=True)
        return self._summary

    def _file(self, file: DataFile) -> None:
        source = str(file.path)
        if file.problem:
            self._summary.reject(source, 0, file.problem)
            return
        try:
            entries = read(file.path, Columns(self._options.columns), self._count_bytes)
            self._entries(entries, source, file.folder_language)
        except OSError as problem:
            self._summary.reject(source, 0, f"cannot be read: {problem.strerror}")

    def _entries(self, entries: Iterator[Entry], source: str, folder: str) -> None:
        sample, entries = _ahead(entries)
        tongues = Tongues(self._options.language, folder)
        composer = Composer(
            tongues, self._options.publisher, self._summary.dropped, self._options.reviewed
        )
        if not (folder or self._options.language):
            tongues.hint = dominant(_titles(sample))
        empty = True
        for entry in entries:
            empty = False
            now_ms = self._clock()
            if isinstance(entry, Bad):
                self._summary.reject(source, entry.line, entry.reason)
            else:
                self._row(entry, source, composer, now_ms)
            if self._waiting and (
                len(self._waiting) >= BATCH or now_ms - self._waiting_since >= WAIT_MS
            ):
                self._commit()
            self._tell(source)
        if empty:
            self._summary.skipped.append(SkippedFile(source, "it holds no entry"))

    def _row(self, row: Row, source: str, composer: Composer, now_ms: int) -> None:
        try:
            composed = composer.compose(row.fields, now_ms)
        except Refused as refusal:
            self._summary.reject(source, row.line, str(refusal))
            return
        item = composed.item
        by_id = id_key(item.id)
        by_text = text_key(composed.title, item.language, item.publisher)
        if by_id in self._ids or by_text in self._texts:
            self._summary.rows += 1
            self._summary.duplicate += 1
            return
        self._ids.add(by_id)
        self._texts.add(by_text)
        if not self._waiting:
            self._waiting_since = now_ms
        self._waiting.append(composed)

    def _commit(self) -> None:
        """Understand and store what waits; only then it counts."""
        if not self._waiting:
            return
        batch, self._waiting = self._waiting, []
        drafts = self._understand(batch)
        summary = self._summary
        for draft, change in zip(drafts, self._store.put(drafts, self._clock()), strict=True):
            summary.rows += 1
            summary.languages[draft.item.language] += 1
            setattr(summary, change, getattr(summary, change) + 1)

    def _count_bytes(self, count: int) -> None:
        self._bytes_done += count

    def _tell(self, source: str, *, always: bool = False) -> None:
        now_ms = self._clock()
        if always or now_ms - self._told_at >= PROGRESS_MS:
            self._told_at = now_ms
            rows = self._summary.rows + len(self._waiting)
            self._on_progress(Progress(source, rows, self._bytes_done, self._bytes_total))


def _ahead(entries: Iterator[Entry]) -> tuple[list[Row], Iterator[Entry]]:
    """The first rows, up to SAMPLE of them or SAMPLE_BYTES, and all entries as if unread."""
    taken: list[Entry] = []
    size = 0
    for entry in entries:
        taken.append(entry)
        size += _size(entry)
        if len(taken) >= SAMPLE or size >= SAMPLE_BYTES:
            break
    return [entry for entry in taken if isinstance(entry, Row)], chain(taken, entries)


def _size(entry: Entry) -> int:
    return len(str(entry.fields)) if isinstance(entry, Row) else len(entry.reason)


def _titles(rows: list[Row]) -> Iterator[str]:
    for row in rows:
        try:
            yield clean_title(text_of(row.fields.get("title"), "title"))
        except BadField:
            continue
