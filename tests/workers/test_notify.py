"""What several tell at once is written at once, and likes are gathered."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from jhalak.ports.errors import Unavailable
from jhalak.ports.notifications import Told
from jhalak.workers.notify import KEPT, Notifier


class Written:
    """Keeps what is written; the first `down` writings fail."""

    def __init__(self, down: int = 0) -> None:
        self.batches: list[list[Told]] = []
        self.likes: list[dict[str, list[int]]] = []
        self.down = down

    def add(self, told: Sequence[Told], now_ms: int) -> list[bool]:
        if self.down:
            self.down -= 1
            raise Unavailable("busy")
        self.batches.append(list(told))
        return [True] * len(told)

    def liked(self, viewers: Mapping[str, Sequence[int]], now_ms: int) -> None:
        self.likes.append({video: list(who) for video, who in viewers.items()})


async def _told(tell: Notifier) -> None:
    await tell(1, "comment", "c", 2)


def notifier(store: Written) -> Notifier:
    return Notifier(store, lambda: 1)  # type: ignore[arg-type]


def test_many_at_once_are_few_transactions_and_none_is_lost() -> None:
    store = Written()

    async def all_at_once() -> None:
        tell = notifier(store)
        await asyncio.gather(*(tell(1, "comment", f"c{n}", 2) for n in range(500)))

    asyncio.run(all_at_once())
    told = [one.subject for batch in store.batches for one in batch]
    assert told == [f"c{n}" for n in range(500)] and len(store.batches) < 10


def test_likes_wait_for_the_step_and_the_last_viewers_are_remembered() -> None:
    store = Written()
    tell = notifier(store)
    for viewer in range(1000):
        tell.liked("v", viewer)
    tell.liked("w", 7)
    assert store.likes == []
    for _ in range(2):
        asyncio.run(tell.step())
    assert store.likes == [{"v": list(range(1000 - KEPT, 1000)), "w": [7]}]


def test_what_cannot_be_written_is_written_later_and_nobody_waits_for_it() -> None:
    store = Written(down=1)
    tell = notifier(store)
    asyncio.run(_told(tell))
    assert store.batches == []
    asyncio.run(tell.step())
    assert [one.subject for batch in store.batches for one in batch] == ["c"]
