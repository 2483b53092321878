"""Many viewers who like one video: a data folder that holds them, and connections that ask."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
import numpy as np
from sqlalchemy import insert

from jhalak.assembly import Records, now_ms, open_publish, open_records
from jhalak.config.settings import read_settings
from jhalak.embedded.keys import open_keys
from jhalak.people.viewer_token import ViewerTokens
from jhalak.ports.creators import Newcomer
from jhalak.ports.items import Draft
from jhalak.records.tables import viewers
from jhalak.schema.ids import new_id
from jhalak.schema.item import EMBEDDING_SIZE
from jhalak.schema.video import Details, Media, Video, VideoFile
from tests.worlds import DAY_MS, TOPICS, make_items

VIDEO: Final = "one-video-that-is-liked"
CONNECTIONS: Final = 48
CARDS: Final = 250
"""Of each topic."""
_CHUNK: Final = 2000


class Crowd(NamedTuple):
    """Tokens of `viewers` viewers, and the video's item number."""

    tokens: list[str]
    item: int
    creator: int


def prepare(data: Path, count: int) -> Crowd:
    """One live video, and `count` viewers, written straight into the records."""
    settings = read_settings(data)
    records = open_records(data, settings)
    at_ms = now_ms()
    account = records.creators.add("asha", "x", at_ms, Newcomer(age_band="25-34"))
    details = Details(
        caption="liked", language="en", topic="food", ai=False, sensitive=False, rights="own"
    )
    video = Video(
        id=VIDEO, account=account.num, handle="asha", upload="up", content=b"liked",
        details=details, created_ms=at_ms,
    )  # fmt: skip
    records.videos.begin(video, at_ms)
    files = (VideoFile(name="240.mp4", type="video/mp4", bytes=9, width=240, height=426),)
    media = Media(set="a" * 32, duration_s=3, width=240, height=426, sound=True, files=files)
    records.videos.change(VIDEO, ["waiting"], at_ms, media=media)
    assert open_publish(records, settings, now_ms).publish(video, ("waiting",))
    _fill(records, at_ms)
    found = records.items.get(VIDEO)
    assert found is not None
    tokens = list(_people(records, data, settings.cell, count, at_ms))
    records.database.close()
    return Crowd(tokens, found.num, account.creator)


def _fill(records: Records, at_ms: int) -> None:
    """Cards of eight topics, so that a feed has something to choose from."""
    rng = np.random.default_rng(7)
    made = make_items(dict.fromkeys(TOPICS, CARDS), publishers=12, newest_ms=at_ms)
    drafts = [
        Draft(
            msgspec.structs.replace(item, expires_ms=at_ms + 9 * DAY_MS),
            rng.integers(-60, 60, EMBEDDING_SIZE, np.int8).tobytes(), DAY_MS,
        )
        for item in made
    ]  # fmt: skip
    for start in range(0, len(drafts), 200):
        records.items.put(drafts[start : start + 200], at_ms)


def _people(records: Records, data: Path, cell: str, count: int, at_ms: int) -> Iterator[str]:
    minted = ViewerTokens(cell, open_keys(data / "keys", at_ms).viewer)
    rows = [
        {
            "id": new_id(), "created_ms": at_ms, "languages": "en", "age_band": None,
            "profiled": True, "data_budget_bytes": 5_000_000, "epoch": 0, "version": 1,
        }
        for _ in range(count)
    ]  # fmt: skip
    for start in range(0, count, _CHUNK):
        with records.database.write() as connection:
            connection.execute(insert(viewers), rows[start : start + _CHUNK])
    for row in rows:
        yield minted.mint(row["id"], 0, ("en",))


class Connections:
    """Requests over a few connections that stay open, at a rate."""

    def __init__(self, port: int, count: int = CONNECTIONS) -> None:
        self._port, self._count = port, count
        self.statuses: dict[int, int] = {}
        self.took_s: list[float] = []

    async def send(
        self, requests: Iterable[bytes], per_s: float,
        clock: Callable[[], float] = time.perf_counter,
    ) -> float:  # fmt: skip
        """All of them, begun `per_s` a second as far as connections are free; the seconds that it
        took."""
        todo, began, sent = iter(requests), clock(), 0

        async def work() -> None:
            nonlocal sent
            reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
            for request in todo:
                at = began + sent / per_s
                sent += 1
                if (wait := at - clock()) > 0:
                    await asyncio.sleep(wait)
                asked = clock()
                writer.write(request)
                status = await _answer(reader)
                self.took_s.append(clock() - asked)
                self.statuses[status] = self.statuses.get(status, 0) + 1
            writer.close()

        await asyncio.gather(*(work() for _ in range(self._count)))
        return clock() - began


async def _answer(reader: asyncio.StreamReader) -> int:
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head[9:12])
    length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
    if length:
        await reader.readexactly(int(length))
    return status


def request(method: str, path: str, token: str) -> bytes:
    return (
        f"{method} {path} HTTP/1.1\r\nhost: jhalak\r\nauthorization: Bearer {token}\r\n\r\n"
    ).encode()
