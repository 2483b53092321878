"""Keys: which are accepted when, and that all processes have the same."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from jhalak.embedded.keys import (
    DAY_MS,
    LOOK_S,
    OVERLAPS,
    MacKey,
    accepted,
    is_due,
    open_keys,
    rotated,
)
from jhalak.ports.errors import Conflict, Unavailable

ROOT = Path(__file__).parents[2]
OVERLAP = 8 * DAY_MS
KEYS = (MacKey(1, b"a", 0), MacKey(2, b"b", 30 * DAY_MS), MacKey(3, b"c", 60 * DAY_MS))


def ids(keys: tuple[MacKey, ...]) -> list[int]:
    return [key.id for key in keys]


@pytest.mark.parametrize(
    ("day", "expected"),
    [(30, [1, 2, 3]), (37.9, [1, 2, 3]), (38, [2, 3]), (67.9, [2, 3]), (68, [3]), (9999, [3])],
)
def test_a_key_is_accepted_until_its_successor_is_as_old_as_the_overlap(
    day: float, expected: list[int]
) -> None:
    assert ids(accepted(KEYS, int(day * DAY_MS), OVERLAP)) == expected


def test_without_an_overlap_every_key_is_accepted_for_ever() -> None:
    assert accepted(KEYS, 10_000 * DAY_MS, None) == KEYS
    assert OVERLAPS["viewer"] is None


def test_a_new_key_is_due_when_there_is_none_or_it_is_older_than_thirty_days() -> None:
    assert is_due((), 0)
    assert not is_due(KEYS, 90 * DAY_MS)
    assert is_due(KEYS, 90 * DAY_MS + 1)


def test_rotation_adds_the_next_id_and_drops_what_is_no_longer_accepted() -> None:
    assert ids(rotated((), b"new", 5, OVERLAP)) == [1]
    after = rotated(KEYS, b"new", 90 * DAY_MS, OVERLAP)
    assert ids(after) == [3, 4]
    assert after[-1] == MacKey(4, b"new", 90 * DAY_MS)


def test_ids_begin_again_after_255_and_never_name_two_keys() -> None:
    keys: tuple[MacKey, ...] = ()
    for day in range(0, 9000, 30):
        keys = rotated(keys, b"%d" % day, day * DAY_MS, OVERLAP)
        assert len(set(ids(keys))) == len(keys) <= 2
        assert 1 <= keys[-1].id <= 255
    with pytest.raises(Conflict, match="in use"):
        for _ in range(256):
            keys = rotated(keys, b"too often", 9000 * DAY_MS, OVERLAP)


def test_a_clock_that_stepped_back_keeps_the_order() -> None:
    keys = rotated(KEYS, b"new", 0, OVERLAP)
    assert keys[-1].id == 4
    assert keys[-1].created_ms == 60 * DAY_MS


def test_keys_are_made_once_and_stay(tmp_path: Path) -> None:
    first = open_keys(tmp_path / "keys", 0)
    again = open_keys(tmp_path / "keys", DAY_MS)
    for a, b in ((first.slot, again.slot), (first.viewer, again.viewer)):
        assert a.current() == b.current()
        number, key = a.current()
        assert number == 1 and len(key) == 32
        assert b.by_id(number) == key
        assert b.by_id(2) is None
    assert first.slot.current()[1] != first.viewer.current()[1]
    assert first.edition.public == again.edition.public
    assert first.edition.id == again.edition.id


def test_the_signing_key_signs_what_its_public_bytes_verify(tmp_path: Path) -> None:
    key = open_keys(tmp_path, 0).edition
    signature = key.private.sign(b"an edition")
    Ed25519PublicKey.from_public_bytes(key.public).verify(signature, b"an edition")
    assert len(key.id) == 16 and len(key.public) == 32


def test_only_the_owner_can_read_them(tmp_path: Path) -> None:
    open_keys(tmp_path / "keys", 0)
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    for path in (tmp_path / "keys").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_rotation_reaches_every_process_and_the_old_key_still_verifies(tmp_path: Path) -> None:
    ours, theirs = open_keys(tmp_path, 0), open_keys(tmp_path, 0)
    old = ours.slot.current()
    assert ours.slot.rotate(DAY_MS) == 2
    number, key = ours.slot.current()
    assert theirs.slot.by_id(number) == key  # a token made over there
    assert theirs.slot.current() == (number, key)
    assert theirs.slot.by_id(old[0]) == old[1]
    assert theirs.viewer.current()[0] == 1


def test_a_key_to_make_tokens_with_is_looked_for_once_a_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = open_keys(tmp_path, 0), open_keys(tmp_path, 0)
    at = 100.0
    monkeypatch.setattr("jhalak.embedded.keys.monotonic", lambda: at)
    old = theirs.slot.current()
    ours.slot.rotate(DAY_MS)
    assert theirs.slot.current() == old
    at += LOOK_S
    assert theirs.slot.current() == ours.slot.current() != old


def test_opening_rotates_what_is_due_and_forgets_what_is_over(tmp_path: Path) -> None:
    old = open_keys(tmp_path, 0)
    later = open_keys(tmp_path, 31 * DAY_MS)
    assert (later.slot.current()[0], later.viewer.current()[0]) == (2, 2)
    assert later.slot.by_id(1) == old.slot.by_id(1) is not None
    much_later = open_keys(tmp_path, 62 * DAY_MS)
    assert much_later.slot.by_id(1) is None
    assert much_later.viewer.by_id(1) == old.viewer.by_id(1) is not None


def test_a_server_that_runs_for_months_rotates_when_asked(tmp_path: Path) -> None:
    ours, theirs = open_keys(tmp_path, 0), open_keys(tmp_path, 0)
    assert not ours.slot.rotate_if_due(30 * DAY_MS)
    assert ours.slot.rotate_if_due(31 * DAY_MS)
    assert not theirs.slot.rotate_if_due(31 * DAY_MS)
    assert ours.slot.current() == theirs.slot.current()


@pytest.mark.parametrize("name", ["ring.json", "edition.ed25519"])
def test_a_broken_file_is_never_replaced(tmp_path: Path, name: str) -> None:
    open_keys(tmp_path, 0)
    (tmp_path / name).write_bytes(b"{")
    with pytest.raises(Unavailable, match=name):
        open_keys(tmp_path, 0)
    assert (tmp_path / name).read_bytes() == b"{"


def test_processes_that_start_together_end_with_the_same_keys(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from jhalak.embedded.keys import open_keys\n"
        "input(); k = open_keys(Path(sys.argv[1]), 5)\n"
        "print(k.slot.current(), k.viewer.current(), k.edition.public)"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path / "keys")],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True,
        )
        for _ in range(4)
    ]  # fmt: skip
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    answers = {process.communicate()[0] for process in processes}
    assert len(answers) == 1 and answers != {""}
