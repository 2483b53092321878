"""`jhalak publisher`."""

from __future__ import annotations

import argparse
import secrets

from jhalak.cli.failure import Failure, explained
from jhalak.cli.output import last_line, say_if_none

MAX_NAME = 80


def run(arguments: argparse.Namespace) -> int:
    from jhalak.assembly import now_ms, open_records
    from jhalak.config.settings import read_settings
    from jhalak.people.operator_token import token_hash
    from jhalak.schema.feed import Tier

    name = " ".join((arguments.name or "").split())
    if arguments.action != "list" and not name:
        raise Failure(f"publisher {arguments.action} needs a name, or a key's id to revoke", 2)
    with explained():
        records = open_records(arguments.data, read_settings(arguments.data))
        try:
            if arguments.action == "add":
                if len(name) > MAX_NAME:
                    raise Failure(f"a publisher's name has at most {MAX_NAME} letters", 2)
                key = f"jhp_{secrets.token_urlsafe(32)}"
                tier: Tier = "reviewed" if arguments.reviewed else "unreviewed"
                made = records.publishers.add(name, token_hash(key), tier, now_ms())
                print(f"{key}\nShown once; only its hash is kept. Id {made.id}, for {made.name}.")
                last_line({"id": made.id, "key": key}, wanted=arguments.json)
            elif arguments.action == "list":
                known = records.publishers.all()
                say_if_none(known, "there are no keys; jhalak publisher add NAME makes one")
                for row in known:
                    state = "revoked" if row.revoked_ms else "valid"
                    print(f"{row.id:5} {state:8} {row.tier:10} {row.name}")
                last_line({"keys": [row._asdict() for row in known]}, wanted=arguments.json)
            else:
                if not name.isdecimal():
                    raise Failure("revoke needs a key's id (jhalak publisher list)", 2)
                if not records.publishers.revoke(int(name), now_ms()):
                    raise Failure(f"there is no valid key {name}")
                last_line({"revoked": int(name)}, wanted=arguments.json)
        finally:
            records.database.close()
    return 0
