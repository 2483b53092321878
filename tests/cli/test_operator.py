"""`jhalak operator`: accounts of the console."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from jhalak.assembly import open_records
from jhalak.cli import account
from jhalak.config.settings import Settings
from jhalak.people.password import matches
from tests.cli.conftest import Ended, Run


class Typed(io.StringIO):
    terminal = False

    def isatty(self) -> bool:
        return self.terminal


class Operators:
    """Runs `jhalak operator ...`, with what is typed."""

    def __init__(self, run: Run, data: Path, patch: pytest.MonkeyPatch) -> None:
        self.run, self.data, self.patch = run, data, patch

    def __call__(self, *words: str, typed: str | None = None) -> Ended:
        self.patch.setattr("sys.stdin", Typed(typed or ""))
        stdin = () if typed is None else ("--password-stdin",)
        return self.run("operator", *words, *stdin, "--data", self.data, "--json")


@pytest.fixture
def operator(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Operators:
    return Operators(run, tmp_path, monkeypatch)


def test_an_account_is_added_changed_and_removed(operator: Operators, tmp_path: Path) -> None:
    typed = "a few plain words\n"
    assert operator("add", "asha", "--role", "editor", typed=typed).code == 0
    again = operator("add", "asha", typed=typed)
    assert again.code == 1 and "there is or was" in again.err
    assert operator("role", "asha", "admin").code == 0
    assert operator("password", "asha", typed="other plain words\n").code == 0
    assert operator("remove", "asha").code == 0
    (listed,) = operator("accounts").last()["accounts"]
    assert (listed["name"], listed["role"]) == ("asha", "admin") and listed["removed_ms"] > 0
    assert operator("restore", "asha").code == 0 and operator("restore", "ravi").code == 1
    records = open_records(tmp_path, Settings())
    found = records.accounts.find("asha")
    actions = [(r.action, r.subject, r.detail) for r in records.audit.read(0, 9)]
    records.database.close()
    assert found is not None and matches("other plain words", found[1])
    assert found[0].removed_ms == 0
    assert actions == [
        ("account add", "asha", "editor"), ("account role", "asha", "admin"),
        ("account password", "asha", ""), ("account remove", "asha", ""),
        ("account restore", "asha", ""),
    ]  # fmt: skip


def test_a_command_that_is_wrong_changes_nothing_and_says_why(operator: Operators) -> None:
    long = "a few plain words\n"
    for words, typed, said in (
        (("add", "asha"), "short\n", "12 to 1000 letters"),
        (("add", "asha"), None, "--password-stdin"),
        (("add",), long, "needs a name"),
        (("add", "a\u202eb"), long, "control characters"),
        (("add", "x" * 101), long, "at most 100 letters"),
        (("add", "asha", "admin"), long, "no more than a name"),
        (("role", "asha"), None, "which role"),
        (("role", "asha", "king"), None, "invalid choice"),
    ):
        ended = operator(*words, typed=typed)
        assert ended.code == 2 and said in ended.err, (words, ended.err)
        assert long.strip() not in ended.out + ended.err
    assert operator("accounts").last() == {"accounts": []}


def test_on_a_terminal_the_password_is_asked_for_twice(
    operator: Operators, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = iter(["a few plain words", "a few plane words", "नमस्ते सब को यहाँ", "नमस्ते सब को यहाँ"])
    monkeypatch.setattr(Typed, "terminal", True)
    monkeypatch.setattr(account.getpass, "getpass", lambda _: next(said))
    differ = operator("add", "asha")
    assert differ.code == 2 and "differ" in differ.err
    assert operator("add", "asha").code == 0
