"""`jhalak creators`."""

from __future__ import annotations

from pathlib import Path

from jhalak.assembly import open_records
from jhalak.config.settings import Settings
from jhalak.people.skeleton import likeness
from jhalak.ports.creators import Newcomer
from tests.cli.conftest import Run


def test_an_account_is_verified_and_suspended_and_it_is_written_down(
    run: Run, tmp_path: Path
) -> None:
    records = open_records(tmp_path, Settings())
    asha = records.creators.add("asha", "hash", 5, Newcomer(name="आशा"))
    records.creator_sessions.open(b"token", asha.num, 6, 99)
    where = ("--data", tmp_path, "--json")
    assert run("creators", "verify", "@asha", *where).code == 0
    assert all(records.verified_names.taken([likeness(name)]) for name in ("asha", "आशा"))
    assert run("creators", "suspend", "asha", *where).code == 0
    assert records.creator_sessions.signed_in(b"token", 7) is None
    (listed,) = run("creators", "list", *where).last()["creators"]
    assert listed["handle"] == "asha" and listed["verified_ms"] and listed["suspended_ms"]
    assert run("creators", "restore", "asha", *where).code == 0
    assert run("creators", "unverify", "asha", *where).code == 0
    assert not records.verified_names.taken([likeness("asha")])
    found = records.people.of_handle("asha")
    assert found is not None and (found.suspended_ms, found.verified_ms) == (0, 0)
    nobody = run("creators", "verify", "ravi", *where)
    assert nobody.code == 1 and "@ravi" in nobody.err
    assert run("creators", "verify", *where).code == 2
    assert run("creators", "list", "asha", *where).code == 2
    actions = [(row.action, row.subject) for row in records.audit.read(0, 9)]
    records.database.close()
    assert actions == [
        (f"creator {what}", "asha") for what in ("verify", "suspend", "restore", "unverify")
    ]
