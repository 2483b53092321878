"""`jhalak operator`: tokens of the API, and accounts of the console."""

from __future__ import annotations

import argparse
import secrets
from typing import Final

from jhalak.cli import account
from jhalak.cli.failure import Failure, explained
from jhalak.cli.output import last_line, say_if_none

ACCOUNTS: Final = ("add", "role", "password", "remove", "restore", "accounts")
"""What is done with accounts; the rest is of tokens."""


def run(arguments: argparse.Namespace) -> int:
    from jhalak.assembly import now_ms, open_records
    from jhalak.config.settings import read_settings
    from jhalak.people.operator_token import token_hash

    if arguments.action in ACCOUNTS:
        return account.run(arguments)
    with explained():
        records = open_records(arguments.data, read_settings(arguments.data))
        try:
            if arguments.action == "token":
                token = f"jho_{secrets.token_urlsafe(32)}"
                name = arguments.name or "operator"
                made = records.operators.add(name, token_hash(token), now_ms())
                print(f"{token}\nShown once; only its hash is kept. Id {made.id}, for {made.name}.")
                last_line({"id": made.id, "token": token}, wanted=arguments.json)
            elif arguments.action == "list":
                known = records.operators.all()
                say_if_none(known, "there are no tokens; jhalak operator token NAME makes one")
                for row in known:
                    print(f"{row.id:5} {'revoked' if row.revoked_ms else 'valid':8} {row.name}")
                last_line({"tokens": [row._asdict() for row in known]}, wanted=arguments.json)
            else:
                if not arguments.name.isdigit():
                    raise Failure("revoke needs a token's id (jhalak operator list)", 2)
                if not records.operators.revoke(int(arguments.name), now_ms()):
                    raise Failure(f"there is no valid token {arguments.name}")
                last_line({"revoked": int(arguments.name)}, wanted=arguments.json)
        finally:
            records.database.close()
    return 0
