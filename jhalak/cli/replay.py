"""`jhalak replay`."""

from __future__ import annotations

import argparse
from datetime import date
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from jhalak.cli.failure import Failure
from jhalak.cli.output import last_line

if TYPE_CHECKING:
    from jhalak.evaluation.log import Log
    from jhalak.evaluation.replay import Replayed

MISSING = "-"


def run(arguments: argparse.Namespace) -> int:
    from jhalak.evaluation.kuairand import PolarsMissing, read_kuairand
    from jhalak.evaluation.log import BadLog
    from jhalak.evaluation.report import day_number, summary

    try:
        from_day = (
            day_number(date.fromisoformat(arguments.report_from)) if arguments.report_from else None
        )
    except ValueError:
        text = f"--report-from {arguments.report_from}: a day is written YYYY-MM-DD"
        raise Failure(text, 2) from None
    if arguments.limit < 0:
        raise Failure("--limit: a number of impressions, 0 for all", 2)
    try:
        log = read_kuairand(arguments.folder)
    except (BadLog, PolarsMissing) as error:
        raise Failure(str(error), 2) from error
    if arguments.limit:
        log = log._replace(impressions=log.impressions.first(arguments.limit))
    report = summary(log, _replay(log), from_day)
    Console().print(_table(report))
    print(_in_words(report))
    last_line(report, wanted=arguments.json)
    return 0


def _replay(log: Log) -> Replayed:
    from jhalak.evaluation.replay import replay

    console = Console(stderr=True)
    bar = Progress(
        TextColumn("replaying"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        console=console, transient=True, disable=not console.is_terminal,
    )  # fmt: skip
    with bar:
        task = bar.add_task("replaying", total=len(log.impressions.row))
        return replay(log, lambda done: bar.update(task, completed=done))


def _table(report: dict[str, Any]) -> Table:
    table = Table(title=f"{report['reported']:,} impressions from {report['report_from']} on")
    for name in ("label", "share", "AUC", "log-loss", "session GAUC"):
        table.add_column(name, justify="left" if name == "label" else "right")
    for name, of in report["labels"].items():
        label = name.replace("_", " ")
        table.add_row(
            label, _text(of["rate"]), _text(of["auc"]), _text(of["log_loss"]),
            f"{_text(of['session_gauc'])} ({of['sessions']:,} sessions)",
        )  # fmt: skip
        peer = of["popularity"]
        table.add_row(
            "  by popularity", "", _text(peer["auc"]), _text(peer["log_loss"]),
            _text(peer["session_gauc"]), style="dim", end_section=True,
        )  # fmt: skip
    return table


def _text(value: float | None) -> str:
    return MISSING if value is None else f"{value:.4f}"


def _in_words(report: dict[str, Any]) -> str:
    left_out = report["histories_left_out"]
    return (
        f"{report['rows']:,} impressions of {report['viewers']:,} viewers, "
        f"{report['days'][0]} to {report['days'][1]}; {report['copies']:,} copies left out"
        + (f"; {left_out:,} histories left out, which do not lie before them" if left_out else "")
        + f"\n{report['events_per_s']:,} events/s predicted and learned "
        f"({report['cpu_s']} s of CPU)"
    )
