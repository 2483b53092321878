"""Uploads that nobody ends: those that arrived become videos, those whose time is over go."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from jhalak.media.arrival import Stores, arrived, drop
from jhalak.media.container import Refused
from jhalak.ports.errors import PortError

log = logging.getLogger(__name__)
LIMIT: Final = 100


class SweepUploads:
    """A step of it; any number of processes may take them at once."""

    def __init__(self, stores: Stores, steady: Callable[[], int]) -> None:
        self._stores, self._steady = stores, steady

    async def step(self) -> bool:
        """Was there so much that there may be more? One that fails holds up no other: its time
        will be over."""
        uploads = self._stores.uploads
        whole = await asyncio.to_thread(uploads.whole, LIMIT)
        done = 0
        for upload, handle in whole:
            try:
                await arrived(self._stores, upload, handle)
                done += 1
            except Refused as error:
                log.info("the upload %s is no video: %s", upload.id, error)
                done += 1
            except PortError as problem:
                log.warning("the upload %s did not become a video: %s", upload.id, problem)
        gone = await asyncio.to_thread(uploads.expired, self._steady(), LIMIT)
        for upload_id in gone:
            await drop(self._stores, upload_id)
        return done == LIMIT or len(gone) == LIMIT
