"""`jhalak operator`: accounts of the console, with passwords from standard input."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from jhalak.assembly import open_records
from jhalak.config.settings import Settings
from jhalak.people.password import matches
from tests.cli.conftest import Run


def test_an_account_is_added_changed_and_disabled(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def operator(*words: str, typed: str = "") -> object:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        return run("operator", *words, "--data", tmp_path, "--json")

    short = operator("add", "asha", typed="short\n")
    assert short.code == 2 and "12 letters" in short.err  # type: ignore[attr-defined]
    typed = "a few plain words\n"
    assert operator("add", "asha", "--role", "editor", typed=typed).code == 0  # type: ignore[attr-defined]
    again = operator("add", "asha", typed=typed)
    assert again.code == 1 and "already" in again.err  # type: ignore[attr-defined]
    for words, given in (
        (("role", "asha", "--role", "admin"), ""), (("password", "asha"), "other plain words\n"),
        (("disable", "asha"), ""),
    ):  # fmt: skip
        assert operator(*words, typed=given).code == 0  # type: ignore[attr-defined]
    assert operator("enable", "ravi").code == 1  # type: ignore[attr-defined]
    (listed,) = operator("accounts").last()["accounts"]  # type: ignore[attr-defined]
    assert (listed["name"], listed["role"]) == ("asha", "admin") and listed["disabled_ms"] > 0
    records = open_records(tmp_path, Settings())
    found = records.accounts.find("asha")
    actions = [(r.action, r.subject, r.detail) for r in records.audit.read(0, 9)]
    records.database.close()
    assert found is not None and matches("other plain words", found[1])
    assert actions == [
        ("account add", "asha", "editor"), ("account role", "asha", "admin"),
        ("account password", "asha", ""), ("account disable", "asha", ""),
    ]  # fmt: skip
