"""CSV with a header, record by record, however broken single records are."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Final

from jhalak.ingest.columns import Columns, MissingColumn, NoTitle, fold
from jhalak.ingest.lines import Line
from jhalak.ingest.rows import MAX_LINE, Bad, Entry, Row

DELIMITERS: Final = ",;\t|"
MAX_LINES: Final = 1000
"""Line breaks inside one record; beyond, its quote is taken never to close."""

TOO_LONG: Final = "longer than 1 MiB"
UNCLOSED: Final = "quote never closes"
NOT_UTF8: Final = "not UTF-8"


def csv_rows(source: Iterable[Line], columns: Columns) -> Iterator[Entry]:
    """Rows and rejections of a CSV file. Line numbers are those at which records start.

    A record whose quote never closes costs only its first line: reading goes on with the next.
    """
    feed = _Feed(source)
    header_line = feed.first()
    if header_line is None:
        return
    text = header_line.decode("utf-8", "replace")
    delimiter = sniff_delimiter(text, columns)
    header = next(csv.reader([text], delimiter=delimiter), [])
    try:
        found = columns.find_with_title(header)
    except (NoTitle, MissingColumn) as problem:
        yield Bad(1, str(problem))
        return
    position = {field: header.index(name) for field, name in found.items()}
    folded = [fold(name) for name in header]
    for line, cells in _records(feed, delimiter, len(header)):
        if isinstance(cells, str):
            yield Bad(line, cells)
        elif [fold(cell) for cell in cells[: len(header)]] == folded:
            yield Bad(line, "header row")
        else:
            yield Row(line, {field: cells[place] for field, place in position.items()})


def sniff_delimiter(header: str, columns: Columns) -> str:
    """The delimiter under which the header shows most known fields, then most columns."""

    def known(delimiter: str) -> tuple[int, int]:
        cells = next(csv.reader([header], delimiter=delimiter), [])
        try:
            return len(columns.find(cells)), len(cells)
        except MissingColumn:
            return 0, len(cells)

    return max(DELIMITERS, key=known)


class _Broken(Exception):
    """The record that is being read cannot be finished."""


class _Feed:
    """Lines as csv.reader pulls them; remembers what the current record took."""

    def __init__(self, source: Iterable[Line]) -> None:
        self._source = iter(source)
        self._back: deque[Line] = deque()
        self.taken: list[Line] = []
        self._size = 0
        self.not_utf8 = False

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        line = self._back.popleft() if self._back else next(self._source)
        self.taken.append(line)
        if line.data is None:
            raise _Broken
        self._size += len(line.data) + 1
        if self._size > MAX_LINE + 1 or len(self.taken) > MAX_LINES:
            raise _Broken
        try:
            return line.data.decode() + "\n"
        except UnicodeDecodeError:
            self.not_utf8 = True
            return line.data.decode("utf-8", "surrogateescape") + "\n"

    def first(self) -> bytes | None:
        """The header: the first line that is not blank."""
        return next((line.data for line in self._source if line.data and line.data.strip()), None)

    def begin(self) -> None:
        self.taken.clear()
        self._size = 0
        self.not_utf8 = False

    def give_back(self) -> None:
        """Read again all but the first line of the current record."""
        self._back.extendleft(reversed(self.taken[1:]))
        del self.taken[1:]


def _records(feed: _Feed, delimiter: str, width: int) -> Iterator[tuple[int, list[str] | str]]:
    """(line, cells) of each record, or (line, reason)."""
    csv.field_size_limit(MAX_LINE + 1)
    reader = csv.reader(feed, delimiter=delimiter, strict=True)
    while True:
        feed.begin()
        cells: list[str] | str
        try:
            cells = next(reader)
        except StopIteration:
            return
        except (csv.Error, _Broken):
            reader = csv.reader(feed, delimiter=delimiter, strict=True)
            cells = _mended(feed, delimiter, width)
        else:
            if not cells:
                continue  # a blank line is no row
            cells = _checked(feed, cells, delimiter, width)
        yield feed.taken[0].number, cells


def _mended(feed: _Feed, delimiter: str, width: int) -> list[str] | str:
    """What can be made of a record that breaks the rules of quoting: its cells or a reason."""
    first = feed.taken[0]
    if first.data is None:
        return TOO_LONG
    if len(feed.taken) > 1:
        feed.give_back()
        return UNCLOSED
    if first.data.count(b'"') % 2:
        return UNCLOSED
    text = first.data.decode("utf-8", "surrogateescape")
    return _checked(feed, next(csv.reader([text], delimiter=delimiter)), delimiter, width)


def _checked(feed: _Feed, cells: list[str], delimiter: str, width: int) -> list[str] | str:
    """The cells, if there are as many as the header has; blank ones at the end do not count."""
    if len(cells) != width and len(feed.taken) == 1 and feed.taken[0].data is not None:
        text = feed.taken[0].data.decode("utf-8", "surrogateescape")
        cells = next(csv.reader([text], delimiter=delimiter, skipinitialspace=True))
    if len(cells) < width or any(cell.strip() for cell in cells[width:]):
        if len(feed.taken) > 1:
            # A stray quote swallowed the following rows up to another stray quote.
            feed.give_back()
            return UNCLOSED
        return f"{len(cells)} columns where the header has {width}"
    if feed.not_utf8:
        return NOT_UTF8
    return "NUL byte" if any("\0" in cell for cell in cells) else cells
