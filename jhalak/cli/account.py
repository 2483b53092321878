"""Accounts of the console: `jhalak operator add, role, password, remove, restore, accounts`."""

from __future__ import annotations

import argparse
import getpass
import sys
from typing import TYPE_CHECKING, Any

from jhalak.cli.failure import Failure, explained
from jhalak.cli.output import last_line, say_if_none

if TYPE_CHECKING:
    from jhalak.assembly import Records


def run(arguments: argparse.Namespace) -> int:
    from jhalak.assembly import open_records
    from jhalak.config.settings import read_settings

    action = arguments.action
    if action != "accounts":
        _check(arguments)
    password = _password(arguments) if action in ("add", "password") else ""
    with explained():
        records = open_records(arguments.data, read_settings(arguments.data))
        try:
            if action == "accounts":
                _list(records, json=arguments.json)
            else:
                _do(records, arguments, password)
        finally:
            records.database.close()
    return 0


def _check(arguments: argparse.Namespace) -> None:
    """The words fit the action. Raises Failure (2)."""
    from jhalak.people.password import MOST_NAME, normal

    action, name = arguments.action, normal(arguments.name.strip())
    if not name:
        raise Failure(f"{action} needs a name: jhalak operator {action} NAME", 2)
    if len(name) > MOST_NAME or not name.isprintable():
        raise Failure(f"a name has at most {MOST_NAME} letters, and no control characters", 2)
    if action == "role" and not arguments.new_role:
        raise Failure("which role? jhalak operator role NAME ROLE", 2)
    if action != "role" and arguments.new_role:
        raise Failure(f"{action} takes no more than a name; what is {arguments.new_role}?", 2)
    arguments.name = name


def _password(arguments: argparse.Namespace) -> str:
    """Asked for twice on a terminal, or the first line of standard input. Raises Failure (2)."""
    from jhalak.people.password import LEAST, MOST

    if arguments.password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    elif sys.stdin.isatty():
        password = getpass.getpass("Password: ")
        if password != getpass.getpass("Again: "):
            raise Failure("the two passwords differ", 2)
    else:
        raise Failure("no terminal to ask for the password on; use --password-stdin", 2)
    if not LEAST <= len(password) <= MOST:
        raise Failure(f"a password has {LEAST} to {MOST} letters; a few words are good", 2)
    return password


def _list(records: Records, *, json: bool) -> None:
    known = records.accounts.all()
    say_if_none(known, "nobody may sign in to the console; jhalak operator add NAME --role admin")
    for row in known:
        print(f"{row.role:10} {'removed' if row.removed_ms else 'may sign in':12} {row.name}")
    last_line({"accounts": [row._asdict() for row in known]}, wanted=json)


def _do(records: Records, arguments: argparse.Namespace, password: str) -> None:
    """Do it, and write it down."""
    from jhalak.assembly import now_ms
    from jhalak.people.password import hashed
    from jhalak.ports.errors import Conflict

    store, name, action = records.accounts, arguments.name, arguments.action
    role = {"add": arguments.role, "role": arguments.new_role}.get(action, "")
    if action == "add":
        try:
            store.add(name, role, hashed(password), now_ms())
        except Conflict:
            raise Failure(f"there is or was an account {name} (jhalak operator accounts)") from None
    elif not store.change(name, **_changes(action, role, password, now_ms())):
        raise Failure(f"there is no account {name} (jhalak operator accounts)")
    who = f"operator:{getpass.getuser()}"
    records.audit.append(who, f"account {action}", name, role, now_ms())
    print(f"{name}: {action}{f' as {role}' if role else ''}")
    last_line({"account": name, "action": action}, wanted=arguments.json)


def _changes(action: str, role: str, password: str, now_ms: int) -> dict[str, Any]:
    """What of the account changes."""
    from jhalak.people.password import hashed

    if action == "password":
        return {"password_hash": hashed(password)}
    if action == "role":
        return {"role": role}
    return {"removed_ms": now_ms if action == "remove" else 0}
