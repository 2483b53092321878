"""`jhalak ingest`."""

from __future__ import annotations

import argparse
import sys

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from jhalak.cli.failure import Failure, explained
from jhalak.cli.output import last_line

SHOWN = 20
"""Rejections printed; all are counted."""


def run(arguments: argparse.Namespace) -> int:
    from jhalak.assembly import now_ms, open_records, quick_embedder
    from jhalak.config.settings import read_settings
    from jhalak.ingest.columns import parse_map
    from jhalak.ingest.options import IngestOptions
    from jhalak.ingest.quick import quick
    from jhalak.ingest.report import Progress as Step
    from jhalak.ingest.run import ingest
    from jhalak.schema.languages import LANGUAGES
    from jhalak.understanding.embedding import HashedNgrams

    if arguments.language and arguments.language not in LANGUAGES:
        raise Failure(f"--language {arguments.language}: one of {' '.join(LANGUAGES)}", 2)
    try:
        columns = parse_map(arguments.map)
    except ValueError as error:
        raise Failure(f"--map: {error}", 2) from None
    options = IngestOptions(columns, arguments.language, arguments.publisher, arguments.reviewed)
    console = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"),
        TextColumn("{task.fields[rows]:,} rows"), TimeElapsedColumn(),
        console=console, transient=True, disable=not console.is_terminal,
    )  # fmt: skip
    with explained():
        settings = read_settings(arguments.data)
        records = open_records(arguments.data, settings)
        try:
            with bar:
                task = bar.add_task("reading", rows=0)

                def show(step: Step) -> None:
                    bar.update(
                        task, description=step.source[-40:], completed=step.bytes_done,
                        total=step.bytes_total, rows=step.rows,
                    )  # fmt: skip

                summary = ingest(
                    arguments.sources,
                    records.items,
                    HashedNgrams(),
                    options,
                    now_ms,
                    show,
                    quick(quick_embedder(settings), arguments.data),
                )
        finally:
            records.database.close()
    for rejection in summary.rejections[:SHOWN]:
        print(f"{rejection.source}:{rejection.line}: {rejection.reason}", file=sys.stderr)
    if summary.rejected > SHOWN:
        for reason, count in summary.reasons.most_common(SHOWN):
            print(f"rejected {count:,}: {reason}", file=sys.stderr)
    for reason, count in summary.dropped.most_common(SHOWN):
        print(f"left out of taken rows {count:,}: {reason}", file=sys.stderr)
    for skipped in summary.skipped:
        print(f"skipped {skipped.source}: {skipped.reason}", file=sys.stderr)
    counts = summary.counts()
    print("   ".join(f"{name} {count:,}" for name, count in counts.items()))
    languages = "   ".join(f"{code} {n:,}" for code, n in summary.languages.most_common())
    if languages:
        print(f"languages   {languages}")
    last_line({**counts, "languages": dict(summary.languages)}, wanted=arguments.json)
    return 1 if summary.rejected and not arguments.lenient else 0
