"""`jhalak fairness`: how evenly creators are met; it reads the log, so it works beside a server."""

from __future__ import annotations

import argparse
import asyncio
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from jhalak.cli.failure import explained
from jhalak.cli.output import last_line

if TYPE_CHECKING:
    from jhalak.config.settings import Settings
    from jhalak.learning.reach_fold import ReachFold


def run(arguments: argparse.Namespace) -> int:
    from jhalak.config.settings import read_settings

    with explained():
        report = _report(arguments, read_settings(arguments.data))
    _show(report)
    last_line(report, wanted=arguments.json)
    return 0


def _report(arguments: argparse.Namespace, settings: Settings) -> dict[str, Any]:
    from jhalak.assembly import held_settings, now_ms, open_blobs, open_log, open_records
    from jhalak.learning.fairness import fairness
    from jhalak.learning.reach import HOUR_MS
    from jhalak.workers.tell_fairness import began_of

    log = open_log(arguments.data, settings, writable=False)
    records = open_records(arguments.data, settings)
    try:
        fold = asyncio.run(_folded(log, open_blobs(arguments.data, settings), settings))
        began_ms = began_of(records.people, {video.creator for video in fold.videos.values()})
        trial = held_settings(records, settings).feed.trial_impressions
        offset_ms = int(settings.utc_offset_h * HOUR_MS)
        return fairness(fold.videos, began_ms, now_ms(), offset_ms, trial)
    finally:
        log.close()
        records.database.close()


async def _folded(log: Any, blobs: Any, settings: Settings) -> ReachFold:
    """From the worker's newest checkpoint, read up to the log's end; nothing is written."""
    from jhalak.workers.count_reach import reach_of_log

    source = reach_of_log(log, blobs, settings)
    await source.resume()
    while await source.read():
        pass
    source.fold.settle()
    return source.fold


def _show(report: dict[str, Any]) -> None:
    console = Console()
    print(
        f"{report['videos']:,} videos of {report['creators']:,} creators,"
        f" {report['impressions']:,} impressions in {report['days']} days;"
        f" Gini over creators {_number(report['gini'])}"
    )
    newness = Table("signed up", "creators", "impressions", "share", title="Reach by newness")
    for one in report["newness"]:
        newness.add_row(
            one["age"], f"{one['creators']:,}", f"{one['impressions']:,}", _share(one["share"])
        )
    console.print(newness)
    languages = Table(
        "language", "creators", "impressions", "Gini", "top tenth of them", title="By language"
    )
    for one in report["languages"]:
        languages.add_row(
            one["language"], f"{one['creators']:,}", f"{one['impressions']:,}",
            _number(one["gini"]), _share(one["top_tenth"]),
        )  # fmt: skip
    console.print(languages)
    bought = report["exploration"]
    print(
        f"exploration  {bought['impressions']:,} impressions"
        f" ({_share(bought['share'])} of all) tried {bought['videos']:,} videos;"
        f" {bought['earned']:,} of them ({_share(bought['earned_share'])}) were met"
        f" {bought['needed']:,.0f} times or more without it"
    )
    print("region       not known: nobody's place is recorded")


def _number(found: float | None) -> str:
    return "–" if found is None else f"{found:.3f}"


def _share(found: float | None) -> str:
    return "–" if found is None else f"{found:.1%}"
