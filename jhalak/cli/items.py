"""`jhalak items`."""

from __future__ import annotations

import argparse
import getpass

import msgspec

from jhalak.cli.failure import Failure, explained
from jhalak.cli.output import last_line
from jhalak.ports.items import ItemStore


def run(arguments: argparse.Namespace) -> int:
    from jhalak.assembly import now_ms, open_records
    from jhalak.config.settings import read_settings

    if arguments.action != "list" and not arguments.item:
        raise Failure(f"items {arguments.action} needs the item's id", 2)
    with explained():
        records = open_records(arguments.data, read_settings(arguments.data))
        try:
            if arguments.action == "list":
                return _list(records.items, arguments)
            if arguments.action == "recall":
                actor = f"operator:{getpass.getuser()}"
                found = records.items.recall(arguments.item, actor, arguments.reason, now_ms())
            else:
                found = records.items.get(arguments.item)
        finally:
            records.database.close()
    if found is None:
        raise Failure(f"there is no item {arguments.item!r}")
    shown = {**msgspec.to_builtins(found.item), "status": found.status, "num": found.num}
    for name, value in shown.items():
        print(f"{name:14} {value}")
    last_line(shown, wanted=arguments.json)
    return 0


def _list(store: ItemStore, arguments: argparse.Namespace) -> int:
    shown: list[dict[str, str]] = []
    after = 0
    while len(shown) < arguments.limit and (records := store.changes(after, 500)):
        after = records[-1].seq
        for record in records:
            if arguments.language in ("", record.item.language) and len(shown) < arguments.limit:
                shown.append({"item": record.item.id, "status": record.status})
                print(
                    f"{record.item.id:36} {record.status:9} {record.item.language} "
                    f"{record.item.topic:13} {record.item.title}"
                )
    last_line({"items": shown}, wanted=arguments.json)
    return 0
