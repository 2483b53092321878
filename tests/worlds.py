"""Small Jhalaks whose answers can be known by eye: a real server over a folder, a clock that
stands still, HTTP spoken in process, and the learner run step by step."""

from __future__ import annotations

import asyncio
import atexit
import itertools
import shutil
import tempfile
import zlib
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any, TypeVar

import httpx
import numpy as np
from hypothesis import settings

from jhalak.api.app import create_app
from jhalak.api.services import Services
from jhalak.assembly import Server, open_blobs, open_learned, open_log, open_records
from jhalak.catalogue.live import prepare
from jhalak.config.settings import FeedSettings, Settings
from jhalak.feeds.warm import warm
from jhalak.pipeline.stage import SOURCES
from jhalak.ports.items import Draft
from jhalak.schema.activity import TOPIC, Activity, Tick, decode, encode
from jhalak.schema.candidates import Candidates
from jhalak.schema.ids import parse
from jhalak.schema.item import EMBEDDING_SIZE, Item, ItemRecord
from jhalak.schema.languages import LANGUAGE_INDEX
from jhalak.schema.query import Query
from jhalak.stages.world import World
from jhalak.workers.learn import Learner

T = TypeVar("T")

NOW_MS = 1_790_000_000_000
DAY_MS = 86_400_000
TOPICS = ("sport", "business", "technology", "science", "food", "travel", "nature", "games")
"""Eight topics, none of them sensitive."""


class Clock:
    """Time, as the test says."""

    def __init__(self, now_ms: int = NOW_MS) -> None:
        self.now_ms = now_ms

    def __call__(self) -> int:
        return self.now_ms

    def forward(self, *, s: float = 0.0, h: float = 0.0, days: float = 0.0) -> None:
        self.now_ms += round(1000 * (s + 3600 * h + 86_400 * days))


def make_item(name: str, topic: str = "sport", language: str = "en", **fields: Any) -> Item:
    """An item that says its name."""
    defaults: dict[str, Any] = {
        "title": f"Title of {name}",
        "summary": f"Summary of {name}.",
        "publisher": f"{language} {topic} daily",
        "published_ms": NOW_MS - 3_600_000,
        "expires_ms": NOW_MS + 20 * DAY_MS,
    }
    return Item(id=name, language=language, topic=topic, **{**defaults, **fields})


def make_items(
    counts: Mapping[str, int], language: str = "en", publishers: int = 3, newest_ms: int = NOW_MS
) -> list[Item]:
    """`counts[topic]` items of each topic, a minute apart, by a few publishers a topic."""
    return [
        make_item(
            f"{language}-{topic}-{i}",
            topic,
            language,
            publisher=f"{language} {topic} {i % publishers}",
            published_ms=newest_ms - 60_000 * (i + 1),
        )
        for topic, count in counts.items()
        for i in range(count)
    ]


PATIENT = Settings(feed=FeedSettings(source_budget_ms=10_000.0))
"""A machine that does much else must not make answers poorer."""


class Jhalak:
    """A server over the folder `data`."""

    def __init__(
        self, data: Path, settings: Settings | None = None, clock: Clock | None = None
    ) -> None:
        self.data = data
        self.settings = settings or PATIENT
        self.clock = clock or Clock()
        self.runner = asyncio.Runner()
        self._learner: Learner | None = None
        self._ids = itertools.count(1)
        if not data.exists() or not (data / "records.sqlite").exists():
            shutil.copytree(_migrated(), data, dirs_exist_ok=True)
        self.open()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    def open(self) -> None:
        """Open everything, read the catalogue; no loops run: the test takes the steps."""
        self.run(self._open())

    async def _open(self) -> None:
        self.server = Server(self.data, self.settings, self.clock)
        self.services = self.server.services
        self.app = create_app(self.services)
        transport = httpx.ASGITransport(app=self.app)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://jhalak")
        await self._follow()
        await _warm(self.services)
        self.services.ready = True

    async def _follow(self) -> None:
        await self.server._follow_catalogue.catch_up()
        await self.server._follow_learned.step()
        await self.server._follow_policy.step()
        await self.server._follow_stops.step()
        await self.server._follow_channels.step()
        await self.server._follow_series.step()

    def follow(self) -> None:
        """What the loops do: take what other processes wrote."""
        self.run(self._follow())

    def close(self) -> None:
        if self._learner is not None:
            self._learner._log.close()  # type: ignore[attr-defined]
            self._learner = None
        self.run(self.client.aclose())
        self.run(self.server.stop())

    def restart(self) -> None:
        self.close()
        self.open()

    def end(self) -> None:
        self.close()
        self.runner.close()

    def put(self, items: Iterable[Item], seed: int = 1) -> None:
        """Take items in, with embeddings that mean nothing, and follow."""
        rng = np.random.default_rng(seed)
        drafts = [
            Draft(item, rng.integers(-60, 60, EMBEDDING_SIZE, np.int8).tobytes(), DAY_MS)
            for item in items
        ]
        self.services.items.put(drafts, self.clock())
        self.follow()

    def settle(self) -> None:
        """Wait until everything that was appended is on disk."""
        now_ms = self.clock()
        self.run(self.services.event_log.append(TOPIC, 0, encode(Tick(now_ms)), now_ms))

    def learner(self) -> Learner:
        """The learner of this folder, in this process."""
        if self._learner is None:
            rules = self.settings.learning
            self._learner = Learner(
                open_log(self.data, self.settings, writable=False),
                open_blobs(self.data, self.settings), open_learned(self.data), self.clock,
                publish_s=rules.publish_s, checkpoint_s=rules.checkpoint_s,
                label_window_s=rules.label_window_s, join_h=rules.join_h, model=rules.model,
            )  # fmt: skip
            self.run(self._learner.resume())
        return self._learner

    def learn(self) -> None:
        """Learn all there is, publish, and follow."""
        self.settle()
        learner = self.learner()

        async def catch_up() -> None:
            while await learner.step():
                pass
            learner.publish(self.clock())

        self.run(catch_up())
        self.follow()

    def records(self, viewer: str) -> list[Activity]:
        """The viewer's records in the log, in order."""
        self.settle()
        entries = self.run(self.services.event_log.read_key(TOPIC, parse(viewer)))
        return [decode(entry.payload) for entry in entries]

    def ask(
        self, method: str, path: str, token: str = "", *, json: Any = None,
        content: bytes | None = None, headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:  # fmt: skip
        return self.run(self.asking(method, path, token, json, content, headers))

    async def asking(
        self, method: str, path: str, token: str = "", json: Any = None,
        content: bytes | None = None, headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:  # fmt: skip
        sent = dict(headers or {})
        if token:
            sent["Authorization"] = f"Bearer {token}"
        return await self.client.request(method, path, json=json, content=content, headers=sent)

    def phone(self, *languages: str, **fields: Any) -> Phone:
        """A new viewer's device."""
        body = {"languages": list(languages or ("en",)), **fields}
        answer = self.ask("POST", "/v1/viewers", json=body)
        assert answer.status_code == 201, answer.text
        return Phone(self, answer.json()["viewer"], answer.json()["token"])

    def next_id(self) -> str:
        return f"event-{next(self._ids)}"


_warmed: list[bool] = []


async def _warm(services: Services) -> None:
    """Compile the kernels, once a process: a first slate that waits for it would be late."""
    if not _warmed:
        _warmed.append(True)
        await warm(services.lockscreen, services.video, services.states)


class Phone:
    """A viewer's device: it asks, looks, taps and tells."""

    def __init__(self, jhalak: Jhalak, viewer: str, token: str) -> None:
        self.jhalak, self.viewer, self.token = jhalak, viewer, token

    @property
    def number(self) -> int:
        return parse(self.viewer)

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        return self.jhalak.ask(method, path, self.token, **more)

    def edition(self, slots: int | None = None, have: str = "") -> dict[str, Any]:
        values = {"slots": slots, "have": have or None}
        query = "&".join(f"{name}={value}" for name, value in values.items() if value is not None)
        answer = self.ask("GET", f"/v1/lockscreen/edition?{query}".removesuffix("?"))
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def page(self, limit: int | None = None) -> dict[str, Any]:
        answer = self.ask("GET", "/v1/video/feed" + (f"?limit={limit}" if limit else ""))
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def event(self, card: Mapping[str, Any], type_: str = "tap", **fields: Any) -> dict[str, Any]:
        """An event of now with an id of its own."""
        made = {
            "id": self.jhalak.next_id(), "slot": card["slot"], "type": type_,
            "at": rfc3339(self.jhalak.clock()), **fields,
        }  # fmt: skip
        return {name: value for name, value in made.items() if value is not None}

    def send(self, *events: Mapping[str, Any]) -> dict[str, Any]:
        answer = self.ask("POST", "/v1/events", json={"events": list(events)})
        assert answer.status_code == 202, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def tap(self, *cards: Mapping[str, Any]) -> dict[str, Any]:
        return self.send(*(self.event(card) for card in cards))

    def look(self, *cards: Mapping[str, Any]) -> dict[str, Any]:
        return self.send(*(self.event(card, "impression") for card in cards))


@lru_cache(maxsize=1)
def _migrated() -> Path:
    """A data folder with empty tables: migrating costs each test more than the test itself."""
    folder = Path(tempfile.mkdtemp(prefix="jhalak-template-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    open_records(folder, Settings()).database.close()
    return folder


def rfc3339(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds")


def ids(edition: Mapping[str, Any]) -> list[str]:
    """The items of an edition or a page, in order."""
    return [card["item"] for card in edition.get("cards", edition.get("items"))]


def topics_of(edition: Mapping[str, Any]) -> list[str]:
    return [card["topic"] for card in edition.get("cards", edition.get("items"))]


def share(values: Sequence[str], of: str) -> float:
    return sum(value == of for value in values) / max(len(values), 1)


def sporty_counts(seed: int, each: int = 240) -> dict[str, int]:
    """Items by topic, of which 10 to 25 % are sports."""
    rng = Random(seed)
    others = {topic: round(each * rng.uniform(0.7, 1.3)) for topic in TOPICS[1:]}
    part = rng.uniform(0.10, 0.25)
    return {"sport": round(sum(others.values()) * part / (1 - part)), **others}


def record_of(item: Item, num: int, *, seq: int = 0, recalled: bool = False) -> ItemRecord:
    """An item as records keep it; its publisher's number is made from its name."""
    creator = zlib.crc32(item.publisher.encode()) % 1_000_000 + 1 if item.publisher else 0
    rng = np.random.default_rng(num)
    return ItemRecord(
        num=num, seq=seq or num, status="recalled" if recalled else "live", item=item,
        creator=creator, changed_ms=NOW_MS,
        embedding=rng.integers(-60, 60, EMBEDDING_SIZE, np.int8).tobytes(),
    )  # fmt: skip


def world_of(*items: Item) -> World:
    """What stages look at, holding `items`, numbered from 1 in their order."""
    world = World()
    changes = [prepare(record_of(item, num)) for num, item in enumerate(items, 1)]
    world.renew(world.catalogue.commit(changes, NOW_MS))
    world.catalogue.renew_pools()
    return world


def candidates_of(world: World, sources: int = 1) -> Candidates:
    """Every live item of the world as a candidate that the sources of these bits found."""
    rows = np.flatnonzero(world.catalogue.live).astype(np.int32)
    rows = rows[np.argsort(world.catalogue.num[rows])]
    return Candidates(rows, {SOURCES: np.full(len(rows), sources, np.uint16)})


def names_of(world: World, rows: Iterable[int]) -> list[str]:
    return [world.catalogue.record(int(row)).item.id for row in rows]


def query_of(*languages: str, **fields: Any) -> Query:
    """A query of a viewer who reads `languages`."""
    usual: dict[str, Any] = {"viewer": 1, "surface": 0, "now_ms": NOW_MS, "slots": 12}
    chosen = tuple(LANGUAGE_INDEX[code] for code in languages or ("en",))
    return Query(languages=chosen, **{**usual, "rng": Random(1), **fields})


def often(examples: int = 100) -> settings:
    """A property's examples: the same in every run, however slow the machine is."""
    return settings(max_examples=examples, deadline=None, derandomize=True)


def tap_games(world: Jhalak, viewers: int) -> list[Phone]:
    """So many viewers, each of whom looked at three editions of eight cards and tapped the games;
    learned after each."""
    phones = [world.phone() for _ in range(viewers)]
    for _ in range(3):
        for phone in phones:
            cards = phone.edition(8)["cards"]
            phone.look(*cards)
            phone.tap(*(card for card in cards if card["topic"] == "games"))
        world.clock.forward(s=200)
        world.learn()
    return phones
