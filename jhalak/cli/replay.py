"""`jhalak replay`."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Callable
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from jhalak.cli.failure import Failure, explained
from jhalak.cli.output import last_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jhalak.evaluation.log import Log

LEARN_SHARE: Final = {"mind": 0.8}
"""Kinds whose report begins after this share of the requests, unless a day is named."""
WIDTH: Final = 120
"""Of tables that are written to no terminal."""


def run(arguments: argparse.Namespace) -> int:
    from jhalak.evaluation.models import Models
    from jhalak.evaluation.page import page
    from jhalak.evaluation.report import reported_rows, summary

    from_day = _day("--report-from", arguments.report_from)
    until_day = _day("--train-until", arguments.train_until)
    if arguments.limit < 0:
        raise Failure("--limit: a number of impressions, 0 for all", 2)
    share = LEARN_SHARE.get(arguments.log)
    pairs: list[list[str]] = arguments.compare
    with _explained(), _progress(Console(stderr=True)) as begin:
        log = _read(arguments.log, arguments.folder)
        if arguments.limit:
            log = log._replace(impressions=log.impressions.first(arguments.limit))
        rows = reported_rows(log, from_day, share)
        if not len(rows):
            raise Failure("no impression to report; name an earlier day with --report-from", 2)
        models = Models(
            log, int(rows[0]), until_day, lambda what: begin(what, len(log.impressions.row)),
            wanted=[name for pair in pairs for name in pair],
        )  # fmt: skip
        replayed = models.replayed()
        compared = [(models.predictions(a), models.predictions(b)) for a, b in pairs]
    report = summary(
        log, replayed, from_day, learn_share=share, train_until_day=until_day, compared=compared
    )
    console = Console()
    _print(console if console.is_terminal else Console(width=WIDTH), report)
    if arguments.html:
        _write(arguments.html, page(report))
    if arguments.keep:
        _keep(arguments, report)
    last_line(report, wanted=arguments.json)
    return 0


def _day(option: str, text: str) -> int | None:
    from jhalak.evaluation.report import day_number

    try:
        return day_number(date.fromisoformat(text)) if text else None
    except ValueError:
        raise Failure(f"{option} {text}: a day is written YYYY-MM-DD", 2) from None


@contextmanager
def _explained() -> Iterator[None]:
    """Turn what importers and peers raise into a Failure."""
    from jhalak.evaluation.kuairand import PolarsMissing
    from jhalak.evaluation.log import BadLog
    from jhalak.evaluation.models import NoSuchModel
    from jhalak.evaluation.peers import LightGbmMissing

    try:
        yield
    except NoSuchModel as error:
        raise Failure(f"--compare: {error}", 2) from error
    except (BadLog, PolarsMissing, LightGbmMissing) as error:
        raise Failure(str(error), 2) from error


def _read(kind: str, folder: Path) -> Log:
    if kind == "kuairand":
        from jhalak.evaluation.kuairand import read_kuairand

        return read_kuairand(folder)
    if kind == "mind":
        from jhalak.evaluation.mind import read_mind

        return read_mind(folder)
    if kind == "jsonl":
        from jhalak.evaluation.json_lines import read_json_lines

        return read_json_lines(folder)
    return _own_log(folder)


def _own_log(data: Path) -> Log:
    """The event log of a data folder; a server may be writing to it."""
    from jhalak.assembly import open_log, open_records
    from jhalak.config.settings import read_settings
    from jhalak.evaluation.own_log import read_own_log

    if not (data / "log").is_dir():
        raise Failure(f"{data} holds no event log; name a server's data folder", 2)
    with explained():
        settings = read_settings(data)
        records, event_log = open_records(data, settings), open_log(data, settings, writable=False)
        try:
            return asyncio.run(read_own_log(event_log, settings.utc_offset_h, records.items))
        finally:
            event_log.close()
            records.database.close()


@contextmanager
def _progress(console: Console) -> Iterator[Callable[[str, int], Callable[[int], None]]]:
    """A bar for each thing that is told to begin, on the error output of a terminal."""
    bars = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        console=console, transient=True, disable=not console.is_terminal,
    )  # fmt: skip
    with bars:

        def begin(what: str, total: int) -> Callable[[int], None]:
            task = bars.add_task(what, total=total)
            return lambda done: bars.update(task, completed=done)

        yield begin


def _print(console: Console, report: dict[str, Any]) -> None:
    from jhalak.evaluation.tables import comparison_table, in_words, labels_table, slices_table

    console.print(labels_table(report))
    for label, one in list(report["labels"].items())[:1]:
        if one["slices"]:
            console.print(slices_table(report, label))
    for one in report["comparisons"]:
        console.print(comparison_table(one))
    print(in_words(report))


def _keep(arguments: argparse.Namespace, report: dict[str, Any]) -> None:
    """Into the records of a server, which may be running."""
    import msgspec

    from jhalak.assembly import now_ms, open_records
    from jhalak.config.settings import read_settings

    with explained():
        data = arguments.folder if arguments.log == "log" else arguments.data
        records = open_records(data, read_settings(data))
        try:
            body = msgspec.json.encode(report)
            records.replays.keep(arguments.keep, arguments.log, body, now_ms())
        finally:
            records.database.close()
    print(f"kept as {arguments.keep!r} in {data}")


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise Failure(f"--html {path}: {error.strerror}", 2) from error
    print(f"page: {path}")
