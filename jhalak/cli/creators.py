"""`jhalak creators`: who has an account; verified, suspended, restored."""

from __future__ import annotations

import argparse
import getpass
from typing import TYPE_CHECKING, Any, Final

from jhalak.cli.failure import Failure, explained
from jhalak.cli.output import last_line, say_if_none

if TYPE_CHECKING:
    from jhalak.assembly import Records
    from jhalak.ports.creators import Creator

EACH: Final = 500


def run(arguments: argparse.Namespace) -> int:
    from jhalak.assembly import open_records
    from jhalak.config.settings import read_settings

    handle = arguments.handle.removeprefix("@")
    if (arguments.action == "list") == bool(handle):
        raise Failure("list takes no handle, all else one: jhalak creators verify HANDLE", 2)
    with explained():
        records = open_records(arguments.data, read_settings(arguments.data))
        try:
            if arguments.action == "list":
                _list(records, json=arguments.json)
            else:
                _do(records, arguments.action, handle, json=arguments.json)
        finally:
            records.database.close()
    return 0


def _list(records: Records, *, json: bool) -> None:
    known: list[Creator] = []
    while page := records.people.page(known[-1].num if known else 0, EACH):
        known += page
    say_if_none(known, "nobody has an account yet; people make theirs in the app or the studio")
    for one in known:
        state = "suspended" if one.suspended_ms else "verified" if one.verified_ms else ""
        print(f"{one.num:8} {state:10} @{one.handle}  {one.name}")
    last_line({"creators": [_told(one) for one in known]}, wanted=json)


def _do(records: Records, action: str, handle: str, *, json: bool) -> None:
    """Do it, and write it down."""
    from jhalak.assembly import now_ms

    found = records.people.of_handle(handle)
    if found is None:
        raise Failure(f"there is no account @{handle} (jhalak creators list)")
    if action == "verify":
        from jhalak.people.skeleton import likeness

        looks = {likeness(name) for name in (found.handle, found.name)}
        records.verified_names.verify(found.num, now_ms(), looks)
    elif action == "unverify":
        records.verified_names.verify(found.num, 0, ())
    else:
        records.creators.suspend(found.num, now_ms() if action == "suspend" else 0)
    who = f"operator:{getpass.getuser()}"
    records.audit.append(who, f"creator {action}", handle, "", now_ms())
    print(f"@{handle}: {action}")
    last_line({"creator": handle, "action": action}, wanted=json)


def _told(one: Creator) -> dict[str, Any]:
    return {
        "handle": one.handle, "name": one.name, "created_ms": one.created_ms,
        "verified_ms": one.verified_ms, "suspended_ms": one.suspended_ms, "private": one.private,
    }  # fmt: skip
