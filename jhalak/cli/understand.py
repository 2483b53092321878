"""`jhalak understand`: what was understood of items; understand them again."""

from __future__ import annotations

import argparse

from rich.console import Console
from rich.progress import Progress, TextColumn, TimeElapsedColumn

from jhalak.cli.failure import Failure, explained
from jhalak.cli.output import last_line


def run(arguments: argparse.Namespace) -> int:
    from jhalak.assembly import now_ms, open_lifetimes, open_records, open_understand
    from jhalak.config.settings import read_settings
    from jhalak.workers.understand import WHAT

    what = tuple(part.strip() for part in arguments.what.split(",") if part.strip()) or WHAT
    unknown = sorted(set(what) - set(WHAT))
    if unknown:
        raise Failure(f"--what {','.join(unknown)}: some of {','.join(WHAT)}", 2)
    if bool(arguments.item) == arguments.again:
        raise Failure("name an item to see, or say --again", 2)
    with explained():
        settings = read_settings(arguments.data)
        records = open_records(arguments.data, settings)
        try:
            if arguments.item:
                record = records.items.get(arguments.item)
                if record is None:
                    raise Failure(f"no item {arguments.item}", 1)
                found = records.understandings.of(record.num)
                for one in found:
                    print(f"{one.what:<10} {one.confidence:4.2f}  {one.value}  ({one.model})")
                last_line({"found": [one._asdict() for one in found]}, wanted=arguments.json)
                return 0 if found else 1
            lifetimes = open_lifetimes(arguments.data, settings)
            worker = open_understand(records, settings, now_ms, lifetimes)
            console = Console(stderr=True)
            bar = Progress(
                TextColumn("understanding {task.completed:,.0f} items"), TimeElapsedColumn(),
                console=console, transient=True, disable=not console.is_terminal,
            )  # fmt: skip
            with bar:
                task = bar.add_task("", total=None)
                done = worker.again(what, lambda count: bar.update(task, completed=count))
        finally:
            records.database.close()
    print(f"understood {done:,} items again: {', '.join(what)}")
    last_line({"items": done, "what": list(what)}, wanted=arguments.json)
    return 0
