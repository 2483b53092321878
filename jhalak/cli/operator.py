"""`jhalak operator`."""

from __future__ import annotations

import argparse
import getpass
import secrets
import sys
from typing import TYPE_CHECKING, Any, Final

from jhalak.cli.failure import Failure, explained
from jhalak.cli.output import last_line

if TYPE_CHECKING:
    from jhalak.assembly import Records

ACCOUNTS: Final = ("add", "role", "password", "disable", "enable", "accounts")
"""What is done with accounts; the rest is of tokens."""


def run(arguments: argparse.Namespace) -> int:
    from jhalak.assembly import now_ms, open_records
    from jhalak.config.settings import read_settings
    from jhalak.people.operator_token import token_hash

    password = _password() if arguments.action in ("add", "password") else ""
    with explained():
        records = open_records(arguments.data, read_settings(arguments.data))
        try:
            if arguments.action in ACCOUNTS:
                _account(records, arguments, password)
            elif arguments.action == "token":
                token = f"jho_{secrets.token_urlsafe(32)}"
                made = records.operators.add(arguments.name, token_hash(token), now_ms())
                print(f"{token}\nShown once; only its hash is kept. Id {made.id}, for {made.name}.")
                last_line({"id": made.id, "token": token}, wanted=arguments.json)
            elif arguments.action == "list":
                known = records.operators.all()
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


def _password() -> str:
    """Asked for twice, or the first line of standard input where that is no terminal."""
    from jhalak.people.password import LEAST

    if sys.stdin.isatty():
        password = getpass.getpass("Password: ")
        if password != getpass.getpass("Again: "):
            raise Failure("the two passwords differ", 2)
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    if len(password) < LEAST:
        raise Failure(f"a password has {LEAST} letters or more; a few words are good", 2)
    return password


def _account(records: Records, arguments: argparse.Namespace, password: str) -> None:
    """Do it, and write it down."""
    from jhalak.assembly import now_ms
    from jhalak.people.password import hashed
    from jhalak.ports.errors import Conflict

    store, name, action = records.accounts, arguments.name, arguments.action
    if action == "accounts":
        known = store.all()
        for row in known:
            print(f"{row.role:10} {'disabled' if row.disabled_ms else 'may sign in':12} {row.name}")
        last_line({"accounts": [row._asdict() for row in known]}, wanted=arguments.json)
        return
    if action == "add":
        try:
            store.add(name, arguments.role, hashed(password), now_ms())
        except Conflict:
            raise Failure(f"there is an account {name} already") from None
    elif not store.change(name, **_changes(arguments, password, now_ms())):
        raise Failure(f"there is no account {name} (jhalak operator accounts)")
    by = f"operator:{getpass.getuser()}"
    records.audit.append(by, f"account {action}", name, _detail(arguments), now_ms())
    print(f"{name}: {action}{' as ' + arguments.role if action in ('add', 'role') else ''}")
    last_line({"account": name, "action": action}, wanted=arguments.json)


def _changes(arguments: argparse.Namespace, password: str, now_ms: int) -> dict[str, Any]:
    from jhalak.people.password import hashed

    if arguments.action == "password":
        return {"password_hash": hashed(password)}
    if arguments.action == "role":
        return {"role": arguments.role}
    return {"disabled_ms": now_ms if arguments.action == "disable" else 0}


def _detail(arguments: argparse.Namespace) -> str:
    return arguments.role if arguments.action in ("add", "role") else ""
