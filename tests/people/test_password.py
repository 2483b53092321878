"""Passwords are hashed by Argon2id with a salt of their own, and tried only so often."""

from __future__ import annotations

from jhalak.people.password import NOBODY, Tries, hashed, matches


def test_a_password_matches_its_hash_and_no_other() -> None:
    one, other = hashed("a few plain words"), hashed("a few plain words")
    assert one.startswith("$argon2id$v=19$m=19456,t=2,p=1$") and one != other
    assert matches("a few plain words", one) and matches("a few plain words", other)
    assert not matches("a few plain word", one) and not matches("x", "no hash")
    assert not matches("", NOBODY)


def test_after_so_many_failures_nobody_tries_until_the_window_is_over() -> None:
    tries = Tries(3, 1000)
    for at in (0, 100, 200):
        assert tries.wait_ms("asha", at) == 0
        tries.failed("asha", at)
    assert tries.wait_ms("asha", 300) == 700 and tries.wait_ms("ravi", 300) == 0
    assert tries.wait_ms("asha", 1001) == 0
    tries.failed("asha", 1001)
    assert tries.wait_ms("asha", 1002) == 98
    tries.forget("asha")
    assert tries.wait_ms("asha", 1002) == 0


def test_names_that_nobody_has_do_not_fill_the_memory() -> None:
    tries = Tries(1, 1000, keys=10)
    for n in range(100):
        tries.failed(str(n), n)
    assert tries.wait_ms("0", 100) == 0 and tries.wait_ms("99", 100) > 0
    assert len(tries._failed) == 10


def test_a_letter_may_be_composed_or_not() -> None:
    assert matches("caf\u00e9 and some words", hashed("cafe\u0301 and some words"))
