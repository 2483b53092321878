"""Learning: how what is shown does, how well it was foretold, and what the last minutes taught.

Counts come from the learner's fold as it told them (learning.figures), never from the log here.
Coverage and waits are of the learned state over the live catalogue.
"""

from __future__ import annotations

import asyncio
import math
from typing import Any, Final

import msgspec
from litestar import get

from jhalak.api.raw import Refused
from jhalak.api.services import Services
from jhalak.catalogue.topics import topics
from jhalak.learning.fairness import PATH as FAIRNESS
from jhalak.learning.figures import LEAST_VIEWERS, PATH
from jhalak.ports.replays import KeptReplay
from jhalak.stages.coverage import coverage

REPLAYS: Final = 40
SHOWN_OF_REPLAY: Final = ("auc", "log_loss", "calibration", "session_gauc", "request_auc", "rate")


@get("/learning", tags=["console"])
async def get_learning(services: Services) -> dict[str, Any]:
    """All of the page. `told` is null until the learner has folded something."""
    data = await services.blobs.get(PATH)
    told = None if data is None else named(services, msgspec.json.decode(data))
    held = services.world.serving.version
    waits = await asyncio.to_thread(services.trial_waits.now, services.clock())
    return {
        "told": told,
        "least_viewers": LEAST_VIEWERS,
        "model": held,
        "learner_alive_ms": services.world.alive_ms,
        "exploration": services.held.feed.exploration,
        "wait": {
            "trials": waits.overall.trials, "impressions": round(waits.overall.impressions, 1),
            "new_item_h": _hours(waits.overall.new_item_h), "all_h": _hours(waits.overall.all_h),
            "impressions_a_day": round(waits.a_day, 1),
        },
        "coverage": [one._asdict() for one in await asyncio.to_thread(coverage, services.world)],
    }  # fmt: skip


def _hours(hours: float) -> float | None:
    """None: for ever."""
    return round(hours, 2) if math.isfinite(hours) else None


def named(services: Services, told: dict[str, Any]) -> dict[str, Any]:
    """What the learner told, with the names of topics and items in place of their numbers."""
    for surfaces in told["windows"].values():
        for window in surfaces.values():
            for cell in window["topic"]:
                cell["name"] = topic_name(int(cell["name"]))
    for one in told["lately"]["of"]:
        one["topic"] = topic_name(one["topic"])
    for one in told["lately"]["items"]:
        row = services.world.catalogue.find(one.pop("item"))
        item = services.world.catalogue.record(row).item if row >= 0 else None
        one |= {
            "id": item.id if item else None, "title": item.title if item else None,
            "topic": item.topic if item else None, "language": item.language if item else None,
        }  # fmt: skip
    return told


def topic_name(index: int) -> str:
    """The id of a topic by its index; its number where the table does not know it any more."""
    table = topics()
    return table[index].id if 0 <= index < len(table) else f"topic {index}"


@get("/fairness", tags=["console"])
async def get_fairness(services: Services) -> dict[str, Any]:
    """How evenly creators are met, as the worker told it last; null: it has not yet."""
    data = await services.blobs.get(FAIRNESS)
    return {"fairness": None if data is None else msgspec.json.decode(data)}


@get("/replays", tags=["console"])
async def get_replays(services: Services) -> dict[str, Any]:
    """Kept reports of `jhalak replay --keep`, newest first, each on one line a label."""
    kept = await asyncio.to_thread(services.replays.recent, REPLAYS)
    return {"replays": [_summary(replay) for replay in kept]}


@get("/replays/{number:int}", tags=["console"])
async def get_replay(number: int, services: Services) -> dict[str, Any]:
    """One report whole, as `jhalak replay --json` says it."""
    for replay in await asyncio.to_thread(services.replays.recent, REPLAYS):
        if replay.num == number:
            found: dict[str, Any] = msgspec.json.decode(replay.body)
            return found
    raise Refused(404, "no_such_replay", f"there is no replay {number} among the newest {REPLAYS}")


def _summary(replay: KeptReplay) -> dict[str, Any]:
    report = msgspec.json.decode(replay.body)
    return {
        "number": replay.num, "at_ms": replay.at_ms, "name": replay.name, "log": replay.log,
        "reported": report.get("reported"), "report_from": report.get("report_from"),
        "labels": {
            label: {name: one[name] for name in SHOWN_OF_REPLAY if one.get(name) is not None}
            for label, one in report.get("labels", {}).items()
        },
    }  # fmt: skip


ROUTES = [get_learning, get_fairness, get_replays, get_replay]
