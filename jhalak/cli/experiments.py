"""`jhalak experiments`: it reads the log, so it works beside a running server."""

from __future__ import annotations

import argparse
import asyncio
import getpass
from typing import TYPE_CHECKING, Any, Final

from rich.console import Console
from rich.table import Table

from jhalak.cli.failure import Failure, explained
from jhalak.cli.output import last_line

if TYPE_CHECKING:
    from jhalak.config.experiments import ExperimentSettings
    from jhalak.config.settings import Settings

WIDTH: Final = 31
"""Characters of a chart."""


def run(arguments: argparse.Namespace) -> int:
    with explained():
        settings = _held(arguments)
        if arguments.action == "list":
            return _list(settings, arguments)
        experiment = _named(settings, arguments.name, held_out=arguments.action == "show")
        if arguments.action == "stop":
            return _stop(settings, experiment, arguments)
        report = asyncio.run(_report(settings, experiment, arguments))
    _show(report)
    last_line(report, wanted=arguments.json)
    return 0


def _held(arguments: argparse.Namespace) -> Settings:
    """The settings with the console's experiments and policy."""
    from jhalak.assembly import held_settings, open_records
    from jhalak.config.settings import read_settings

    settings = read_settings(arguments.data)
    records = open_records(arguments.data, settings)
    try:
        return held_settings(records, settings)
    finally:
        records.database.close()


def _named(settings: Settings, name: str | None, *, held_out: bool) -> ExperimentSettings:
    from jhalak.config.experiments import holdouts

    experiments = list(settings.experiments)
    if held_out:
        experiments += holdouts(settings.experiments, settings.assignment)
    for experiment in experiments:
        if experiment.name == name:
            return experiment
    known = ", ".join(e.name for e in experiments) or "none"
    if not name:
        raise Failure(f"which experiment? known are: {known}", 2)
    raise Failure(f"there is no experiment {name!r}; known are: {known}", 2)


def _list(settings: Settings, arguments: argparse.Namespace) -> int:
    from jhalak.assembly import now_ms, open_blobs
    from jhalak.experiments.report import state_of
    from jhalak.experiments.stops import Stops

    stopped = asyncio.run(Stops(open_blobs(arguments.data, settings)).names())
    table = Table("experiment", "layer", "share", "surfaces", "arms", "state")
    rows = []
    for e in settings.experiments:
        arms = [{"arm": a.name, "stopped": (e.name, a.name) in stopped} for a in e.arms]
        row = {"experiment": e.name, "layer": e.layer, "share": e.share, "arms": arms}
        state = state_of(e, now_ms())
        rows.append({**row, "state": state})
        said = [f"{arm['arm']} (stopped)" if arm["stopped"] else str(arm["arm"]) for arm in arms]
        table.add_row(
            e.name, e.layer, f"{e.share:.0%} from {e.at:.0%}", ", ".join(e.surfaces),
            ", ".join(said), state,
        )  # fmt: skip
    if rows:
        Console().print(table)
    else:
        print("there are no experiments, in jhalak.toml or the console")
    last_line({"experiments": rows}, wanted=arguments.json)
    return 0


def _stop(settings: Settings, experiment: ExperimentSettings, arguments: argparse.Namespace) -> int:
    from jhalak.assembly import now_ms, open_blobs, open_records
    from jhalak.experiments.stops import Stopped, Stops

    arms = [arm.name for arm in experiment.arms]
    if arguments.arm not in arms:
        text = f"{experiment.name} has no arm {arguments.arm or ''!r}; its arms: {', '.join(arms)}"
        raise Failure(text, 2)
    by = f"operator:{getpass.getuser()}"
    stopped = Stopped(experiment.name, arguments.arm, now_ms(), by, "stopped by hand")
    asyncio.run(Stops(open_blobs(arguments.data, settings)).put(stopped))
    records = open_records(arguments.data, settings)
    try:
        subject = f"{experiment.name}/{arguments.arm}"
        records.audit.append(by, "stop arm", subject, stopped.reason, now_ms())
    finally:
        records.database.close()
    print(f"arm {arguments.arm} of {experiment.name} is stopped; servers obey within 2 s")
    last_line({"experiment": experiment.name, "stopped": arguments.arm}, wanted=arguments.json)
    return 0


async def _report(
    settings: Settings, experiment: ExperimentSettings, arguments: argparse.Namespace
) -> dict[str, Any]:
    from jhalak.assembly import now_ms, open_blobs, open_log
    from jhalak.experiments import table
    from jhalak.experiments.report import summary
    from jhalak.experiments.stops import Stops
    from jhalak.workers.watch_experiments import experiments_of_log

    log = open_log(arguments.data, settings, writable=False)
    blobs = open_blobs(arguments.data, settings)
    source = experiments_of_log(log, blobs, settings)
    try:
        await source.resume()
        while await source.read():
            pass
    finally:
        log.close()
    found = source.fold.tables.get(experiment.name, table.Table())
    stops = await Stops(blobs).of(experiment.name)
    return summary(experiment, found, stops, settings.feed.values, source.fold.at_ms, now_ms())


def _show(report: dict[str, Any]) -> None:
    console = Console()
    first = report["arms"][0]
    print(
        f"{report['experiment']}: layer {report['layer']}, {report['share']:.0%} of it, "
        f"{report['state']}; intervals hold {1 - report['alpha']:.0%} at all times at once"
    )
    for arm in report["arms"]:
        print(
            f"  {arm['arm']}: {arm['viewers']:,} viewers, {arm['slates']:,} slates, "
            f"{arm['impressions']:,} impressions" + _stopped(arm["stopped"])
        )
    if report["mismatch"]:
        print("  DO NOT TRUST IT: the arms do not hold viewers in the shares that they should")
    if report["crossed"]:
        print(f"  {report['crossed']:,} viewers were met in two arms and are left out")
    for arm in report["arms"][1:]:
        console.print(_metrics(arm, first))
        for rail in arm["guardrails"]:
            bound = f"{rail['metric']} not {rail['direction']} by more than {rail['limit']:g}"
            print(f"  guardrail {bound}: {rail['state']}")


def _stopped(stopped: dict[str, Any] | None) -> str:
    return f"; stopped by {stopped['by']}: {stopped['reason']}" if stopped else ""


def _metrics(arm: dict[str, Any], first: dict[str, Any]) -> Table:
    table = Table(title=f"{arm['arm']} beside {first['arm']}")
    for name in ("metric", first["arm"], arm["arm"], "difference", "at least", "at most"):
        table.add_column(name, justify="left" if name == "metric" else "right", no_wrap=True)
    table.add_column("0".center(WIDTH), no_wrap=True)
    for metric, of in arm["metrics"].items():
        table.add_row(
            metric, _text(first["metrics"][metric]["mean"]), _text(of["mean"]),
            _text(of["difference"], "+"), _text(of["low"], "+"), _text(of["high"], "+"),
            chart(of["low"], of["difference"], of["high"]), style="bold" if of["certain"] else "",
        )  # fmt: skip
    return table


def _text(value: float | None, sign: str = "") -> str:
    return "-" if value is None else f"{value:{sign}.4f}"


def chart(low: float | None, middle: float | None, high: float | None) -> str:
    """An interval over an axis whose middle is 0 and whose ends are the farther end of it."""
    if low is None or middle is None or high is None:
        return ""
    reach = max(abs(low), abs(high)) or 1.0

    def at(value: float) -> int:
        return round((value / reach + 1) / 2 * (WIDTH - 1))

    line = [" "] * WIDTH
    line[at(low) : at(high) + 1] = "─" * (at(high) + 1 - at(low))
    line[at(low)], line[at(high)] = "├", "┤"
    line[WIDTH // 2] = "┼" if at(low) < WIDTH // 2 < at(high) else "│"
    line[at(middle)] = "●"
    return "".join(line)
