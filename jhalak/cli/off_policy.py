"""`jhalak off-policy`: what would another policy have earned?"""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rich.console import Console
from rich.table import Table

from jhalak.cli.failure import Failure, explained
from jhalak.cli.output import last_line

if TYPE_CHECKING:
    from jhalak.evaluation.logged import Logged
    from jhalak.evaluation.own_slots import Slots
    from jhalak.evaluation.reward_model import Foretold

NAMES: Final = {"ips": "IPS", "snips": "SNIPS", "dr": "doubly robust"}
SEED: Final = 0
"""Deals rows into the folds of the reward model."""


def run(arguments: argparse.Namespace) -> int:
    from jhalak.evaluation.kuairand import PolarsMissing
    from jhalak.evaluation.log import BadLog
    from jhalak.evaluation.logged import BadLogged

    if arguments.clip is not None and arguments.clip <= 0:
        raise Failure("--clip: a weight above 0", 2)
    try:
        report = _obd(arguments) if arguments.log == "obd" else _own(arguments)
    except (BadLog, BadLogged, PolarsMissing) as error:
        raise Failure(str(error), 2) from error
    for one in report["results"]:
        _show(one, report)
    last_line(report, wanted=arguments.json)
    return 1 if any(one["refused"] for one in report["results"]) else 0


def _obd(arguments: argparse.Namespace) -> dict[str, Any]:
    from jhalak.evaluation.obd import POLICIES, campaigns, read_campaign
    from jhalak.evaluation.reward_model import cross_fitted

    target = arguments.target or "bts"
    if target not in POLICIES:
        raise Failure(f"--target {target}: {' or '.join(POLICIES)}", 2)
    known = campaigns(arguments.folder, arguments.logged)
    if arguments.campaign and arguments.campaign not in known:
        raise Failure(f"--campaign {arguments.campaign}: one of {', '.join(known)}", 2)
    results = []
    for name in [arguments.campaign] if arguments.campaign else known:
        found = read_campaign(arguments.folder, name, arguments.logged, target)
        foretold = cross_fitted(found.logged, _random())
        one = _result(name, found.logged, foretold, arguments.clip)
        results.append({**one, "truth": None if found.truth != found.truth else found.truth})
    return {"log": "obd", "logged": arguments.logged, "target": target, "results": results}


def _random() -> Any:
    import numpy as np

    return np.random.default_rng(SEED)


def _own(arguments: argparse.Namespace) -> dict[str, Any]:
    from jhalak.evaluation.own_slots import read_target, write_slots

    values, slots = _slots(arguments)
    if arguments.slots:
        try:
            write_slots(slots, arguments.slots)
        except OSError as error:
            raise Failure(f"--slots {arguments.slots}: {error.strerror}", 1) from error
        print(f"{len(slots.slate):,} slots: {arguments.slots}")
    target = read_target(Path(arguments.target), slots) if arguments.target else None
    one = _result("all", slots.logged(target), None, arguments.clip)
    return {
        "log": "log", "logged": "jhalak", "target": arguments.target or "jhalak",
        "values": values, "omitted": slots.omitted, "results": [{**one, "truth": None}],
    }  # fmt: skip


def _slots(arguments: argparse.Namespace) -> tuple[dict[str, float], Slots]:
    """The weights, and the slots of a data folder; a server may be writing to it."""
    import msgspec

    from jhalak.assembly import open_log
    from jhalak.config.settings import read_settings
    from jhalak.evaluation.own_log import read_slates
    from jhalak.evaluation.own_slots import slots_of_slates

    if not (arguments.folder / "log").is_dir():
        raise Failure(f"{arguments.folder} holds no event log; name a server's data folder", 2)
    with explained():
        settings = read_settings(arguments.folder)
        values = _weights(arguments.values, msgspec.structs.asdict(settings.feed.values))
        event_log = open_log(arguments.folder, settings, writable=False)
        try:
            return values, slots_of_slates(asyncio.run(read_slates(event_log)), values)
        finally:
            event_log.close()


def _weights(text: str, published: dict[str, float]) -> dict[str, float]:
    """The published weights with those that `text`, NAME=WEIGHT,..., names in their place."""
    values = dict(published)
    for part in filter(None, text.split(",")):
        name, _, weight = part.partition("=")
        try:
            if name not in published:
                raise ValueError
            values[name] = float(weight)
        except ValueError:
            known = ", ".join(published)
            raise Failure(f"--values {part}: NAME=WEIGHT, with names of {known}", 2) from None
    return values


def _result(
    name: str, logged: Logged, foretold: Foretold | None, clip: float | None
) -> dict[str, Any]:
    from jhalak.evaluation.off_policy import evaluate
    from jhalak.evaluation.support import ADVICE, ThinSupport

    try:
        return {"name": name, "refused": [], **evaluate(logged, foretold, clip=clip).as_dict()}
    except ThinSupport as error:
        return {
            "name": name, "refused": error.reasons, "advice": ADVICE, "estimates": {},
            "gains": {}, "logging": None, "support": error.support.as_dict(), "clip": clip,
        }  # fmt: skip


def _show(one: dict[str, Any], report: dict[str, Any]) -> None:
    title = f"{one['name']}: {report['target']} by the log of {report['logged']}"
    if one["refused"]:
        print(f"{title}\n  refused: " + "\n  refused: ".join(one["refused"]))
        print(f"  {one['advice']}")
    else:
        table = Table(title=title, title_justify="left")
        for column in ("a decision earns", "value", "95 % interval", "more than logged"):
            table.add_column(column, justify="left" if column == "a decision earns" else "right")
        table.add_row("logged", *_cells(one["logging"]), "", end_section=True)
        for key, estimate in one["estimates"].items():
            gain = one["gains"].get(key)
            table.add_row(NAMES[key], *_cells(estimate), _span(gain, "+") if gain else "")
        if one["truth"] is not None:
            table.add_section()
            table.add_row("target, on policy", f"{one['truth']:.4f}", "", "")
        Console().print(table)
    print(_in_words(one["support"], one["clip"]))


def _cells(estimate: dict[str, float]) -> tuple[str, str]:
    return f"{estimate['value']:.4f}", _span(estimate)


def _span(estimate: dict[str, float], sign: str = "") -> str:
    return f"{estimate['low']:{sign}.4f} .. {estimate['high']:{sign}.4f}"


def _span_of(span: tuple[float, float]) -> str:
    return f"{span[0]:.3f} .. {span[1]:.3f}"


def _in_words(support: dict[str, Any], clip: float | None) -> str:
    said = (
        f"  {support['rows']:,} decisions, effective sample size {support['effective']:,.0f};"
        f" {support['rewarded']:,} rewarded, as much as {support['carried']:.0f};"
        f" greatest weight {support['max_weight']:,.1f},"
        f" mean {support['mean_weight']:.3f} ({_span_of(support['mean_weight_span'])});"
        f" {support['thin']:.1%} of the target (nearly) never logged"
    )
    if clip is None:
        return said
    return f"{said}; clipped at {clip:g}: {support['clipped']:.1%} of the weight is gone"
