"""Duplicates: stories that several live items tell."""

from __future__ import annotations

import asyncio
from typing import Any, Final

import numpy as np
from litestar import get

from jhalak.api.services import Services
from jhalak.catalogue.live import LiveCatalogue
from jhalak.schema.candidates import Rows
from jhalak.schema.languages import LANGUAGES

MOST: Final = 60
"""Stories that are told, those with most items first."""
TOLD: Final = 12
"""Items of a story that are told, newest first."""


@get("/content/stories")
async def get_stories(services: Services) -> dict[str, Any]:
    """Stories with several live items, of which a slate shows one."""
    return {"stories": await asyncio.to_thread(_stories, services.world.catalogue)}


def _stories(c: LiveCatalogue) -> list[dict[str, Any]]:
    """O(n log n), 20 ms at 100,000 items; for a thread."""
    rows = np.flatnonzero(c.live & (c.story > 0)).astype(np.int32)
    names, counts = np.unique(c.story[rows], return_counts=True)
    best = np.argsort(-counts, kind="stable")[:MOST]
    several = names[best[counts[best] > 1]]
    rows = rows[np.isin(c.story[rows], several)]
    return [_story(c, rows, story) for story in several.tolist()]


def _story(c: LiveCatalogue, rows: Rows, story: int) -> dict[str, Any]:
    """One story of the catalogue, its live items newest first."""
    own = rows[c.story[rows] == story]
    own = own[np.argsort(-c.published_ms[own], kind="stable")]
    records = [record for row in own[:TOLD].tolist() if (record := c.records[row]) is not None]
    return {
        "story": str(story), "language": LANGUAGES[int(c.language[own[0]])],
        "members": len(own), "publishers": len(np.unique(c.creator[own])),
        "newest_ms": int(c.published_ms[own[0]]),
        "items": [
            {
                "item": item.id, "title": item.title, "publisher": item.publisher,
                "topic": item.topic, "published_ms": item.published_ms,
            }
            for item in (record.item for record in records)
        ],
    }  # fmt: skip


ROUTES = [get_stories]
