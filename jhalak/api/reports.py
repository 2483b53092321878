"""What viewers report of creators' videos opens a review, on disk before the report is accepted."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Sequence
from typing import Final

from jhalak.api.cases.filing import account_of, file_report, find_target
from jhalak.api.raw import not_taken
from jhalak.api.services import Services
from jhalak.ports.errors import Conflict, PortError
from jhalak.schema.activity import EVENT_INDEX, Outcome
from jhalak.schema.item import Item
from jhalak.trust.reasons import CODES, DAY_MS

log = logging.getLogger(__name__)

__all__ = ["CODES", "Reports"]
REMEMBERED: Final = 100_000
"""(viewer, item) pairs that reported: a viewer counts once a video while they are remembered."""
_REPORT: Final = EVENT_INDEX["report"]


class Reports:
    """Opens reviews for the reports of a batch."""

    def __init__(self, services: Services) -> None:
        self._s = services
        self._told: OrderedDict[tuple[int, int], None] = OrderedDict()

    async def open(self, viewer: int, outcomes: Sequence[Outcome], now_ms: int) -> None:
        """Raises Refused (503, 507): then the batch is not taken, and the device sends it again."""
        for outcome in outcomes:
            if outcome.type != _REPORT or (viewer, outcome.item) in self._told:
                continue
            item = self._video(outcome.item)
            if item is None:
                continue
            code = CODES[int(outcome.value)]
            await self._opened(viewer, item, code, now_ms)
            self._told[viewer, outcome.item] = None
            if len(self._told) > REMEMBERED:
                self._told.popitem(last=False)

    def _file(self, viewer: int, item: Item, code: str, now_ms: int) -> None:
        """Beyond what one viewer may report in a day nothing is opened; it is learned from."""
        s = self._s
        target = find_target(s, "item", item.id)
        if target is None or target.kind != "item":
            raise Conflict(f"there is no video {item.id}")
        most = s.settings.rules.reports_a_day
        own = account_of(s, viewer)
        account = own.num if own is not None else 0
        if account == target.owner or s.reports.since(viewer, now_ms - DAY_MS) >= most:
            return
        file_report(s, target, viewer, account, code, "", now_ms)

    def _video(self, num: int) -> Item | None:
        """The live item of this number, where it is a creator's video."""
        catalogue = self._s.world.catalogue
        row = catalogue.find(num)
        record = catalogue.records[row] if row >= 0 else None
        return record.item if record is not None and record.item.media else None

    async def _opened(self, viewer: int, item: Item, code: str, now_ms: int) -> None:
        try:
            await asyncio.to_thread(self._file, viewer, item, code, now_ms)
        except Conflict:
            log.warning("a report of %s opened no review: there is no such video", item.id)
        except PortError as error:
            raise not_taken(error) from None
