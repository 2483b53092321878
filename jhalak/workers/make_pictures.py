"""Making the pictures of items: fetched, checked, made in a process that is bounded, stored."""

from __future__ import annotations

import asyncio
import heapq
import logging
from collections.abc import Callable
from typing import Final

import msgspec

from jhalak.config.settings import PictureSettings
from jhalak.ingest.pictures.header import NoPicture
from jhalak.ingest.pictures.maker import Maker
from jhalak.ingest.pictures.wire import Made
from jhalak.ports.blob_store import BlobStore
from jhalak.ports.errors import PortError
from jhalak.ports.fetcher import Answer, Fetcher, FetchError, Limits, Refused
from jhalak.ports.items import ItemStore
from jhalak.ports.pictures import MediaStore, PictureStore, Try
from jhalak.ports.texts import TextStore
from jhalak.schema.item import ItemRecord
from jhalak.schema.picture import FOLDER, Picture

log = logging.getLogger(__name__)

BATCH: Final = 500
"""Changes read at once."""
WISHES: Final = 4
"""Large files made in one step."""
AGAIN_MS: Final = (60_000, 600_000, 3_600_000)
"""After each failure to fetch; then it is given up."""
AT_ONCE: Final = 4
"""Pictures that are fetched or made for each process that decodes, so that it never waits."""
LOOK_AGAIN_S: Final = 0.5
SWEEP_MS: Final = 600_000
KEEP_MS: Final = 86_400_000
"""Files stay so long after their item expired: editions that hold it may be offline."""
_LATER: Final = frozenset((408, 425, 429, *range(500, 600)))
"""Answers that may be another next time."""
_ACCEPT: Final = {"accept": "image/avif,image/webp,image/jpeg,image/png,image/gif;q=0.8"}


class MakePictures:
    """Follows the sequence of item changes; the newest items' pictures come first."""

    def __init__(
        self,
        items: ItemStore,
        pictures: PictureStore,
        media: MediaStore,
        texts: TextStore,
        blobs: BlobStore,
        fetcher: Fetcher,
        makers: list[Maker],
        clock: Callable[[], int],
        rules: PictureSettings,
    ) -> None:
        self._items, self._pictures, self._media, self._texts = items, pictures, media, texts
        self._blobs, self._fetcher, self._clock, self._rules = blobs, fetcher, clock, rules
        self._makers = makers
        self._started = 0
        self._running: set[asyncio.Task[None]] = set()
        self._seq = 0
        self._began = False
        self._there: set[str] | None = None
        """Files, while all items are looked at for the first time: a restored backup has none."""
        self._swept_ms = 0
        self._waiting: dict[int, ItemRecord] = {}
        self._order: list[tuple[int, int, int]] = []
        """A heap of (not before, minus published, number); an entry of what waits no more is
        skipped."""
        self.made = self.refused = self.failed = 0
        """Since it started."""

    @property
    def waiting(self) -> int:
        """Items whose picture is not made yet."""
        return len(self._waiting)

    async def step(self) -> bool:
        """Take the next changes, begin the next pictures, wait for one of them; True when there
        may be more."""
        if not self._began:
            self._there = set(await self._files())
            self._began = True
        more = await self._follow()
        for name, num in await asyncio.to_thread(self._media.wanted, WISHES):
            await self._make_large(name, num)
        for record in self._next(AT_ONCE * len(self._makers) - len(self._running)):
            maker = self._makers[self._started % len(self._makers)]
            self._started += 1
            self._running.add(asyncio.create_task(self._one(record, maker)))
        await self._sweep()
        if not self._running:
            return more
        done, self._running = await asyncio.wait(
            self._running, timeout=LOOK_AGAIN_S, return_when=asyncio.FIRST_COMPLETED
        )
        for task in done:
            task.result()
        return True

    async def close(self) -> None:
        """Give up what is being made, and end the processes that decode."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        for maker in self._makers:
            await maker.close()

    async def _follow(self) -> bool:
        records = await asyncio.to_thread(self._items.changes, self._seq, BATCH)
        wanted: dict[int, ItemRecord] = {}
        for record in records:
            self._seq = record.seq
            self._waiting.pop(record.num, None)
            if record.status == "recalled" or record.item.image is None:
                await self._drop(record.num, known=record.picture is not None)
            elif record.item.expires_ms > self._clock() and self._lacks(record.picture):
                wanted[record.num] = record
        tries = await asyncio.to_thread(self._pictures.tries, list(wanted)) if wanted else {}
        for num, record in wanted.items():
            before = tries.get(num)
            again_ms = before.again_ms if before and before.src == _src(record) else 0
            self._waiting[num] = record
            heapq.heappush(self._order, (again_ms, -record.item.published_ms, num))
        if len(records) < BATCH:
            self._there = None
        return len(records) == BATCH

    def _lacks(self, picture: Picture | None) -> bool:
        """Is it to be made: for the first time, or because its files were lost?"""
        if picture is None or self._there is None:
            return picture is None
        return any(one.size and one.name not in self._there for one in picture.variants)

    async def _files(self) -> list[str]:
        return [path.partition("/")[2] for path in await self._blobs.list(FOLDER)]

    def _next(self, count: int) -> list[ItemRecord]:
        """What is to be made now: of what may be fetched by now, the newest."""
        now_ms = self._clock()
        while self._order and 0 < self._order[0][0] <= now_ms:  # its pause is over: by age again
            _, published, num = heapq.heappop(self._order)
            heapq.heappush(self._order, (0, published, num))
        chosen: list[ItemRecord] = []
        while self._order and self._order[0][0] == 0 and len(chosen) < count:
            num = heapq.heappop(self._order)[2]
            record = self._waiting.pop(num, None)
            if record is not None and record.item.expires_ms > now_ms:
                chosen.append(record)
        return chosen

    async def _one(self, record: ItemRecord, maker: Maker) -> None:
        src = _src(record)
        try:
            made = await maker.make(await self._fetched(src), src)
        except (NoPicture, Refused) as refusal:
            await self._refuse(record, str(refusal))
        except FetchError as problem:
            await self._failed(record, str(problem))
        else:
            await self._store(record, made)

    async def _store(self, record: ItemRecord, made: Made) -> None:
        """Raises what the stores raise; then it is made again later."""
        try:
            for variant, file in zip(made.picture.variants, made.files, strict=False):
                await self._blobs.put(f"{FOLDER}/{variant.name}", file)
                if self._there is not None:
                    self._there.add(variant.name)
            await self._keep(record.num, self._judged(made.picture))
        except PortError:
            self._wait(record, self._clock() + AGAIN_MS[0])
            raise
        self.made += 1

    def _judged(self, picture: Picture) -> Picture:
        """With what a model saw in it. What none looked at is not shown while locked, unless the
        operator says that a reviewed source is enough."""
        looked = picture.sexual >= 0
        allowed = picture.sexual < self._rules.sexual_below if looked else self._rules.unchecked
        return msgspec.structs.replace(picture, allowed=allowed)

    async def _refuse(self, record: ItemRecord, reason: str) -> None:
        self.refused += 1
        await self._keep(record.num, Picture(src=_src(record), refused=reason[:200]))

    async def _fetched(self, src: str) -> bytes:
        """Raises NoPicture for an answer that stays as it is, FetchError for one that may not."""
        if not src.startswith(("http://", "https://")):
            raise NoPicture("not at an address of the web")
        size = self._rules.source_bytes
        limits = Limits(seconds=self._rules.fetch_s, sent=size, whole=size)
        answer: Answer = await self._fetcher.fetch(src, _ACCEPT, limits)
        if answer.status in _LATER:
            raise FetchError(f"status {answer.status}")
        if answer.status != 200:
            raise NoPicture(f"status {answer.status}")
        return answer.body

    async def _keep(self, num: int, picture: Picture) -> None:
        kept = await asyncio.to_thread(self._pictures.keep, num, picture, self._clock())
        if kept is None:  # recalled or changed while it was made
            names = [variant.name for variant in picture.variants]
            kept = await asyncio.to_thread(self._pictures.unshown, names)
        await self._delete(kept)

    async def _failed(self, record: ItemRecord, problem: str) -> None:
        src = _src(record)
        before = (await asyncio.to_thread(self._pictures.tries, [record.num])).get(record.num)
        tries = before.tries if before and before.src == src else 0
        if tries >= len(AGAIN_MS):
            await self._refuse(record, f"not fetched: {problem}")
            return
        self.failed += 1
        again_ms = self._clock() + AGAIN_MS[tries]
        self._wait(record, again_ms)
        await asyncio.to_thread(self._pictures.failed, record.num, Try(src, tries + 1, again_ms))

    def _wait(self, record: ItemRecord, until_ms: int) -> None:
        self._waiting.setdefault(record.num, record)
        heapq.heappush(self._order, (until_ms, -record.item.published_ms, record.num))

    async def _make_large(self, name: str, num: int) -> None:
        record = (await asyncio.to_thread(self._items.by_num, [num])).get(num)
        picture = record.picture if record else None
        there = False
        if picture is not None and any(variant.name == name for variant in picture.variants):
            try:
                data = await self._fetched(picture.src)
                await self._blobs.put(
                    f"{FOLDER}/{name}", await self._makers[0].large(data, picture)
                )
                there = True
            except (NoPicture, FetchError) as problem:
                log.info("no large picture of item %d: %s", num, problem)
        await asyncio.to_thread(lambda: self._media.made(name, there=there))

    async def _drop(self, num: int, *, known: bool) -> None:
        if known:
            await self._delete(await asyncio.to_thread(self._pictures.drop, num))

    async def _delete(self, names: list[str]) -> None:
        for name in names:
            await self._blobs.delete(f"{FOLDER}/{name}")

    async def _sweep(self) -> None:
        """Forget what expired; at first also files that a crash left without an item."""
        now_ms = self._clock()
        if abs(now_ms - self._swept_ms) < SWEEP_MS:
            return
        if not self._swept_ms:
            names = await self._files()
            for at in range(0, len(names), BATCH):
                part = names[at : at + BATCH]
                await self._delete(await asyncio.to_thread(self._pictures.unshown, part))
        self._swept_ms = now_ms
        before_ms = now_ms - KEEP_MS
        while nums := await asyncio.to_thread(self._pictures.expired, before_ms, BATCH):
            for num in nums:
                await self._drop(num, known=True)
        while await asyncio.to_thread(self._texts.forget_expired, before_ms, BATCH) == BATCH:
            pass


def _src(record: ItemRecord) -> str:
    return record.item.image.src if record.item.image else ""
