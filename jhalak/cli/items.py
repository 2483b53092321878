"""`jhalak items`."""

from __future__ import annotations

import argparse
import getpass
from pathlib import Path

import msgspec

from jhalak.cli.failure import Failure, explained
from jhalak.cli.output import last_line, say_if_none
from jhalak.ports.items import ItemStore
from jhalak.schema.item import ItemRecord


def run(arguments: argparse.Namespace) -> int:
    from jhalak.assembly import now_ms, open_learned, open_records
    from jhalak.cli.trial import told, trial_of
    from jhalak.config.settings import read_settings
    from jhalak.schema.languages import LANGUAGES

    if arguments.language not in ("", *LANGUAGES):
        raise Failure(f"--language {arguments.language}: one of {' '.join(LANGUAGES)}", 2)
    if arguments.action != "list" and not arguments.item:
        needed = "a file to write" if arguments.action == "sheet" else "the item's id"
        raise Failure(f"items {arguments.action} needs {needed}", 2)
    if arguments.action == "sheet":
        return _sheet(arguments)
    trial = None
    with explained():
        settings = read_settings(arguments.data)
        records = open_records(arguments.data, settings)
        try:
            if arguments.action == "list":
                return _list(records.items, arguments)
            if arguments.action == "recall":
                found = _recall(records.items, arguments)
            else:
                found = records.items.get(arguments.item)
            if found is not None:
                learned = open_learned(arguments.data)
                trial = trial_of(records.items, learned, settings.feed, found, now_ms())
        finally:
            records.database.close()
    if found is None:
        raise Failure(f"there is no item {arguments.item!r}")
    shown = {**msgspec.to_builtins(found.item), "status": found.status, "num": found.num}
    for name, value in shown.items():
        print(f"{name:14} {value}")
    print(f"{'trial':14} {told(trial)}")
    shown["trial"] = trial
    last_line(shown, wanted=arguments.json)
    return 0


def _recall(items: ItemStore, arguments: argparse.Namespace) -> ItemRecord | None:
    """With a full disk in the room that the server keeps for it."""
    from jhalak.assembly import give_up_reserve, now_ms
    from jhalak.ports.errors import DiskFull

    wish = (arguments.item, f"operator:{getpass.getuser()}", arguments.reason)
    try:
        return items.recall(*wish, now_ms())
    except DiskFull:
        if not give_up_reserve(arguments.data):
            raise
        return items.recall(*wish, now_ms())


def _sheet(arguments: argparse.Namespace) -> int:
    from jhalak.assembly import now_ms, open_blobs, open_records
    from jhalak.cli.sheet import chromium, page_of, shoot, slice_of, told_of
    from jhalak.config.settings import read_settings

    target = Path(arguments.item)
    if target.suffix not in (".png", ".html"):
        raise Failure(f"{target}: a sheet is a .png or a .html", 2)
    settings = read_settings(arguments.data)
    with explained():
        records = open_records(arguments.data, settings)
        try:
            chosen = slice_of(
                records.items, arguments.language, arguments.topic, arguments.count, now_ms()
            )
        finally:
            records.database.close()
        if not chosen:
            raise Failure("no live card is of this slice")
        language = arguments.language or chosen[0].item.language
        html = page_of(told_of(chosen, open_blobs(arguments.data, settings), language, now_ms()))
        browser = chromium() if target.suffix == ".png" else None
        if browser:
            shoot(browser, html, len(chosen), target)
        else:
            target = target.with_suffix(".html")
            target.write_text(html, "utf-8")
    wanted = browser is not None or target.name == Path(arguments.item).name
    if not wanted:
        print("there is no Chromium (name one in JHALAK_CHROMIUM): an HTML page instead")
    print(f"{len(chosen)} cards in {target}")
    last_line({"file": str(target), "cards": len(chosen)}, wanted=arguments.json)
    return 0 if wanted else 1


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
    say_if_none(shown, "there are no such items; jhalak ingest SOURCE takes some in")
    last_line({"items": shown}, wanted=arguments.json)
    return 0
