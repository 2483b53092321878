"""Sources on the command line become files, in an order that does not change."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from jhalak.ingest.formats import SUFFIXES
from jhalak.ingest.report import SkippedFile
from jhalak.schema.languages import LANGUAGES

MAX_SKIPPED: Final = 1000
"""Skipped files that are named."""


@dataclass(frozen=True, slots=True)
class DataFile:
    path: Path
    size: int
    """Bytes; 0 where it cannot be told."""
    folder_language: str = ""
    """The language code that names the nearest folder, if one does."""
    problem: str = ""
    """Why the file cannot be read."""


def find(sources: Iterable[str | os.PathLike[str]]) -> tuple[list[DataFile], list[SkippedFile]]:
    """Data files of the sources (files, and folders with all below them), sorted within each
    folder, and what was skipped there. A file that is named is always taken; none is taken twice.
    """
    found: dict[Path, DataFile] = {}
    skipped: list[SkippedFile] = []
    for source in map(Path, sources):
        if source.is_dir():
            for path, reason in _walk(source):
                if reason and len(skipped) < MAX_SKIPPED:
                    skipped.append(SkippedFile(str(path), reason))
                elif not reason:
                    found.setdefault(path.resolve(), _described(path, source))
        elif source.is_file():
            found.setdefault(source.resolve(), _described(source, source.parent))
        else:
            problem = "not a file or folder" if source.exists() else "no such file or folder"
            found.setdefault(source, DataFile(source, 0, problem=problem))
    return list(found.values()), skipped


def _walk(folder: Path) -> Iterator[tuple[Path, str]]:
    """(file, "" or why it is skipped), depth first; links to folders are not followed."""
    errors: list[OSError] = []
    for here, folders, names in os.walk(folder, onerror=errors.append):
        for hidden in sorted(name for name in folders if name.startswith(".")):
            yield Path(here, hidden), "hidden"
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            yield Path(here, name), _why_not(Path(here, name))
    for error in errors:
        yield Path(error.filename or folder), f"cannot be read: {error.strerror}"


def _why_not(path: Path) -> str:
    if path.name.startswith("."):
        return "hidden"
    if path.suffix.lower() not in SUFFIXES:
        return "no data file"
    return "" if path.is_file() else "not a regular file"


def _described(path: Path, top: Path) -> DataFile:
    try:
        size = path.stat().st_size
    except OSError:
        size = 0
    return DataFile(path, size, _folder_language(path, top))


def _folder_language(path: Path, top: Path) -> str:
    """The nearest folder between the file and the source, both included, named by a code.

    Folders above the source do not count: `/home/id` says nothing of what lies in it.
    """
    below = path.absolute().relative_to(top.absolute()).parts[:-1]
    for name in (*reversed(below), top.absolute().name):
        if name.lower() in LANGUAGES:
            return name.lower()
    return ""
