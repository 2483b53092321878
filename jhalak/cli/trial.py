"""How an item's first impressions stand, by the newest snapshot, beside a running server."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from jhalak.config.settings import FeedSettings
from jhalak.ports.items import ItemChanges, ItemStore
from jhalak.schema.item import ItemRecord

if TYPE_CHECKING:
    from jhalak.ports.learned import Learned
    from jhalak.stages.world import World

BATCH = 500


def trial_of(
    items: ItemStore, learned: Learned, feed: FeedSettings, record: ItemRecord, now_ms: int
) -> dict[str, Any] | None:
    """`shown` impressions of `of`, and `wait_h`, hours in which a new item of this creator has had
    them: None where nothing is looked at yet. None for what is not live. Reads the whole catalogue:
    the wait is what all that is on trial leaves."""
    from jhalak.stages.trial_wait import trial_wait

    if record.status != "live" or record.item.expires_ms <= now_ms:
        return None
    world = _world(items, learned, now_ms)
    row = world.catalogue.find(record.num)
    if row < 0:
        return None
    key, of = int(world.catalogue.trial[row]), feed.trial_impressions
    hours = trial_wait(world, feed.exploration, of).of(record.creator).new_item_h
    return {
        "shown": int(min(world.serving.trials.shown_of(key), of)),
        "of": int(of),
        "wait_h": round(hours, 1) if math.isfinite(hours) else None,
    }


def told(trial: dict[str, Any] | None) -> str:
    """The same in words."""
    if trial is None:
        return "none: it is not live"
    wait = "nothing is looked at yet" if trial["wait_h"] is None else f"{trial['wait_h']:g} h"
    return f"{trial['shown']} of {trial['of']} first impressions; a new one waits: {wait}"


def _world(items: ItemChanges, learned: Learned, now_ms: int) -> World:
    """The live catalogue, and what the learner knows of it."""
    from jhalak.catalogue.live import prepare_stored
    from jhalak.learning.serving import lay
    from jhalak.stages.world import World

    world, after = World(), 0
    c = world.catalogue
    while records := items.stored(after, BATCH):
        after = records[-1].seq
        c.commit([prepare_stored(record) for record in records], now_ms)
    snapshot = learned.newest()
    if snapshot is not None:
        world.replace(
            lay(snapshot.version, snapshot.arrays, c.row_of, c.live, c.language, c.topic, c.creator)
        )
    return world
