"""The directory: viewers at hand, so that a feed asks no database who they are."""

from __future__ import annotations

import asyncio
from collections import OrderedDict

from jhalak.ports.viewers import Viewer, ViewerStore


class Directory:
    """The most recent `size` viewers as the store has them. Used by one thread."""

    def __init__(self, store: ViewerStore, size: int) -> None:
        self._store, self._size = store, size
        self._viewers: OrderedDict[int, Viewer] = OrderedDict()

    def at_hand(self, viewer: int) -> Viewer | None:
        found = self._viewers.get(viewer)
        if found is not None:
            self._viewers.move_to_end(viewer)
        return found

    async def get(self, viewer: int) -> Viewer | None:
        """The viewer, or None for one that is not there. Raises Unavailable."""
        found = self.at_hand(viewer)
        if found is None:
            found = await asyncio.to_thread(self._store.get, viewer)
            if found is not None:
                self.put(found)
        return found

    def put(self, viewer: Viewer) -> None:
        """Keep what the store has now, unless a newer version is known."""
        known = self._viewers.get(viewer.id)
        if known is None or known.version <= viewer.version:
            self._viewers[viewer.id] = viewer
        if len(self._viewers) > self._size:
            self._viewers.popitem(last=False)

    def drop(self, viewer: int) -> None:
        self._viewers.pop(viewer, None)
