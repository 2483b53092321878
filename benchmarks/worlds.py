"""Data folders to measure on: built once, kept in a cache, copied for each benchmark.

A world has items over 13 languages, 22 topics and 2,000 creators; 100,000 known viewers; an
activity log that the learner has folded, so that many items have counts; and warm viewers made
by really calling the API: `regular` ones have seen 100 to 300 items and have tastes, `light` ones
read four languages and have seen 24, so that they do not run out in the smallest world.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks.client import Client, event
from benchmarks.processes import Process, jhalak
from benchmarks.synthetic import (
    DAY_MS,
    Activity24,
    draw_columns,
    tastes,
    write_items,
    write_log,
    write_viewers,
)
from jhalak.assembly import now_ms, open_log, open_records
from jhalak.config.settings import Settings
from jhalak.learning.features import FEATURES
from jhalak.learning.value import PARTS
from jhalak.schema.languages import LANGUAGES

FRESH_S: Final = 20 * 3600
"""A world older than this is built anew: its headlines and its learned trends have aged."""
SEED: Final = 7
_SOURCES: Final = (
    "config", "schema", "ports", "records", "embedded", "catalogue/topics.toml", "learning",
    "learning/fold.py", "learning/joining.py", "learning/taste.py", "learning/viewer.py",
)  # fmt: skip
_CHOICES: Final = (
    ("hi", "en"), ("ta",), ("en",), ("bn", "en"), ("te", "en"), ("mr", "hi"), ("id",), ("kn",),
    ("ur", "hi"), ("ml", "en"), ("gu", "hi"), ("pa", "hi", "en"), ("or",),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class World:
    """A folder ready to be served, to be used up by one benchmark."""

    data: Path
    items: int
    regular: list[str]
    """Tokens."""
    light: list[str]


@dataclass(frozen=True, slots=True)
class Size:
    """How large a world is."""

    items: int
    viewers: int = 100_000
    slates: int = 4000
    """Of the activity log: 24 slots and about 50 events each."""
    regular: int = 500
    light: int = 1000
    slates_each: tuple[int, int] = (5, 12)
    """From, to: slates of 24 that each regular viewer has seen."""


class Worlds:
    """Worlds under `folder`. `--quick` worlds are smaller in everything but kind."""

    def __init__(self, folder: Path, *, quick: bool) -> None:
        self._folder, self._quick = folder, quick
        self._digest = _digest()
        folder.mkdir(parents=True, exist_ok=True)

    @contextmanager
    def copy(self, items: int) -> Iterator[World]:
        """A copy of the world with `items` items, removed afterwards."""
        kept = self._kept(items)
        people = json.loads((kept / "people.json").read_text())
        with tempfile.TemporaryDirectory(prefix="run-", dir=self._folder) as temporary:
            data = Path(temporary) / "data"
            shutil.copytree(kept / "data", data)
            yield World(data, items, people["regular"], people["light"])

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """An empty folder on the same disk, removed afterwards."""
        with tempfile.TemporaryDirectory(prefix="run-", dir=self._folder) as temporary:
            yield Path(temporary)

    def _kept(self, items: int) -> Path:
        size = Size(items)
        if self._quick:
            size = Size(
                items, viewers=10_000, slates=400, regular=100, light=200, slates_each=(2, 5)
            )
        name = f"world-{items}-{'quick' if self._quick else 'full'}-{self._digest}"
        kept = self._folder / name
        stamp = kept / "people.json"
        if stamp.exists() and time.time() - stamp.stat().st_mtime < FRESH_S:
            return kept
        began = time.monotonic()
        print(f"building a world of {items:,} items ...", flush=True)
        for old in self._folder.glob(f"world-{items}-{'quick' if self._quick else 'full'}-*"):
            shutil.rmtree(old)
        building = self._folder / f"building-{os.getpid()}"
        shutil.rmtree(building, ignore_errors=True)
        try:
            people = build(building / "data", size)
            (building / "people.json").write_text(json.dumps(people))
            building.rename(kept)
        finally:
            shutil.rmtree(building, ignore_errors=True)
        print(f"built in {time.monotonic() - began:.0f} s, kept in {kept}", flush=True)
        return kept


def build(data: Path, size: Size) -> dict[str, list[str]]:
    """Make a world in `data`; answers the tokens of its warm viewers."""
    settings, at_ms = Settings(), now_ms()
    data.mkdir(parents=True)
    # Drawn items were never understood. That is done once an item, as is indexing them for search,
    # which is done below; here it would go on beside all that is measured.
    (data / "jhalak.toml").write_text("[understanding]\nworker = false\n", "utf-8")
    columns = draw_columns(size.items, SEED)
    records = open_records(data, settings)
    write_items(records, columns, at_ms, SEED)
    viewers = write_viewers(records, size.viewers, at_ms, SEED)
    records.database.close()
    log = open_log(data, settings, writable=True)
    activity = Activity24(columns, viewers, SEED)
    past = activity.records(size.slates, at_ms - DAY_MS, at_ms)
    asyncio.run(write_log(log, past))
    log.close()
    fold(data)
    _caught_up("index", data)
    rng = np.random.default_rng(SEED)
    with jhalak(data) as server, Client(server.port) as client:
        regular = [_regular(client, rng, k, size.slates_each) for k in range(size.regular)]
        light = [_light(client, rng, k) for k in range(size.light)]
    return {"regular": regular, "light": light}


def fold(data: Path) -> float:
    """Run the learner to the log's end; answers the CPU seconds that its process took."""
    return _caught_up("learn", data)


def _caught_up(what: str, data: Path) -> float:
    """Let a worker do what there is to do; answers the CPU seconds that it took."""
    arguments = ["-m", "jhalak", "work", what, "--until-caught-up", "--data", str(data)]
    log = data.parent / f"{what}.log"
    with Process(arguments, log) as worker:
        code, _, spent_s = worker.wait()
    if code:
        raise RuntimeError(log.read_text()[-2000:])
    return spent_s


def whole_slates(data: Path) -> None:
    """Let a server over `data` make every slate of all candidates, also while many wait, as they do
    in a closed loop."""
    with (data / "jhalak.toml").open("a", encoding="utf-8") as settings:
        settings.write("[feed]\ncrowded_reach = 1.0\n")


def _regular(client: Client, rng: np.random.Generator, k: int, each: tuple[int, int]) -> str:
    token = _viewer(client, _CHOICES[k % len(_CHOICES)])
    liked = tastes(rng)
    for turn in range(int(rng.integers(*each))):
        path = "/v1/lockscreen/edition?slots=24" if turn % 2 else "/v1/video/feed?limit=24"
        _look(client, token, path, liked)
    return token


def _light(client: Client, rng: np.random.Generator, k: int) -> str:
    spoken = tuple(LANGUAGES[(k + 3 * step) % len(LANGUAGES)] for step in range(4))
    token = _viewer(client, spoken)
    liked = tastes(rng)
    for _ in range(2):
        _look(client, token, "/v1/video/feed?limit=12", liked)
    return token


def _viewer(client: Client, languages: tuple[str, ...]) -> str:
    made = client.ask(
        "POST", "/v1/viewers", body={"languages": list(languages), "age_band": "25-34"}
    )
    token: str = made["token"]
    return token


def _look(client: Client, token: str, path: str, liked: Any) -> None:
    """One slate, seen; what is liked is opened."""
    slate = client.ask("GET", path, token)
    events = []
    for slot in slate.get("cards") or slate["items"]:
        events.append(event(slot["slot"], "impression"))
        if slot["topic"] in liked:
            events.append(event(slot["slot"], "tap"))
            events.append(event(slot["slot"], "dwell", 6000))
    client.ask("POST", "/v1/events", token, {"events": events})


def _digest() -> str:
    """Of all that decides what lies in a data folder: a world made by other code is not used."""
    package = Path(__file__).parent.parent / "jhalak"
    # Of the features only the names: what computes them may change without making a world stale.
    digest = hashlib.sha256(repr((FEATURES, PARTS)).encode())
    files = [Path(__file__), Path(__file__).with_name("synthetic.py")]
    for name in _SOURCES:
        path = package / name
        files += sorted(path.rglob("*.py")) if path.is_dir() else [path]
    for path in files:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
