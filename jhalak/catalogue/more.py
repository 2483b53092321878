"""What else the live catalogue holds of an item's story."""

from __future__ import annotations

import numpy as np

from jhalak.catalogue.live import LiveCatalogue
from jhalak.schema.candidates import Rows


def same_story(catalogue: LiveCatalogue, row: int, most: int) -> Rows:
    """int32[<= most]: rows of the other live items of the story that the item at `row` is of,
    newest first, one a publisher. Nothing unsafe, and nothing sensitive beside an item that is not.
    O(rows): 0.1 ms at 100,000."""
    story = catalogue.story[row]
    if story == 0:
        return np.zeros(0, np.int32)
    fit = catalogue.live & (catalogue.story == story)
    fit &= ~catalogue.unsafe & ~catalogue.followers_only
    fit &= ~catalogue.sensitive | catalogue.sensitive[row]
    fit[row] = False
    rows = np.flatnonzero(fit).astype(np.int32)
    rows = rows[np.argsort(-catalogue.published_ms[rows], kind="stable")]
    creators = catalogue.creator[rows]
    seen = {int(catalogue.creator[row])} - {0}
    chosen = []
    for at, creator in zip(rows.tolist(), creators.tolist(), strict=True):
        if creator not in seen:
            chosen.append(at)
        seen |= {creator} - {0}
    return np.array(chosen[:most], np.int32)
