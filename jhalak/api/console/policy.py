"""Policy: what actions are worth and how much is tried, changed only after a replay was seen.

A draft is replayed over the cell's own log by a worker (evaluation.replay_drafts). What is saved is
the draft, and only one whose replay is done; it reaches every process within two seconds.
"""

from __future__ import annotations

import asyncio
import inspect
from typing import Annotated, Any, Final

import msgspec
from litestar import get, post

from jhalak.api.console.access import Operator
from jhalak.api.console.numbers import Key, Number
from jhalak.api.raw import Refused
from jhalak.api.services import Services
from jhalak.config.documented import defaults, documented
from jhalak.config.experiments import Override
from jhalak.config.policy import FILE, MOST, WEIGHTS, check_policy
from jhalak.config.settings import (
    FeedSettings,
    LearningSettings,
    LockscreenSettings,
    ValueWeights,
    VideoSettings,
)
from jhalak.ports.errors import Conflict
from jhalak.ports.policies import Draft, PolicyVersion
from jhalak.stages.diversity import Diverse

DRAFTS: Final = 20
SHARES: Final = ("exploration", "topic_fade", "creator_fade")
Why = Annotated[str, msgspec.Meta(min_length=3, max_length=500)]


class DraftIn(msgspec.Struct, forbid_unknown_fields=True):
    """What is to change; what is not named stays as `jhalak.toml` has it."""

    override: Override


class SaveIn(msgspec.Struct, forbid_unknown_fields=True):
    """Make a draft the policy."""

    draft: Key
    why: Why


class BackIn(msgspec.Struct, forbid_unknown_fields=True):
    """Bring an earlier version back; 0: the settings alone."""

    version: Key
    why: Why


@get("/policy", tags=["console"])
async def get_policy(services: Services) -> dict[str, Any]:
    """What holds, every setting with its documentation and default, versions and drafts."""
    versions = await asyncio.to_thread(services.policies.all)
    drafts = await asyncio.to_thread(services.drafts.recent, DRAFTS)
    held = versions[0] if versions else None
    return {
        "version": held.version if held else 0,
        "override": msgspec.to_builtins(held.override if held else FILE),
        "fields": fields(services, held.override if held else FILE),
        "stages": stages(services),
        "versions": [_version(one) for one in versions],
        "drafts": [_draft(one) for one in drafts],
    }


def fields(services: Services, held: Override) -> list[dict[str, Any]]:
    """What a policy may change: default, as `jhalak.toml` has it, now, and what it means."""
    file, usual = services.settings.feed, defaults(ValueWeights)
    weights = [
        {
            "name": name, "group": "values", "doc": WEIGHTS[name], "default": usual[name],
            "file": getattr(file.values, name), "least": -MOST, "most": MOST,
            "now": held.values.get(name, getattr(file.values, name)),
        }
        for name in ValueWeights.__struct_fields__
    ]  # fmt: skip
    fades = inspect.signature(Diverse.__init__).parameters
    of_file = {"exploration": file.exploration, **{n: fades[n].default for n in SHARES[1:]}}
    of_code = {**of_file, "exploration": defaults(FeedSettings)["exploration"]}
    text = documented(Override) | {"exploration": documented(FeedSettings)["exploration"]}
    shares = [
        {
            "name": name, "group": "stages", "doc": text[name], "default": of_code[name],
            "file": of_file[name], "least": 0.0 if name == "exploration" else 0.01, "most": 1.0,
            "now": of_file[name] if getattr(held, name) is None else getattr(held, name),
        }
        for name in SHARES
    ]  # fmt: skip
    return [*weights, *shares]


def stages(services: Services) -> list[dict[str, Any]]:
    """The other settings of feeds and learning, for reading: `jhalak.toml` changes them."""
    s = services.settings
    parts = (
        ("feed", FeedSettings, s.feed), ("lockscreen", LockscreenSettings, s.lockscreen),
        ("video", VideoSettings, s.video), ("learning", LearningSettings, s.learning),
    )  # fmt: skip
    return [
        {
            "name": f"{part}.{name}", "doc": documented(kind).get(name, ""), "default": default,
            "now": getattr(held, name),
        }
        for part, kind, held in parts
        for name, default in defaults(kind).items()
        if name not in ("values", "exploration", "model")
    ]  # fmt: skip


@post("/policy/drafts", tags=["console"], status_code=201)
async def draft(data: DraftIn, operator: Operator, services: Services) -> dict[str, Any]:
    """Have a change replayed. Answers the draft; ask for it again to see how far it is."""
    try:
        check_policy(data.override)
    except ValueError as error:
        raise Refused(400, "bad_policy", str(error)) from None
    held = await asyncio.to_thread(services.policies.newest)
    if fields(services, data.override) == fields(services, held.override if held else FILE):
        raise Refused(409, "nothing_changed", "the draft is what holds already")
    now_ms, base = services.clock(), held.version if held else 0
    made = await asyncio.to_thread(services.drafts.add, data.override, base, operator.name, now_ms)
    return _draft(made)


@get("/policy/drafts/{number:int}", tags=["console"])
async def get_draft(number: Number, services: Services) -> dict[str, Any]:
    """One draft, how far its replay is, and what it says once it is done."""
    return _draft(await _found(services, number))


@post("/policy", tags=["console"], status_code=201)
async def save(data: SaveIn, operator: Operator, services: Services) -> dict[str, Any]:
    """A replayed draft holds from now on."""
    found = await _found(services, data.draft)
    if found.state != "done":
        raise Refused(
            409, "not_replayed", f"draft {found.num} is {found.state}: only what a replay has shown"
            " the effect of can be saved",
        )  # fmt: skip
    now_ms = services.clock()
    try:
        made = await asyncio.to_thread(
            services.policies.save, found, operator.name, data.why, now_ms
        )
    except Conflict as error:
        raise Refused(409, "policy_changed", f"{error}: have the draft replayed again") from None
    return _version(made)


@post("/policy/back", tags=["console"], status_code=201)
async def bring_back(data: BackIn, operator: Operator, services: Services) -> dict[str, Any]:
    """What held once holds again, as a new version. It was replayed before it was saved."""
    made = await asyncio.to_thread(
        services.policies.bring_back, data.version, operator.name, data.why, services.clock()
    )
    if made is None:
        raise Refused(404, "no_such_version", f"there is no policy {data.version}")
    return _version(made)


async def _found(services: Services, number: int) -> Draft:
    found = await asyncio.to_thread(services.drafts.find, number)
    if found is None:
        raise Refused(404, "no_such_draft", f"there is no draft {number}")
    return found


def _draft(draft: Draft) -> dict[str, Any]:
    return {
        "number": draft.num, "at_ms": draft.at_ms, "by": draft.by, "base": draft.base,
        "override": msgspec.to_builtins(draft.override), "state": draft.state,
        "done": draft.done, "total": draft.total,
        "result": msgspec.json.decode(draft.result) if draft.result else None,
    }  # fmt: skip


def _version(policy: PolicyVersion) -> dict[str, Any]:
    return {**policy._asdict(), "override": msgspec.to_builtins(policy.override)}


ROUTES = [get_policy, draft, get_draft, save, bring_back]
