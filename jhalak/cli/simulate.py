"""`jhalak simulate`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from jhalak.cli.failure import Failure
from jhalak.cli.output import last_line

if TYPE_CHECKING:
    from jhalak.evaluation.simulator.figures import Figure
    from jhalak.evaluation.simulator.rules import Rules

MISSING = "-"


def run(arguments: argparse.Namespace) -> int:
    from jhalak.evaluation.simulator.figures import figures
    from jhalak.evaluation.simulator.page import page

    rules = _rules(arguments)
    found = _trial(rules, compare=not arguments.alone)
    Console().print(_table(found, figures(found)))
    print(_in_words(found))
    print(_plot(found))
    if arguments.html:
        _write(arguments.html, page(found))
        print(f"\nThe charts: {arguments.html}")
    last_line(found, wanted=arguments.json)
    return 0


def _rules(arguments: argparse.Namespace) -> Rules:
    from jhalak.evaluation.simulator.rules import Rules

    if arguments.viewers < 1 or arguments.days <= 0:
        raise Failure("--viewers and --days: more than 0", 2)
    if not 0 <= arguments.exploration <= 1:
        raise Failure("--exploration: a share from 0 to 1", 2)
    return Rules(
        viewers=arguments.viewers, days=arguments.days, seed=arguments.seed,
        exploration=arguments.exploration,
    )  # fmt: skip


def _trial(rules: Rules, *, compare: bool) -> dict[str, Any]:
    from jhalak.evaluation.simulator.summary import trial

    console = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        console=console, transient=True, disable=not console.is_terminal,
    )  # fmt: skip
    with bar:
        task = bar.add_task("visits", total=None)
        found: dict[str, Any] = trial(
            rules, compare, lambda done, total: bar.update(task, completed=done, total=total)
        )
        return found


def _table(found: dict[str, Any], rows: list[Figure]) -> Table:
    world = found["world"]
    table = Table(
        title=f"{world['viewers']:,} viewers, {world['days']:g} days, {world['slates']:,} slates,"
        f" {world['impressions']:,} impressions (seed {world['seed']})"
    )
    compared = "without_exploration" in found
    names = ["figure", "here", "without exploration"] if compared else ["figure", "here"]
    for name in (*names, "wanted"):
        table.add_column(name, justify="left" if name == "figure" else "right")
    for row in rows:
        style = {True: "green", False: "red", None: ""}[row.met]
        cells = [row.name, _text(row.value)] + ([_text(row.off)] if compared else [])
        table.add_row(*cells, row.wanted, style=style)
    return table


def _in_words(found: dict[str, Any]) -> str:
    world = found["world"]
    fitted = "; ".join(
        f"{name}: mean {_text(of['mean'])}, spread over items {_text(of['sd'])}"
        for name, of in world["fitted"].items()
    )
    return (
        f"{world['items']:,} items, {world['born']:,} of them born meanwhile, in"
        f" {', '.join(world['languages'])}.\nProbability of a tap as fitted to KuaiRand (0.45 and"
        f" 0.17 for videos), measured on random impressions: {fitted}."
    )


def _plot(found: dict[str, Any]) -> str:
    from jhalak.evaluation.simulator.drawing import sparkline

    days = found["worth"]["by_day"]
    most = max((day["oracle"] for day in days), default=1.0)
    lines = [
        f"  {name:<32} {sparkline([day[key] for day in days], high=most)}"
        for name, key in (("oracle", "oracle"), ("Jhalak", "worth"), ("chance", "random"))
    ]
    for name, key in (("new viewers", "cold"), ("new taste", "turned")):
        curve = found["interest"][key]["curve"]
        lines.append(f"  {name + ', after 1 to 40 engagements':<44} {sparkline(curve, high=1.0)}")
    return "\n".join(["expected taps a slate, by day", *lines[:3], "top topic known", *lines[3:]])


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise Failure(f"--html {path}: {error.strerror}", 1) from error


def _text(value: float | None) -> str:
    return MISSING if value is None else f"{value:.4g}"
