"""Experiments: define, watch, stop. Those of `jhalak.toml` and those defined here are alike.

What an experiment shows is what the watch over experiments wrote down last; nothing is folded here.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Annotated, Any, Final

import msgspec
from litestar import get, post

from jhalak.api.console.access import Operator
from jhalak.api.raw import Refused
from jhalak.api.services import Services
from jhalak.config.experiments import ExperimentSettings, holdouts
from jhalak.config.policy import holding
from jhalak.experiments.metrics import METRICS
from jhalak.experiments.report import report_path, state_of
from jhalak.experiments.stops import Stopped, Stops
from jhalak.learning.figures import LEAST_VIEWERS
from jhalak.ports.definitions import Definition
from jhalak.ports.errors import Conflict

Why = Annotated[str, msgspec.Meta(min_length=3, max_length=500)]
MEANINGS: Final = {
    "value": "what actions were worth by the cell's weights, an impression",
    "tap": "slots tapped, an impression", "long": "long looks, an impression",
    "regret": "slots hidden, blocked or reported, an impression",
    "exhausted": "slates that repeated something", "degraded": "slates made without ranking",
    "returned": "viewers back after a day",
}  # fmt: skip


class DefineIn(msgspec.Struct, forbid_unknown_fields=True):
    """An experiment, as `jhalak.toml` would say it, and why."""

    experiment: ExperimentSettings
    why: Why


class StopIn(msgspec.Struct, forbid_unknown_fields=True):
    """Nobody gets this arm any more; no arm named: the whole experiment ends."""

    experiment: str
    why: Why
    arm: str = ""


@get("/experiments", tags=["console"])
async def get_experiments(services: Services) -> dict[str, Any]:
    """All experiments and holdouts, newest definitions first, each with what it shows."""
    defined = await asyncio.to_thread(services.definitions.all)
    by = {one.settings.name: one for one in defined}
    file = services.settings.experiments
    rules = [*(one.settings for one in reversed(defined)), *file]
    held = services.settings.assignment
    return {
        "metrics": {metric: MEANINGS[metric] for metric in METRICS},
        "holdout": held.holdout,
        "layers": msgspec.to_builtins(held.layers),
        "experiments": [await _one(services, one, by.get(one.name)) for one in rules],
        "holdouts": [
            await _one(services, one, None) for one in holdouts(rules, held)
        ],
    }  # fmt: skip


async def _one(
    services: Services, rules: ExperimentSettings, defined: Definition | None
) -> dict[str, Any]:
    data = await services.blobs.get(report_path(rules.name))
    report = None if data is None else shown(msgspec.json.decode(data))
    stops = await Stops(services.blobs).of(rules.name)
    return {
        "settings": msgspec.to_builtins(rules),
        "state": "ended" if len(stops) == len(rules.arms) else state_of(rules, services.clock()),
        "source": "jhalak.toml" if defined is None else "console",
        "by": defined.by if defined else None, "why": defined.why if defined else None,
        "at_ms": defined.at_ms if defined else None,
        "stopped": {arm: msgspec.to_builtins(stop) for arm, stop in stops.items()},
        "report": report,
    }  # fmt: skip


def shown(report: dict[str, Any]) -> dict[str, Any]:
    """A report without the figures of arms that hold fewer than LEAST_VIEWERS viewers."""
    for arm in report["arms"]:
        if arm["viewers"] < LEAST_VIEWERS:
            arm["metrics"], arm["guardrails"] = {}, []
    return report


@post("/experiments", tags=["console"], status_code=201)
async def define(data: DefineIn, operator: Operator, services: Services) -> dict[str, Any]:
    """A new experiment. It begins within two seconds, or at its start."""
    defined = await asyncio.to_thread(services.definitions.all)
    wanted = data.experiment
    try:
        if wanted.start is None:
            # Its place may have been another one's until now.
            now = datetime.fromtimestamp(services.clock() / 1000, UTC)
            wanted = msgspec.structs.replace(wanted, start=now)
        holding(services.settings, services.policy, [*(d.settings for d in defined), wanted])
    except ValueError as error:
        raise Refused(400, "bad_experiment", str(error)) from None
    try:
        made = await asyncio.to_thread(
            services.definitions.add, wanted, operator.name, data.why, services.clock()
        )
    except Conflict:
        name = wanted.name
        raise Refused(409, "name_taken", f"there is an experiment {name} already") from None
    return await _one(services, made.settings, made)


@post("/experiments/stop", tags=["console"], status_code=200)
async def stop(data: StopIn, operator: Operator, services: Services) -> dict[str, Any]:
    """Stop an arm, or end an experiment; servers obey within two seconds."""
    defined = await asyncio.to_thread(services.definitions.all)
    known = {one.name: one for one in services.settings.experiments}
    known |= {one.settings.name: one.settings for one in defined}
    rules = known.get(data.experiment)
    if rules is None:
        raise Refused(404, "no_such_experiment", f"there is no experiment {data.experiment!r}")
    arms = [arm.name for arm in rules.arms]
    if data.arm and data.arm not in arms:
        raise Refused(404, "no_such_arm", f"{rules.name} has the arms {', '.join(arms)}")
    now_ms, by = services.clock(), f"operator:{operator.name}"
    # An experiment ends for good by the stops of its arms: they hold whatever the file says.
    for arm in [data.arm] if data.arm else arms:
        await Stops(services.blobs).put(Stopped(rules.name, arm, now_ms, by, data.why))
    subject = f"{rules.name}/{data.arm}" if data.arm else rules.name
    action = "stop arm" if data.arm else "stop experiment"
    await asyncio.to_thread(services.audit.append, by, action, subject, data.why, now_ms)
    if not data.arm:
        await asyncio.to_thread(services.definitions.end, rules.name, operator.name, now_ms)
    named = {one.settings.name: one for one in await asyncio.to_thread(services.definitions.all)}
    kept = named.get(rules.name)
    return await _one(services, kept.settings if kept else rules, kept)


ROUTES = [get_experiments, define, stop]
