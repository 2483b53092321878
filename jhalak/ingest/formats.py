"""Which format a file is in, by its content first, and its entries."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, Literal

import msgspec

from jhalak.ingest.columns import Columns
from jhalak.ingest.csv_rows import csv_rows
from jhalak.ingest.json_rows import json_document, json_lines
from jhalak.ingest.lines import CHUNK, chunks, lines
from jhalak.ingest.rows import MAX_DOCUMENT, Bad, Entry
from jhalak.ingest.xml_rows import xml_rows

Format = Literal["csv", "jsonl", "json", "xml", "html", "binary", "empty"]

SUFFIXES: Final = frozenset(
    (".csv", ".tsv", ".jsonl", ".ndjson", ".json", ".rss", ".atom", ".xml", ".feed", ".mrss")
)
"""Names of data files; others in a folder are skipped, but read when they are named."""

_LINE_SUFFIXES: Final = frozenset((".jsonl", ".ndjson"))
_OBJECT_LINE: Final = re.compile(rb"\n[ \t\r]*\{")  # no newlines: it must stay linear
_HTML: Final = re.compile(rb"^<(?:!doctype\s+html|html)\b", re.IGNORECASE)


def read(path: Path, columns: Columns, on_bytes: Callable[[int], None]) -> Iterator[Entry]:
    """The entries of one file, in order. Raises OSError.

    Lines stream: memory does not grow with the file. Documents are read whole up to MAX_DOCUMENT.
    """
    head = next(chunks(path, lambda count: None), b"")
    kind = sniff(head, path.suffix.lower())
    pieces = chunks(path, on_bytes)
    if kind == "csv":
        yield from csv_rows(lines(pieces), columns)
    elif kind == "jsonl":
        yield from json_lines(lines(pieces), columns)
    elif kind in ("json", "xml"):
        data = _whole(pieces)
        if data is None:
            yield Bad(1, f"document larger than {MAX_DOCUMENT >> 20} MiB")
        else:
            yield from json_document(data, columns) if kind == "json" else xml_rows(data)
    elif kind == "html":
        yield Bad(1, "an HTML page, not a feed")
    elif kind == "binary":
        yield Bad(1, "not a text file")


def sniff(head: bytes, suffix: str) -> Format:
    """The format of a file that begins with `head` (UTF-8, no mark, up to CHUNK bytes)."""
    start = head.lstrip()
    if not start:
        return "empty"
    if suffix in _LINE_SUFFIXES:
        return "jsonl"
    if start.startswith(b"<"):
        return "html" if _HTML.match(start) else "xml"
    if start.startswith(b"["):
        return "json"
    if start.startswith(b"{"):
        return _sniff_json(start, len(head) < CHUNK)
    printable = start[:1024].translate(None, bytes(range(9)) + bytes(range(14, 32)))
    return "csv" if len(printable) > 0.95 * len(start[:1024]) else "binary"


def _sniff_json(start: bytes, whole: bool) -> Format:
    """One object a line, or one document?"""
    first, newline, _ = start.partition(b"\n")
    if not newline and not whole:
        return "json" if b"jsonfeed.org/version" in start else "jsonl"
    try:
        record = msgspec.json.decode(first)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        # A broken first line of many, or the first line of a document written over many.
        follows = _OBJECT_LINE.search(start)
        return "jsonl" if len(first) > 20 and follows else "json"
    return "json" if isinstance(record, dict) and isinstance(record.get("items"), list) else "jsonl"


def _whole(pieces: Iterator[bytes]) -> bytes | None:
    """All of the file, or None when it is larger than MAX_DOCUMENT (the rest is not read)."""
    parts: list[bytes] = []
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > MAX_DOCUMENT:
            return None
        parts.append(piece)
    return b"".join(parts)
